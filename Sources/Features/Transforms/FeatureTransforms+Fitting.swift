internal import Foundation
internal import LinearAlgebra
internal import Warehouse

extension FeatureTransforms {
  /// Fits transforms to training data.
  ///
  /// - Parameters:
  ///   - values: the raw features.
  ///   - use: which of them form segments; nil takes all.
  ///   - family: the family of a feature, whose members share one weight.
  /// Columns that say nothing (constant, all missing, more than 50 levels and too many for the rows) are dropped, with
  /// the reason.
  public static func fit(
    _ values: FeatureValues, settings: TransformSettings, use: Set<String>? = nil,
    family: (String) -> String = { $0 }
  ) -> FeatureTransforms {
    var dropped: [Dropped] = []
    let block = values.numbers
    let width = block.names.count
    let chosen = block.names.indices.filter { use?.contains(block.names[$0]) ?? true }
    let fitted: [Result<Numeric, Drop>] = Parallel.map(count: chosen.count) { index in
      let column = chosen[index]
      let raw = (0..<values.rows).map { block.values[$0 * width + column] }
      return fitNumeric(block.names[column], raw, settings)
    }
    var numeric: [Numeric] = []
    for outcome in fitted {
      switch outcome {
      case .success(let transform): numeric.append(transform)
      case .failure(let drop): dropped.append(Dropped(name: drop.name, reason: drop.reason))
      }
    }
    var categories: [Category] = []
    for column in values.categories where use?.contains(column.name) ?? true {
      switch fitCategory(column, settings) {
      case .success(let transform): categories.append(transform)
      case .failure(let drop): dropped.append(Dropped(name: drop.name, reason: drop.reason))
      }
    }
    var transforms = FeatureTransforms(
      form: settings.form, numeric: numeric, categories: categories, dropped: dropped)
    transforms.weigh(settings, family)
    return transforms
  }

  private struct Drop: Error {
    let name: String
    let reason: String
  }

  private static func fitNumeric(
    _ name: String, _ raw: [Double], _ settings: TransformSettings
  ) -> Result<Numeric, Drop> {
    var settings = settings
    if settings.unscaled.contains(name) {
      settings.scaling = .none
      settings.logAboveSkewness = nil
    }
    let statistics = ColumnStatistics(raw)
    guard statistics.present > 0 else { return .failure(Drop(name: name, reason: "every value is missing")) }
    let missing = raw.count - statistics.present
    let missingShare = Double(missing) / Double(raw.count)
    guard missingShare <= settings.maximumMissingShare else { return .failure(tooSparse(name, missingShare)) }
    let hasIndicator =
      settings.form == .distances && missing > 0 && missingShare >= settings.indicatorFromMissingShare
    guard statistics.minimum < statistics.maximum else {
      return .failure(Drop(name: name, reason: "every value is the same"))
    }
    guard statistics.standardDeviation.isFinite, statistics.maximum - statistics.minimum < .infinity else {
      return .failure(Drop(name: name, reason: "its values are too large to be scaled"))
    }
    let fill = ColumnStatistics.quantile(raw.filter { !$0.isNaN }, 0.5)
    var takesLog = false
    if let limit = settings.logAboveSkewness, statistics.minimum >= 0, statistics.skewness > limit {
      let logged = ColumnStatistics(raw.map(log1p))
      takesLog = abs(logged.skewness) < abs(statistics.skewness) && logged.standardDeviation > 0
    }
    // Centre and scale of what will be scaled: imputed for distances, then logged.
    let complete = settings.form == .likelihoods ? raw.filter { !$0.isNaN } : raw.map { $0.isNaN ? fill : $0 }
    let prepared = takesLog ? complete.map(log1p) : complete
    let (centre, scale) = centreAndScale(prepared, settings.scaling)
    guard scale > 0, scale.isFinite, (1 / scale).isFinite else {
      return .failure(Drop(name: name, reason: "its values differ too little to be told apart"))
    }
    let indicator = hasIndicator ? indicatorScaling(missingShare, settings.scaling) : nil
    return .success(
      Numeric(
        name: name, fill: fill, takesLog: takesLog, centre: centre, scale: scale, weight: 1, indicator: indicator))
  }

  private static func tooSparse(_ name: String, _ share: Double) -> Drop {
    Drop(name: name, reason: "it is missing for \(Int((share * 100).rounded()))% of the rows")
  }

  private static func centreAndScale(_ values: [Double], _ scaling: Scaling) -> (Double, Double) {
    switch scaling {
    case .none: return (0, 1)
    case .standard:
      let statistics = ColumnStatistics(values)
      return (statistics.mean, statistics.standardDeviation)
    case .robust:
      let spread = ColumnStatistics.quantile(values, 0.75) - ColumnStatistics.quantile(values, 0.25)
      // 1.349 is the interquartile range of a standard normal variable. Half the values equal: fall back.
      guard spread > 0 else { return centreAndScale(values, .standard) }
      return (ColumnStatistics.quantile(values, 0.5), spread / 1.349)
    }
  }

  private static func indicatorScaling(_ share: Double, _ scaling: Scaling) -> Indicator {
    scaling == .none
      ? Indicator(centre: 0, scale: 1) : Indicator(centre: share, scale: (share * (1 - share)).squareRoot())
  }

  private static func fitCategory(_ column: Column, _ settings: TransformSettings) -> Result<Category, Drop> {
    let texts = column.texts
    var counts: [String: Int] = [:]
    for case let text? in texts { counts[text, default: 0] += 1 }
    let rows = Double(max(1, texts.count))
    guard !counts.isEmpty else { return .failure(Drop(name: column.name, reason: "every value is missing")) }
    let missingShare = Double(texts.count { $0 == nil }) / rows
    guard missingShare <= settings.maximumMissingShare else { return .failure(tooSparse(column.name, missingShare)) }
    guard counts.count <= settings.maximumLevels || counts.count * 2 < texts.count else {
      return .failure(Drop(name: column.name, reason: "its values look like identifiers (\(counts.count) levels)"))
    }
    let common = counts.filter { Double($0.value) / rows >= settings.rareLevelShare }
    let ranked = common.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.map(\.key)
    let levels = Array(ranked.prefix(settings.maximumLevels))
    let kept = levels.reduce(0) { $0 + (counts[$1] ?? 0) }
    let missing = texts.count { $0 == nil }
    let other = texts.count - kept - missing
    let hasMissing = missing > 0 && settings.form == .distances
    let columnCounts =
      levels.map { counts[$0] ?? 0 } + (other > 0 ? [other] : []) + (hasMissing ? [missing] : [])
    guard columnCounts.count > 1 else {
      let reason = counts.count == 1 ? "every value is the same" : "each of its \(counts.count) levels is rare"
      return .failure(Drop(name: column.name, reason: reason))
    }
    let shares = columnCounts.map { Double($0) / rows }
    let variance = shares.reduce(0) { $0 + $1 * (1 - $1) }
    let isScaled = settings.scaling != .none
    return .success(
      Category(
        name: column.name, levels: levels, hasOther: other > 0, hasMissing: hasMissing,
        centres: isScaled ? shares : shares.map { _ in 0 },
        // Unscaled, two customers of different levels lie at distance 1.
        scale: isScaled ? variance.squareRoot() : 2.0.squareRoot(), weight: 1))
  }

  /// Divides every column by the square root of the number of blocks in its family (multiple factor analysis in its
  /// simplest form: Escofier & Pagès, 1994), so that a family's columns together vary as one.
  mutating func weigh(_ settings: TransformSettings, _ family: (String) -> String) {
    guard settings.scaling != .none, settings.form == .distances,
      settings.balanceFamilies || !settings.familyWeights.isEmpty
    else { return }
    var blocks: [String: Int] = [:]
    for transform in numeric { blocks[family(transform.name), default: 0] += transform.indicator == nil ? 1 : 2 }
    for transform in categories { blocks[family(transform.name), default: 0] += 1 }
    func weight(_ name: String) -> Double {
      let columns = settings.balanceFamilies ? Double(blocks[family(name)] ?? 1) : 1
      return ((settings.familyWeights[family(name)] ?? 1) / columns).squareRoot()
    }
    for index in numeric.indices { numeric[index].weight = weight(numeric[index].name) }
    for index in categories.indices { categories[index].weight = weight(categories[index].name) }
  }
}
