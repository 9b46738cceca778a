internal import Foundation
internal import LinearAlgebra
internal import Randomness

/// Rows that look like given ones column by column, and whose columns have nothing to do with each other.
///
/// Every column is shuffled by itself. What skewness and weights of single values make of k clusters is seen here, which
/// the even box of the gap statistic cannot show: many long tails at once look like as many clusters.
enum MarginalCloud {
  /// The most rows that are looked at.
  static let rowLimit = 2_000
  /// How many clouds are drawn.
  static let references = 10
  /// How many standard deviations the data must stand above the clouds.
  static let threshold = 3.0

  /// By how many standard deviations the drop of log inertia from 1 to `clusters` on `x` stands above that on such clouds.
  static func rise(_ x: Matrix, clusters: Int, kMeans: KMeans) -> Double? {
    guard let own = drop(x, clusters, kMeans) else { return nil }
    let drops = Parallel.map(count: references) { index -> Double? in
      var random = RandomStream(seed: kMeans.seed, index: 7_000 + index)
      return drop(x.shufflingColumns(0..<x.columns, &random), clusters, kMeans)
    }.compactMap { $0 }
    guard drops.count > references / 2 else { return nil }
    let mean = drops.reduce(0, +) / Double(drops.count)
    let variance = drops.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(drops.count - 1)
    return (own - mean) / max(1e-4, variance.squareRoot())
  }

  /// By how many standard deviations the gain of BIC of `mixture` on the best of one component (of the families `single`)
  /// stands on `x` above that on such clouds; nil where it cannot be told.
  static func rise(_ x: Matrix, _ mixture: Mixture, single: [CovarianceFamily]) -> Double? {
    guard let own = bicGain(of: mixture, on: x, single: single) else { return nil }
    let gains = Parallel.map(count: references) { index -> Double? in
      var random = RandomStream(seed: mixture.seed, index: 7_000 + index)
      return bicGain(of: mixture, on: x.shufflingColumns(0..<x.columns, &random), single: single)
    }.compactMap { $0 }
    guard gains.count > references / 2 else { return nil }
    let mean = gains.reduce(0, +) / Double(gains.count)
    let variance = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gains.count - 1)
    // Below a unit of BIC differences mean nothing.
    return (own - mean) / max(1, variance.squareRoot())
  }

  private static func drop(_ x: Matrix, _ clusters: Int, _ kMeans: KMeans) -> Double? {
    var settings = kMeans
    settings.restarts = min(2, settings.restarts)
    settings.clusters = clusters
    guard let many = try? settings.fit(x).inertia else { return nil }
    settings.clusters = 1
    guard let one = try? settings.fit(x).inertia, one > 0 else { return nil }
    return log(one) - log(max(many, 1e-12 * one))
  }
}
