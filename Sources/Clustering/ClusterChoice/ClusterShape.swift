internal import Foundation
internal import LinearAlgebra
internal import Randomness

/// Whether the groups that data fall into are compact, so that centroids can tell them apart.
///
/// Two neighbouring clusters are one dense region cut in two when their rows, seen along the line through the
/// centroids, are about as dense at the border as at the sparser centroid, and the dip test finds no valley. Clusters
/// that hold a valley inside are first split further; then those that only a cut parts are joined again. When the
/// groups so found are not those of k-means with as many clusters, no number of clusters is right: the shape is wrong.
public struct ClusterShape: Sendable, Hashable, Codable {
  /// What the valleys and cuts say.
  public enum Verdict: String, Sendable, Hashable, Codable {
    /// The clusters are parted by valleys and hold none.
    case compact
    /// No valley parts the clusters from one another: they overlap or cut one cloud.
    case overlapping
    /// The groups are compact, but they are not as many as the clusters.
    case otherCount
    /// The groups have shapes that k-means cannot draw with any number of clusters.
    case notCompact
  }

  /// What the valleys and cuts say.
  public let verdict: Verdict
  /// How many groups are parted by valleys.
  public let groups: Int
  /// The pairs of clusters with a border through a dense region, when there are any.
  public let cuts: [Cut]

  /// Two of the chosen clusters, from 0, and how dense the border is.
  public struct Cut: Sendable, Hashable, Codable {
    /// The cluster of the lower number.
    public let first: Int
    /// The other.
    public let second: Int
    /// The density at the border over that at the sparser centroid.
    public let density: Double
  }

  /// What it means for the reader, in a sentence; nil when the clusters are compact.
  public var sentence: String? {
    switch verdict {
    case .compact: nil
    case .overlapping:
      "No valley parts the clusters: the rows are about as dense at the borders as inside."
    case .otherCount:
      "Valleys part the rows into \(groups) compact groups: also look at k = \(groups)."
    case .notCompact:
      "No compact clusters fit: valleys part the rows into \(groups) groups, but k-means cuts through dense regions"
        + " whatever its k. The shape of the groups, not k, is the problem; try Gaussian mixtures."
    }
  }

  /// The most rows that are looked at.
  static let rowLimit = 5_000
  /// A border this dense, compared with the sparser centroid, and without a significant dip, is a cut.
  static let cutDensity = 0.75
  /// Dips less likely than this by chance are valleys.
  static let dipLevel = 0.01
  /// Clusters of fewer rows are not searched for valleys.
  static let fewestRows = 30
  /// Rounds of splitting clusters that hold a valley.
  static let rounds = 4

  /// Judges a k-means `model` of at least 2 clusters on `x`, rows that count the same, about m of them.
  init(_ x: Matrix, model: KMeansModel, seed: UInt64) throws(FitError) {
    let chosen = try model.assign(x).labels
    cuts = Self.cuts(x, chosen, model.centroids)
    var (labels, centroids) = (chosen, model.centroids)
    for _ in 0..<Self.rounds {
      let more = Self.clustersWithValley(x, labels, centroids.rows, seed: seed).count
      let k = centroids.rows + more
      guard more > 0, k * Self.fewestRows <= x.rows else { break }
      guard let fit = Self.fit(x, clusters: k, seed: seed) else { break }
      (labels, centroids) = (fit.labels, fit.model.centroids)
    }
    let joined = Self.join(labels, Self.cuts(x, labels, centroids), clusters: centroids.rows)
    groups = Set(joined).count
    if groups == 1 {
      verdict = .overlapping
    } else if groups == model.clusters, try LabelAgreement(joined, chosen).adjustedRandIndex > 0.8 {
      verdict = .compact
    } else {
      let drawn = Self.fit(x, clusters: groups, seed: seed)?.labels ?? chosen
      verdict = try LabelAgreement(joined, drawn).adjustedRandIndex > 0.8 ? .otherCount : .notCompact
    }
  }

  private static func fit(_ x: Matrix, clusters: Int, seed: UInt64) -> KMeansFit? {
    var kMeans = KMeans(clusters: clusters)
    kMeans.seed = seed
    return try? kMeans.fit(x)
  }

  /// The clusters that fall apart when split in two.
  private static func clustersWithValley(_ x: Matrix, _ labels: [Int], _ clusters: Int, seed: UInt64) -> [Int] {
    let members = (0..<clusters).map { cluster in labels.indices.filter { labels[$0] == cluster } }
    let found = Parallel.map(count: clusters) { cluster -> Bool in
      guard members[cluster].count >= fewestRows else { return false }
      let own = x.gatheringRows(members[cluster])
      guard let halves = fit(own, clusters: 2, seed: seed)?.model.centroids else { return false }
      let places = projections(own, Array(0..<own.rows), from: halves.row(0), to: halves.row(1))
      return DipTest(rounded: places).pValue < dipLevel / Double(clusters)
    }
    return found.indices.filter { found[$0] }
  }

  /// The neighbouring clusters with a border through a dense region.
  private static func cuts(_ x: Matrix, _ labels: [Int], _ centroids: Matrix) -> [Cut] {
    let k = centroids.rows
    guard k > 1 else { return [] }
    var isNeighbour = [Bool](repeating: false, count: k * k)
    for row in 0..<x.rows {
      var second = -1
      var least = Double.infinity
      for cluster in 0..<k where cluster != labels[row] {
        let square = zip(x.row(row), centroids.row(cluster)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        if square < least { (least, second) = (square, cluster) }
      }
      if second >= 0 { isNeighbour[min(labels[row], second) * k + max(labels[row], second)] = true }
    }
    let pairs = isNeighbour.indices.filter { isNeighbour[$0] }.map { ($0 / k, $0 % k) }
    let found = Parallel.map(count: pairs.count) { index -> Cut? in
      let (i, j) = pairs[index]
      let rows = labels.indices.filter { labels[$0] == i || labels[$0] == j }
      let places = projections(x, rows, from: centroids.row(i), to: centroids.row(j))
      let own = zip(rows, places).count { labels[$0] == i && $1.magnitude < 0.15 }
      let other = zip(rows, places).count { labels[$0] == j && ($1 - 1).magnitude < 0.15 }
      let border = places.count { ($0 - 0.5).magnitude < 0.1 }
      // A handful of rows says nothing about density.
      guard min(own, other) >= 5, border >= 5 else { return nil }
      let density = (Double(border) / 0.2) / (Double(min(own, other)) / 0.3)
      guard density >= cutDensity, DipTest(rounded: places).pValue >= dipLevel else { return nil }
      return Cut(first: i, second: j, density: density)
    }
    return found.compactMap { $0 }
  }

  /// Where `rows` of `x` lie along the line from one point, at 0, to another, at 1.
  private static func projections(
    _ x: Matrix, _ rows: [Int], from: ArraySlice<Double>, to: ArraySlice<Double>
  ) -> [Double] {
    let direction = zip(to, from).map { $0 - $1 }
    let length = direction.reduce(0) { $0 + $1 * $1 }
    guard length > 0 else { return rows.map { _ in 0 } }
    return rows.map { row in
      var sum = 0.0
      for ((value, origin), step) in zip(zip(x.row(row), from), direction) { sum += (value - origin) * step }
      return sum / length
    }
  }

  /// `labels` with the clusters that `cuts` connect made one.
  private static func join(_ labels: [Int], _ cuts: [Cut], clusters: Int) -> [Int] {
    var group = Array(0..<clusters)
    for cut in cuts {
      let (from, to) = (max(group[cut.first], group[cut.second]), min(group[cut.first], group[cut.second]))
      for cluster in group.indices where group[cluster] == from { group[cluster] = to }
    }
    return labels.map { group[$0] }
  }
}
