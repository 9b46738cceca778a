import Foundation
import TestSupport
import Testing
import Warehouse

/// A text file and the table it is.
struct TextTable: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  let columns: [String]
  /// The cells, row by row; nil where missing.
  let cells: [[String?]]
  var testDescription: String { name }

  init(_ name: String, _ text: String, _ columns: [String], _ cells: [[String?]]) {
    self.name = name
    self.text = text
    self.columns = columns
    self.cells = cells
  }
}

struct `Opening files` {
  let folder: TemporaryFolder
  let connection: Connection

  init() throws {
    folder = try TemporaryFolder()
    connection = try Connection()
  }

  private func cells(_ source: TableSource, asText: Set<String> = []) throws -> [[String?]] {
    let table = try connection.query("SELECT * FROM \(source.relation(asText: asText)) AS t", reading: source.name)
    let columns = table.columns.map(\.texts)
    return (0..<table.rowCount).map { row in columns.map { $0[row] } }
  }

  @Test(arguments: [
    TextTable("comma.csv", "id,x\n1,2.5\n2,3\n", ["id", "x"], [["1", "2.5"], ["2", "3.0"]]),
    TextTable("semicolon.csv", "id;x;n\n1;2;a\n2;3;b\n", ["id", "x", "n"], [["1", "2", "a"], ["2", "3", "b"]]),
    TextTable("tab.csv", "id\tx\n1\t2\n", ["id", "x"], [["1", "2"]]),
    TextTable("one column.tsv", "x, y\na,b\nc,d\n", ["x, y"], [["a,b"], ["c,d"]]),
    TextTable("tabs.tsv", "id\tnote\n1\ta, b\n2\tc; d\n", ["id", "note"], [["1", "a, b"], ["2", "c; d"]]),
    TextTable("pipe.csv", "id|x\n1|2\n", ["id", "x"], [["1", "2"]]),
    TextTable(
      "quotes.csv", "id,note\n1,\"a\nb, \"\"c\"\"\"\n2,\"d,e\"\n", ["id", "note"],
      [["1", "a\nb, \"c\""], ["2", "d,e"]]),
    TextTable("single quotes.csv", "id,note\n1,'a,b'\n2,'c'\n", ["id", "note"], [["1", "a,b"], ["2", "c"]]),
    TextTable("mark.csv", "\u{FEFF}id,x\r\n1,2\r\n2,3\r\n", ["id", "x"], [["1", "2"], ["2", "3"]]),
    TextTable("old mac.csv", "id,x\r1,2\r2,3\r", ["id", "x"], [["1", "2"], ["2", "3"]]),
    TextTable("headless.csv", "1,2\n3,4\n", ["column0", "column1"], [["1", "2"], ["3", "4"]]),
    TextTable("spaces.txt", "1.5 2\n3.5 4\n", ["column0", "column1"], [["1.5", "2"], ["3.5", "4"]]),
    TextTable(
      "aligned.txt", " 00004 1997  1   29.33\n 00021 1997 12    5.00\n\n", (0...3).map { "column\($0)" },
      [["4", "1997", "1", "29.33"], ["21", "1997", "12", "5.0"]]),
    TextTable(
      "aligned header.txt", "id   spend\n 1    2.5\n22   NA\n", ["id", "spend"], [["1", "2.5"], ["22", nil]]),
    TextTable("words.txt", "name\nAnn Lee\nBob  Ray\n", ["name"], [["Ann Lee"], ["Bob  Ray"]]),
    TextTable("uneven.txt", "x y\n1  2  3\n4   5\n", ["x y"], [["1  2  3"], ["4   5"]]),
    TextTable(
      "marks.csv", "id,x\n1,NA\n2,\n3,N/A\n4,#N/A\n5,NULL\n6,null\n7,0\n", ["id", "x"],
      [["1", nil], ["2", nil], ["3", nil], ["4", nil], ["5", nil], ["6", nil], ["7", "0"]]),
    TextTable(
      "odd names.csv", "\"a \"\"b\"\"\",😀 é,\"c\nd\",it's,e f\n1,2,3,4,5\n", ["a \"b\"", "😀 é", "c\nd", "it's", "e f"],
      [["1", "2", "3", "4", "5"]]),
    TextTable("same names.csv", "a,a,A\n1,2,3\n", ["a", "a_1", "A_2"], [["1", "2", "3"]]),
    TextTable("header only.csv", "id,x\n", ["id", "x"], []),
    TextTable("no end.csv", "id,x\n1,2", ["id", "x"], [["1", "2"]]),
    TextTable(
      "lines.jsonl", "{\"a\":1,\"b\":\"x\"}\n{\"a\":null,\"b\":\"y\"}\n", ["a", "b"], [["1", "x"], [nil, "y"]]),
    TextTable("array.json", "[{\"a\":1},{\"a\":2}]", ["a"], [["1"], ["2"]]),
    TextTable("data[1].csv", "id,x\n1,2\n", ["id", "x"], [["1", "2"]]),
    TextTable("star*and?.csv", "id,x\n1,2\n", ["id", "x"], [["1", "2"]]),
    TextTable("it's.csv", "id,x\n1,2\n", ["id", "x"], [["1", "2"]]),
    TextTable("inch.csv", "id,size\n1,5\" nail\n2,6 cm\n", ["id", "size"], [["1", "5\" nail"], ["2", "6 cm"]]),
    TextTable("quoted name.csv", "\"weight, kg\"\n70\n80\n", ["weight, kg"], [["70"], ["80"]]),
  ])
  func `a text file is the table it shows`(_ file: TextTable) throws {
    let source = try connection.open(file: folder.write(file.text, to: file.name))
    #expect(source.columns.map(\.name) == file.columns)
    #expect(try cells(source) == file.cells)
    #expect(try cells(source, asText: Set(file.columns)).count == file.cells.count)
  }

  @Test func `identifiers read as text keep their zeros`() throws {
    let path = try folder.write("id,x\n10,1\n007,2\n", to: "ids.csv")
    let source = try connection.open(file: path)
    #expect(try cells(source, asText: ["id"]) == [["10", "1"], ["007", "2"]])
    #expect(source.isText("id", asText: ["id"]))
    #expect(source.isText("x", asText: ["x"]) && !source.isText("x", asText: ["id"]))
  }

  @Test func `quotes and types that first occur late in the file count from its start`() throws {
    let lines = (0..<31_000).map { "\($0),plain,\($0)\n" }.joined()
    let path = try folder.write("id,note,x\n" + lines + "31000,\"a,\nb\",1.5\n31001,c,2\n", to: "late.csv")
    let source = try connection.open(file: path)
    #expect(source.columns.map(\.kind) == [.integer, .text, .real])
    let table = try connection.query("SELECT note FROM \(source.relation) WHERE id >= 31000 ORDER BY id")
    #expect(table["note"]?.texts == ["a,\nb", "c"])
  }

  @Test func `dates and times are typed, and how they are written is remembered`() throws {
    let path = try folder.write(
      "d,t\n31/12/2024,2024-01-02 03:04:05\n01/02/2024,2024-01-03 00:00:00\n", to: "days.csv")
    let source = try connection.open(file: path)
    #expect(source.columns.map(\.kind) == [.date, .time])
    #expect(source.timeFormat("d") == "%d/%m/%Y")
    #expect(try connection.query("SELECT d FROM \(source.relation)")["d"]?.texts == ["2024-12-31", "2024-02-01"])
  }

  @Test(arguments: ["csv", "tsv", "jsonl", "csv.gz", "tsv.gz", "jsonl.gz", "parquet", "CSV", "a.gz.b.csv"])
  func `what is written in a format is read back from it`(_ ending: String) throws {
    let table = Table([
      Column(name: "id", values: .integers([1, 2, 3]), missing: [false, false, true]),
      Column(name: "x", values: .reals([0.1, 1e-300, 3]), missing: [false, false, true]),
      Column(name: "when", values: .timestamps([0, 1_500_000, 0], zone: nil), missing: [false, false, true]),
      Column(name: "day", values: .dates([0, 19_782, 0]), missing: [false, false, true]),
      Column(name: "ok", values: .booleans([true, false, false]), missing: [false, false, true]),
      Column(name: "a \"note\"", values: .texts(["a,\"b\"\n'c'", "é😀\t;|", ""]), missing: [false, false, true]),
    ])
    let target = folder.path("out.\(ending)")
    let files = StagedFiles()
    try connection.write(table, to: target, in: files)
    try files.commit()
    let source = try connection.open(file: target)
    let back = try connection.query("SELECT * FROM \(source.relation) AS t")
    #expect(back.names == table.names)
    #expect(back.columns.map(\.texts) == table.columns.map(\.texts))
    #expect(folder.contents == ["out.\(ending)"])
    if ending.hasSuffix("gz") {
      #expect(FileManager.default.contents(atPath: target)?.prefix(2) == Data([0x1F, 0x8B]))
    }
  }

  @Test func `the parts of a pattern are one table`() throws {
    let files = StagedFiles()
    for part in 0..<3 {
      try connection.write("SELECT \(part) AS part", to: folder.path("part\(part).parquet"), in: files)
    }
    try files.commit()
    let source = try connection.open(file: "part*.parquet", relativeTo: folder.url)
    #expect(try connection.query("SELECT part FROM \(source.relation) ORDER BY part")["part"]?.doubles == [0, 1, 2])
    #expect(throws: WarehouseError.fileNotFound(path: "other*.parquet")) {
      try connection.open(file: "other*.parquet", relativeTo: folder.url)
    }
  }

  @Test func `relative paths start at the folder given, and are named as given`() throws {
    _ = try folder.write("a\n1\n", to: "x.csv")
    let source = try connection.open(file: "x.csv", relativeTo: folder.url)
    #expect(source.name == "x.csv" && source.columns.map(\.name) == ["a"])
    #expect(throws: WarehouseError.fileNotFound(path: "y.csv")) {
      try connection.open(file: "y.csv", relativeTo: folder.url)
    }
  }

  @Test func `other encodings are read when they are stated`() throws {
    let text = "id,name\n1,café\n"
    let latin = try folder.write(try #require(text.data(using: .isoLatin1)), to: "latin.csv")
    let wide = try folder.write(try #require(text.data(using: .utf16)), to: "wide.csv")
    #expect(try cells(connection.open(file: latin, encoding: "latin-1")) == [["1", "café"]])
    #expect(try cells(connection.open(file: wide, encoding: "utf-16")) == [["1", "café"]])
    #expect(throws: WarehouseError.self) { try connection.open(file: latin, encoding: "klingon") }
    #expect(throws: WarehouseError.self) { try connection.open(file: latin) }
  }

  @Test func `a line of a million letters is read`() throws {
    let path = try folder.write("id,x\n1,\(String(repeating: "y", count: 1_000_000))\n2,z\n", to: "long.csv")
    let table = try connection.query("SELECT length(x) AS n FROM \(try connection.open(file: path).relation)")
    #expect(table["n"]?.doubles == [1_000_000, 1])
  }

  @Test func `what a pipe gives once can be read twice`() throws {
    let path = folder.path("pipe")
    try #require(unsafe mkfifo(path, 0o600) == 0)
    let writer = Thread {
      let handle = FileHandle(forWritingAtPath: path)
      try? handle?.write(contentsOf: Data("id,x\n1,2\n2,3\n".utf8))
      try? handle?.close()
    }
    writer.start()
    let source = try connection.open(file: path)
    #expect(try cells(source) == [["1", "2"], ["2", "3"]])
    #expect(try cells(source) == [["1", "2"], ["2", "3"]])
  }

  @Test func `tables, views and queries open like files`() throws {
    try connection.execute("CREATE SCHEMA s")
    try connection.execute("CREATE TABLE s.\"T x\" AS SELECT 1 AS a, [1] AS b")
    let source = try connection.open(table: "s.T x")
    #expect(source.columns.map(\.kind) == [.integer, .other])
    #expect(try source.column("a").type == "INTEGER")
    #expect(throws: WarehouseError.unknownColumn(name: "A", source: "s.T x", nearest: ["a"])) { try source.column("A") }
    #expect(throws: WarehouseError.self) { try connection.open(table: "nosuch") }
    #expect(throws: WarehouseError.self) { try connection.open(table: "") }
  }
}

struct `Files that are no tables` {
  let folder: TemporaryFolder
  let connection: Connection

  init() throws {
    folder = try TemporaryFolder()
    connection = try Connection()
  }

  /// Opens and reads all; the error, which must not hold the planted value.
  private func failure(_ path: String, named name: String) throws -> WarehouseError {
    let error = #expect(throws: WarehouseError.self) {
      let source = try connection.open(file: path, name: name)
      _ = try connection.query("SELECT * FROM \(source.relation) AS t", reading: source.name)
    }
    let found = try #require(error)
    #expect(!"\(found)".contains("SECRET77") && !found.description.contains("tessera-test"), "\(found)")
    return found
  }

  @Test func `missing, empty, blank and folder are told apart`() throws {
    #expect(try failure(folder.path("none.csv"), named: "f") == .fileNotFound(path: "f"))
    #expect(try failure(folder.write("", to: "empty.csv"), named: "f") == .fileEmpty(path: "f"))
    #expect(try failure(folder.write(" \n\r\n\t\n", to: "blank.csv"), named: "f") == .fileEmpty(path: "f"))
    #expect(try failure(folder.write("", to: "empty.parquet"), named: "f") == .fileEmpty(path: "f"))
    #expect(
      try failure(folder.url.path, named: "f") == .fileUnreadable(path: "f", reason: "it is a folder, not a file"))
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may read every file"))
  func `a file that may not be read says so`() throws {
    let path = try folder.write("a\n1\n", to: "closed.csv")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    #expect(try failure(path, named: "f") == .fileUnreadable(path: "f", reason: "permission is denied"))
  }

  @Test(arguments: [
    ("many.csv", "id,x\n1,2\n3,4,SECRET77\n5,6\n", 3, "it has 3 cells where 2 are expected"),
    ("few.csv", "id,x,y\n1,2,3\n3,SECRET77\n5,6,7\n", 3, "it has 2 cells where 3 are expected"),
    ("comma.csv", "id,x\n1,2\n2,3\n3,4,SECRET77\n", 4, "it has 3 cells where 2 are expected"),
    ("words.csv", "id,name\na,b\nc,d,SECRET77\n", 3, "it has 3 cells where 2 are expected"),
    ("semicolons.csv", "id;x\n1;2\n3;4;SECRET77\n", 3, "it has 3 cells where 2 are expected"),
    (
      "open quote.csv", "id,x\n1,\"SECRET77\n2,b\n", 2,
      "a quote is opened but not closed, or text follows a closing quote"
    ),
    ("malformed.jsonl", "{\"a\":1}\n{\"a\":SECRET77\n", nil, "the JSON is malformed"),
    ("not.parquet", "id,x\n1,SECRET77\n", nil, "it is not a Parquet file, or its end is missing"),
    ("tiny.parquet", "PAR1", nil, "it is not a Parquet file, or its end is missing"),
    ("plain.csv.gz", "id,x\n1,SECRET77\n", nil, "its name ends in .gz, but it is not compressed with gzip"),
  ])
  func `malformed files say what is wrong and near which line`(
    _ name: String, _ text: String, _ line: Int?, _ reason: String
  ) throws {
    let error = try failure(folder.write(text, to: name), named: name)
    guard case .fileMalformed(name, let row, reason) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(line == nil || row == line)
    #expect(line == nil || error.description.contains("near line \(line ?? 0)"))
  }

  @Test func `bytes that are no text are refused`() throws {
    let noise = Data((0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) })
    guard case .fileMalformed("f", _, _) = try failure(folder.write(noise, to: "noise.csv"), named: "f") else {
      Issue.record("binary")
      return
    }
    let latin = Data("id,name\n1,caf".utf8) + [0xE9] + Data(" SECRET77\n".utf8)
    let error = try failure(folder.write(latin, to: "latin.csv"), named: "f")
    #expect(error.description.contains("not UTF-8"))
    let json = Data("{\"a\":\"caf".utf8) + [0xE9] + Data("SECRET77\"}\n".utf8)
    #expect(try failure(folder.write(json, to: "latin.jsonl"), named: "f").description.contains("not UTF-8"))
  }

  @Test(arguments: [
    ("parquet", 4000), ("parquet", 1), ("csv.gz", 4000), ("csv.gz", 100), ("csv.gz", 1), ("jsonl.gz", 4000),
  ])
  func `a file whose end is missing is malformed, also where its last line looks whole`(
    _ ending: String, _ missing: Int
  ) throws {
    let target = folder.path("whole.\(ending)")
    let files = StagedFiles()
    try connection.write("SELECT i, hash(i) AS h FROM range(100000) AS t(i)", to: target, in: files)
    try files.commit()
    let bytes = try Data(contentsOf: URL(fileURLWithPath: target))
    let cut = try folder.write(bytes.prefix(bytes.count - missing), to: "cut.\(ending)")
    guard case .fileMalformed("f", _, _) = try failure(cut, named: "f") else {
      Issue.record("cut off")
      return
    }
  }

  @Test func `damage inside a compressed file is noticed`() throws {
    let target = folder.path("whole.csv.gz")
    let files = StagedFiles()
    try connection.write("SELECT i, hash(i) AS h FROM range(100000) AS t(i)", to: target, in: files)
    try files.commit()
    var bytes = try Data(contentsOf: URL(fileURLWithPath: target))
    bytes[bytes.count / 2] ^= 1
    let error = try failure(folder.write(bytes, to: "bad.csv.gz"), named: "f")
    #expect(error == .fileMalformed(path: "f", row: nil, reason: "its compressed content is damaged or cut off"))
  }

  @Test(arguments: [
    ("id,x\n1,2\n2,SECRET77\n3,4\n", 2), ("1,2\n2,3\n3,SECRET77\n", 3), ("id,x\n1,SECRET77\n", 1),
    ("a title\n\nid,x\n1,2\n2,SECRET77\n", 2),
  ])
  func `an unreadable cell is named by its row and column, the first row of data being row 1`(
    _ text: String, _ row: Int
  ) throws {
    // Opened while the cell was still a number: so the type is settled, as in a file too large to look at whole.
    let path = try folder.write(text.replacing("SECRET77", with: "7"), to: "x.csv")
    let source = try connection.open(file: path, name: "orders")
    _ = try folder.write(text, to: "x.csv")
    let column = try #require(source.columns.last?.name)
    let error = #expect(throws: WarehouseError.self) { try connection.query("SELECT * FROM \(source.relation) AS t") }
    #expect(error == .badCell(source: "orders", row: row, column: column, needed: "whole numbers"))
  }

  @Test(arguments: [("DATE", "dates"), ("TIMESTAMP", "times"), ("BOOLEAN", "true or false"), ("DOUBLE", "numbers")])
  func `a bad cell says what is needed`(_ type: String, _ needed: String) throws {
    let good =
      ["DATE": "2024-01-01", "TIMESTAMP": "2024-01-01 10:00:00", "BOOLEAN": "true", "DOUBLE": "1.5"][type] ?? ""
    let text = "id,the \"x\"\n" + (1...9).map { "\($0),\(good)\n" }.joined()
    let path = try folder.write(text.replacing("the \"x\"", with: "\"the \"\"x\"\"\""), to: "x.csv")
    let source = try connection.open(file: path)
    _ = try folder.write("id,x\n1,\(good)\n2,\"O'Brien\nSECRET77\"\n", to: "x.csv")
    let error = #expect(throws: WarehouseError.self) { try connection.query("SELECT * FROM \(source.relation) AS t") }
    #expect(error == .badCell(source: path, row: 2, column: "the \"x\"", needed: needed))
  }

  @Test func `text late in a big file's column of numbers is found by its row, quoted line breaks before it or not`()
    throws
  {
    let path = folder.path("big.csv")
    try connection.execute(
      """
      COPY (SELECT i AS id, CASE WHEN i % 1000 = 0 THEN 'two' || chr(10) || 'lines' ELSE repeat('x', 60) END AS note,
        CASE WHEN i = 950001 THEN 'SECRET77' ELSE CAST(i AS VARCHAR) END AS amount
        FROM range(1, 1000001) AS t(i) ORDER BY i) TO \(SQL.literal(path)) (FORMAT csv, HEADER)
      """)
    let source = try connection.open(file: path, name: "big")
    #expect(source.columns.map(\.kind) == [.integer, .text, .integer])
    let error = #expect(throws: WarehouseError.self) {
      try connection.query("SELECT sum(amount) AS s FROM \(source.relation)")
    }
    #expect(error == .badCell(source: "big", row: 950_001, column: "amount", needed: "whole numbers"))
    let counted = try connection.query(
      "SELECT count(*) AS n FROM \(source.relation(asText: ["amount"])) WHERE TRY_CAST(amount AS BIGINT) IS NULL")
    #expect(counted["n"]?.doubles == [1])
  }
}
