public import Clustering
internal import LinearAlgebra
internal import ModelFiles
internal import Warehouse

/// What gives transformed customers their segments: the fitted model of one method.
public enum SegmentAssigner: Sendable, Hashable {
  /// The nearest centroid.
  case kMeans(KMeansModel)
  /// The most likely component.
  case mixture(MixtureModel)

  /// k, the number of segments.
  public var segments: Int {
    switch self {
    case .kMeans(let model): model.clusters
    case .mixture(let model): model.components
    }
  }

  /// d, the number of transformed columns it takes.
  var columns: Int {
    switch self {
    case .kMeans(let model): model.centroids.columns
    case .mixture(let model): (model.blocks.flatMap(\.columns).max() ?? -1) + 1
    }
  }

  /// Assigns the rows of `x` (n x d, transformed as in training).
  func assign(
    _ x: Matrix, customers: Column, allMemberships: Bool = false
  ) throws(FitError) -> SegmentAssignments {
    switch self {
    case .kMeans(let model):
      let assigned = try model.assign(x)
      var every: Matrix?
      if allMemberships {
        var matrix = Matrix(rows: x.rows, columns: model.clusters)
        for (row, label) in assigned.labels.enumerated() { matrix[row, label] = 1 }
        every = matrix
      }
      return SegmentAssignments(
        customers: customers, segments: assigned.labels.map { $0 + 1 },
        memberships: [Double](repeating: 1, count: x.rows), distances: assigned.distances, allMemberships: every)
    case .mixture(let model):
      let assigned = try model.assign(x)
      return SegmentAssignments(
        customers: customers, segments: assigned.labels.map { $0 + 1 }, memberships: assigned.certainties,
        distances: nil, allMemberships: allMemberships ? try model.memberships(x) : nil)
    }
  }
}
