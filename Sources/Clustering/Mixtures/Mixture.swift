/// A finite mixture: every row comes from one of `components` distributions, which are found by EM.
///
/// The columns fall into blocks, each with its kind of distribution; blocks are independent given the component
/// (Dempster, Laird & Rubin, 1977; McLachlan & Peel, 2000). One Gaussian block of all columns is the Gaussian mixture
/// of Banfield & Raftery (1993); categories alone are latent class analysis (Goodman, 1974).
public struct Mixture: Sendable, Hashable, Codable {
  /// What is done with a value that is missing (NaN).
  public enum MissingValues: String, Sendable, Hashable, Codable {
    /// It is an error.
    case refused
    /// It is integrated out: the likelihood is that of the values that are there (Ghahramani & Jordan, 1994).
    case integrated
  }

  /// k, the number of components, at least 1; noise is not counted.
  public var components: Int
  /// The blocks of columns. Each column may stand in one block; columns of none are not used.
  public var blocks: [MixtureBlock]
  /// Random starts beside those from agglomeration and k-means, at least 0. Where no block is Gaussian or log-normal
  /// there is no agglomeration, and 24 are made if this is fewer.
  public var randomStarts = 4
  /// The most EM iterations of one start, at least 1.
  public var maxIterations = 1_000
  /// EM stops when Aitken's estimate of what is still to gain falls below this much log-likelihood a row (a unit of
  /// weight), at least 0; at 0 it never stops before ``maxIterations``.
  public var tolerance = 1e-8
  /// A prior on the means and covariances of Gaussian blocks; nil for maximum likelihood.
  public var prior: MixturePrior?
  /// A component for rows that belong to none of the others; nil for none.
  public var noise: UniformNoise?
  /// What is done with missing values.
  public var missing = MissingValues.refused
  /// Where the random numbers begin; every value, 0 too, is a seed like any other.
  public var seed: UInt64 = 0

  /// A Gaussian mixture of all columns, everything else at its default.
  public init(components: Int, family: CovarianceFamily = .vvv) {
    self.init(components: components, blocks: [MixtureBlock(.gaussian(family))])
  }

  /// A mixture over these blocks, everything else at its default.
  public init(components: Int, blocks: [MixtureBlock]) {
    self.components = components
    self.blocks = blocks
  }
}

/// How strongly the components of Gaussian blocks are drawn towards the data as a whole (Fraley & Raftery, 2007).
///
/// It keeps components of few rows from collapsing. The prior's mean is the data's; its scale is the data's covariance
/// divided by k^(2/d).
public struct MixturePrior: Sendable, Hashable, Codable {
  /// How many rows the prior's mean weighs, above 0.
  public var shrinkage = 0.01

  /// The prior with the paper's strength.
  public init() {}
}

/// A component that is even over the bounding box of the data: outliers that fit nowhere (Banfield & Raftery, 1993).
public struct UniformNoise: Sendable, Hashable, Codable {
  /// The largest share of the weight it may take, above 0 and below 1: its budget.
  public var budget = 0.05

  /// Noise with its default budget.
  public init() {}
}

/// Some columns of a mixture and how they are distributed within a component.
public struct MixtureBlock: Sendable, Hashable, Codable {
  /// How the columns of a block are distributed within a component.
  public enum Kind: Sendable, Hashable, Codable {
    /// Jointly Gaussian, with covariances of this family.
    case gaussian(CovarianceFamily)
    /// Values above 0 whose logarithms are jointly Gaussian.
    case logNormal(CovarianceFamily)
    /// Counts (whole numbers from 0), independent, of equal mean and variance.
    case poisson
    /// Counts, independent, of a variance above the mean.
    case negativeBinomial
    /// Categories coded 0, 1, ..., independent multinomials.
    case categorical
    /// Ordered categories coded 0, 1, ..., independent.
    case ordinal
    /// 0 or 1, independent.
    case binary
  }

  /// What to call it in reports.
  public var name: String
  /// Its columns, from 0; nil for all that there are.
  public var columns: [Int]?
  /// How they are distributed.
  public var kind: Kind

  /// A block of `columns`, all when nil.
  public init(_ kind: Kind, columns: [Int]? = nil, name: String? = nil) {
    self.kind = kind
    self.columns = columns
    self.name = name ?? kind.word
  }
}

extension MixtureBlock.Kind {
  /// The kind in a word.
  public var word: String {
    switch self {
    case .gaussian: "gaussian"
    case .logNormal: "log-normal"
    case .poisson: "poisson"
    case .negativeBinomial: "negative binomial"
    case .categorical: "categorical"
    case .ordinal: "ordinal"
    case .binary: "binary"
    }
  }
}
