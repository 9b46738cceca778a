/// The distinct rows of a matrix with the weight each carries, in canonical order.
///
/// What is computed from these alone cannot depend on the order of the rows, and a weight of 3 is the same bits as
/// three equal rows. Rows of weight 0 are left out.
public struct DistinctRows: Sendable, Hashable {
  /// The distinct rows (m x d), in the order of ``Matrix/canonicalOrder(weights:)``.
  public let matrix: Matrix
  /// The summed weight of each (m, > 0).
  public let weights: [Double]

  /// Collects the rows of `x` (n x d), weighted by `weights` (n, >= 0; all 1 when nil). O(n d).
  public init(_ x: Matrix, weights: [Double]? = nil) {
    var kept: [Int] = []
    var sums: [Double] = []
    kept.reserveCapacity(x.rows)
    sums.reserveCapacity(x.rows)
    for row in x.canonicalOrder(weights: weights) {
      let weight = weights?[row] ?? 1
      guard weight > 0 else { continue }
      if let last = kept.last, x.rowsAreEqual(last, row) {
        sums[sums.count - 1] += weight
      } else {
        kept.append(row)
        sums.append(weight)
      }
    }
    matrix = x.gatheringRows(kept)
    self.weights = sums
  }
}
