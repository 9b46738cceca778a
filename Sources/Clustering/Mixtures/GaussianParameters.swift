internal import Foundation
public import LinearAlgebra

/// The means and covariances of k Gaussian components in d columns.
///
/// Covariances are kept of columns that were scaled near a spread of 1, because those of very small or large columns
/// would leave the range of a double.
public struct GaussianParameters: Sendable, Hashable, Codable {
  /// What the components have in common.
  public let family: CovarianceFamily
  /// The means (k x d), in the units of the data.
  public let means: Matrix
  /// A power of two for each column (d): column times scale has a spread near 1.
  public let scales: [Double]
  /// The covariances (k of d x d) of the scaled columns.
  public let scaledCovariances: [Matrix]

  /// Parameters of scaled columns.
  package init(family: CovarianceFamily, means: Matrix, scales: [Double], scaledCovariances: [Matrix]) {
    self.family = family
    self.means = means
    self.scales = scales
    self.scaledCovariances = scaledCovariances
  }

  /// Parameters in the units of the data: means (k x d) and covariances (k of d x d, positive definite).
  public init(family: CovarianceFamily, means: Matrix, covariances: [Matrix]) {
    precondition(
      covariances.count == means.rows
        && covariances.allSatisfy { $0.rows == means.columns && $0.columns == means.columns },
      "\(covariances.count) covariances for \(means.rows) x \(means.columns) means")
    let scales = (0..<means.columns).map { column in
      powerOfTwoScale(for: (covariances.map { $0[column, column] }.max() ?? 1).squareRoot())
    }
    let scaled = covariances.map { covariance in
      var result = covariance
      for i in 0..<covariance.rows {
        for j in 0..<covariance.columns { result[i, j] = covariance[i, j] * scales[i] * scales[j] }
      }
      return result
    }
    self.init(family: family, means: means, scales: scales, scaledCovariances: scaled)
  }

  /// The covariance of one component (d x d) in squared units of the data.
  public func covariance(_ component: Int) -> Matrix {
    var result = scaledCovariances[component]
    for i in 0..<result.rows {
      for j in 0..<result.columns { result[i, j] = result[i, j] / scales[i] / scales[j] }
    }
    return result
  }

  /// The covariances (k of d x d) in squared units of the data.
  public var covariances: [Matrix] { scaledCovariances.indices.map { covariance($0) } }

  /// Whether the shapes agree and all numbers are finite.
  var isConsistent: Bool {
    let (k, d) = (means.rows, means.columns)
    return k > 0 && d > 0 && scales.count == d && scaledCovariances.count == k
      && means.values.allSatisfy(\.isFinite) && scales.allSatisfy { $0 > 0 && $0.isFinite }
      && scaledCovariances.allSatisfy { $0.rows == d && $0.columns == d && $0.values.allSatisfy(\.isFinite) }
  }

  func reordered(_ order: [Int]) -> GaussianParameters {
    GaussianParameters(
      family: family, means: means.gatheringRows(order), scales: scales,
      scaledCovariances: order.map { scaledCovariances[$0] })
  }
}
