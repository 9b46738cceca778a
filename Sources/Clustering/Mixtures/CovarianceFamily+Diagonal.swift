internal import LinearAlgebra

// Celeux & Govaert (1995), sections 2.2 and 2.3.

extension CovarianceFamily {
  /// EII and VII: a variance for all, or one each.
  func spherical(_ problem: MaximisationProblem) -> CovarianceParameters {
    let (k, d) = (problem.components, problem.columns)
    let variances: [Double]
    if volumeVaries {
      variances = (0..<k).map { problem.diagonal($0).reduce(0, +) / (problem.weights[$0] * Double(d)) }
    } else {
      let pooled = problem.pooled()
      let trace = (0..<d).reduce(0) { $0 + pooled[$1 * d + $1] }
      variances = [Double](repeating: trace / (problem.totalWeight * Double(d)), count: k)
    }
    return CovarianceParameters(
      family: self, covariances: variances.map { Matrix(diagonal: [Double](repeating: $0, count: d)) },
      volumes: variances)
  }

  /// EEI, EVI and VVI.
  func diagonal(_ problem: MaximisationProblem) -> CovarianceParameters {
    let (k, d) = (problem.components, problem.columns)
    let n = problem.totalWeight
    switch self {
    case .vvi:
      return diagonal((0..<k).map { component in problem.diagonal(component).map { $0 / problem.weights[component] } })
    case .evi:
      let scatters = (0..<k).map { problem.diagonal($0) }
      let sizes = scatters.map { geometricMean($0) }
      let volume = sizes.reduce(0, +) / n
      return diagonal(zip(scatters, sizes).map { scatter, size in scatter.map { volume * ($0 / size) } })
    default:
      let pooled = problem.pooled()
      return diagonal([[Double]](repeating: (0..<d).map { pooled[$0 * d + $0] / n }, count: k))
    }
  }

  /// VEI: volumes and the common shape in turn, each the best for the other.
  func diagonalOfOneShape(_ problem: MaximisationProblem, previous: CovarianceParameters?) -> CovarianceParameters {
    let (k, d) = (problem.components, problem.columns)
    let scatters = (0..<k).map { problem.diagonal($0) }
    var volumes = previous?.volumes ?? (0..<k).map { scatters[$0].reduce(0, +) / (problem.weights[$0] * Double(d)) }
    var shape = [Double](repeating: 1, count: d)
    for _ in 0..<InnerIteration.limit {
      var sums = [Double](repeating: 0, count: d)
      for (scatter, volume) in zip(scatters, volumes) {
        for column in 0..<d { sums[column] += scatter[column] / volume }
      }
      let size = geometricMean(sums)
      shape = sums.map { $0 / size }
      let before = volumes
      for component in 0..<k {
        let trace = zip(scatters[component], shape).reduce(0) { $0 + $1.0 / $1.1 }
        volumes[component] = trace / (problem.weights[component] * Double(d))
      }
      if InnerIteration.isSettled(before, volumes) { break }
    }
    return diagonal(volumes.map { volume in shape.map { volume * $0 } })
  }

  private func diagonal(_ variances: [[Double]]) -> CovarianceParameters {
    CovarianceParameters(
      family: self, covariances: variances.map { Matrix(diagonal: $0) }, volumes: variances.map { geometricMean($0) })
  }
}

extension Matrix {
  /// The diagonal matrix of `diagonal` (d x d).
  init(diagonal: [Double]) {
    self.init(rows: diagonal.count, columns: diagonal.count)
    for (i, value) in diagonal.enumerated() { self[i, i] = value }
  }
}

/// When the alternation inside a maximisation step ends.
enum InnerIteration {
  /// Rounds at most: the step need only improve, and the next one goes on from where this one ended.
  static let limit = 200
  /// The relative change of every volume at which a round counts as the last.
  static let tolerance = 1e-9

  /// Whether no value has changed by more than ``tolerance`` of itself, or some have left the positive numbers.
  static func isSettled(_ before: [Double], _ after: [Double]) -> Bool {
    zip(before, after).allSatisfy { !(($0 - $1).magnitude > tolerance * $1.magnitude) || !$1.isFinite }
  }
}
