internal import Clustering
internal import Features
internal import Foundation
internal import LinearAlgebra

/// The distributions of a mixture, component by component, in the units of the raw features.
///
/// These are the model's own parameters: each row counts in every component as far as it belongs there. The profiles
/// of ``SegmentProfiles`` count each row in its most likely segment alone.
public struct MixtureDescription: Sendable, Hashable, Encodable {
  /// One numeric column.
  public struct Number: Sendable, Hashable, Encodable {
    /// What its values are taken to follow.
    public enum Distribution: String, Sendable, Hashable, Encodable {
      /// Gaussian.
      case gaussian
      /// Its logarithm is Gaussian.
      case logNormal = "log-normal"
      /// Counts whose variance is their rate.
      case poisson
      /// Counts of a greater variance.
      case negativeBinomial = "negative binomial"
    }

    /// The feature.
    public let feature: String
    /// What its values are taken to follow.
    public let distribution: Distribution
    /// Whether means and standard deviations are those of log(1 + x).
    public let isLogged: Bool
    /// The mean, or the rate of counts, over all components (without the noise).
    public let mean: Double
    /// The mean, or the rate of counts, by segment.
    public let means: [Double]
    /// The standard deviation by segment.
    public let standardDeviations: [Double]
    /// The share of the column's variance that lies between segments, from 0 to 1.
    public let separation: Double

    /// Whether it holds counts.
    public var isCount: Bool { distribution == .poisson || distribution == .negativeBinomial }
  }

  /// One column of levels.
  public struct Category: Sendable, Hashable, Encodable {
    /// The feature.
    public let feature: String
    /// Its levels, as the model numbers them; "(other)" for the rare ones together.
    public let levels: [String]
    /// The probability of each level over all components (without the noise).
    public let probabilities: [Double]
    /// The probability of each level given the segment, by level, then by segment.
    public let segmentProbabilities: [[Double]]
    /// The share of the variance of its 0/1 columns that lies between segments, from 0 to 1 (Goodman & Kruskal's tau).
    public let separation: Double
  }

  /// The mixing proportions, segment 1 first; with ``noise`` they sum to 1.
  public let shares: [Double]
  /// The share of the uniform noise; nil without.
  public let noise: Double?
  /// The numeric columns, those that separate the segments most first.
  public let numbers: [Number]
  /// The columns of levels, those that separate the segments most first.
  public let categories: [Category]

  /// Describes `model`, whose columns `transforms` made.
  init(_ model: MixtureModel, _ transforms: FeatureTransforms) {
    shares = model.proportions
    noise = model.noise?.proportion
    var numbers: [Number] = []
    var categories: [Category] = []
    for block in model.blocks {
      for (index, column) in block.columns.enumerated() {
        if let levels = MixtureDescription.levels(block.parameters, index) {
          categories.append(Category(levels, column, transforms, shares))
        } else if let moments = MixtureDescription.moments(block.parameters, index), column < transforms.numeric.count {
          numbers.append(Number(moments, transforms.numeric[column], shares))
        }
      }
    }
    self.numbers = numbers.enumerated().sorted {
      ($1.element.separation, $0.offset) < ($0.element.separation, $1.offset)
    }.map(\.element)
    self.categories = categories.enumerated().sorted {
      ($1.element.separation, $0.offset) < ($0.element.separation, $1.offset)
    }.map(\.element)
  }

  fileprivate struct Moments {
    let distribution: Number.Distribution
    let means: [Double]
    let standardDeviations: [Double]
  }

  private static func moments(_ parameters: FittedBlock.Parameters, _ column: Int) -> Moments? {
    func deviations(_ gaussian: GaussianParameters) -> [Double] {
      gaussian.scaledCovariances.map { max(0, $0[column, column]).squareRoot() / gaussian.scale }
    }
    switch parameters {
    case .gaussian(let gaussian):
      return Moments(
        distribution: .gaussian, means: gaussian.means.column(column), standardDeviations: deviations(gaussian))
    case .logNormal(let gaussian):
      let spreads = deviations(gaussian)
      let means = zip(gaussian.means.column(column), spreads).map { exp($0 + $1 * $1 / 2) }
      return Moments(
        distribution: .logNormal, means: means,
        standardDeviations: zip(means, spreads).map { $0 * expm1($1 * $1).squareRoot() })
    case .poisson(let means):
      let rates = means.column(column)
      return Moments(distribution: .poisson, means: rates, standardDeviations: rates.map { $0.squareRoot() })
    case .negativeBinomial(let means, let sizes):
      let rates = means.column(column)
      return Moments(
        distribution: .negativeBinomial, means: rates,
        standardDeviations: zip(rates, sizes.column(column)).map { ($0 + $0 * $0 / $1).squareRoot() })
    case .categorical, .ordinal, .binary: return nil
    }
  }

  /// The probabilities of one column's levels (k x levels); nil for numbers.
  private static func levels(_ parameters: FittedBlock.Parameters, _ column: Int) -> Matrix? {
    switch parameters {
    case .categorical(let levels), .ordinal(let levels): levels[column]
    case .binary(let ones):
      Matrix(rows: ones.rows, columns: 2, values: ones.column(column).flatMap { [1 - $0, $0] })
    case .gaussian, .logNormal, .poisson, .negativeBinomial: nil
    }
  }

  /// The mean of `values` weighted by `shares`, and the weighted sum of squares about it, over the sum of shares.
  fileprivate static func spread(_ values: [Double], _ shares: [Double]) -> (mean: Double, variance: Double) {
    let total = shares.reduce(0, +)
    let mean = zip(values, shares).reduce(0) { $0 + $1.0 * $1.1 } / total
    return (mean, zip(values, shares).reduce(0) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) } / total)
  }
}

extension MixtureDescription.Number {
  fileprivate init(
    _ moments: MixtureDescription.Moments, _ transform: FeatureTransforms.Numeric, _ shares: [Double]
  ) {
    let unit = transform.scale / transform.weight
    let means = moments.means.map { $0 * unit + transform.centre }
    let deviations = moments.standardDeviations.map { $0 * unit }
    // Before the units, which do not matter here, so that nothing overflows.
    let between = MixtureDescription.spread(moments.means, shares).variance
    let within = MixtureDescription.spread(moments.standardDeviations.map { $0 * $0 }, shares).mean
    let share = between / (between + within)
    self.init(
      feature: transform.name, distribution: moments.distribution, isLogged: transform.takesLog,
      mean: MixtureDescription.spread(means, shares).mean, means: means, standardDeviations: deviations,
      separation: share.isFinite ? share : 0)
  }
}

extension MixtureDescription.Category {
  fileprivate init(_ levels: Matrix, _ column: Int, _ transforms: FeatureTransforms, _ shares: [Double]) {
    let spreads = (0..<levels.columns).map { MixtureDescription.spread(levels.column($0), shares) }
    let total = spreads.reduce(0) { $0 + $1.mean * (1 - $1.mean) }
    let share = spreads.reduce(0) { $0 + $1.variance } / total
    var names = (0..<levels.columns).map { "\($0)" }
    var feature = column < transforms.numeric.count ? transforms.numeric[column].name : ""
    if transforms.categoryColumns.contains(column) {
      let category = transforms.categories[column - transforms.categoryColumns.lowerBound]
      feature = category.name
      let known = category.levels + (category.hasOther ? ["(other)"] : [])
      for level in names.indices where level < known.count { names[level] = known[level] }
    }
    self.init(
      feature: feature, levels: names, probabilities: spreads.map(\.mean),
      segmentProbabilities: (0..<levels.columns).map { levels.column($0) },
      separation: share.isFinite ? share : 0)
  }
}

extension SegmentModel {
  /// The distributions of the mixture that found the segments; nil for other methods.
  public var mixtureDescription: MixtureDescription? {
    guard case .mixture(let model)? = assigner else { return nil }
    return MixtureDescription(model, transforms)
  }
}
