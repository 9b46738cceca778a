internal import Foundation
public import LinearAlgebra
internal import Warehouse

/// What the transformed columns are made for.
public enum MatrixForm: String, Sendable, Hashable, Codable {
  /// Distances: nothing is missing, and a category is a 0/1 column a level.
  case distances
  /// Likelihoods: what is missing stays so (NaN), and a category is one column of level numbers from 0.
  case likelihoods
}

/// How raw features become the columns that segments are found in.
public struct TransformSettings: Sendable, Hashable, Codable {
  /// What the columns are made for.
  public var form = MatrixForm.distances
  /// Non-negative columns more skewed than this are replaced by log(1 + x) where that lowers the skewness; nil never.
  public var logAboveSkewness: Double? = 1
  /// How columns are brought to a common scale.
  public var scaling = Scaling.standard
  /// Numeric features that are neither scaled nor replaced by logarithms: counts that are modelled as counts.
  public var unscaled: Set<String> = []
  /// Families of equal name count equally, however many columns they have.
  public var balanceFamilies = true
  /// How much a family counts beside the others, where not 1, above 0: squared distances are multiplied by it.
  public var familyWeights: [String: Double] = [:]
  /// Categories rarer than this share of the rows become one level, "other".
  public var rareLevelShare = 0.01
  /// A column with more levels than this is taken for a name or number of something and left out.
  public var maximumLevels = 50
  /// A feature missing for more than this share of the rows is left out.
  public var maximumMissingShare = 0.5
  /// Missing shares from here on get an indicator column beside the imputed value.
  public var indicatorFromMissingShare = 0.01

  /// The defaults.
  public init() {}
}

/// Transforms fitted on training data, applied alike to any other.
public struct FeatureTransforms: Sendable, Hashable, Codable {
  /// One numeric feature: impute, log, centre, scale, weight; perhaps an indicator of missing values.
  public struct Numeric: Sendable, Hashable, Codable {
    /// The feature.
    public let name: String
    /// What a missing value becomes, in raw units: the median of training.
    public let fill: Double
    /// Whether log(1 + x) replaces x before scaling.
    public let takesLog: Bool
    /// What is subtracted, after the logarithm.
    public let centre: Double
    /// What the difference is divided by; positive.
    public let scale: Double
    /// What the result is multiplied by, the share of its family.
    public var weight: Double
    /// Mean and standard deviation of the 0/1 indicator of missing values; nil without one.
    public let indicator: Indicator?
  }

  /// The scaling of an indicator column.
  public struct Indicator: Sendable, Hashable, Codable {
    /// The share of missing values in training; 0 when columns are not scaled.
    public let centre: Double
    /// The standard deviation of that indicator; 1 when columns are not scaled.
    public let scale: Double
  }

  /// One categorical feature: a 0/1 column a level, all divided by one scale, so that together they vary as one column.
  public struct Category: Sendable, Hashable, Codable {
    /// The feature.
    public let name: String
    /// The levels with a column of their own, most frequent first.
    public let levels: [String]
    /// Whether rare and unseen levels share a column, after those of `levels`.
    public let hasOther: Bool
    /// Whether missing values have a column, the last.
    public let hasMissing: Bool
    /// The mean of each column, subtracted; zeros when columns are not scaled.
    public let centres: [Double]
    /// What every column is divided by.
    public let scale: Double
    /// What the result is multiplied by, the share of its family.
    public var weight: Double
  }

  /// A feature that forms no segment, and why.
  public struct Dropped: Sendable, Hashable, Codable {
    /// The feature.
    public let name: String
    /// Why, in words: "every value is the same".
    public let reason: String

    /// A feature called `name`, left out for `reason`.
    public init(name: String, reason: String) {
      self.name = name
      self.reason = reason
    }
  }

  /// What the columns are made for.
  public let form: MatrixForm
  /// The numeric features used, in the order of the data.
  public internal(set) var numeric: [Numeric]
  /// The categorical features used.
  public internal(set) var categories: [Category]
  /// The features left out.
  public internal(set) var dropped: [Dropped]

  /// The names of the transformed columns, in order.
  public var columns: [String] {
    guard form == .distances else { return features }
    var names: [String] = []
    for transform in numeric {
      names.append(transform.name)
      if transform.indicator != nil { names.append("\(transform.name) is missing") }
    }
    for category in categories {
      names.append(contentsOf: category.levels.map { "\(category.name) = \($0)" })
      if category.hasOther { names.append("\(category.name) = (other)") }
      if category.hasMissing { names.append("\(category.name) = (missing)") }
    }
    return names
  }

  /// The feature that each of ``columns`` is made of.
  public var columnFeatures: [String] {
    guard form == .distances else { return features }
    return numeric.flatMap { [String](repeating: $0.name, count: $0.indicator == nil ? 1 : 2) }
      + categories.flatMap { [String](repeating: $0.name, count: $0.width) }
  }

  /// The features used, numeric before categorical.
  public var features: [String] { numeric.map(\.name) + categories.map(\.name) }
}

/// What applying transforms met with, counted.
public struct TransformReport: Sendable, Hashable, Codable {
  /// Features the data does not have at all: imputed everywhere.
  public var absentFeatures: [String] = []
  /// Imputed cells, of features that are there.
  public var imputedCells = 0
  /// Cells of a category without a column of its own: new, or rare in training.
  public var unlistedLevels = 0
  /// Rows without a value in any feature that is used.
  public var rowsWithoutValue = 0

  /// A report of nothing met.
  public init() {}
}

extension FeatureTransforms {
  /// These transforms without the numeric features in `others`, and with the reasons.
  public func leavingOut(_ others: [Dropped]) -> FeatureTransforms {
    var transforms = self
    let names = Set(others.map(\.name))
    transforms.numeric.removeAll { names.contains($0.name) }
    transforms.dropped += others
    return transforms
  }

  /// These transforms for the features in `names` alone.
  public func keeping(_ names: Set<String>) -> FeatureTransforms {
    var transforms = self
    transforms.numeric.removeAll { !names.contains($0.name) }
    transforms.categories.removeAll { !names.contains($0.name) }
    return transforms
  }

  /// These transforms with the columns of each feature multiplied by its number, where it has one.
  public func weighing(_ factors: [String: Double]) -> FeatureTransforms {
    var transforms = self
    for index in numeric.indices { transforms.numeric[index].weight *= factors[numeric[index].name] ?? 1 }
    for index in categories.indices { transforms.categories[index].weight *= factors[categories[index].name] ?? 1 }
    return transforms
  }

  /// The rows of `values` (from 0, ascending) that have a value in some feature that is used. O(n d) at worst.
  public func rowsWithValue(in values: FeatureValues) -> [Int] {
    let block = values.numbers
    let used = Set(features)
    let columns = block.names.indices.filter { used.contains(block.names[$0]) }
    let texts = values.categories.filter { used.contains($0.name) }
    return (0..<values.rows).filter { row in
      columns.contains { !block.values[row * block.names.count + $0].isNaN } || texts.contains { !$0.isMissing(row) }
    }
  }

  /// The transformed columns of `values`, n x ``columns``: all finite for distances, NaN where missing for likelihoods.
  ///
  /// Works with whatever is there. For distances a feature that is absent takes its training median (or counts as
  /// missing), and a new level counts as "other"; for likelihoods both count as missing.
  public func apply(_ values: FeatureValues) -> (matrix: Matrix, report: TransformReport) {
    var (matrix, report) = form == .likelihoods ? applyForLikelihoods(values) : applyForDistances(values)
    report.rowsWithoutValue = values.rows - rowsWithValue(in: values).count
    return (matrix, report)
  }

  private func applyForDistances(_ values: FeatureValues) -> (matrix: Matrix, report: TransformReport) {
    var report = TransformReport()
    let rows = values.rows
    let width = columns.count
    var result = [Double](repeating: 0, count: rows * width)
    var target = 0
    let block = values.numbers
    for transform in numeric {
      let source = block.names.firstIndex(of: transform.name)
      if source == nil { report.absentFeatures.append(transform.name) }
      for row in 0..<rows {
        let raw = source.map { block.values[row * block.names.count + $0] } ?? .nan
        if raw.isNaN, source != nil { report.imputedCells += 1 }
        result[row * width + target] = transform.value(raw.isNaN ? transform.fill : raw)
        if let indicator = transform.indicator {
          // A feature that is absent altogether says nothing of this customer: neither missing nor there.
          let flag = source == nil ? indicator.centre : raw.isNaN ? 1 : 0
          result[row * width + target + 1] = (flag - indicator.centre) / indicator.scale * transform.weight
        }
      }
      target += transform.indicator == nil ? 1 : 2
    }
    for transform in categories {
      let texts = values.categories.first { $0.name == transform.name }?.texts
      if texts == nil { report.absentFeatures.append(transform.name) }
      let index = Dictionary(transform.levels.enumerated().map { ($1, $0) }) { first, _ in first }
      for row in 0..<rows {
        let level = texts?[row]
        let known = level.flatMap { index[$0] }
        if texts != nil, level == nil { report.imputedCells += 1 }
        if level != nil, known == nil { report.unlistedLevels += 1 }
        for column in 0..<transform.width {
          let flag: Double =
            if let known {
              column == known ? 1 : 0
            } else if level != nil, transform.hasOther {
              column == transform.levels.count ? 1 : 0
            } else if level == nil, transform.hasMissing, texts != nil {
              column == transform.width - 1 ? 1 : 0
            } else {
              // Nothing known: the training mean, which favours no level.
              transform.shares[column]
            }
          result[row * width + target + column] =
            (flag - transform.centres[column]) / transform.scale * transform.weight
        }
      }
      target += transform.width
    }
    return (Matrix(rows: rows, columns: width, values: result), report)
  }
}

extension FeatureTransforms.Numeric {
  /// Transformed values stay within this of 0, so that their squares and the sums of these are finite.
  static var limit: Double { 1e100 }

  /// The transformed value of `raw`, which is not missing. Values below 0 of a log column count as 0.
  func value(_ raw: Double) -> Double {
    let x = takesLog ? log1p(max(0, raw)) : raw
    let value = (x - centre) / scale * weight
    return max(-Self.limit, min(Self.limit, value))
  }
}

extension FeatureTransforms.Category {
  var width: Int { levels.count + (hasOther ? 1 : 0) + (hasMissing ? 1 : 0) }

  /// What stands in for a level that is not known: the share of each in training, as far as it was kept.
  var shares: [Double] { centres.allSatisfy { $0 == 0 } ? centres.map { _ in 1 / Double(max(1, width)) } : centres }
}
