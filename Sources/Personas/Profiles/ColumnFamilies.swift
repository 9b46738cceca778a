internal import Features
internal import Warehouse

/// Columns of a ready table that are parts of one whole, such as amounts by category or purchases by channel.
///
/// Who buys more buys more of everything, so that the parts themselves say little but how much is bought: what tells people
/// apart is the whole, and which share of it each part is. Both are described; no rule and no segment is made of them.
struct ColumnFamily: Sendable {
  /// What the whole is called.
  let whole: String
  private let parts: @Sendable ([String]) -> Bool
  /// Columns that are counted within the whole, and are no part of their own.
  private let within: @Sendable ([String]) -> Bool

  /// What columns are called that hold the whole, or another cut of it.
  private static let wholes: Set<String> = ["total", "all", "sum", "overall", "regular"]

  static let known = [
    ColumnFamily(
      whole: "total_of_mnt", parts: { $0.first == "mnt" && $0.count > 1 && wholes.isDisjoint(with: $0) },
      within: { _ in false }),
    ColumnFamily(
      whole: "total_of_num_purchases",
      parts: {
        $0.first == "num" && $0.last == "purchases" && $0.count > 2 && $0[1] != "deals" && wholes.isDisjoint(with: $0)
      },
      within: { $0 == ["num", "deals", "purchases"] }),
  ]

  /// Whole and shares of `values`, and the columns that they stand for; nil where there are not two parts.
  fileprivate func described(_ values: FeatureValues) -> (columns: [(String, [Double])], covered: [String])? {
    let names = values.numbers.names
    let parts = names.indices.filter { self.parts(FeatureWords(names[$0]).words) }
    let others = names.indices.filter { within(FeatureWords(names[$0]).words) }
    guard parts.count > 1 else { return nil }
    let width = names.count
    func value(_ row: Int, _ column: Int) -> Double { values.numbers.values[row * width + column] }
    // Missing where a part is, and where one is below 0, as no share is.
    let wholes = (0..<values.rows).map { row in
      parts.reduce(0.0) { sum, column in
        let part = value(row, column)
        return part >= 0 ? sum + part : .nan
      }
    }
    let shares = (parts + others).map { column in
      (
        "share_of_\(names[column])",
        wholes.indices.map { row -> Double in
          let part = value(row, column)
          return wholes[row] > 0 && part >= 0 ? min(1, part / wholes[row]) : .nan
        }
      )
    }
    return ([(whole, wholes)] + shares, (parts + others).map { names[$0] })
  }
}

extension FeatureValues {
  /// The same with whole and shares of the families of columns that are among the numbers, and the columns that these
  /// stand for.
  func addingFamilies() -> (values: FeatureValues, covered: Set<String>) {
    let found = ColumnFamily.known.compactMap { $0.described(self) }
    let columns = found.flatMap(\.columns).filter { !numbers.names.contains($0.0) }
    guard !columns.isEmpty else { return (self, []) }
    let width = numbers.names.count
    var all: [Double] = []
    all.reserveCapacity(rows * (width + columns.count))
    for row in 0..<rows {
      all.append(contentsOf: numbers.values[row * width..<(row + 1) * width])
      for column in columns { all.append(column.1[row]) }
    }
    var values = FeatureValues(
      customers: customers,
      numbers: NumberBlock(names: numbers.names + columns.map(\.0), rows: rows, values: all), categories: categories,
      rowNumbers: rowNumbers)
    values.lists = lists
    return (values, Set(found.flatMap(\.covered)))
  }
}
