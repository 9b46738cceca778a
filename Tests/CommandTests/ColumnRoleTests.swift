import Foundation
import TestSupport
import Testing

/// What `cluster` makes of columns as they come: flags, row numbers, columns that follow from others, empty rows.
@Suite struct ColumnRoleTests {
  private struct Answer: Decodable {
    let k: Int
    let columns: [String]
    let sizes: [Int]
    let dropped: [Dropped]
    struct Dropped: Decodable {
      let name: String
      let reason: String
    }
  }

  /// 120 rows in two groups: numbers `x` and `y`, a flag that goes with the group, and a row number.
  private static let lines = (0..<120).map { row in
    let group = row % 2
    let x = Double(row * 7919 % 101) / 50 + Double(group) * 9
    let y = Double(row * 104_729 % 103) / 60 - Double(group) * 7
    return "\(row + 1),\(x),\(y),\(row % 10 == 0 ? 1 - group : group)"
  }
  private static let table = "rownames,x,y,flag\n" + lines.joined(separator: "\n") + "\n"

  private func run(_ arguments: [String], in folder: TemporaryFolder) throws -> (answer: Answer, notes: String) {
    let outcome = try TesseraProcess.run(["cluster"] + arguments + ["--json"], in: folder.url)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return (try JSONDecoder().decode(Answer.self, from: Data(outcome.output.utf8)), outcome.errors)
  }

  @Test func `a mixture takes numbers of two values as categories, and row numbers not at all`() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.table, to: "t.csv")
    let (found, notes) = try run(["t.csv", "--k", "2", "--covariance", "EEE"], in: folder)
    #expect(found.columns == ["x", "y", "flag"] && found.sizes == [60, 60])
    #expect(notes.contains("'flag' holds two values only and is a category; --numbers flag takes it as a number"))
    #expect(found.dropped.map(\.name) == ["rownames"] && notes.contains("--numbers rownames takes it"))
    let (kept, quiet) = try run(
      ["t.csv", "--k", "2", "--covariance", "EEE", "--numbers", "flag,rownames"], in: folder)
    #expect(kept.columns == ["rownames", "x", "y", "flag"] && kept.dropped.isEmpty && !quiet.contains("two values"))
    let (means, words) = try run(["t.csv", "--k", "2", "--method", "kmeans"], in: folder)
    #expect(means.columns == ["x", "y", "flag"] && !words.contains("two values"))
  }

  @Test(arguments: ["0 1", "0.0 1.0", "false true", "False True", "No Yes", "\"0\" \"1\""])
  func `a flag scores alike however it is written`(marks: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.table, to: "t.csv")
    _ = try run(["t.csv", "--k", "2", "--covariance", "EEE", "--output", "a.csv", "--model", "m.tessera"], in: folder)
    let forms = marks.split(separator: " ")
    let rewritten = Self.lines.map { line in
      let cells = line.split(separator: ",")
      return (cells.dropLast().map(String.init) + [String(forms[cells[3] == "1" ? 1 : 0])]).joined(separator: ",")
    }
    try folder.write("rownames,x,y,flag\n" + rewritten.joined(separator: "\n") + "\n", to: "s.csv")
    let scored = try TesseraProcess.run(
      ["score", "m.tessera", "--input", "s.csv", "--output", "b.csv"], in: folder.url)
    #expect(scored.code == 0 && !scored.errors.contains("rare or new"), "\(scored.errors)")
    #expect(try folder.bytes("a.csv") == folder.bytes("b.csv"))
  }

  @Test(arguments: [("customer_no", 7, true), ("CustomerID", 13, true), ("spend", 7, false), ("spend", 1, true)])
  func `whole numbers that name rows are left out`(name: String, step: Int, isLeftOut: Bool) throws {
    let folder = try TemporaryFolder()
    // Steps coprime to 121 visit every number once; a step of 1 counts the rows.
    let rows = Self.lines.enumerated().map { "\($0 * step % 121 + (step == 1 ? 0 : 100)),\($1)" }
    try folder.write("\(name),rownames,x,y,flag\n" + rows.joined(separator: "\n") + "\n", to: "t.csv")
    let (found, _) = try run(["t.csv", "--exclude", "rownames,flag", "--k", "2", "--method", "kmeans"], in: folder)
    #expect(found.columns == (isLeftOut ? ["x", "y"] : [name, "x", "y"]))
  }

  @Test func `columns that follow from others and constant ones are left out by name`() throws {
    let folder = try TemporaryFolder()
    let rows = Self.lines.map { line in
      let cells = line.split(separator: ",").compactMap { Double($0) }
      return "\(cells[1]),\(cells[2]),\(cells[1] * 2 - cells[2] + 5),7"
    }
    try folder.write("x,y,total,same\n" + rows.joined(separator: "\n") + "\n", to: "t.csv")
    let (found, notes) = try run(["t.csv", "--k", "1..2", "--covariance", "VVV,EEE"], in: folder)
    #expect(found.columns == ["x", "y"])
    #expect(notes.contains("'total' forms no segment: it follows from 'x' and 'y' exactly"))
    #expect(notes.contains("'same' forms no segment: every value is the same"))
    let (means, _) = try run(["t.csv", "--k", "2", "--method", "kmeans"], in: folder)
    #expect(means.columns == ["x", "y", "total"])
  }

  @Test(arguments: ["gmm", "kmeans"]) func `rows without any value count for nothing and are scored`(method: String)
    throws
  {
    let folder = try TemporaryFolder()
    try folder.write(Self.table, to: "whole.csv")
    try folder.write(Self.table + "200,,,\n201,,,\n", to: "gaps.csv")
    let options = ["--id", "rownames", "--columns", "x,y", "--method", method, "--k", "2"]
    let (whole, _) = try run(["whole.csv"] + options + ["--output", "a.csv"], in: folder)
    let (gaps, notes) = try run(["gaps.csv"] + options + ["--output", "b.csv", "--model", "m.tessera"], in: folder)
    #expect(whole.sizes == [60, 60] && gaps.sizes.reduce(0, +) == 122)
    #expect(notes.contains("2 rows have no value in the columns used"))
    let scored = try TesseraProcess.run(
      ["score", "m.tessera", "--input", "gaps.csv", "--output", "c.csv"], in: folder.url)
    #expect(scored.code == 0 && scored.errors.contains("2 rows have no value in the model's columns"))
    #expect(try folder.bytes("b.csv") == folder.bytes("c.csv"))
    if method == "gmm" {
      let first = String(decoding: try folder.bytes("a.csv"), as: UTF8.self).split(separator: "\n")
      let second = String(decoding: try folder.bytes("b.csv"), as: UTF8.self).split(separator: "\n")
      #expect(Array(second.prefix(first.count)) == first)
    }
  }

  @Test func `the marks of pandas are missing numbers, and None stays a level of text`() throws {
    let folder = try TemporaryFolder()
    let marks = ["NaN", "nan", "NA", "N/A", "null", "None", ""]
    let rows = Self.lines.enumerated().map { index, line in
      let cells = line.split(separator: ",")
      return "\(cells[1]),\(index < marks.count ? marks[index] : String(cells[2])),\(["None", "one"][index % 2])"
    }
    try folder.write("x,y,children\n" + rows.joined(separator: "\n") + "\n", to: "t.csv")
    let (found, _) = try run(
      ["t.csv", "--k", "2", "--method", "kmeans", "--output", "a.csv", "--model", "m.tessera"], in: folder)
    #expect(found.columns == ["x", "y", "y is missing", "children = None", "children = one"])
    let scored = try TesseraProcess.run(
      ["score", "m.tessera", "--input", "t.csv", "--output", "b.csv"], in: folder.url)
    #expect(scored.code == 0 && scored.errors.contains("7 missing values imputed"), "\(scored.errors)")
    #expect(try folder.bytes("a.csv") == folder.bytes("b.csv"))
  }

  @Test func `a fraction among counts is refused with file, row and column when scoring`() throws {
    let folder = try TemporaryFolder()
    let counts = (0..<80).map { "\($0 % 2 == 0 ? $0 % 5 : 30 + $0 % 9)" }
    try folder.write("visits\n" + counts.joined(separator: "\n") + "\n", to: "t.csv")
    _ = try run(["t.csv", "--counts", "visits", "--k", "2", "--model", "m.tessera"], in: folder)
    try folder.write("visits\n3\n4.5\n", to: "s.csv")
    let scored = try TesseraProcess.run(
      ["score", "m.tessera", "--input", "s.csv", "--output", "o.csv"], in: folder.url)
    #expect(scored.code == 65)
    for words in ["Column 'visits' of s.csv", "counts", "row 2"] { #expect(scored.errors.contains(words)) }
    try folder.write("visits,other\n3,1\nsecret,2\n", to: "text.csv")
    let text = try TesseraProcess.run(
      ["score", "m.tessera", "--input", "text.csv", "--output", "o.csv"], in: folder.url)
    #expect(text.code == 65 && text.errors.contains("Column 'visits' of text.csv") && text.errors.contains("row 2"))
    #expect(!text.errors.contains("secret") && folder.files.sorted() == ["m.tessera", "s.csv", "t.csv", "text.csv"])
  }
}
