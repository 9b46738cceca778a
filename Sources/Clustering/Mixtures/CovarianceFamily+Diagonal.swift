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
    switch simplest(components: k, columns: d) {
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
    let scatters = (0..<problem.components).map { problem.diagonal($0) }
    let (volumes, shape) = InnerIteration.volumesOfOneShape(
      scatters, weights: problem.weights, start: previous?.volumes)
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
