internal import Foundation
public import LinearAlgebra

/// The means and covariances of k Gaussian components in d columns.
///
/// Covariances are kept in scaled units, because those of very small or very large data would leave the range of a
/// double. One scale serves all columns: families such as EII or VEV mean something else when columns are scaled apart.
public struct GaussianParameters: Sendable, Hashable, Codable {
  /// What the components have in common.
  public let family: CovarianceFamily
  /// The means (k x d), in the units of the data.
  public let means: Matrix
  /// A power of two: the data times it has a spread near 1.
  public let scale: Double
  /// The covariances (k of d x d) of the data times ``scale``.
  public let scaledCovariances: [Matrix]

  /// Parameters with means in the units of the data and covariances of the data times `scale`.
  package init(family: CovarianceFamily, means: Matrix, scale: Double, scaledCovariances: [Matrix]) {
    self.family = family
    self.means = means
    self.scale = scale
    self.scaledCovariances = scaledCovariances
  }

  /// Parameters in the units of the data: means (k x d) and covariances (k of d x d, positive definite).
  public init(family: CovarianceFamily, means: Matrix, covariances: [Matrix]) {
    precondition(
      covariances.count == means.rows
        && covariances.allSatisfy { $0.rows == means.columns && $0.columns == means.columns },
      "\(covariances.count) covariances for \(means.rows) x \(means.columns) means")
    let largest = covariances.flatMap { covariance in (0..<means.columns).map { covariance[$0, $0] } }.max() ?? 1
    let scale = powerOfTwoScale(for: largest.squareRoot())
    let scaled = covariances.map { covariance in
      Matrix(
        rows: covariance.rows, columns: covariance.columns, values: covariance.values.map { $0 * scale * scale })
    }
    self.init(family: family, means: means, scale: scale, scaledCovariances: scaled)
  }

  /// The covariance of one component (d x d) in squared units of the data.
  public func covariance(_ component: Int) -> Matrix {
    let scaled = scaledCovariances[component]
    return Matrix(rows: scaled.rows, columns: scaled.columns, values: scaled.values.map { $0 / scale / scale })
  }

  /// The covariances (k of d x d) in squared units of the data.
  public var covariances: [Matrix] { scaledCovariances.indices.map { covariance($0) } }

  /// Whether the shapes agree and all numbers are finite.
  var isConsistent: Bool {
    let (k, d) = (means.rows, means.columns)
    return k > 0 && d > 0 && scale > 0 && scale.isFinite && scaledCovariances.count == k
      && means.values.allSatisfy(\.isFinite)
      && scaledCovariances.allSatisfy { $0.rows == d && $0.columns == d && $0.values.allSatisfy(\.isFinite) }
  }

  func reordered(_ order: [Int]) -> GaussianParameters {
    GaussianParameters(
      family: family, means: means.gatheringRows(order), scale: scale,
      scaledCovariances: order.map { scaledCovariances[$0] })
  }
}
