public import LinearAlgebra

/// The covariances of a mixture's components, fitted under one family.
public struct CovarianceParameters: Sendable, Hashable, Codable {
  /// The family whose constraints the covariances meet.
  public let family: CovarianceFamily
  /// Sigma_k for each of k components (d x d, exactly symmetric, positive definite).
  public let covariances: [Matrix]
  /// lambda_k = |Sigma_k|^(1/d) for each component (k).
  public let volumes: [Double]
  /// The common principal axes as rows (d x d) of EVE and VVE, from which the next estimate starts; nil for the others.
  public let orientation: Matrix?

  package init(family: CovarianceFamily, covariances: [Matrix], volumes: [Double], orientation: Matrix? = nil) {
    self.family = family
    self.covariances = covariances
    self.volumes = volumes
    self.orientation = orientation
  }
}

/// Why no covariances of a family fit the data: the likelihood would grow without bound or nothing would hold it.
///
/// A value, not an accident: a sweep passes over the run and says why.
public enum CovarianceDegeneracy: Error, Sendable, Hashable, Codable {
  /// A component has next to no weight. Components count from 0.
  case emptyComponent(Int)
  /// A component has collapsed on to a point, line or plane: along some direction its variance is below
  /// ``CovarianceFamily/leastRelativeVariance`` of that of all rows.
  case singularComponent(Int)
  /// A column is constant. Columns count from 0.
  case constantColumn(Int)
  /// A column is a linear combination of those before it. Columns count from 0.
  case collinearColumn(Int)
}

extension CovarianceDegeneracy: CustomStringConvertible {
  /// What was found and what to try; components and columns count from 1.
  public var description: String {
    switch self {
    case .emptyComponent(let component):
      "Component \(component + 1) has next to no rows. Ask for fewer components."
    case .singularComponent(let component):
      "Component \(component + 1) has collapsed: it does not vary along some direction. "
        + "Ask for fewer components or for families with equal covariances (EEE, EEI, EII)."
    case .constantColumn(let column):
      "Column \(column + 1) is constant, so it separates nothing. Leave it out."
    case .collinearColumn(let column):
      "Column \(column + 1) is a linear combination of the columns before it, so no full covariance exists. "
        + "Leave it out, or take a spherical or diagonal family (EII, VII, EEI, VEI, EVI, VVI)."
    }
  }
}
