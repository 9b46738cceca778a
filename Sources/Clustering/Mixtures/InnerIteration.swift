internal import LinearAlgebra

/// The alternations inside a maximisation step, and when they end.
enum InnerIteration {
  /// Rounds at most: the step need only improve, and the next one goes on from where this one ended.
  static let limit = 200
  /// The relative change of every volume at which a round counts as the last.
  static let tolerance = 1e-9

  /// Whether no value has changed by more than ``tolerance`` of itself, or one has left the positive numbers.
  static func isSettled(_ before: [Double], _ after: [Double]) -> Bool {
    zip(before, after).allSatisfy { !(($0 - $1).magnitude > tolerance * $1.magnitude) } || !after.allSatisfy { $0 > 0 }
  }

  /// Volumes lambda_k (k) and one shape A (d, product 1) that minimise sum_k n_k d ln lambda_k + sum_j s_kj / (lambda_k
  /// A_j), for positive `scatters` s (k of d) and `weights` n.
  ///
  /// Each is the best for the other in turn, from the volumes `start` when given; the problem is convex in the logarithms,
  /// so that the start decides the time alone. O(k d) a round.
  static func volumesOfOneShape(
    _ scatters: [[Double]], weights: [Double], start: [Double]?
  ) -> (volumes: [Double], shape: [Double]) {
    let d = scatters.first?.count ?? 0
    var volumes = start ?? zip(scatters, weights).map { $0.reduce(0, +) / ($1 * Double(d)) }
    var shape = [Double](repeating: 1, count: d)
    for _ in 0..<limit {
      var sums = [Double](repeating: 0, count: d)
      for (scatter, volume) in zip(scatters, volumes) {
        for column in 0..<d { sums[column] += scatter[column] / volume }
      }
      let size = geometricMean(sums)
      for column in 0..<d { shape[column] = sums[column] / size }
      let before = volumes
      for component in volumes.indices {
        var trace = 0.0
        for column in 0..<d { trace += scatters[component][column] / shape[column] }
        volumes[component] = trace / (weights[component] * Double(d))
      }
      if isSettled(before, volumes) { break }
    }
    return (volumes, shape)
  }
}
