import Clustering
import Foundation
import LinearAlgebra
import Randomness

/// Made-up rows and their statistics for tests of mixtures.
enum MixtureSamples {
  /// Correlated normal rows of unequal spread (n x d).
  static func rows(_ n: Int, columns d: Int, seed: UInt64) -> Matrix {
    var random = RandomStream(seed: seed)
    let turn = (0..<d * d).map { _ in random.normal() }
    var x = Matrix(rows: n, columns: d)
    for row in 0..<n {
      let z = (0..<d).map { random.normal() * Double($0 + 1) }
      for column in 0..<d {
        x[row, column] = z[column] + 0.5 * (0..<d).reduce(0) { $0 + turn[column * d + $1] * z[$1] }
      }
    }
    return x
  }

  /// The statistics of rows that belong wholly to their labels.
  static func statistics(_ x: Matrix, _ labels: [Int], components k: Int) -> ScatterStatistics {
    statistics(x, components: k) { labels[$0] == $1 ? 1 : 0 }
  }

  /// The statistics of rows that belong to each component by `share`.
  static func statistics(
    _ x: Matrix, components k: Int, share: (_ row: Int, _ component: Int) -> Double
  ) -> ScatterStatistics {
    let d = x.columns
    var weights = [Double](repeating: 0, count: k)
    var means = Matrix(rows: k, columns: d)
    var scatters = [Double](repeating: 0, count: k * d * d)
    for component in 0..<k {
      for row in 0..<x.rows {
        weights[component] += share(row, component)
        for column in 0..<d { means[component, column] += share(row, component) * x[row, column] }
      }
      for column in 0..<d { means[component, column] /= weights[component] }
      for row in 0..<x.rows {
        let gap = (0..<d).map { x[row, $0] - means[component, $0] }
        for i in 0..<d {
          for j in 0..<d { scatters[(component * d + i) * d + j] += share(row, component) * gap[i] * gap[j] }
        }
      }
    }
    return ScatterStatistics(weights: weights, means: means, scatters: scatters)
  }

  /// The statistics of `components` groups of different size, shape and direction.
  static func statistics(components k: Int, columns d: Int, seed: UInt64) -> ScatterStatistics {
    let parts = (0..<k).map { part in
      let n = 10 * (part + 2)
      return statistics(
        rows(n, columns: d, seed: seed * 100 + UInt64(part)), [Int](repeating: 0, count: n), components: 1)
    }
    return ScatterStatistics(
      weights: parts.flatMap(\.weights), means: Matrix(rows: k, columns: d, values: parts.flatMap(\.means.values)),
      scatters: parts.flatMap(\.scatters))
  }
}

extension ScatterStatistics {
  /// sum_k n_k ln |Sigma_k| + tr(W_k Sigma_k^-1): what covariances minimise, infinite where one is singular.
  func cost(_ parameters: CovarianceParameters) -> Double {
    var sum = 0.0
    for k in 0..<components {
      guard let factor = Cholesky(parameters.covariances[k]) else { return .infinity }
      let product = factor.inverse().times(scatter(k))
      sum += weights[k] * factor.logDeterminant + (0..<columns).reduce(0) { $0 + product[$1, $1] }
    }
    return sum
  }
}
