internal import Features
internal import Warehouse

/// Dates and times of a ready table as numbers that a prediction learns from.
extension ColumnKind {
  /// Whether it tells a day.
  var isDay: Bool { self == .date || self == .time }
}

extension TableSource {
  /// Those of the columns `names` that tell days.
  func days(among names: [String]) -> [String] {
    let days = Set(columns.filter(\.kind.isDay).map(\.name))
    return names.filter(days.contains)
  }

  /// What the reader must know of `days` that are taken as features; nil without any.
  func noteOfDays(_ days: [String]) -> String? {
    guard !days.isEmpty else { return nil }
    let names = days.map { "'\($0)'" }.joined(separator: ", ")
    return
      "\(names) \(days.count == 1 ? "is" : "are") taken as days since 1970; in a later table such days lie beyond what was "
      + "learnt from, where ages (days before the table's own date) keep their meaning"
  }
}

extension Connection {
  /// Reads `columns` of `relation`, those of `days` as days since 1970-01-01, by their whole seconds.
  func featureValues(
    _ relation: String, _ columns: FeatureColumns, days: [String], source: String
  ) throws(WarehouseError) -> FeatureValues {
    guard !days.isEmpty else { return try featureValues(relation, columns, source: source) }
    // Beside the columns themselves, of which the user's condition may speak.
    let aliases = Dictionary(days.enumerated().map { ($1, "tessera_day_\($0)") }) { first, _ in first }
    let added = days.enumerated().map { index, name in
      "\(dialect.epoch(SQL.identifier(name))) / 86400.0 AS tessera_day_\(index)"
    }
    var asked = columns
    asked.numeric = columns.numeric.map { aliases[$0] ?? $0 }
    let read = try featureValues(
      "(SELECT *, \(added.joined(separator: ", ")) FROM \(relation) AS t)", asked, source: source)
    return FeatureValues(
      customers: read.customers,
      numbers: NumberBlock(names: columns.numeric, rows: read.numbers.rows, values: read.numbers.values),
      categories: read.categories, rowNumbers: read.rowNumbers)
  }
}
