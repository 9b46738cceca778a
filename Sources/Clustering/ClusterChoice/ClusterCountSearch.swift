public import LinearAlgebra

/// How many rows there are, where a whole weight is that many equal rows.
private func countedRows(_ x: Matrix, _ weights: [Double]?) -> Int {
  guard let weights else { return x.rows }
  let sum = weights.reduce(0, +)
  let areCounts = sum < 1e15 && weights.allSatisfy { $0 == $0.rounded() }
  return areCounts ? Int(sum) : weights.count { $0 > 0 }
}

/// Fits k-means for every k of a range and chooses among them, giving its reason.
///
/// Among k >= 2 the largest mean silhouette wins (Rousseeuw, 1987; Kaufman & Rousseeuw, 1990). When 1 is in the range,
/// that winner must also stand against no clusters at all, before one of two witnesses, else the answer is k = 1, "no
/// structure". The first: its gap statistic (Tibshirani, Walther & Hastie, 2001) rises above gap(1) by more than
/// ``gapThreshold`` standard errors.
///
/// That test differs from the paper's, which takes the smallest k with gap(k) >= gap(k+1) - s(k+1), on two points.
/// It compares 1 with the winner, not with 2, because splitting many equal clusters in two gains nothing over even data
/// (the paper's rule finds no structure in fifteen clear clusters). And its standard error is that of the *rise*
/// log W(1) - log W(k) over the references, because log W(1) and log W(k) of one reference vary together.
///
/// The second is a *valley*: Hartigan's dip test on all rows along the line through two of the
/// winner's centroids, at ``valleyLevel`` for all such lines together. Even references fill a box, so many columns of
/// customers, dense in the middle and thin far out, never rise above them; along such a line one cloud has one peak.
///
/// Whatever is chosen is then looked at for its ``ClusterCountChoice/shape``.
public struct ClusterCountSearch: Sendable, Hashable, Codable {
  /// How many standard errors the gap must rise above gap(1) before clusters are believed.
  public static let gapThreshold = 3.0
  /// The dip test's level for all lines through two centroids together.
  public static let valleyLevel = 0.01

  /// The numbers of clusters that are tried, from 1 upwards.
  public var range: ClosedRange<Int> = 1...9
  /// How each is fitted; its `clusters` are overridden.
  public var kMeans = KMeans(clusters: 1)
  /// B, the even reference data sets of the gap statistic, at least 2.
  public var references = 20

  /// How many columns there were for each of those given, where these were picked because they tell parts apart; at least
  /// 1. Who picks one column of twelve tests twelve, so the level of the valley is divided by it (Bonferroni).
  public var choices = 1.0

  /// A search over `range`, everything else at its default.
  public init(range: ClosedRange<Int> = 1...9) { self.range = range }

  /// The level of the valley.
  var valleyLevel: Double { ClusterCountSearch.valleyLevel / max(1, choices) }

  /// Tries every k on `x` (n x d), rows weighted by `weights` (n, >= 0; all 1 when nil).
  ///
  /// A range that goes beyond the number of different rows is cut there. The silhouette and the gap are taken on
  /// seeded samples of the rows (8,000 and 2,000) when there are more than 20,000 and
  /// 2,000. Cost: a fit for each k, and 21 small ones
  /// when 1 is in the range.
  /// - Throws: ``FitError`` as ``KMeans/fit(_:weights:observer:)`` does.
  public func fit(
    _ x: Matrix, weights: [Double]? = nil, observer: FitObserver? = nil
  ) throws(FitError) -> ClusterCountChoice {
    guard range.lowerBound >= 1 else { throw .parameter(name: "range", requirement: "numbers from 1 upwards") }
    guard references >= 2 else { throw .parameter(name: "references", requirement: "at least 2") }
    try DataChecks.checkValues(x)
    try DataChecks.checkWeights(weights, rows: x.rows)
    let rows = PreparedRows(x, weights: weights)
    let distinct = rows.matrix.rows
    let last = min(range.upperBound, max(distinct, range.lowerBound))
    let tried = range.lowerBound...last
    // A fit costs rows times clusters; the gap's 21 data sets have few rows, but all k are fitted to each.
    let gapRows = tried.lowerBound == 1 ? min(Double(x.rows), Double(GapStatistic.rowLimit)) : 0
    let sizes = tried.map { Double($0) }
    let board = ProgressBoard(
      work: sizes.map { $0 * Double(x.rows) } + [sizes.reduce(0, +) * gapRows * Double(references + 1)],
      observer: observer)

    var fits: [KMeansFit] = []
    for (index, k) in tried.enumerated() {
      var kMeans = kMeans
      kMeans.clusters = k
      // Inertia falls with k, so the least so far would say nothing: only the work done is passed on.
      let fit = try kMeans.fit(rows, x, weights) { board.report(part: index, fraction: $0.fraction) }
      fits.append(fit)
    }
    let order = x.canonicalOrder(weights: weights)
    let sample = SilhouetteSample(
      x, weights: weights, seed: kMeans.seed, limit: Silhouette.sampleLimit, drawn: SilhouetteSample.rowsInSweeps,
      order: order)
    let silhouettes = sample.means(fits.map(\.labels))
    var candidates: [ClusterCountCandidate] = []
    for (fit, silhouette) in zip(fits, silhouettes) {
      candidates.append(try ClusterCountCandidate(fit, x, weights, silhouette: silhouette))
    }
    var gap: GapStatistic?
    if tried.lowerBound == 1, tried.upperBound > 1 {
      let own = WitnessSample(
        x, weights: weights, limit: GapStatistic.rowLimit, seed: kMeans.seed, order: order)
      let part = tried.count
      gap = GapStatistic(
        x.gatheringRows(own.rows), range: tried, settings: kMeans, references: references, seed: kMeans.seed
      ) {
        board.report(part: part, fraction: $0)
      }
      guard let gap else { throw .cancelled }
      for index in candidates.indices { candidates[index].setGap(gap[candidates[index].clusters]) }
    }
    guard board.report(part: tried.count, fraction: 1) else { throw .cancelled }
    let verdict = ClusterCountVerdict(
      candidates, asked: range, distinct: distinct, rows: countedRows(x, weights), level: valleyLevel,
      rise: { gap?.rise($0) },
      valley: { clusters in
        guard let fit = fits.first(where: { $0.model.clusters == clusters }) else { return nil }
        let own = WitnessSample(
          x, weights: weights, limit: CentroidValley.rowLimit, seed: kMeans.seed, order: order)
        return CentroidValley(x.gatheringRows(own.rows), fit.model.centroids).pValue
      })
    let fit = fits[verdict.clusters - tried.lowerBound]
    var shape: ClusterShape?
    if verdict.clusters > 1 {
      let own = WitnessSample(
        x, weights: weights, limit: ClusterShape.rowLimit, seed: kMeans.seed, order: order)
      shape = try ClusterShape(x.gatheringRows(own.rows), model: fit.model, seed: kMeans.seed)
    }
    return ClusterCountChoice(
      candidates: candidates, fit: fit, structure: verdict.structure, shape: shape,
      reason: ([verdict.reason] + [shape?.sentence].compactMap { $0 }).joined(separator: " "))
  }
}
