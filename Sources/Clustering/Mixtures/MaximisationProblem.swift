internal import Foundation
internal import LinearAlgebra

/// What the covariances of one maximisation step minimise: sum_k n_k ln |Sigma_k| + tr(W_k Sigma_k^-1).
///
/// Minus twice the expected complete log-likelihood but for what does not depend on the covariances.
struct MaximisationProblem: Sendable {
  /// n_k (k), with a prior's pseudo-rows.
  var weights: [Double]
  /// W_k (k x d x d).
  var scatters: [Double]
  /// d.
  let columns: Int

  /// The problem without a prior.
  init(_ statistics: ScatterStatistics) {
    weights = statistics.weights
    scatters = statistics.scatters
    columns = statistics.columns
  }

  /// k.
  var components: Int { weights.count }
  /// All rows and pseudo-rows.
  var totalWeight: Double { weights.reduce(0, +) }

  /// W_k as a matrix.
  func scatter(_ component: Int) -> Matrix {
    let size = columns * columns
    return Matrix(
      rows: columns, columns: columns, values: Array(scatters[component * size..<(component + 1) * size]))
  }

  /// The sum of all scatters, each divided by its component's `divisors` (all 1 when nil), row-major (d x d).
  func pooled(dividedBy divisors: [Double]? = nil) -> [Double] {
    let size = columns * columns
    var sum = [Double](repeating: 0, count: size)
    for k in 0..<components {
      let factor = divisors.map { 1 / $0[k] } ?? 1
      for i in 0..<size { sum[i] += factor * scatters[k * size + i] }
    }
    return sum
  }

  /// The diagonal of W_k (d).
  func diagonal(_ component: Int) -> [Double] {
    (0..<columns).map { scatters[(component * columns + $0) * columns + $0] }
  }
}

/// The geometric mean of positive `values`, 0 when one is not positive.
func geometricMean(_ values: some Collection<Double>) -> Double {
  guard values.allSatisfy({ $0 > 0 }) else { return 0 }
  return exp(values.reduce(0) { $0 + log($1) } / Double(values.count))
}
