public import LinearAlgebra

/// The distributions of a fitted mixture, which give any row its component and responsibilities. Holds no row.
public struct MixtureModel: Sendable, Hashable, Codable {
  /// d, the number of columns of the data, used or not.
  public let columns: Int
  /// The share of each component (k), the largest first; with the noise's they sum to 1.
  public let proportions: [Double]
  /// The share and the log-density of the uniform noise; nil without.
  public let noise: Noise?
  /// The blocks of columns with the parameters of each component.
  public let blocks: [FittedBlock]
  /// What it does with missing values.
  public let missing: Mixture.MissingValues

  /// The uniform component.
  public struct Noise: Sendable, Hashable, Codable {
    /// Its share, at least 0.
    public let proportion: Double
    /// For each block, for each of its columns, the logarithm of its density: one over the range of the training data
    /// (over the number of values, where these are whole). Outside the range it is the same.
    public let logDensities: [[Double]]
  }

  /// k, the number of components; noise is not counted.
  public var components: Int { proportions.count }

  /// A model of these parts, components in the order given.
  package init(
    columns: Int, proportions: [Double], noise: Noise?, blocks: [FittedBlock], missing: Mixture.MissingValues
  ) {
    self.columns = columns
    self.proportions = proportions
    self.noise = noise
    self.blocks = blocks
    self.missing = missing
  }

  /// A Gaussian mixture: shares (k, above 0, of sum 1), means (k x d), covariances (k of d x d, positive definite).
  public init(gaussian family: CovarianceFamily, proportions: [Double], means: Matrix, covariances: [Matrix]) {
    precondition(proportions.count == means.rows, "\(proportions.count) shares for \(means.rows) means")
    self.init(
      columns: means.columns, proportions: proportions, noise: nil,
      blocks: [
        FittedBlock(
          name: MixtureBlock.Kind.gaussian(family).word, columns: Array(0..<means.columns),
          parameters: .gaussian(GaussianParameters(family: family, means: means, covariances: covariances)))
      ], missing: .refused)
  }
}

/// The components that rows were assigned to.
public struct MixtureAssignment: Sendable, Hashable, Codable {
  /// The most likely component of each row (m), from 0; -1 for noise.
  public let labels: [Int]
  /// The responsibility of that component for the row (m).
  public let certainties: [Double]
  /// The logarithm of the mixture's density at each row (m).
  public let logDensities: [Double]
}
