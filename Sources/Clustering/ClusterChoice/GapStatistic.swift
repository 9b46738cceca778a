internal import Foundation
package import LinearAlgebra
internal import Randomness

/// How much better k clusters fit than they would fit the same box filled evenly.
///
/// gap(k) = mean over B references of log W*(k), less log W(k), where W is the inertia and the references are uniform
/// in the box of the principal axes (Tibshirani, Walther & Hastie, 2001, variant b). Measured on at most
/// ``rowLimit`` rows.
package struct GapStatistic: Sendable {
  /// The rows that are clustered at most: more sharpen the statistic little and cost in proportion.
  package static let rowLimit = 2_000

  /// log W(k) of the data for each k that could be fitted.
  private let data: [Int: Double]
  /// log W*(k) of each reference.
  private let references: [Int: [Double]]

  /// Clusters `x` (its rows in an order of their own) and `count` references at each of `range`; nil when cancelled.
  package init?(
    _ x: Matrix, range: ClosedRange<Int>, settings: KMeans, references count: Int, seed: UInt64,
    goOn: @escaping @Sendable (_ done: Double) -> Bool
  ) {
    var settings = settings
    settings.restarts = 1
    settings.swaps = 2
    let box = EvenBox(x, alongPrincipalAxes: true)
    let board = ProgressBoard(parts: count + 1) { goOn($0.fraction) }
    let fixed = settings
    let traces = Parallel.map(count: count + 1) { index -> [Int: Double]? in
      var random = RandomStream(seed: seed, index: index)
      let matrix = index == 0 ? x : box.sample(x.rows, &random)
      var logs: [Int: Double] = [:]
      for k in range {
        var kMeans = fixed
        kMeans.clusters = k
        let done = Double(k - range.lowerBound) / Double(range.count)
        guard board.report(part: index, fraction: done) else { return nil }
        if let inertia = try? kMeans.fit(matrix).inertia, inertia > 0 { logs[k] = log(inertia) }
      }
      return board.report(part: index, fraction: 1) ? logs : nil
    }
    let finished = traces.compactMap { $0 }
    guard finished.count == count + 1 else { return nil }
    data = finished[0]
    var references: [Int: [Double]] = [:]
    for k in range {
      let logs = finished.dropFirst().compactMap { $0[k] }
      if logs.count == count { references[k] = logs }
    }
    self.references = references
  }

  /// gap(k) and its standard error s(k) = sd x sqrt(1 + 1/B); nil where k could not be fitted or fits perfectly.
  package subscript(k: Int) -> (gap: Double, standardError: Double)? {
    guard let data = data[k], let logs = references[k] else { return nil }
    let (mean, deviation) = moments(logs)
    return (mean - data, deviation * (1 + 1 / Double(logs.count)).squareRoot())
  }

  /// How many standard errors gap(k) stands above gap(1), each reference compared with itself; nil as above.
  package func rise(_ k: Int) -> Double? {
    guard let one = data[1], let many = data[k], let ones = references[1], let manys = references[k] else { return nil }
    let drops = zip(ones, manys).map { $0 - $1 }
    let (mean, deviation) = moments(drops)
    return ((one - many) - mean) / (deviation * (1 + 1 / Double(drops.count)).squareRoot())
  }
}

/// The mean and the standard deviation, dividing by the count as the paper does.
private func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
  let mean = values.reduce(0, +) / Double(values.count)
  let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
  return (mean, variance.squareRoot())
}
