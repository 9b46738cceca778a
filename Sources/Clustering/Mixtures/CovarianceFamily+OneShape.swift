internal import Foundation
internal import LinearAlgebra

// Celeux & Govaert (1995), section 2.1: VEE, EEV and VEV.

extension CovarianceFamily {
  /// VEE: volumes and the common matrix C = D A D' of determinant 1 in turn, each the best for the other.
  ///
  /// Convex in the logarithms of the volumes and along geodesics of C, so that the start decides the time alone.
  func ofOneShapeAndAxes(_ problem: MaximisationProblem, previous: CovarianceParameters?) -> CovarianceParameters {
    let (k, d) = (problem.components, problem.columns)
    var volumes =
      previous?.volumes
      ?? (0..<k).map { problem.diagonal($0).reduce(0, +) / (problem.weights[$0] * Double(d)) }
    var common = Matrix(rows: d, columns: d)
    for _ in 0..<(previous == nil ? InnerIteration.limit : InnerIteration.limitOnTheWay) {
      let sum = Matrix(symmetric: problem.pooled(dividedBy: volumes), columns: d)
      guard let factor = Cholesky(sum, tolerance: 0) else { break }
      let size = exp(factor.logDeterminant / Double(d))
      common = Matrix(rows: d, columns: d, values: sum.values.map { $0 / size })
      let inverse = factor.inverse().values.map { $0 * size }
      let before = volumes
      for component in 0..<k {
        let trace = problem.innerProduct(component, inverse)
        volumes[component] = trace / (problem.weights[component] * Double(d))
      }
      if InnerIteration.isSettled(before, volumes) { break }
    }
    return CovarianceParameters(
      family: self,
      covariances: volumes.map { volume in Matrix(symmetric: common.values.map { volume * $0 }, columns: d) },
      volumes: volumes)
  }

  /// EEV and VEV: each component's own axes, those of its scatter from the longest to the shortest, and one shape.
  func ofOneShape(_ problem: MaximisationProblem, previous: CovarianceParameters?) -> CovarianceParameters {
    let (k, d) = (problem.components, problem.columns)
    let eigens = (0..<k).map { SymmetricEigen(problem.scatter($0)) }
    // A scatter has no negative eigenvalue; rounding may show one.
    let scatters = eigens.map { $0.values.map { max(0, $0) } }
    let volumes: [Double]
    let shape: [Double]
    if self == .vev {
      (volumes, shape) = InnerIteration.volumesOfOneShape(scatters, weights: problem.weights, start: previous?.volumes)
    } else {
      let sums = (0..<d).map { axis in scatters.reduce(0) { $0 + $1[axis] } }
      let size = geometricMean(sums)
      shape = sums.map { $0 / size }
      volumes = [Double](repeating: size / problem.totalWeight, count: k)
    }
    let covariances = zip(eigens, volumes).map { eigen, volume in
      Matrix(axes: eigen.vectors, variances: shape.map { volume * $0 })
    }
    return CovarianceParameters(family: self, covariances: covariances, volumes: volumes)
  }
}

extension MaximisationProblem {
  /// tr(W_k M) for a symmetric M (d x d).
  func innerProduct(_ component: Int, _ matrix: [Double]) -> Double {
    let d = columns
    let first = component * d * d
    var sum = 0.0
    for i in 0..<d {
      for j in 0..<i { sum += 2 * scatters[first + i * d + j] * matrix[i * d + j] }
      sum += scatters[first + i * d + i] * matrix[i * d + i]
    }
    return sum
  }
}

extension Matrix {
  /// The covariance with `variances` (d) along the orthonormal rows of `axes` (d x d), exactly symmetric.
  init(axes: Matrix, variances: [Double]) {
    let d = variances.count
    self.init(rows: d, columns: d)
    let v = axes.values
    for i in 0..<d {
      for j in 0...i {
        var sum = 0.0
        for axis in 0..<d { sum += variances[axis] * v[axis * d + i] * v[axis * d + j] }
        self[i, j] = sum
        self[j, i] = sum
      }
    }
  }
}
