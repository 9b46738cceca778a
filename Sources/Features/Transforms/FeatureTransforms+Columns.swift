extension FeatureTransforms {
  /// Fits transforms to training data of which one feature at a time stands in memory.
  ///
  /// The same transforms as ``fit(_:settings:use:family:)`` of all of them at once.
  /// - Parameters:
  ///   - columns: the features, numbers and categories.
  ///   - read: gives the values of one of them, alone; called once a feature, numbers first.
  public static func fit(
    columns: FeatureColumns, settings: TransformSettings, use: Set<String>? = nil,
    family: (String) -> String = { $0 }, read: (FeatureColumns) throws -> FeatureValues
  ) throws -> FeatureTransforms {
    var apart = settings
    apart.balanceFamilies = false
    apart.familyWeights = [:]
    var (numeric, categories, dropped): ([Numeric], [Category], [Dropped]) = ([], [], [])
    for one in columns.oneByOne where use?.contains(one.feature) ?? true {
      let fitted = fit(try read(one.columns), settings: apart)
      numeric += fitted.numeric
      categories += fitted.categories
      dropped += fitted.dropped
    }
    var transforms = FeatureTransforms(
      form: settings.form, numeric: numeric, categories: categories, dropped: dropped)
    transforms.weigh(settings, family)
    return transforms
  }
}

extension FeatureColumns {
  /// Each feature with a selection of it alone, numbers before categories.
  public var oneByOne: [(feature: String, columns: FeatureColumns)] {
    numeric.map { ($0, FeatureColumns(identifier: identifier, numeric: [$0], categories: [])) }
      + categories.map { ($0, FeatureColumns(identifier: identifier, numeric: [], categories: [$0])) }
  }
}
