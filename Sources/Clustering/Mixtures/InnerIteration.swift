internal import Foundation
internal import LinearAlgebra

/// The alternations inside a maximisation step, and when they end.
enum InnerIteration {
  /// Rounds at most: the step need only improve, and the next one goes on from where this one ended.
  static let limit = 200
  /// As ``limit``, of steps that go on from a previous one: the next will mend what this leaves.
  static let limitOnTheWay = 10
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
    let (k, d) = (scatters.count, scatters.first?.count ?? 0)
    let flat = scatters.flatMap { $0 }
    var volumes = start ?? zip(scatters, weights).map { $0.reduce(0, +) / ($1 * Double(d)) }
    var shape = [Double](repeating: 1, count: d)
    for _ in 0..<(start == nil ? limit : limitOnTheWay) {
      var logarithms = 0.0
      for column in 0..<d {
        var sum = 0.0
        for component in 0..<k { sum += flat[component * d + column] / volumes[component] }
        shape[column] = sum
        logarithms += log(sum)
      }
      // A shape that vanishes along a column leaves volumes that are no numbers: the estimate is given up.
      let size = exp(logarithms / Double(d))
      for column in 0..<d { shape[column] /= size }
      var isSettled = true
      for component in 0..<k {
        var trace = 0.0
        for column in 0..<d { trace += flat[component * d + column] / shape[column] }
        let volume = trace / (weights[component] * Double(d))
        if (volume - volumes[component]).magnitude > tolerance * volume { isSettled = false }
        volumes[component] = volume
      }
      if isSettled || !volumes.allSatisfy({ $0 > 0 }) { break }
    }
    return (volumes, shape)
  }
}
