public import LinearAlgebra

/// The hierarchy of a bisecting k-means fit and its clusters' centroids, which assign any row as training rows were.
public struct BisectingKMeansModel: Sendable, Hashable, Codable {
  /// How a row finds its cluster.
  public enum Assignment: String, Sendable, Hashable, Codable {
    /// From the top, at every split to the nearer of two centroids: clusters nest in the groups of the hierarchy. A
    /// row near the edge of an early split may lie nearer to a leaf beyond it.
    case descent
    /// To the nearest of the clusters' centroids, as in ``KMeansModel/assign(_:)``.
    case nearest
  }

  /// The groups and splits; its leaves are the clusters.
  public let tree: BisectionTree
  /// The clusters' centroids (k x d), by themselves a model that assigns to the nearest.
  public let centroids: KMeansModel
  /// How a row finds its cluster: by descent, or by nearest centroid after a refinement.
  public let assignment: Assignment

  init(tree: BisectionTree, centroids: KMeansModel, assignment: Assignment) {
    self.tree = tree
    self.centroids = centroids
    self.assignment = assignment
  }

  /// k, the number of clusters.
  public var clusters: Int { centroids.clusters }

  /// The cluster of each row of `x` (m x d) by ``assignment``, and the distance to its centroid; equal distances go to
  /// the heavier side of a split, or the lower index.
  ///
  /// Each row is decided by itself. O(m d) for each level of the hierarchy, or O(m k d).
  /// - Throws: ``FitError`` when `x` has another number of columns, or a value that is not finite or beyond 1e130.
  public func assign(_ x: Matrix) throws(FitError) -> KMeansAssignment {
    let assigned = try assignSquared(x)
    return KMeansAssignment(labels: assigned.labels, distances: assigned.squares.map { $0.squareRoot() })
  }

  /// As ``assign(_:)``, with squared distances.
  func assignSquared(_ x: Matrix) throws(FitError) -> (labels: [Int], squares: [Double]) {
    guard assignment == .descent else { return try centroids.assignSquared(x) }
    guard x.columns == tree.centroids.columns else {
      throw .columnCount(have: x.columns, need: tree.centroids.columns)
    }
    try DataChecks.checkValues(x)
    return try tree.descend(x)
  }

  private enum CodingKeys: String, CodingKey { case tree, centroids, assignment }

  /// Reads a model, refusing one whose centroids do not fit its hierarchy.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      tree: try container.decode(BisectionTree.self, forKey: .tree),
      centroids: try container.decode(KMeansModel.self, forKey: .centroids),
      assignment: try container.decode(Assignment.self, forKey: .assignment))
    guard centroids.clusters == tree.leaves.count, centroids.centroids.columns == tree.centroids.columns else {
      throw DecodingError.dataCorruptedError(
        forKey: .centroids, in: container,
        debugDescription: "The hierarchy has other clusters than there are centroids.")
    }
  }
}
