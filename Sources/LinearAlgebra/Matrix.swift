/// A dense matrix of doubles, n x d, stored row after row in one flat array.
///
/// Rows are observations (customers), columns are variables (features).
public struct Matrix: Sendable, Hashable {
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

  /// The columns at `indices`, in that order; itself when these are all. An index may repeat. O(n x columns taken).
  public func selectingColumns(_ indices: [Int]) -> Matrix {
    precondition(indices.allSatisfy { $0 >= 0 && $0 < columns }, "a column index is outside 0..<\(columns)")
    if indices == Array(0..<columns) { return self }
    var selected: [Double] = []
    selected.reserveCapacity(rows * indices.count)
    for row in 0..<rows { for column in indices { selected.append(values[row * columns + column]) } }
    return Matrix(rows: rows, columns: indices.count, values: selected)
  }

  /// A copy of the rows at `indices`, in that order; an index may repeat. O(rows taken x d), on all workers.
  public func gatheringRows(_ indices: [Int]) -> Matrix {
    let d = columns
    precondition(indices.allSatisfy { $0 >= 0 && $0 < rows }, "a row index is outside 0..<\(rows)")
    let gathered = unsafe [Double](unsafeUninitializedCapacity: indices.count * d) { buffer, count in
      // Safe: every piece writes only its own rows of the buffer, and all are written before the count is set.
      nonisolated(unsafe) let target = unsafe buffer
      _ = Parallel.map(rows: indices.count) { range in
        unsafe values.withUnsafeBufferPointer { source in
          for position in range {
            let first = indices[position] * d
            _ = unsafe target[position * d..<(position + 1) * d].initialize(from: source[first..<first + d])
          }
        }
      }
      count = indices.count * d
    }
    return Matrix(rows: indices.count, columns: columns, values: gathered)
  }

  /// Replaces every element by (element - its column's `center`) x `scale`, in place, on all workers.
  package mutating func center(on center: [Double], scale: Double) {
    precondition(center.count == columns, "\(center.count) centres for \(columns) columns")
    let (n, d) = (rows, columns)
    unsafe values.withUnsafeMutableBufferPointer { values in
      // Safe: each piece of rows changes its own elements only.
      nonisolated(unsafe) let elements = unsafe values
      _ = Parallel.map(rows: n) { range in
        unsafe center.withUnsafeBufferPointer { center in
          for row in range {
            for column in 0..<d {
              unsafe elements[row * d + column] = unsafe (elements[row * d + column] - center[column]) * scale
            }
          }
        }
      }
    }
  }

  /// A copy of one column (n elements).
  public func column(_ index: Int) -> [Double] {
    precondition(index >= 0 && index < columns, "column \(index) of \(columns)")
    return (0..<rows).map { values[$0 * columns + index] }
  }
}

extension Matrix: Codable {
  private enum CodingKeys: String, CodingKey { case rows, columns, values }

  /// Reads a matrix, refusing one whose shape does not fit its values.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let rows = try container.decode(Int.self, forKey: .rows)
    let columns = try container.decode(Int.self, forKey: .columns)
    let values = try container.decode([Double].self, forKey: .values)
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard rows >= 0, columns >= 0, !overflow, values.count == count else {
      throw DecodingError.dataCorruptedError(
        forKey: .values, in: container,
        debugDescription: "A \(rows) x \(columns) matrix cannot hold \(values.count) values.")
    }
    self.init(rows: rows, columns: columns, values: values)
  }
}
