import Foundation
import Testing
import Warehouse

struct `Loading tables` {
  let connection: Connection

  init() throws { connection = try Connection() }

  private static let flags = [false, true, false]

  @Test(arguments: [
    ColumnValues.integers([.min, 0, .max]), .reals([-0.5, .nan, .infinity]),
    .decimals([-1, 0, 12_345_678_901_234], scale: 4),
    .booleans([true, false, true]), .dates([-719_162, 0, 2_932_896]),
    .timestamps([-1, 0, 1_700_000_000_123_456], zone: nil),
    .timestamps([-1, 0, 1_700_000_000_123_456], zone: "UTC"), .texts(["naïve 😀 'quoted' \"twice\"", "", "a\nb\t\\"]),
  ])
  func `each kind of column comes back as it went, missing values and all`(_ values: ColumnValues) throws {
    let table = Table([
      Column(name: "whole", values: values), Column(name: "holed \"n\" 'q' 😀", values: values, missing: Self.flags),
    ])
    try connection.load(table, as: "kept \"so\"")
    let back = try connection.query("SELECT * FROM \(SQL.identifier("kept \"so\""))")
    #expect(back.names == table.names && back.columns[1].missing == Self.flags)
    if case .reals(let reals) = values, case .reals(let whole) = back.columns[0].values {
      #expect(zip(reals, whole).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) })
    } else {
      #expect(back == table)
    }
  }

  @Test func `categories come back as text`() throws {
    let codes: [Int32] = (0..<5000).map { Int32($0 % 3) }
    let missing = (0..<5000).map { $0 % 11 == 0 }
    let table = Table([Column(name: "c", values: .categories(codes: codes, levels: ["ä", "", "c"]), missing: missing)])
    try connection.load(table, as: "t")
    #expect(try connection.query("SELECT * FROM t")["c"]?.texts == table["c"]?.texts)
  }

  @Test func `a table without rows keeps its columns`() throws {
    try connection.load(
      Table([Column(name: "a", values: .integers([])), Column(name: "b", values: .categories(codes: [], levels: []))]),
      as: "t")
    let back = try connection.query("SELECT * FROM t")
    #expect(back.names == ["a", "b"] && back.rowCount == 0)
    #expect(back["a"]?.values == .integers([]) && back["b"]?.values == .texts([]))
  }

  @Test func `a hundred thousand rows come back in order`() throws {
    let n = 100_000
    let table = Table([
      Column(name: "i", values: .integers((0..<n).map(Int64.init)), missing: (0..<n).map { $0 % 2048 == 0 }.map { $0 }),
      Column(name: "t", values: .texts((0..<n).map { $0 % 2048 == 0 ? "" : "row \($0) é" })),
    ])
    try connection.load(table, as: "t")
    let back = try connection.query("SELECT * FROM t ORDER BY rowid")
    #expect(back["t"] == table["t"] && back["i"]?.missing == table["i"]?.missing)
    #expect(back["i"]?.texts == table["i"]?.texts)
  }

  @Test func `a name that is taken is refused, and what was there stays`() throws {
    try connection.load(Table([Column(name: "a", values: .integers([1]))]), as: "t")
    #expect(throws: WarehouseError.self) {
      try connection.load(Table([Column(name: "a", values: .integers([2]))]), as: "t")
    }
    #expect(try connection.query("SELECT a FROM t")["a"]?.values == .integers([1]))
  }
}
