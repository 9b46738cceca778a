public import Warehouse

/// What a file's columns show: the evidence that roles are guessed from.
public struct ColumnEvidence: Sendable, Hashable {
  public let name: String
  public let kind: ColumnKind
  public let rows: Int
  /// Distinct values, exactly for small tables, else estimated.
  public let distinct: Int
  public let missing: Int
  /// Least and greatest value of a number.
  public let minimum: Double?
  public let maximum: Double?

  /// The name in lower-case words: `InvoiceNo` and `invoice_no` are both `invoice no`.
  var words: [String] {
    var words: [String] = []
    var word = ""
    var previous: Character?
    for character in name {
      let isBoundary = !character.isLetter && !character.isNumber
      let isHump = character.isUppercase && (previous?.isLowercase ?? false)
      if isBoundary || isHump, !word.isEmpty {
        words.append(word.lowercased())
        word = ""
      }
      if !isBoundary { word.append(character) }
      previous = character
    }
    if !word.isEmpty { words.append(word.lowercased()) }
    return words
  }

  /// Whether one of its words begins with one of `stems`.
  func speaksOf(_ stems: [String]) -> Bool {
    words.contains { word in stems.contains { word.hasPrefix($0) } }
  }

  var isNumber: Bool { kind == .integer || kind == .real }
  var isIdentifierLike: Bool { kind == .integer || kind == .text }
  /// Whether every present value is another, and none is missing.
  var isUnique: Bool { rows > 1 && distinct == rows && missing == 0 }
}

extension Connection {
  /// Looks at every column of `table` once.
  func evidence(_ table: TableSource) throws(WarehouseError) -> [ColumnEvidence] {
    var parts = ["count(*) AS rows_seen"]
    for (index, column) in table.columns.enumerated() {
      let name = SQL.identifier(column.name)
      parts.append("count(DISTINCT \(name)) AS distinct_\(index)")
      parts.append("count(*) - count(\(name)) AS missing_\(index)")
      if column.kind == .integer || column.kind == .real {
        parts.append("\(dialect.asReal("min(\(name))")) AS minimum_\(index)")
        parts.append("\(dialect.asReal("max(\(name))")) AS maximum_\(index)")
      }
    }
    let found = try query("SELECT \(parts.joined(separator: ", ")) FROM \(table.relation) AS t", reading: table.name)
    func number(_ name: String) -> Double? {
      guard let value = found[name]?.doubles?.first, value.isFinite else { return nil }
      return value
    }
    return table.columns.enumerated().map { index, column in
      ColumnEvidence(
        name: column.name, kind: column.kind, rows: Int(number("rows_seen") ?? 0),
        distinct: Int(number("distinct_\(index)") ?? 0), missing: Int(number("missing_\(index)") ?? 0),
        minimum: number("minimum_\(index)"), maximum: number("maximum_\(index)"))
    }
  }
}
