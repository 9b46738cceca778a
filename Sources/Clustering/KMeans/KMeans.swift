public import LinearAlgebra

/// Partitions rows into `clusters` groups of least within-group squared distance.
///
/// Lloyd (1982) from greedy k-means++ seeds (Arthur & Vassilvitskii, 2007), with swaps of single centres (Fränti, 2018)
/// against centres stuck in the wrong place. O(n k d) an iteration; memory n d.
/// Scale features first: a column counts by its variance. The result depends on the rows, their weights, the settings
/// and the machine's libraries alone: neither on the order of the rows nor on the number of threads, and a whole
/// weight w is the same as w equal rows.
public struct KMeans: Sendable, Hashable, Codable {
  /// k, the number of groups, at least 1.
  public var clusters: Int
  /// Independent starts, at least 1; the one of least inertia is kept.
  public var restarts = 4
  /// How often each start tries to move one centre elsewhere, keeping what ends lower; 0 for none.
  public var swaps = 8
  /// The most iterations of one start, at least 1.
  public var maxIterations = 300
  /// A start stops when an iteration lowers the inertia by no more than this part of it; 0 iterates until no row moves.
  public var tolerance = 1e-6
  /// Where the random numbers begin; every value, 0 too, is a seed like any other.
  public var seed: UInt64 = 0

  /// Settings for `clusters` groups, everything else at its default.
  public init(clusters: Int) { self.clusters = clusters }

  /// Fits to `x` (n x d, finite, at least `clusters` different rows), rows weighted by `weights` (n, >= 0; all 1 when
  /// nil). A row of weight 0 is labelled but has no say.
  ///
  /// - Throws: ``FitError``, before any work if a setting or the data is unusable; fewer different rows than
  ///   `clusters` are refused, because no k non-empty groups of them exist. ``FitError/cancelled`` when `observer`
  ///   returned false.
  public func fit(_ x: Matrix, weights: [Double]? = nil, observer: FitObserver? = nil) throws(FitError) -> KMeansFit {
    try checkSettings()
    try DataChecks.checkValues(x)
    try DataChecks.checkWeights(weights, rows: x.rows)
    return try fit(PreparedRows(x, weights: weights), x, weights, observer)
  }

  /// As above, with rows that were checked and prepared before: searches fit the same rows again and again.
  func fit(
    _ rows: PreparedRows, _ x: Matrix, _ weights: [Double]?, _ observer: FitObserver?
  ) throws(FitError) -> KMeansFit {
    try checkSettings()
    try checkRows(rows, x, weights)
    let board = ProgressBoard(parts: restarts + 1, observer: observer)
    return try finish(try runs(rows, board), rows, x, weights, board, part: restarts)
  }

  /// As ``fit(_:weights:observer:)``, from the centroids of `model` alone: no seeds, no samples, no swaps, all rows from
  /// the first iteration.
  ///
  /// - Throws: as ``fit(_:weights:observer:)``; also when `model` has another number of clusters or columns.
  public func fit(
    _ x: Matrix, weights: [Double]? = nil, from model: KMeansModel, observer: FitObserver? = nil
  ) throws(FitError) -> KMeansFit {
    try checkSettings()
    guard model.clusters == clusters else {
      throw .parameter(name: "from", requirement: "a model of \(clusters) clusters")
    }
    guard model.centroids.columns == x.columns else {
      throw .columnCount(have: x.columns, need: model.centroids.columns)
    }
    try DataChecks.checkValues(x)
    try DataChecks.checkValues(model.centroids)
    try DataChecks.checkWeights(weights, rows: x.rows)
    let rows = PreparedRows(x, weights: weights)
    try checkRows(rows, x, weights)
    let board = ProgressBoard(parts: 1, observer: observer)
    guard let run = run(from: rows.inOwnUnits(model.centroids), rows, board) else { throw .cancelled }
    return try finish([run], rows, x, weights, board, part: 0)
  }

  private func checkRows(_ rows: PreparedRows, _ x: Matrix, _ weights: [Double]?) throws(FitError) {
    try DataChecks.checkRowCount(x, weights: weights, clusters: clusters)
    try DataChecks.checkDistinctCount(rows.matrix, clusters: clusters)
  }

  /// The result of the best of `runs`, in the units of the data.
  private func finish(
    _ runs: [KMeansRun], _ rows: PreparedRows, _ x: Matrix, _ weights: [Double]?, _ board: ProgressBoard, part: Int
  ) throws(FitError) -> KMeansFit {
    guard let best = runs.min(by: { $0.inertia < $1.inertia }) else { throw .cancelled }
    let run = settled(best, rows)
    let final = try KMeansModel(centroids: rows.inDataUnits(run.centers)).heaviestFirst(x, weights)
    guard board.report(part: part, fraction: 1, inertia: final.inertia) else { throw .cancelled }
    return KMeansFit(
      model: final.model, labels: final.labels, inertia: final.inertia,
      inertiaTrace: run.trace.map(rows.inertiaInDataUnits), converged: run.converged,
      restartInertias: runs.map { rows.inertiaInDataUnits($0.inertia) })
  }

  func checkSettings() throws(FitError) {
    guard clusters >= 1 else { throw .parameter(name: "clusters", requirement: "at least 1") }
    guard restarts >= 1 else { throw .parameter(name: "restarts", requirement: "at least 1") }
    guard swaps >= 0 else { throw .parameter(name: "swaps", requirement: "at least 0") }
    guard maxIterations >= 1 else { throw .parameter(name: "maxIterations", requirement: "at least 1") }
    guard tolerance >= 0, tolerance < 1 else { throw .parameter(name: "tolerance", requirement: "from 0 to below 1") }
  }
}

/// What ``KMeans/fit(_:weights:observer:)`` found.
public struct KMeansFit: Sendable, Hashable, Codable {
  /// The centroids, which assign any row.
  public let model: KMeansModel
  /// The cluster of each row (n), from 0, the heaviest first.
  public let labels: [Int]
  /// The weighted sum of squared distances to the centroids, in squared units of the data.
  public let inertia: Double
  /// The inertia before each iteration of the kept start; never rises but for rounding.
  public let inertiaTrace: [Double]
  /// Whether the kept start stopped of itself, not at the limit of iterations.
  public let converged: Bool
  /// The inertia each start reached on all rows, in order; close values say that more starts would change little.
  /// Of many rows, only the best start was iterated beyond its sample.
  public let restartInertias: [Double]

  /// The number of iterations of the kept start.
  public var iterations: Int { inertiaTrace.count }
}
