public import Features
public import Warehouse

/// Which columns of a ready table are the identifier, the numbers and the categories.
public enum TableLayout {
  /// Sorts the columns of `table` for clustering.
  ///
  /// - Parameters:
  ///   - include: the columns to use; empty takes every numeric, true/false and text column.
  ///   - exclude: columns to leave out.
  ///   - categories: columns whose values are levels, whatever they look like.
  ///   - numbers: columns that must hold numbers.
  ///   - identifier: the column that names rows; nil numbers them.
  ///   - takesDays: whether dates and times are numbers, too: days since 1970-01-01.
  /// Columns whose type cannot be used (nested values; dates unless `takesDays`) are left out unless asked for by name.
  /// - Throws: ``WarehouseError`` for unknown columns and, when asked for by name, unusable ones.
  public static func columns(
    of table: TableSource, include: [String], exclude: [String], categories levels: [String] = [],
    numbers: [String] = [], identifier: String?, condition: String? = nil, weights: String? = nil,
    takesDays: Bool = false
  ) throws(WarehouseError) -> FeatureColumns {
    for name in include + exclude + levels + numbers + [identifier, weights].compactMap({ $0 }) {
      _ = try table.column(name)
    }
    let left = Set(exclude + [identifier, weights].compactMap { $0 })
    for name in numbers where try !table.column(name).kind.isNumeric {
      throw .badCell(source: table.name, row: nil, column: name, needed: "numbers")
    }
    var numeric: [String] = []
    var categories: [String] = []
    for column in table.columns where !left.contains(column.name) {
      guard include.isEmpty || include.contains(column.name) || numbers.contains(column.name) else { continue }
      if levels.contains(column.name) {
        categories.append(column.name)
      } else if column.kind.isNumeric || (takesDays && column.kind.isDay) {
        numeric.append(column.name)
      } else if column.kind == .text {
        categories.append(column.name)
      } else if !include.isEmpty {
        throw .badCell(
          source: table.name, row: nil, column: column.name,
          needed: "numbers or text (it has the type \(column.type))")
      }
    }
    return FeatureColumns(identifier: identifier, numeric: numeric, categories: categories, condition: condition)
  }
}
