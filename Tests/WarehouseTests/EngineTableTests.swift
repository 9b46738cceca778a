import Foundation
import Testing
import Warehouse

/// Tables of an engine's own database that are written whole.
@Suite struct EngineTableTests {
  private static func withDatabase(_ body: (Connection) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var settings = EngineSettings()
    settings.database = folder.appendingPathComponent("shop.duckdb").path
    try body(try Connection(settings))
  }

  private static func table(_ numbers: [Int64]) -> Table {
    Table([Column(name: "customer", values: .integers(numbers))])
  }

  @Test(arguments: ["segments", "marketing.segments", "odd \"name\"; --"])
  func `a table is replaced whole, under the name that the user gave it`(_ name: String) throws {
    try Self.withDatabase { connection in
      try connection.execute("CREATE SCHEMA marketing")
      for numbers in [[1, 2, 3], [4, 5]] as [[Int64]] {
        let table = try EngineTable(name, replacing: ["customer"], in: connection)
        try table.stage(Self.table(numbers))
        try table.replace()
        let quoted = name.split(separator: ".").map { SQL.identifier(String($0)) }.joined(separator: ".")
        let read = try connection.query("SELECT customer FROM \(quoted) ORDER BY customer")
        #expect(read["customer"]?.doubles == numbers.map { Double($0) })
      }
      let left = try connection.query("SELECT count(*) AS n FROM duckdb_tables()")
      #expect(left["n"]?.doubles == [1])
    }
  }

  @Test func `what is staged and given up leaves the table before as it was, and nothing else`() throws {
    try Self.withDatabase { connection in
      try connection.execute("CREATE TABLE segments AS SELECT 7 AS customer")
      do {
        let table = try EngineTable("segments", replacing: ["customer"], in: connection)
        try table.stage(Self.table([1, 2]))
      }
      #expect(try connection.query("SELECT customer FROM segments")["customer"]?.doubles == [7])
      #expect(try connection.query("SELECT count(*) AS n FROM duckdb_tables()")["n"]?.doubles == [1])
    }
  }

  @Test func `a table that holds something else is never replaced`() throws {
    try Self.withDatabase { connection in
      try connection.execute("CREATE TABLE orders AS SELECT 7 AS amount")
      let error = #expect(throws: WarehouseError.self) {
        try EngineTable("orders", replacing: ["customer"], in: connection)
      }
      #expect(error?.description.contains("holds something else") == true)
      #expect(try connection.query("SELECT amount FROM orders")["amount"]?.doubles == [7])
      #expect(try connection.query("SELECT count(*) AS n FROM duckdb_tables()")["n"]?.doubles == [1])
    }
  }

  @Test func `a schema that is not there is told before anything is written`() throws {
    try Self.withDatabase { connection in
      let error = #expect(throws: WarehouseError.self) {
        try EngineTable("nowhere.segments", replacing: ["customer"], in: connection)
      }
      #expect(error?.description.contains("nowhere") == true)
    }
  }

  @Test(arguments: ["", ".segments", "a.b.c.d"]) func `what is no name is refused`(_ name: String) throws {
    try Self.withDatabase { connection in
      #expect(throws: WarehouseError.self) { try EngineTable(name, replacing: ["customer"], in: connection) }
    }
  }

  @Test func `an engine in memory keeps no table, and says what to name`() throws {
    let connection = try Connection()
    let error = #expect(throws: WarehouseError.self) {
      try EngineTable("segments", replacing: ["customer"], in: connection)
    }
    #expect(error?.description.contains("engine.database") == true)
  }
}
