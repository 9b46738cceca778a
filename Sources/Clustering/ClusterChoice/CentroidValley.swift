internal import LinearAlgebra

/// The deepest valley that rows show along a line through two centroids.
///
/// All rows are projected, not only those of the two clusters: between two clusters of a single cloud there is a hollow
/// wherever a third took the middle.
struct CentroidValley: Sendable {
  /// The most rows that are looked at.
  static let rowLimit = 10_000

  /// The least p-value of the dip tests times their number, at most 1; nil where there is nothing to test.
  let pValue: Double?

  /// Looks at `x` (m x d, rows that count the same) along the lines through `centroids` (k x d).
  ///
  /// A direction fitted to few rows in many columns parts any cloud: below ten rows a column nothing is tested.
  init(_ x: Matrix, _ centroids: Matrix) {
    let k = centroids.rows
    guard k > 1, x.rows >= 10 * x.columns else {
      pValue = nil
      return
    }
    let pairs = (0..<k).flatMap { first in (first + 1..<k).map { (first, $0) } }
    let values = Parallel.map(count: pairs.count) { index -> Double in
      let (first, second) = pairs[index]
      let direction = zip(centroids.row(second), centroids.row(first)).map { $0 - $1 }
      let places = (0..<x.rows).map { row in zip(x.row(row), direction).reduce(0) { $0 + $1.0 * $1.1 } }
      return DipTest(rounded: places).pValue
    }
    pValue = values.min().map { min(1, $0 * Double(pairs.count)) }
  }
}
