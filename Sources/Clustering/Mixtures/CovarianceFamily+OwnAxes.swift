internal import Foundation
internal import LinearAlgebra

// Celeux & Govaert (1995), section 2.1 and 2.4: EEE and the families in which every component has axes of its own.

extension CovarianceFamily {
  /// EEE: the pooled covariance.
  func ofOneCovariance(_ problem: MaximisationProblem) -> CovarianceParameters {
    let (k, d) = (problem.components, problem.columns)
    let n = problem.totalWeight
    let covariance = Matrix(symmetric: problem.pooled().map { $0 / n }, columns: d)
    let volume = covariance.volume
    return CovarianceParameters(
      family: self, covariances: [Matrix](repeating: covariance, count: k),
      volumes: [Double](repeating: volume, count: k))
  }

  /// VVV, and EVV: each its own scatter, brought to a common volume for EVV.
  func ofOwnAxes(_ problem: MaximisationProblem) -> CovarianceParameters {
    let (k, d) = (problem.components, problem.columns)
    if self == .vvv {
      let covariances = (0..<k).map { component in
        Matrix(symmetric: problem.scatter(component).values.map { $0 / problem.weights[component] }, columns: d)
      }
      return CovarianceParameters(family: self, covariances: covariances, volumes: covariances.map(\.volume))
    }
    let scatters = (0..<k).map { Matrix(symmetric: problem.scatter($0).values, columns: d) }
    let sizes = scatters.map(\.volume)
    let volume = sizes.reduce(0, +) / problem.totalWeight
    let covariances = zip(scatters, sizes).map { scatter, size in
      Matrix(symmetric: scatter.values.map { volume * ($0 / size) }, columns: d)
    }
    return CovarianceParameters(
      family: self, covariances: covariances, volumes: [Double](repeating: volume, count: k))
  }
}

extension Matrix {
  /// The symmetric matrix whose lower triangle is that of `values` (row-major, d x d).
  init(symmetric values: [Double], columns d: Int) {
    var values = values
    for i in 0..<d { for j in 0..<i { values[j * d + i] = values[i * d + j] } }
    self.init(rows: d, columns: d, values: values)
  }

  /// |self|^(1/d) of a positive definite matrix, 0 when it is not.
  var volume: Double { Cholesky.logDeterminant(of: self, tolerance: 0).map { exp($0 / Double(rows)) } ?? 0 }
}
