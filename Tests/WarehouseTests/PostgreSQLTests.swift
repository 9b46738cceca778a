import TestSupport
import Testing
import Warehouse

/// What PostgreSQL does another way, on a server of the tests' own.
@Suite(.enabled(if: PostgreSQLServer.isPresent, Comment(rawValue: PostgreSQLServer.absence)))
struct `PostgreSQL` {
  let server: Connection

  init() throws { server = try Connection(PostgreSQLServer.settings()) }

  private func value(_ expression: String) throws -> String? {
    try #require(try server.query("SELECT \(expression) AS v").columns.first).texts.first ?? nil
  }

  @Test func `numeric arrives as numbers, missing ones and those that are none as missing`() throws {
    let read = try server.query(
      "SELECT CAST(v AS NUMERIC) AS v FROM (VALUES ('1.25'), (NULL), ('NaN'), ('-12345678901234567890.5')) AS t(v)")
    let numbers = try #require(read["v"]?.doubles)
    #expect(numbers[0] == 1.25 && numbers[1].isNaN && numbers[2].isNaN && numbers[3] == -12_345_678_901_234_567_890.5)
    let block = try server.numbers("SELECT CAST(2.5 AS NUMERIC) AS v", keys: 0).numbers
    #expect(block.values == [2.5])
  }

  @Test(arguments: [
    ("DECIMAL(18,4)", "12.34567", "12.3457"), ("DECIMAL(18,4)", " -.5 ", "-0.5"), ("DECIMAL(18,4)", "1e3", "1000.0"),
    ("DECIMAL(18,4)", "1e14", nil), ("DECIMAL(18,4)", "99999999999999.99999", nil), ("DECIMAL(18,4)", "NaN", nil),
    ("DECIMAL(18,4)", "Infinity", nil), ("DECIMAL(18,4)", "1,5", nil), ("DECIMAL(18,4)", "", nil),
    ("BIGINT", "9223372036854775807", "9223372036854775807"), ("BIGINT", "9223372036854775808", nil),
    ("BIGINT", "007", "7"), ("BIGINT", "x7", nil), ("DOUBLE PRECISION", "1e400", nil),
    ("DOUBLE PRECISION", "0.1", "0.1"), ("TIMESTAMP", "2024-02-29 23:59:59", "2024-02-29 23:59:59"),
    ("TIMESTAMP", "2023-02-29", nil), ("TIMESTAMP", "2024-04-31", nil),
    ("TIMESTAMP", "2024-04-30", "2024-04-30 00:00:00"),
    ("TIMESTAMP", "today", nil), ("TIMESTAMP", "2024-13-01", nil), ("TIMESTAMP", "0000-01-01", nil),
    ("TIMESTAMP", "2024-01-01T24:00", nil),
  ])
  func `a cast that fails is missing`(_ type: String, _ cell: String, _ wanted: String?) throws {
    #expect(try value(Dialect.postgreSQL.attempt(SQL.literal(cell), as: type)) == wanted)
  }

  @Test func `an offset is reckoned with`() throws {
    let moment = Dialect.postgreSQL.attempt("'2024-06-30T23:30:00-02:00'", as: Dialect.postgreSQL.zonedTime)
    #expect(try value("CAST(\(moment) AS TIMESTAMP)") == "2024-07-01 01:30:00")
  }

  static let patterns: [(pattern: String, cell: String)] = [
    ("%d/%m/%Y", "31/12/2024"), ("%d/%m/%Y", "1/2/2024"), ("%d/%m/%Y", "30/02/2024"), ("%d/%m/%Y", "31/12/2024 10:00"),
    ("%m/%d/%y %H:%M", "12/31/68 23:59"), ("%m/%d/%y", "01/01/69"), ("%d.%m.%Y", "29.02.2023"),
    ("%b %d, %Y", "Feb 29, 2024"), ("%d %B %Y", "3 October 2020"), ("%d %b %Y", "3 Xyz 2020"),
    ("%m/%d/%Y %I:%M:%S %p", "1/2/2020 12:05:09 AM"), ("%m/%d/%Y %I:%M %p", "1/2/2020 12:05 PM"),
    ("%Y%m%d", "20240229"), ("%Y-%m-%dT%H:%M:%S.%f", "2024-02-29T01:02:03.25"), ("%d/%m/%Y", "noon"),
  ]

  @Test(arguments: patterns)
  func `a time is read by its pattern as DuckDB reads it`(_ pattern: String, _ cell: String) throws {
    let embedded = try Connection()
    let wanted = try #require(Dialect.duckDB.moment(SQL.literal(cell), pattern: pattern))
    let found = try #require(Dialect.postgreSQL.moment(SQL.literal(cell), pattern: pattern))
    let expected = try #require(try embedded.query("SELECT \(wanted) AS v").columns.first).texts.first
    #expect(try value(found) == expected ?? nil)
  }

  @Test(arguments: ["0.5", "1.5", "2.5", "-0.5", "-2.5", "0.49999999999999994", "4503599627370497", "-3.2"])
  func `halves are rounded as DuckDB rounds them`(_ number: String) throws {
    let dialects: [Dialect] = [.duckDB, .postgreSQL]
    let sql = dialects.map { "SELECT \($0.rounded($0.asReal(number))) AS v" }
    let expected = try Connection().query(sql[0])["v"]?.doubles
    #expect(try server.query(sql[1])["v"]?.doubles == expected)
  }

  @Test func `a table's columns are described by kind`() throws {
    try server.execute(
      """
      CREATE TEMP TABLE "an odd one" (a INT, b NUMERIC(10,2), c TEXT, d TIMESTAMPTZ, e BOOLEAN, f DATE, g CHAR(3),
        "h i" REAL, j INT[])
      """)
    let table = try server.open(table: "an odd one")
    #expect(table.columns.map(\.name) == ["a", "b", "c", "d", "e", "f", "g", "h i", "j"])
    #expect(
      table.columns.map(\.kind) == [.integer, .real, .text, .time, .boolean, .date, .text, .real, .other])
  }

  @Test(arguments: [
    ("SELECT CAST('SECRET77' AS INT)", "a text could not be converted to the type it is cast to (SQLSTATE 22P02)"),
    (
      "SELECT CAST(x AS INT) FROM (VALUES ('SECRET77')) AS t(x)",
      "a text could not be converted to the type it is cast to (SQLSTATE 22P02)"
    ),
    ("SELECT 1 / 0", "a number was divided by zero (SQLSTATE 22012)"),
    ("SELECT nothing FROM pg_class", "column \"nothing\" does not exist (SQLSTATE 42703)"),
    ("SELECT * FROM nowhere", "relation \"nowhere\" does not exist (SQLSTATE 42P01)"),
    ("SELEC 1", "syntax error at or near \"SELEC\" (SQLSTATE 42601)"),
  ])
  func `errors are told in our words, without values`(_ sql: String, _ reason: String) {
    #expect(throws: WarehouseError.statement(reason: reason)) { try server.query(sql) }
  }

  @Test func `a server that is not there is unreachable, and a database that is not there too`() throws {
    var settings = PostgreSQLServer.settings()
    let address = try #require(settings.database)
    settings.database = address.replacing("///postgres?", with: "///nowhere?")
    #expect(throws: WarehouseError.engineUnreachable(reason: "database \"nowhere\" does not exist")) {
      try Connection(settings)
    }
    settings.database = "postgresql://localhost:1/nowhere"
    do {
      _ = try Connection(settings)
      Issue.record("a server on port 1")
    } catch WarehouseError.engineUnreachable {}
  }

  @Test func `a result is written to a file of this machine`() throws {
    let folder = try TemporaryFolder()
    let target = folder.path("numbers.csv")
    let files = StagedFiles()
    let rows = try server.write(
      "SELECT 1 AS a, CAST(2.5 AS NUMERIC) AS b, CAST(NULL AS TEXT) AS c", to: target, in: files)
    try files.commit()
    let embedded = try Connection()
    let read = try embedded.query("SELECT * FROM \(embedded.open(file: target).relation) AS t")
    #expect(rows == 1 && read["a"]?.doubles == [1] && read["b"]?.doubles == [2.5] && read["c"]?.missingCount == 1)
  }
}
