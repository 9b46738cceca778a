/// A dense matrix of doubles, n x d, stored row after row in one flat array.
///
/// Rows are observations (customers), columns are variables (features).
public struct Matrix: Sendable, Hashable, Codable {
  /// n, the number of rows.
  public let rows: Int
  /// d, the number of columns.
  public let columns: Int
  /// The elements, row-major: element (i, j) is at `i * columns + j`.
  public private(set) var values: [Double]

  /// Wraps `values` (row-major, `rows` x `columns` of them) without a copy.
  public init(rows: Int, columns: Int, values: [Double]) {
    precondition(
      rows >= 0 && columns >= 0 && values.count == rows * columns,
      "a \(rows) x \(columns) matrix needs \(rows * columns) values, got \(values.count)")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// A matrix whose every element is `value`.
  public init(rows: Int, columns: Int, repeating value: Double = 0) {
    self.init(rows: rows, columns: columns, values: [Double](repeating: value, count: rows * columns))
  }

  /// The element in `row` and `column`, both from 0.
  public subscript(row: Int, column: Int) -> Double {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "(\(row), \(column)) is outside")
      return values[row * columns + column]
    }
    set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "(\(row), \(column)) is outside")
      values[row * columns + column] = newValue
    }
  }

  /// The elements of one row (d of them).
  public func row(_ index: Int) -> ArraySlice<Double> { values[index * columns..<(index + 1) * columns] }

  /// A copy of one column (n elements).
  public func column(_ index: Int) -> [Double] {
    precondition(index >= 0 && index < columns, "column \(index) of \(columns)")
    return (0..<rows).map { values[$0 * columns + index] }
  }
}
