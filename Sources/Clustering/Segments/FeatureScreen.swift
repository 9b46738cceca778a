package import LinearAlgebra

/// The features that tell parts apart.
///
/// A feature's share is the part of its sum of squares that lies between the parts (eta squared). Features whose share
/// is below a fraction of the greatest one are left out. To select by the variance within the parts of a first division,
/// and to divide again, is the idea of Andrews & McNicholas (2014, "Variable selection for clustering and classification").
/// One cloud remains one cloud on fewer columns; but whoever looks several times finds a valley by chance a little more
/// often than the level of one test says.
package struct FeatureScreen: Sendable {
  /// How often the selection is made anew.
  static let rounds = 3
  /// The least share, as part of the greatest.
  static let leastShare = 0.2

  /// The columns of the features that remain, ascending; those of one at least.
  package let columns: [Int]

  /// Looks at `x` (n x d) divided by `labels` (n, from 0), columns belonging to `features` (d).
  package init(_ x: Matrix, labels: [Int], features: [Int]) {
    let parts = (labels.max() ?? 0) + 1
    let shares = Parallel.map(count: x.columns) { column in FeatureScreen.share(x, column, labels, parts) }
    var best: [Int: Double] = [:]
    for (column, feature) in features.enumerated() { best[feature] = max(best[feature] ?? 0, shares[column]) }
    let greatest = best.values.max() ?? 0
    columns = (0..<x.columns).filter { (best[features[$0]] ?? 0) >= FeatureScreen.leastShare * greatest }
  }

  /// Eta squared: the sum of squares between the parts over that of all rows; 0 for a constant column.
  static func share(_ x: Matrix, _ column: Int, _ labels: [Int], _ parts: Int) -> Double {
    var counts = [Double](repeating: 0, count: parts)
    var sums = [CompensatedSum](repeating: CompensatedSum(), count: parts)
    for row in 0..<x.rows where labels[row] >= 0 {
      counts[labels[row]] += 1
      sums[labels[row]].add(x[row, column])
    }
    let total = counts.reduce(0, +)
    guard total > 0 else { return 0 }
    let mean = sums.reduce(0) { $0 + $1.value } / total
    var squares = CompensatedSum()
    for row in 0..<x.rows where labels[row] >= 0 { squares.add(x[row, column] - mean, times: x[row, column] - mean) }
    guard squares.value > 0 else { return 0 }
    let between = zip(sums, counts).reduce(0.0) { sum, part in
      guard part.1 > 0 else { return sum }
      let difference = part.0.value / part.1 - mean
      return sum + part.1 * difference * difference
    }
    return min(1, between / squares.value)
  }
}
