public import Clustering
internal import Features
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

  /// Whether it takes the columns that `transforms` make: as many, made for it, and levels where levels are.
  func fits(_ transforms: FeatureTransforms) -> Bool {
    switch self {
    case .kMeans(let model):
      return transforms.form == .distances && model.centroids.columns == transforms.columns.count
    case .mixture(let model):
      guard transforms.form == .likelihoods, model.columns == transforms.columns.count else { return false }
      let columns = model.blocks.flatMap(\.columns)
      guard Set(columns).count == columns.count else { return false }
      return model.blocks.allSatisfy { block in
        block.columns.enumerated().allSatisfy { index, column in
          let category = column - transforms.categoryColumns.lowerBound
          return switch block.parameters {
          case .categorical(let levels), .ordinal(let levels):
            category < 0 || levels[index].columns == transforms.levelCount(category)
          case .binary: category < 0 || transforms.levelCount(category) == 2
          case .gaussian, .logNormal, .poisson, .negativeBinomial: category < 0
          }
        }
      }
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
