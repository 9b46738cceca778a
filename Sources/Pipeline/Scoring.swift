internal import Clustering
public import Features

extension SegmentModel {
  /// Assigns customers to this model's segments.
  ///
  /// Works with the features that are there; what was imputed or unknown is counted in the report.
  /// `reasons` asks why each customer is in its segment and not in the second, which only a tree tells.
  /// `source` is what to call the data in errors, `place` where a row of `values` (from 0) stands in it, from 1.
  /// - Throws: ``PipelineError/noFeatureFound(needed:)`` when none of the model's features is there.
  public func score(
    _ values: FeatureValues, allMemberships: Bool = false, reasons: Bool = false,
    source: String = "the table to score", place: (Int) -> Int = { $0 + 1 }
  ) throws -> (assignments: SegmentAssignments, report: TransformReport) {
    let (matrix, report) = transforms.apply(values)
    guard report.absentFeatures.count < transforms.features.count else {
      throw PipelineError.noFeatureFound(needed: transforms.features)
    }
    let assigner: SegmentAssigner
    switch segmenter {
    case .tree(let tree): return (tree.assign(values, allMemberships: allMemberships, reasons: reasons), report)
    case .clusters(let clusters): assigner = clusters
    }
    do {
      let assigned = try assigner.assign(matrix, customers: values.customers, allMemberships: allMemberships)
      return (assigned, report)
    } catch {
      throw SegmentTraining.named(error, columns: transforms.columns, source: source, place: place)
    }
  }
}
