internal import Clustering
internal import Features

/// Where a segment differs from everybody: in a number's mean, or in the share of a level.
///
/// Both stand on one scale, because a level is a column of 0 and 1: its mean is the share p, its standard deviation
/// the square root of p (1 - p).
public struct SegmentTrait: Sendable, Hashable {
  /// The feature.
  public let feature: String
  /// The level of a categorical feature; nil for a number.
  public let level: String?
  /// The segment's mean in raw units, or its share of the level.
  public let own: Double
  /// The same over all rows.
  public let all: Double
  /// `own` less `all`, in standard deviations over all rows.
  public let difference: Double
}

extension SegmentProfiles {
  /// Where `segment` (from 0) differs most from everybody among the features `names`, largest first in standard
  /// deviations, each feature once: of a category the level that differs most, of equals the one it has more of.
  public func traits(_ segment: Int, among names: Set<String>, limit: Int) -> [SegmentTrait] {
    let numbers = numeric.compactMap { profile -> SegmentTrait? in
      guard names.contains(profile.name), let mean = profile.mean, let deviation = profile.standardDeviation,
        deviation > 0, let own = profile.means[segment]
      else { return nil }
      return SegmentTrait(
        feature: profile.name, level: nil, own: own, all: mean, difference: (own - mean) / deviation)
    }
    let levels = categories.compactMap { category -> SegmentTrait? in
      guard names.contains(category.name) else { return nil }
      return category.levels.indices.compactMap { level -> SegmentTrait? in
        let (own, all) = (category.segmentShares[segment][level], category.shares[level])
        guard all > 0, all < 1 else { return nil }
        return SegmentTrait(
          feature: category.name, level: category.levels[level], own: own, all: all,
          difference: (own - all) / (all * (1 - all)).squareRoot())
      }.min(by: SegmentProfiles.comesFirst)
    }
    return Array((numbers + levels).sorted(by: SegmentProfiles.comesFirst).prefix(limit))
  }

  private static func comesFirst(_ one: SegmentTrait, _ other: SegmentTrait) -> Bool {
    let (a, b) = (abs(one.difference), abs(other.difference))
    // The two levels of a pair differ equally but for rounding.
    if abs(a - b) > 1e-9 * max(a, b) { return a > b }
    if one.feature != other.feature { return one.feature < other.feature }
    return one.difference > other.difference
  }
}

extension SegmentModel {
  /// Below this many standard deviations a difference is not worth a word.
  private static let leastDifference = 0.2

  /// Where a segment (from 0) differs most from everybody, in words: "high spend (+1.4 sd)" for what is measured,
  /// "visits 12.3 (all 4.1)" for counts and what enters by its logarithm, "plan = gold 98% (all 56%)" for levels.
  func traits(_ segment: Int, limit: Int) -> [String] {
    guard segments.k > 1 else { return [] }
    let ownUnits = featuresInOwnUnits
    return profiles.traits(segment, among: Set(transforms.features), limit: limit).filter {
      abs($0.difference) >= SegmentModel.leastDifference
    }.map { trait in
      if let level = trait.level {
        return "\(trait.feature) = \(level): \(ReadableNumber.wholePercent(trait.own)) "
          + "(all \(ReadableNumber.wholePercent(trait.all)))"
      }
      if ownUnits.contains(trait.feature) {
        return "\(trait.feature): \(ReadableNumber.text(trait.own)) (all \(ReadableNumber.text(trait.all)))"
      }
      return "\(trait.difference > 0 ? "high" : "low") \(trait.feature) "
        + "(\(trait.difference > 0 ? "+" : "-")\(ReadableNumber.tenths(abs(trait.difference))) sd)"
    }
  }

  /// Counts and skewed numbers: standard deviations say little of them.
  private var featuresInOwnUnits: Set<String> {
    var names = Set(transforms.numeric.filter(\.takesLog).map(\.name))
    guard case .mixture(let model)? = assigner else { return names }
    for block in model.blocks {
      switch block.parameters {
      case .poisson, .negativeBinomial, .logNormal:
        names.formUnion(block.columns.filter { $0 < transforms.numeric.count }.map { transforms.numeric[$0].name })
      case .gaussian, .categorical, .ordinal, .binary: break
      }
    }
    return names
  }
}
