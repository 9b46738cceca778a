import Clustering
import LinearAlgebra
import Randomness
import TestSupport
import Testing

/// Clouds without clusters.
enum Cloud: String, CaseIterable, Sendable {
  case gaussian, uniform

  func rows(_ n: Int, columns: Int, seed: UInt64) -> Matrix {
    var random = RandomStream(seed: seed, index: columns)
    return Matrix(
      rows: n, columns: columns,
      values: (0..<n * columns).map { _ in self == .gaussian ? random.normal() : random.uniform() })
  }
}

@Suite struct ClusterCountTests {
  /// Three round groups of 40.
  private let three: Matrix = {
    var random = RandomStream(seed: 1)
    return Matrix(rows: 120, columns: 2, values: (0..<240).map { 0.5 * random.normal() + Double($0 / 80) * 6 })
  }()

  @Test func `three groups are three clusters and the reason says why`() throws {
    let choice = try ClusterCountSearch().fit(three)
    #expect(choice.clusters == 3)
    #expect(choice.structure == .substantial)
    #expect(choice.candidates.map(\.clusters) == Array(1...9))
    #expect(choice.candidates[2].sizes == [40, 40, 40])
    #expect(choice.candidates[0].silhouette == nil)
    #expect(choice.candidates.allSatisfy { $0.gap?.isFinite == true && $0.gapStandardError.map { $0 > 0 } == true })
    #expect(choice.reason.hasPrefix("k = 3 has the largest mean silhouette of those tried"))
    #expect(choice.reason.contains("standard errors above that of k = 1"))
  }

  @Test func `without 1 in the range no gap is taken and an edge is named`() throws {
    let choice = try ClusterCountSearch(range: 2...3).fit(three)
    #expect(choice.clusters == 3)
    #expect(choice.candidates.allSatisfy { $0.gap == nil })
    #expect(choice.reason.contains("largest k tried: try a wider range"))
    #expect(try ClusterCountSearch(range: 3...5).fit(three).reason.contains("smallest k tried"))
  }

  @Test func `a weak split is called practical`() throws {
    let cloud = Cloud.gaussian.rows(400, columns: 8, seed: 3)
    let choice = try ClusterCountSearch(range: 2...4).fit(cloud)
    #expect(choice.structure == .unsubstantial)
    #expect(choice.reason.contains("practical, not natural"))
  }

  /// Measured over 1..9 on 20 clouds of each kind and width: none of the 80 was split. One in ten may be.
  @Test(arguments: Cloud.allCases, [2, 5]) func `one cloud is one cluster`(cloud: Cloud, columns: Int) throws {
    let split = try (0..<10).count { seed in
      let x = cloud.rows(500, columns: columns, seed: UInt64(seed))
      return try ClusterCountSearch(range: 1...6).fit(x).clusters != 1
    }
    #expect(split <= 1)
  }

  @Test func `no structure is said in words`() throws {
    let choice = try ClusterCountSearch(range: 1...4).fit(Cloud.gaussian.rows(300, columns: 2, seed: 1))
    #expect(choice.clusters == 1)
    #expect(choice.structure == .none)
    #expect(choice.reason.hasPrefix("No structure"))
  }

  @Test func `a range beyond the different rows is cut and said so`() throws {
    let x = Matrix(rows: 6, columns: 1, values: [0, 0, 1, 1, 9, 9])
    let choice = try ClusterCountSearch(range: 2...9).fit(x)
    #expect(choice.candidates.map(\.clusters) == [2, 3])
    #expect(choice.reason.contains("only 3 different rows"))
    let one = try ClusterCountSearch().fit(Matrix(rows: 3, columns: 1, repeating: 4))
    #expect(one.clusters == 1)
    #expect(throws: FitError.tooFewDistinctRows(have: 3, need: 4)) { try ClusterCountSearch(range: 4...5).fit(x) }
  }

  @Test func `the choice does not depend on threads or on the order of rows`() throws {
    let order = Array((0..<120).reversed())
    let straight = try ClusterCountSearch(range: 1...4).fit(three)
    let reversed = try ClusterCountSearch(range: 1...4).fit(three.gatheringRows(order))
    #expect(straight.fit.model == reversed.fit.model)
    #expect(straight.candidates.map(\.gap) == reversed.candidates.map(\.gap))
    #expect(straight.reason == reversed.reason)
  }

  @Test func `rounding, which differs between processors, draws no other reference sets`() throws {
    // Each row with its mirror image, so that rounding leaves the mean where it is: at 0.
    let half = Cloud.gaussian.rows(75, columns: 3, seed: 5)
    let x = Matrix(rows: 150, columns: 3, values: half.values + half.values.map { -$0 })
    let other = Matrix(rows: x.rows, columns: x.columns, values: x.values.map { $0 * (1 + 0x1p-51) })
    let errors = try [x, other].map { try ClusterCountSearch(range: 1...5).fit($0).candidates.map(\.gapStandardError) }
    for (one, two) in zip(errors[0], errors[1]) {
      let (one, two) = (try #require(one), try #require(two))
      #expect(abs(one - two) < 1e-9 * one)
    }
  }

  @Test func `an observer sees the search to its end or ends it`() throws {
    #expect(throws: FitError.cancelled) { try ClusterCountSearch().fit(three) { $0.fraction < 0.3 } }
    #expect(throws: FitError.cancelled) { try ClusterCountSearch().fit(three) { $0.fraction < 0.95 } }
    #expect(try ClusterCountSearch().fit(three) { $0.fraction <= 1 }.clusters == 3)
  }

  /// Kaufman & Rousseeuw (1990) and R's cluster 2.1.4 for ruspini; xclara was made from three normal groups.
  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    arguments: [("ruspini", ["x", "y"], 4), ("xclara", ["V1", "V2"], 3)], [0, 1, 2] as [UInt64])
  func `published sets get their known number of clusters`(
    set: (name: String, columns: [String], clusters: Int), seed: UInt64
  ) throws {
    let x = try TestTable.csv("rdatasets_clustering/\(set.name).csv.gz", columns: set.columns).matrix
    var search = ClusterCountSearch()
    search.kMeans.seed = seed
    #expect(try search.fit(x).clusters == set.clusters)
  }
}
