internal import Features
internal import LinearAlgebra
internal import Warehouse

extension SegmentTraining {
  /// Transforms fitted to the features to `use`; of those that tell the same only one each, where that is asked for.
  func fit(
    _ values: FeatureValues, _ settings: TransformSettings, _ use: Set<String>?, _ families: [String: String]?,
    _ checks: inout SegmentChecks
  ) -> FeatureTransforms {
    func fit(_ use: Set<String>?) -> FeatureTransforms {
      FeatureTransforms.fit(values, settings: settings, use: use) { families?[$0] ?? $0 }
    }
    let whole = fit(use)
    guard let redundancy else { return whole }
    let found = Redundancy(
      values, features: whole.numeric.map(\.name), sample: CheckSample(values), threshold: redundancy.threshold,
      isSelected: redundancy.mode == .select)
    checks.redundancy = found
    let leftOut = found.leftOut
    guard redundancy.mode == .select, !leftOut.isEmpty else { return whole }
    let features = use ?? Set(values.numbers.names + values.categories.map(\.name))
    return fit(features.subtracting(leftOut.map(\.name))).leavingOut(leftOut)
  }

  /// The features used that were made of what may be known only afterwards; nil without any.
  func leaks(
    _ plan: FeaturePlan?, _ quality: DataQuality, _ transforms: FeatureTransforms
  ) -> [SegmentChecks.Leak]? {
    let used = Set(transforms.features)
    let found = (plan?.definitions ?? []).filter { used.contains($0.name) }.compactMap { definition in
      quality.detail(definition.source)?.columns.first { definition.attributes.contains($0.column) && $0.leak != nil }?
        .leak.map { SegmentChecks.Leak(feature: definition.name, reason: $0) }
    }
    return found.isEmpty ? nil : found
  }

  /// How well the columns of `x` and the segments tell each guarded feature; nil where nothing is guarded.
  func proxies(
    _ plan: FeaturePlan?, _ values: FeatureValues, _ x: Matrix, _ transforms: FeatureTransforms,
    _ assignments: SegmentAssignments
  ) -> [GuardedProxy]? {
    guard let guarded else { return nil }
    let attributes = SegmentTraining.attributes(plan)
    let used = Set(transforms.features)
    let names = (values.numbers.names + values.categories.map(\.name)).filter {
      guarded.contains($0, attributes: attributes[$0] ?? []) && !used.contains($0)
    }
    guard !names.isEmpty, transforms.form == .distances else { return nil }
    let check = ProxyCheck(
      x: x, features: transforms.columnFeatures, segments: assignments.segments, sample: CheckSample(values))
    return names.compactMap { check.measure($0, values) }
  }
}
