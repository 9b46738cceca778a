public import LinearAlgebra

/// Partitions rows into `clusters` groups by splitting one group in two, again and again, so that a hierarchy can be
/// read.
///
/// Bisecting k-means (Steinbach, Karypis & Kumar, 2000, "A comparison of document clustering techniques"): all rows
/// begin as one group; the group of greatest inertia (or weight) is split by k-means with two clusters, until there are
/// enough. Early splits are never undone, so the inertia stays above that of ``KMeans``, by half and more where many
/// groups lie evenly; ``refinement`` mends most of that. O(n d) for each level of the hierarchy and iteration; memory
/// n d.
public struct BisectingKMeans: Sendable, Hashable, Codable {
  /// Which group is split next.
  public enum Choice: String, Sendable, Hashable, Codable, CaseIterable {
    /// The one of greatest inertia, which gains most in sum of squares.
    case largestInertia
    /// The one of greatest weight, which gives groups of more equal weight.
    case heaviest
  }

  /// What follows the last split.
  public enum Refinement: String, Sendable, Hashable, Codable, CaseIterable {
    /// Nothing: clusters are the leaves of the hierarchy, and rows are assigned by descending it.
    case none
    /// Lloyd's iterations from the leaves, for less inertia: rows then go to the nearest centroid, and the hierarchy
    /// tells how the clusters came about, not exactly which rows they hold.
    case lloyd
  }

  /// k, the number of groups, at least 1.
  public var clusters: Int
  /// Which group is split next.
  public var choice = Choice.largestInertia
  /// What follows the last split.
  public var refinement = Refinement.none
  /// Independent starts of each split, at least 1.
  public var restarts = 4
  /// The most iterations of one start and of the refinement, at least 1.
  public var maxIterations = 300
  /// A start and the refinement stop when an iteration lowers the inertia by no more than this part of it.
  public var tolerance = 1e-6
  /// Where the random numbers begin; every value, 0 too, is a seed like any other.
  public var seed: UInt64 = 0

  /// Settings for `clusters` groups, everything else at its default.
  public init(clusters: Int) { self.clusters = clusters }

  /// Fits to `x` (n x d, finite, at least `clusters` different rows), rows weighted by `weights` (n, >= 0; all 1 when
  /// nil). A row of weight 0 is labelled but has no say.
  ///
  /// - Throws: ``FitError`` as ``KMeans/fit(_:weights:observer:)`` does.
  public func fit(
    _ x: Matrix, weights: [Double]? = nil, observer: FitObserver? = nil
  ) throws(FitError) -> BisectingKMeansFit {
    try splitting.checkSettings()
    guard clusters >= 1 else { throw .parameter(name: "clusters", requirement: "at least 1") }
    try DataChecks.checkValues(x)
    try DataChecks.checkWeights(weights, rows: x.rows)
    try DataChecks.checkRowCount(x, weights: weights, clusters: clusters)
    let rows = DistinctRows(x, weights: weights)
    try DataChecks.checkDistinctCount(rows.matrix, clusters: clusters)

    let board = ProgressBoard(parts: clusters, observer: observer)
    var growth = try BisectionGrowth(rows)
    while growth.leafCount < clusters {
      let (leaves, inertia) = (growth.leafCount, growth.inertia)
      guard let node = growth.next(choice) else { throw .tooFewDistinctRows(have: leaves, need: clusters) }
      try growth.split(node, by: splitting) { board.report(part: leaves - 1, fraction: $0, inertia: inertia) }
    }
    let tree = growth.tree()
    let leaves = KMeansModel(centroids: tree.leafCentroids)
    let fit: BisectingKMeansFit
    switch refinement {
    case .none:
      let model = BisectingKMeansModel(tree: tree, centroids: leaves, assignment: .descent)
      let assigned = try model.assignSquared(x)
      var inertia = CompensatedSum()
      for (row, square) in assigned.squares.enumerated() { inertia.add(square, times: weights?[row] ?? 1) }
      fit = BisectingKMeansFit(
        model: model, labels: assigned.labels, inertia: inertia.value, converged: growth.converged)
    case .lloyd:
      fit = try refined(tree, leaves, rows, x, weights, growth.converged) {
        board.report(part: clusters - 1, fraction: $0)
      }
    }
    guard board.report(part: clusters - 1, fraction: 1, inertia: fit.inertia) else { throw .cancelled }
    return fit
  }

  /// Iterates from the leaves, and numbers the clusters, and their leaves with them, by their weight then.
  private func refined(
    _ tree: BisectionTree, _ leaves: KMeansModel, _ rows: DistinctRows, _ x: Matrix, _ weights: [Double]?,
    _ converged: Bool, _ goOn: (Double) -> Bool
  ) throws(FitError) -> BisectingKMeansFit {
    let units = RowUnits(rows)
    let passes = MemoryPasses(matrix: units.converting(rows.matrix), weights: units.converting(weights: rows.weights))
    let outcome = try LloydPasses(maxIterations: maxIterations, tolerance: tolerance)
      .run(from: units.converting(leaves.centroids), over: passes) { trace in
        goOn(Double(trace.count) / Double(maxIterations))
      }
    let moved = KMeansModel(centroids: units.inDataUnits(outcome.centers))
    let final = try moved.heaviestFirst(x, weights)
    var free = Set(0..<clusters)
    let order = (0..<clusters).map { cluster in
      let place = free.sorted().first { moved.centroids.row($0) == final.model.centroids.row(cluster) } ?? cluster
      free.remove(place)
      return place
    }
    return BisectingKMeansFit(
      model: BisectingKMeansModel(tree: tree.renumbered(order), centroids: final.model, assignment: .nearest),
      labels: final.labels, inertia: final.inertia, converged: converged && outcome.converged)
  }

  /// The k-means that makes a split.
  private var splitting: KMeans {
    var splitting = KMeans(clusters: 2)
    splitting.restarts = restarts
    splitting.maxIterations = maxIterations
    splitting.tolerance = tolerance
    splitting.seed = seed
    return splitting
  }
}

/// What ``BisectingKMeans/fit(_:weights:observer:)`` found.
public struct BisectingKMeansFit: Sendable, Hashable, Codable {
  /// The hierarchy and the centroids of its leaves, which assign any row.
  public let model: BisectingKMeansModel
  /// The cluster of each row (n), from 0, the heaviest first.
  public let labels: [Int]
  /// The weighted sum of squared distances to the clusters' centroids, in squared units of the data.
  public let inertia: Double
  /// Whether every split, and the refinement if any, stopped of itself, not at the limit of iterations.
  public let converged: Bool
}
