public import LinearAlgebra
internal import Randomness

/// Draws rows with replacement, clusters each draw, and sees which clusters come back.
///
/// Rows are drawn by weight, as many as there are (their summed weight) but at most ``rowLimit``. A cluster is compared
/// with those of the draw on the rows that were drawn, each as often as it was (Hennig, 2007, the non-parametric
/// bootstrap). The result depends on the rows, weights, labels and seed alone.
public struct BootstrapStability: Sendable, Hashable, Codable {
  /// Labels rows for one resample: different rows (m x d), how often each was drawn (m, >= 1), and the number of the
  /// resample, from which to seed; labels below 0 are noise.
  public typealias Clustering = @Sendable (_ x: Matrix, _ weights: [Double], _ resample: Int) throws(FitError) -> [Int]

  /// B, the number of resamples, at least 1; 20 will do while exploring.
  public var resamples = 100
  /// The most rows that are drawn for one resample, at least 1.
  public var rowLimit = 10_000
  /// Where the random numbers begin.
  public var seed: UInt64 = 0

  /// A bootstrap with its defaults.
  public init() {}

  /// How stable the clusters of `labels` (n) are when `clustering` is run on resamples of `x` (n x d), whose rows are
  /// weighted by `weights` (n, >= 0; all 1 when nil). Equal rows should bear equal labels.
  ///
  /// Resamples run side by side. One that `clustering` refuses is left out. Cost: a clustering for each.
  /// - Throws: ``FitError`` when a setting or the data is unusable; ``FitError/cancelled`` when `observer` said so.
  public func measure(
    _ x: Matrix, weights: [Double]? = nil, labels: [Int], observer: FitObserver? = nil, clustering: Clustering
  ) throws(FitError) -> ClusterStability {
    guard resamples >= 1 else { throw .parameter(name: "resamples", requirement: "at least 1") }
    guard rowLimit >= 1 else { throw .parameter(name: "rowLimit", requirement: "at least 1") }
    guard labels.count == x.rows else { throw .labelCount(have: labels.count, need: x.rows) }
    try DataChecks.checkWeights(weights, rows: x.rows)
    let rows = DrawableRows(x, weights: weights)
    let drawn = rows.drawsOfOneRound(atMost: rowLimit)
    let names = Set(rows.firsts.map { labels[$0] }).filter { $0 >= 0 }.sorted()
    let board = ProgressBoard(parts: resamples, observer: observer)
    let results = Parallel.map(count: resamples) { index -> Result<[Double], FitError> in
      guard board.report(part: index, fraction: 0) else { return .failure(.cancelled) }
      var random = RandomStream(seed: seed, index: index)
      let resample = rows.draw(drawn, &random)
      do throws(FitError) {
        let found = try clustering(x.gatheringRows(resample.rows), resample.counts, index)
        guard found.count == resample.rows.count else {
          return .failure(.labelCount(have: found.count, need: resample.rows.count))
        }
        let similarities = greatestJaccard(
          of: names, in: resample.rows.map { labels[$0] }, found, weights: resample.counts)
        return board.report(part: index, fraction: 1) ? .success(similarities) : .failure(.cancelled)
      } catch {
        return .failure(error)
      }
    }
    var rounds: [[Double]] = []
    for case .success(let similarities) in results { rounds.append(similarities) }
    for case .failure(.cancelled) in results { throw .cancelled }
    if rounds.isEmpty, case .failure(let error) = results[0] { throw error }
    let clusters = names.enumerated().map { position, label in
      // A cluster none of whose rows was drawn has nothing to say in that round.
      let values = rounds.map { $0[position] }.filter { !$0.isNaN }
      let count = Double(max(1, values.count))
      return ClusterStability.Cluster(
        label: label, meanJaccard: values.reduce(0, +) / count,
        dissolved: Double(values.count { $0 <= 0.5 }) / count,
        recovered: Double(values.count { $0 > 0.75 }) / count)
    }
    return ClusterStability(
      clusters: clusters, resamples: rounds.count, rowsDrawn: drawn, isSubsampled: drawn < rows.naturalDraws)
  }
}

extension BootstrapStability {
  /// How stable the clusters of a k-means fit are. Each resample is fitted from one start with two swaps.
  ///
  /// - Throws: ``FitError`` as ``measure(_:weights:labels:observer:clustering:)`` does.
  public func measure(
    _ x: Matrix, weights: [Double]? = nil, _ fit: KMeansFit, settings: KMeans? = nil, observer: FitObserver? = nil
  ) throws(FitError) -> ClusterStability {
    try DataChecks.checkValues(x)
    var kMeans = settings ?? KMeans(clusters: fit.model.clusters)
    kMeans.clusters = fit.model.clusters
    kMeans.restarts = 1
    kMeans.swaps = min(kMeans.swaps, 2)
    let fixed = kMeans
    return try measure(x, weights: weights, labels: fit.labels, observer: observer) {
      (x, weights, _) throws(FitError) in try fixed.fit(x, weights: weights).labels
    }
  }
}

/// Different rows in canonical order with their cumulated weights, to draw from.
private struct DrawableRows: Sendable {
  /// One row of `x` for each different row.
  let firsts: [Int]
  private let cumulated: [Double]

  init(_ x: Matrix, weights: [Double]?) {
    var firsts: [Int] = []
    var sums: [Double] = []
    var total = 0.0
    for row in x.canonicalOrder(weights: weights) {
      let weight = weights?[row] ?? 1
      guard weight > 0 else { continue }
      total += weight
      if let last = firsts.last, x.rowsAreEqual(last, row) {
        sums[sums.count - 1] = total
      } else {
        firsts.append(row)
        sums.append(total)
      }
    }
    self.firsts = firsts
    cumulated = sums
  }

  /// As many draws as the rows weigh; as there are different rows, when weights are no counts.
  var naturalDraws: Int {
    guard let total = cumulated.last, total < 1e15 else { return firsts.count }
    return total == total.rounded() && total >= Double(firsts.count) ? Int(total) : firsts.count
  }

  func drawsOfOneRound(atMost limit: Int) -> Int { min(limit, naturalDraws) }

  /// The rows that `count` draws by weight hit, in canonical order, and how often each.
  func draw(_ count: Int, _ random: inout RandomStream) -> (rows: [Int], counts: [Double]) {
    var hits: [Int: Int] = [:]
    for _ in 0..<count {
      let place = random.uniform() * (cumulated.last ?? 0)
      var (low, high) = (0, cumulated.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if cumulated[middle] > place { high = middle } else { low = middle + 1 }
      }
      hits[low, default: 0] += 1
    }
    let positions = hits.keys.sorted()
    return (positions.map { firsts[$0] }, positions.map { Double(hits[$0] ?? 0) })
  }
}

/// For each of `names`, its greatest Jaccard similarity to a cluster of `found`, rows counting by `weights`; NaN for one
/// without rows.
private func greatestJaccard(of names: [Int], in labels: [Int], _ found: [Int], weights: [Double]) -> [Double] {
  struct Pair: Hashable {
    let name: Int
    let other: Int
  }
  var both: [Pair: Double] = [:]
  var own: [Int: Double] = [:]
  var others: [Int: Double] = [:]
  for index in labels.indices {
    let weight = weights[index]
    own[labels[index], default: 0] += weight
    others[found[index], default: 0] += weight
    both[Pair(name: labels[index], other: found[index]), default: 0] += weight
  }
  return names.map { name in
    guard let size = own[name] else { return .nan }
    var greatest = 0.0
    for (other, otherSize) in others where other >= 0 {
      let shared = both[Pair(name: name, other: other)] ?? 0
      greatest = max(greatest, shared / (size + otherSize - shared))
    }
    return greatest
  }
}
