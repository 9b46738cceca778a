internal import Clustering
public import Features

extension SegmentModel {
  /// Assigns customers to this model's segments.
  ///
  /// Works with the features that are there; what was imputed or unknown is counted in the report.
  /// - Throws: ``PipelineError/noFeatureFound(needed:)`` when none of the model's features is there.
  public func score(_ values: FeatureValues) throws -> (assignments: SegmentAssignments, report: TransformReport) {
    let (matrix, report) = transforms.apply(values)
    guard report.absentFeatures.count < transforms.features.count else {
      throw PipelineError.noFeatureFound(needed: transforms.features)
    }
    do {
      let assigned = try kmeans.assign(matrix)
      return (
        SegmentAssignments(
          customers: values.customers, segments: assigned.labels.map { $0 + 1 }, distances: assigned.distances),
        report
      )
    } catch {
      throw SegmentTraining.named(error, columns: transforms.columns, source: "the table to score")
    }
  }
}
