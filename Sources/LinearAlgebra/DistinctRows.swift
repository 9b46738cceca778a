/// The distinct rows of a matrix with the weight each carries, in canonical order.
///
/// What is computed from these alone cannot depend on the order of the rows, and a weight of 3 is the same bits as
/// three equal rows. Rows of weight 0 are left out.
public struct DistinctRows: Sendable, Hashable {
  /// The distinct rows (m x d), in the order of ``Matrix/canonicalOrder(weights:)``.
  public private(set) var matrix: Matrix
  /// The summed weight of each (m, > 0).
  public let weights: [Double]

  /// Collects the rows of `x` (n x d), weighted by `weights` (n, >= 0; all 1 when nil). O(n d).
  public init(_ x: Matrix, weights: [Double]? = nil) {
    var kept: [Int] = []
    var sums: [Double] = []
    kept.reserveCapacity(x.rows)
    sums.reserveCapacity(x.rows)
    var lastHash: UInt64?
    for entry in x.canonicalEntries(weights: weights) {
      let weight = weights?[entry.row] ?? 1
      guard weight > 0 else { continue }
      // Only rows of equal hash can be equal, and to look at rows far apart in memory is slow.
      if entry.hash == lastHash, let last = kept.last, x.rowsAreEqual(last, entry.row) {
        sums[sums.count - 1] += weight
      } else {
        kept.append(entry.row)
        sums.append(weight)
        lastHash = entry.hash
      }
    }
    matrix = x.gatheringRows(kept)
    self.weights = sums
  }
  /// Moves the middle of the rows to 0 and brings their largest deviation near 1, in place; returns what was taken off
  /// (the weighted mean, d) and the power of two they were multiplied by. O(n d), on all workers.
  package mutating func standardise() -> (mean: [Double], scale: Double) {
    let ranges = matrix.columnRanges(weights: weights)
    let total = weights.reduce(0, +)
    let mean = ranges.sums.map { total > 0 ? $0 / total : 0 }
    var largest = 0.0
    for column in mean.indices {
      largest = max(largest, ranges.greatest[column] - mean[column], mean[column] - ranges.least[column])
    }
    let scale = powerOfTwoScale(for: largest)
    matrix.center(on: mean, scale: scale)
    return (mean, scale)
  }
}
