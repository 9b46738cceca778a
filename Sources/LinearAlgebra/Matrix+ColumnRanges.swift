internal import CKernels

/// What is known of every column after one look at the rows.
struct ColumnRanges: Sendable {
  /// The weighted sums (d).
  var sums: [Double]
  /// The least values (d); infinite without rows.
  var least: [Double]
  /// The greatest values (d); minus infinite without rows.
  var greatest: [Double]

  fileprivate init(columns: Int) {
    sums = [Double](repeating: 0, count: columns)
    least = [Double](repeating: .infinity, count: columns)
    greatest = [Double](repeating: -.infinity, count: columns)
  }
}

extension Matrix {
  /// Weighted sums (`weights` n) and extremes of all columns. The same bits at every level of ``Kernels``. O(n d).
  func columnRanges(weights: [Double]) -> ColumnRanges {
    precondition(weights.count == rows, "a weight for each of \(rows) rows")
    let parts = Parallel.map(rows: rows) { range in columnRanges(weights: weights, rows: range) }
    var ranges = ColumnRanges(columns: columns)
    for part in parts {
      for column in 0..<columns {
        ranges.sums[column] += part.sums[column]
        ranges.least[column] = min(ranges.least[column], part.least[column])
        ranges.greatest[column] = max(ranges.greatest[column], part.greatest[column])
      }
    }
    return ranges
  }

  private func columnRanges(weights: [Double], rows range: Range<Int>) -> ColumnRanges {
    let level = Kernels.current
    var ranges = ColumnRanges(columns: columns)
    guard level > .plain else {
      for row in range {
        for column in 0..<columns {
          let value = values[row * columns + column]
          ranges.sums[column] += value * weights[row]
          ranges.least[column] = min(ranges.least[column], value)
          ranges.greatest[column] = max(ranges.greatest[column], value)
        }
      }
      return ranges
    }
    unsafe values.withUnsafeBufferPointer { values in
      unsafe weights.withUnsafeBufferPointer { weights in
        guard let values = values.baseAddress, let weights = weights.baseAddress else { return }
        // Rows that stay in the nearest cache while the columns are gone through, eight at a time.
        for first in stride(from: range.lowerBound, to: range.upperBound, by: 128) {
          // Safe: the rows and weights lie inside their arrays; each of the three arrays holds d elements.
          unsafe tessera_column_ranges(
            Int32(level.rawValue), values + first * columns, Int64(min(128, range.upperBound - first)),
            Int64(columns), weights + first, &ranges.sums, &ranges.least, &ranges.greatest)
        }
      }
    }
    return ranges
  }

  /// Whether all elements of the rows of `range` have a magnitude of at most `limit`; false for what is not a number.
  package func isWithin(_ limit: Double, rows range: Range<Int>) -> Bool {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "\(range) of \(rows)")
    let level = Kernels.current
    return unsafe values[range.lowerBound * columns..<range.upperBound * columns].withUnsafeBufferPointer { part in
      guard level > .plain, let start = part.baseAddress else {
        return unsafe part.allSatisfy { $0.magnitude <= limit }
      }
      // Safe: `part` says how many elements there are.
      return unsafe tessera_all_within(Int32(level.rawValue), start, Int64(part.count), limit) != 0
    }
  }
}
