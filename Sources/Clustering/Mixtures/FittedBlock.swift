public import LinearAlgebra

/// The columns of one block of a fitted mixture and the parameters of each component, in the units of the data.
public struct FittedBlock: Sendable, Hashable, Codable {
  /// The parameters of all k components.
  public enum Parameters: Sendable, Hashable, Codable {
    /// Means (k x d) and covariances (k of d x d).
    case gaussian(CovarianceFamily, means: Matrix, covariances: [Matrix])
    /// The same of the logarithms.
    case logNormal(CovarianceFamily, means: Matrix, covariances: [Matrix])
    /// Means (k x d).
    case poisson(means: Matrix)
    /// Means (k x d) and sizes (k x d): the variance is mean + mean^2 / size.
    case negativeBinomial(means: Matrix, sizes: Matrix)
    /// For each column the probabilities of its levels (k x levels).
    case categorical([Matrix])
    /// Likewise, for ordered levels.
    case ordinal([Matrix])
    /// The probability of a 1 (k x d).
    case binary(Matrix)
  }

  /// What to call it in reports.
  public let name: String
  /// Its columns of the data, from 0 (d).
  public let columns: [Int]
  /// The parameters.
  public let parameters: Parameters
}
