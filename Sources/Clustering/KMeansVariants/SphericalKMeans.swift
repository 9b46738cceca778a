public import LinearAlgebra
internal import Randomness

/// Partitions rows by direction: `clusters` groups of the least sum of cosine dissimilarities to their directions.
///
/// Spherical k-means (Dhillon & Modha, 2001, "Concept decompositions for large sparse text data using clustering";
/// Hornik, Feinerer, Kober & Buchta, 2012, "Spherical k-means clustering"): rows are taken at unit length, and a
/// cluster's direction is that of their sum. Starts are k-means on the unit rows, whose squared distance is twice the
/// dissimilarity 1 - cos: in turn all of it with its swaps, and its seeds alone. The iterations with unit directions,
/// which weigh clusters otherwise, follow from there. O(n k d) an iteration; memory n d.
/// What a row's length says is lost: use it for shares and profiles, and not for amounts.
public struct SphericalKMeans: Sendable, Hashable, Codable {
  /// k, the number of groups, at least 1.
  public var clusters: Int
  /// Independent starts, at least 1; the one of least dissimilarity is kept.
  public var restarts = 4
  /// How often a start by k-means tries to move one centre elsewhere; 0 for none.
  public var swaps = 8
  /// The most iterations of one start, at least 1.
  public var maxIterations = 300
  /// A start stops when an iteration lowers the dissimilarity by no more than this part of it.
  public var tolerance = 1e-6
  /// Where the random numbers begin; every value, 0 too, is a seed like any other.
  public var seed: UInt64 = 0

  /// Settings for `clusters` groups, everything else at its default.
  public init(clusters: Int) { self.clusters = clusters }

  /// Fits to `x` (n x d, finite, no row zero throughout, at least `clusters` different directions), rows weighted by
  /// `weights` (n, >= 0; all 1 when nil). A row of weight 0 is labelled but has no say.
  ///
  /// Directions that differ by rounding alone count as different.
  /// - Throws: ``FitError``, before any work if a setting or the data is unusable; ``FitError/zeroLength(row:)`` for a
  ///   row without a direction; ``FitError/cancelled`` when `observer` returned false. What the observer is told as
  ///   inertia is the dissimilarity.
  public func fit(
    _ x: Matrix, weights: [Double]? = nil, observer: FitObserver? = nil
  ) throws(FitError) -> SphericalKMeansFit {
    try starting(0).checkSettings()
    guard restarts >= 1 else { throw .parameter(name: "restarts", requirement: "at least 1") }
    let unit = try x.unitRows()
    try DataChecks.checkWeights(weights, rows: x.rows)
    try DataChecks.checkRowCount(x, weights: weights, clusters: clusters)
    let distinct = DistinctRows(unit, weights: weights)
    try DataChecks.checkDistinctCount(distinct.matrix, clusters: clusters)

    let weightScale = powerOfTwoScale(for: distinct.weights.max() ?? 1)
    let rows = MemoryPasses(matrix: distinct.matrix, weights: distinct.weights.map { $0 * weightScale })
    let board = ProgressBoard(parts: restarts + 1, observer: observer)
    let results = Parallel.map(count: restarts) { restart in
      Result { () throws(FitError) in
        let start = try starting(restart).fit(rows.matrix, weights: rows.weights) { progress in
          board.report(part: restart, fraction: progress.fraction / 2)
        }
        return try LloydPasses(move: .direction, maxIterations: maxIterations, tolerance: tolerance)
          .run(from: start.model.centroids.directions(of: rows.matrix, start.labels), over: rows) { trace in
            board.report(
              part: restart, fraction: 0.5 + Double(trace.count) / Double(2 * maxIterations),
              inertia: trace.last.map { $0 / 2 / weightScale })
          }
      }
    }
    var runs: [LloydPasses.Outcome] = []
    for result in results { runs.append(try result.get()) }
    guard let best = runs.min(by: { $0.inertia < $1.inertia }) else { throw .cancelled }
    let final = try KMeansModel(centroids: best.centers).heaviestFirst(unit, weights)
    guard board.report(part: restarts, fraction: 1, inertia: final.inertia / 2) else { throw .cancelled }
    return SphericalKMeansFit(
      model: SphericalKMeansModel(directions: final.model), labels: final.labels, dissimilarity: final.inertia / 2,
      dissimilarityTrace: best.trace.map { $0 / 2 / weightScale }, converged: best.converged,
      restartDissimilarities: runs.map { $0.inertia / 2 / weightScale })
  }

  /// The k-means that start number `restart` begins with.
  private func starting(_ restart: Int) -> KMeans {
    var random = RandomStream(seed: seed, index: restart)
    var start = KMeans(clusters: clusters)
    start.restarts = 1
    // The two methods weigh clusters otherwise, so the best of the one need not lead to the best of the other: every
    // second start takes the seeds as they are.
    start.swaps = restart % 2 == 0 ? swaps : 0
    start.maxIterations = restart % 2 == 0 ? maxIterations : 1
    start.tolerance = tolerance
    start.seed = random.next()
    return start
  }
}

/// What ``SphericalKMeans/fit(_:weights:observer:)`` found.
public struct SphericalKMeansFit: Sendable, Hashable, Codable {
  /// The directions, which assign any row.
  public let model: SphericalKMeansModel
  /// The cluster of each row (n), from 0, the heaviest first.
  public let labels: [Int]
  /// The weighted sum of 1 - cos between each row and its cluster's direction; from 0 to twice the sum of weights.
  public let dissimilarity: Double
  /// The dissimilarity before each iteration of the kept start with unit directions; never rises but for rounding.
  public let dissimilarityTrace: [Double]
  /// Whether the kept start stopped of itself, not at the limit of iterations.
  public let converged: Bool
  /// The dissimilarity each start reached, in order; close values say that more starts would change little.
  public let restartDissimilarities: [Double]
}

extension Matrix {
  /// These centres (k x d) at unit length; one at the origin, where rows cancel out, is replaced by its first row.
  fileprivate func directions(of x: Matrix, _ labels: [Int]) -> Matrix {
    var result = self
    for cluster in 0..<rows {
      var length = row(cluster).reduce(0) { $0 + $1 * $1 }.squareRoot()
      var direction = row(cluster)
      if length < 1e-12 {
        direction = x.row(labels.firstIndex(of: cluster) ?? 0)
        length = 1
      }
      for (column, value) in direction.enumerated() { result[cluster, column] = value / length }
    }
    return result
  }
}
