import Foundation
import Testing
import Warehouse

/// One column of a query, and what must arrive.
struct TypedColumn: Sendable, CustomTestStringConvertible {
  let sql: String
  let values: ColumnValues
  var testDescription: String { sql }

  init(_ sql: String, _ values: ColumnValues) {
    self.sql = sql
    self.values = values
  }
}

struct `Reading Arrow columns` {
  let connection: Connection

  init() throws { connection = try Connection() }

  /// Three rows of each type: the least, the greatest, and NULL, whose filler must not be what the engine left there.
  @Test(arguments: [
    TypedColumn("[-128, 127, NULL]::TINYINT[]", .integers([-128, 127, 0])),
    TypedColumn("[-32768, 32767, NULL]::SMALLINT[]", .integers([-32768, 32767, 0])),
    TypedColumn("[-2147483648, 2147483647, NULL]::INTEGER[]", .integers([-2_147_483_648, 2_147_483_647, 0])),
    TypedColumn("[-9223372036854775808, 9223372036854775807, NULL]::BIGINT[]", .integers([.min, .max, 0])),
    TypedColumn("[0, 255, NULL]::UTINYINT[]", .integers([0, 255, 0])),
    TypedColumn("[0, 65535, NULL]::USMALLINT[]", .integers([0, 65535, 0])),
    TypedColumn("[0, 4294967295, NULL]::UINTEGER[]", .integers([0, 4_294_967_295, 0])),
    TypedColumn("[0, 18446744073709551615, NULL]::UBIGINT[]", .decimals([0, 18_446_744_073_709_551_615, 0], scale: 0)),
    TypedColumn(
      "['-170141183460469231731687303715884105728', '170141183460469231731687303715884105727', NULL]::HUGEINT[]",
      .decimals([.min, .max, 0], scale: 0)),
    TypedColumn("[-99.99, 99.99, NULL]::DECIMAL(4, 2)[]", .decimals([-9999, 9999, 0], scale: 2)),
    TypedColumn("[-0.001, 99999.999, NULL]::DECIMAL(8, 3)[]", .decimals([-1, 99_999_999, 0], scale: 3)),
    TypedColumn(
      "[-5, 12345678901234567, NULL]::DECIMAL(18, 0)[]", .decimals([-5, 12_345_678_901_234_567, 0], scale: 0)),
    TypedColumn(
      "['-1234567890123456789012345678.0123456789', '0.0000000001', NULL]::DECIMAL(38, 10)[]",
      .decimals([-12_345_678_901_234_567_890_123_456_780_123_456_789, 1, 0], scale: 10)),
    TypedColumn("[true, false, NULL]::BOOLEAN[]", .booleans([true, false, false])),
    TypedColumn("['1969-12-31', '2024-02-29', NULL]::DATE[]", .dates([-1, 19782, 0])),
    TypedColumn(
      "['1969-12-31 23:59:59', '1970-01-01 00:00:01', NULL]::TIMESTAMP_S[]",
      .timestamps([-1_000_000, 1_000_000, 0], zone: nil)),
    TypedColumn(
      "['1969-12-31 23:59:59.999', '1970-01-01 00:00:00.5', NULL]::TIMESTAMP_MS[]",
      .timestamps([-1000, 500_000, 0], zone: nil)),
    TypedColumn(
      "['1969-12-31 23:59:59.999999', '1970-01-01 00:00:00.5', NULL]::TIMESTAMP[]",
      .timestamps([-1, 500_000, 0], zone: nil)),
    TypedColumn(
      "['1969-12-31 23:59:59.999999999', '1970-01-01 00:00:00.000001999', NULL]::TIMESTAMP_NS[]",
      .timestamps([-1, 1, 0], zone: nil)),
    TypedColumn(
      "['1970-01-01 01:00:00+01', '1970-01-01 00:00:00-01', NULL]::TIMESTAMPTZ[]",
      .timestamps([0, 3_600_000_000, 0], zone: "UTC")),
    TypedColumn(
      "['', 'Zürich 😀 \u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}', NULL]",
      .texts(["", "Zürich 😀 \u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", ""])),
    TypedColumn(
      "[repeat('é', 100000), 'exactly 12 b', NULL]",
      .texts([String(repeating: "é", count: 100_000), "exactly 12 b", ""])),
    TypedColumn("['b', 'a', NULL]::ENUM('a', 'b')[]", .categories(codes: [1, 0, 0], levels: ["a", "b"])),
    TypedColumn(
      "[uuid '00000000-0000-0000-0000-000000000001', uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff', NULL]",
      .texts(["00000000-0000-0000-0000-000000000001", "ffffffff-ffff-ffff-ffff-ffffffffffff", ""])),
  ])
  func `every type arrives whole, with its least and greatest value and a missing one`(_ column: TypedColumn) throws {
    let table = try connection.query("SELECT unnest(\(column.sql)) AS \"the column\"")
    #expect(table == Table([Column(name: "the column", values: column.values, missing: [false, false, true])]))
    let none = try connection.query("SELECT unnest(\(column.sql)) AS \"the column\" LIMIT 0")
    #expect(none.names == ["the column"] && none.rowCount == 0)
    #expect(kind(none.columns[0].values) == kind(column.values), "an empty result keeps its types")
  }

  @Test func `floating point numbers arrive with NaN, infinities and negative zero`() throws {
    let table = try connection.query(
      """
      SELECT unnest(['1.5', 'NaN', 'inf', '-inf', '-0.0', NULL]::DOUBLE[]) AS d,
        unnest(['0.1', 'NaN', 'inf', '-inf', '-0.0', NULL]::FLOAT[]) AS f
      """)
    let doubles = try #require(table["d"]?.doubles)
    let floats = try #require(table["f"]?.doubles)
    #expect(doubles[0] == 1.5 && floats[0] == Double(Float(0.1)))
    #expect(doubles[1].isNaN && doubles[2] == .infinity && doubles[3] == -.infinity && doubles[4].sign == .minus)
    #expect(floats[1].isNaN && floats[2] == .infinity && floats[3] == -.infinity && floats[4].sign == .minus)
    #expect(doubles[5].isNaN && table["d"]?.missing == [false, false, false, false, false, true])
  }

  @Test func `the infinite dates and times of the engine do not overflow`() throws {
    let table = try connection.query(
      """
      SELECT 'infinity'::TIMESTAMP AS a, '-infinity'::TIMESTAMP AS b, 'infinity'::DATE AS c,
        CAST('infinity'::TIMESTAMP AS TIMESTAMP_S) AS d
      """)
    #expect(table["a"]?.values == .timestamps([.max], zone: nil))
    #expect(table["b"]?.values == .timestamps([.min + 1], zone: nil))
    #expect(table["c"]?.values == .dates([.max]))
    #expect(table["d"]?.values == .timestamps([.max], zone: nil))
    #expect(table.columns.allSatisfy { $0.texts.count == 1 })
  }

  @Test func `a column of nothing but NULL is missing throughout`() throws {
    let table = try connection.query("SELECT NULL AS n FROM range(5000)")
    #expect(table["n"]?.missingCount == 5000 && table["n"]?.doubles?.allSatisfy(\.isNaN) == true)
  }

  /// Batches have 2,048 rows; every 7th value is missing, and whole batches are.
  @Test(arguments: [
    "CAST(i AS TINYINT)", "CAST(i AS INTEGER)", "i", "CAST(i AS UBIGINT)", "CAST(i AS HUGEINT)", "CAST(i AS DOUBLE)",
    "CAST(i AS FLOAT)", "CAST(i AS DECIMAL(9, 2))", "i % 2 = 0", "DATE '1970-01-01' + CAST(i AS INTEGER)",
    "TIMESTAMP '1970-01-01' + to_seconds(i)", "CAST(i AS VARCHAR)",
    "CAST(chr(CAST(97 + i % 3 AS INTEGER)) AS ENUM('a', 'b', 'c'))",
  ])
  func `missing values keep their rows over the borders of batches`(_ expression: String) throws {
    let bounded = expression.replacing("CAST(i AS TINYINT)", with: "CAST(i % 100 AS TINYINT)")
    let table = try connection.query(
      """
      SELECT CASE WHEN i % 7 <> 0 AND i NOT BETWEEN 3000 AND 7000 THEN \(bounded) END AS v,
        CASE WHEN i % 7 <> 0 AND i NOT BETWEEN 3000 AND 7000 THEN CAST(\(bounded) AS VARCHAR) END AS shown
      FROM range(10000) AS t(i) ORDER BY i
      """)
    let column = try #require(table["v"])
    #expect(column.count == 10_000)
    let expected = (0..<10_000).map { $0 % 7 == 0 || (3000...7000).contains($0) }
    #expect(column.missing == expected)
    let shown = try #require(table["shown"]).texts
    if case .reals = column.values {
      #expect(column.texts.map { $0.flatMap(Double.init) } == shown.map { $0.flatMap(Double.init) })
    } else {
      #expect(column.texts == shown)
    }
  }

  @Test(arguments: [
    ("[1, 2]", "LIST"), ("{'a': 1}", "STRUCT"), ("INTERVAL 1 DAY", "INTERVAL"), ("'x'::BLOB", "BLOB"),
    ("MAP {'a': 1}", "MAP"), ("TIME '12:00:00'", "TIME"), ("[1, 2]::INTEGER[2]", "ARRAY"),
  ])
  func `a type that cannot be held is refused by the names of column and type`(_ expression: String, _ type: String) {
    #expect(throws: WarehouseError.unsupportedType(column: "odd one", type: type)) {
      try connection.query("SELECT 1 AS fine, \(expression) AS \"odd one\"")
    }
  }

  @Test func `times are shown with their fraction of a second`() {
    let column = Column(
      name: "t", values: .timestamps([0, -1, 1_500_000, 86_399_999_999, .max, .min], zone: nil))
    #expect(
      column.texts == [
        "1970-01-01 00:00:00", "1969-12-31 23:59:59.999999", "1970-01-01 00:00:01.5", "1970-01-01 23:59:59.999999",
        "294247-01-10 04:00:54.775807", "-290308-12-21 19:59:05.224192",
      ])
  }

  @Test func `decimals are shown with all their digits`() {
    let column = Column(name: "d", values: .decimals([-5, 0, 12_345, -100], scale: 2))
    #expect(column.texts == ["-0.05", "0.00", "123.45", "-1.00"] && column.doubles == [-0.05, 0, 123.45, -1])
  }

  @Test func `a statement without a result gives an empty table`() throws {
    #expect(try connection.query("CREATE TEMP TABLE nothing (a INTEGER)").rowCount == 0)
    let empty = try connection.query("SELECT * FROM nothing")
    #expect(empty.names == ["a"] && empty.rowCount == 0)
  }

  private func kind(_ values: ColumnValues) -> String {
    switch values {
    case .integers: "integers"
    case .reals: "reals"
    case .decimals(_, let scale): "decimals \(scale)"
    case .booleans: "booleans"
    case .dates: "dates"
    case .timestamps(_, let zone): "timestamps \(zone ?? "")"
    case .texts: "texts"
    case .categories: "categories"
    }
  }
}

struct `Reading blocks of numbers` {
  let connection: Connection

  init() throws { connection = try Connection() }

  @Test func `a block stands row after row, with NaN for what is missing`() throws {
    let (keys, block) = try connection.numbers(
      """
      SELECT * FROM (VALUES ('x', 1, 2.5::DOUBLE, true, 1.25::DECIMAL(9, 2), 7::UBIGINT, NULL),
        ('y', NULL, 0.5, NULL, -3, 18446744073709551615, NULL)) AS t(k, a, b, c, d, e, f)
      """, keys: 1)
    #expect(keys["k"]?.values == .texts(["x", "y"]))
    #expect(block.names == ["a", "b", "c", "d", "e", "f"] && block.rows == 2)
    #expect(Array(block.values[0..<5]) == [1, 2.5, 1, 1.25, 7])
    #expect(block.values[5].isNaN && block.values[6].isNaN && block.values[8].isNaN && block.values[11].isNaN)
    #expect(block.values[7] == 0.5 && block.values[9] == -3 && block.values[10] == 0x1p64)
    #expect(block.firstNotFinite == nil, "missing is not the same as not finite")
  }

  @Test(arguments: [
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT",
    "FLOAT", "DOUBLE", "DECIMAL(4, 1)", "DECIMAL(9, 4)", "DECIMAL(18, 2)", "DECIMAL(38, 2)",
  ])
  func `numbers of every width are the same numbers in a block`(_ type: String) throws {
    let (_, block) = try connection.numbers(
      "SELECT CASE WHEN i % 5 <> 0 THEN CAST(i % 100 AS \(type)) END AS v FROM range(5000) AS t(i) ORDER BY i", keys: 0)
    #expect(block.rows == 5000)
    #expect(
      block.values.indices.allSatisfy { $0 % 5 == 0 ? block.values[$0].isNaN : block.values[$0] == Double($0 % 100) })
  }

  @Test func `the first number that is not finite is that of the lowest row`() throws {
    let (_, block) = try connection.numbers(
      """
      SELECT CASE WHEN i = 4500 THEN 'inf'::DOUBLE ELSE 0 END AS a, CASE WHEN i = 4499 THEN 'nan'::DOUBLE ELSE 0 END AS b
      FROM range(6000) AS t(i) ORDER BY i
      """, keys: 0)
    #expect(block.firstNotFinite?.row == 4499 && block.firstNotFinite?.column == 1)
  }

  @Test func `no rows still have their columns`() throws {
    let (keys, block) = try connection.numbers("SELECT 'a' AS k, 1 AS x, 2.0 AS y LIMIT 0", keys: 1)
    #expect(keys.names == ["k"] && block.names == ["x", "y"] && block.rows == 0 && block.values.isEmpty)
  }

  @Test(arguments: ["'a'", "'a'::ENUM('a')", "DATE '2024-01-01'", "TIMESTAMP '2024-01-01'", "[1]"])
  func `what is no number is refused by the name of its column, codes of an ENUM too`(_ expression: String) {
    let error = #expect(throws: WarehouseError.self) {
      try connection.numbers("SELECT 1 AS fine, \(expression) AS odd", keys: 0)
    }
    guard case .unsupportedType(let column, let type) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(column == "odd" && type.hasSuffix("where a number is needed"))
  }
}
