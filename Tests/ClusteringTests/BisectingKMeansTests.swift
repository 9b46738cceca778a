import Clustering
import Foundation
import LinearAlgebra
import Randomness
import TestSupport
import Testing

@Suite struct BisectingKMeansTests {
  /// Two pairs of pairs: 0 and 1, 10 and 11; 100 and 102, 140 and 142 twice.
  private let pairs = Matrix(rows: 10, columns: 1, values: [0, 1, 10, 11, 100, 102, 140, 142, 140, 142])

  @Test func `the hierarchy of clear groups is read from the top`() throws {
    let fit = try BisectingKMeans(clusters: 4).fit(pairs)
    let tree = fit.model.tree
    #expect(fit.labels == [1, 1, 2, 2, 3, 3, 0, 0, 0, 0])
    #expect(tree.nodes.map(\.parent) == [nil, 0, 0, 1, 1, 2, 2])
    #expect(tree.nodes.map(\.weight) == [10, 6, 4, 4, 2, 2, 2])
    #expect(tree.nodes.map(\.cluster) == [nil, nil, nil, 0, 3, 1, 2])
    #expect(abs(tree.centroids.values[1] - 383.0 / 3) < 1e-12)
    #expect(tree.centroids.values[2...] == [5.5, 141, 101, 0.5, 10.5])
    #expect(tree.leaves == [3, 5, 6, 4])
    #expect(fit.model.centroids.centroids.values == [141, 0.5, 10.5, 101])
    #expect(fit.inertia == 7)
    #expect(fit.converged)
  }

  @Test func `the gains of the splits are what the inertia fell by`() throws {
    var random = RandomStream(seed: 31)
    let x = Matrix(rows: 2000, columns: 3, values: (0..<6000).map { _ in random.uniform() })
    let fit = try BisectingKMeans(clusters: 9).fit(x)
    let tree = fit.model.tree
    let gains = tree.nodes.indices.compactMap { tree.gain(of: $0) }
    #expect(gains.count == 8)
    #expect(gains.allSatisfy { $0 > 0 })
    #expect(abs(tree.nodes[0].inertia - gains.reduce(0, +) - fit.inertia) < 1e-9 * fit.inertia)
  }

  @Test func `labels nest in the hierarchy`() throws {
    var random = RandomStream(seed: 32)
    let x = Matrix(rows: 3000, columns: 2, values: (0..<6000).map { _ in random.normal() })
    let fit = try BisectingKMeans(clusters: 12).fit(x)
    for (cluster, leaf) in fit.model.tree.leaves.enumerated() {
      #expect(Double(fit.labels.count { $0 == cluster }) == fit.model.tree.nodes[leaf].weight)
    }
    let nearest = try fit.model.centroids.assign(x)
    let byDescent = try fit.model.assign(x)
    #expect(nearest.labels != byDescent.labels)
    #expect(zip(nearest.distances, byDescent.distances).allSatisfy { $0 <= $1 })
  }

  @Test func `the heaviest group is split when asked, not the widest`() throws {
    let x = Matrix(rows: 8, columns: 1, values: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 100, 120])
    var bisecting = BisectingKMeans(clusters: 3)
    #expect(try bisecting.fit(x).labels == [0, 0, 0, 0, 0, 0, 1, 2])
    bisecting.choice = .heaviest
    #expect(try bisecting.fit(x).labels.suffix(2) == [2, 2])
  }

  @Test(arguments: BisectingKMeans.Choice.allCases) func `refinement lowers the inertia and labels by the nearest`(
    choice: BisectingKMeans.Choice
  ) throws {
    var random = RandomStream(seed: 33)
    let x = Matrix(rows: 4000, columns: 2, values: (0..<8000).map { _ in random.uniform() })
    let weights = (0..<4000).map { Double(1 + $0 % 3) }
    var bisecting = BisectingKMeans(clusters: 11)
    bisecting.choice = choice
    let plain = try bisecting.fit(x, weights: weights)
    bisecting.refinement = .lloyd
    let refined = try bisecting.fit(x, weights: weights)
    #expect(refined.inertia < plain.inertia)
    #expect(try refined.labels == refined.model.centroids.assign(x).labels)
    #expect(Set(refined.labels).count == 11)
    #expect(refined.model.tree.leaves.sorted() == plain.model.tree.leaves.sorted())
  }

  @Test func `a refined cluster keeps the leaf it came from`() throws {
    var bisecting = BisectingKMeans(clusters: 4)
    bisecting.refinement = .lloyd
    let fit = try bisecting.fit(pairs, weights: [1, 1, 1, 1, 9, 9, 1, 1, 1, 1])
    #expect(fit.model.tree.leaves.map { fit.model.tree.centroids[$0, 0] } == fit.model.centroids.centroids.values)
    #expect(fit.model.centroids.centroids.values == [101, 141, 0.5, 10.5])
  }

  @Test func `one cluster is the mean and has no split`() throws {
    let fit = try BisectingKMeans(clusters: 1).fit(Matrix(rows: 3, columns: 2, values: [0, 5, 3, 5, 6, 5]))
    #expect(fit.model.tree.nodes.count == 1)
    #expect(fit.model.centroids.centroids.values == [3, 5])
    #expect(fit.labels == [0, 0, 0])
    #expect(fit.inertia == 18)
    #expect(try fit.model.assign(Matrix(rows: 1, columns: 2, values: [3, 1])).distances == [4])
  }

  @Test(arguments: BisectingKMeans.Refinement.allCases) func `as many clusters as rows leave no inertia`(
    refinement: BisectingKMeans.Refinement
  ) throws {
    var bisecting = BisectingKMeans(clusters: 10)
    bisecting.refinement = refinement
    let fit = try bisecting.fit(Matrix(rows: 10, columns: 1, values: (0..<10).map { Double($0 * $0) }))
    #expect(Set(fit.labels).count == 10)
    #expect(fit.inertia == 0)
  }

  @Test func `rows that differ by the least there is are told apart or refused, never lost`() throws {
    let tiny = Double.leastNonzeroMagnitude
    let fit = try BisectingKMeans(clusters: 3).fit(Matrix(rows: 3, columns: 1, values: [0, tiny, 2 * tiny]))
    #expect(Set(fit.labels).count == 3)
    #expect(fit.inertia.isFinite)
  }

  @Test func `what cannot be clustered is refused with its place`() {
    func refusal(_ bisecting: BisectingKMeans, _ x: Matrix, _ weights: [Double]? = nil) -> FitError? {
      do {
        _ = try bisecting.fit(x, weights: weights)
        return nil
      } catch {
        return error
      }
    }
    let x = Matrix(rows: 4, columns: 2, values: [1, 2, 3, 4, 1, 2, 3, 4])
    #expect(refusal(BisectingKMeans(clusters: 5), x) == .tooFewRows(have: 4, need: 5))
    #expect(refusal(BisectingKMeans(clusters: 3), x) == .tooFewDistinctRows(have: 2, need: 3))
    #expect(refusal(BisectingKMeans(clusters: 0), x) == .parameter(name: "clusters", requirement: "at least 1"))
    #expect(refusal(BisectingKMeans(clusters: .min), x) == .parameter(name: "clusters", requirement: "at least 1"))
    #expect(refusal(BisectingKMeans(clusters: 2), x, [1, 1, -1, 1]) == .weightInvalid(row: 2))
    #expect(throws: FitError.cancelled) { _ = try BisectingKMeans(clusters: 2).fit(x, observer: { _ in false }) }
  }

  /// Children before their parent, a child named twice, a leaf without a number, and a split that is its own parent.
  @Test(arguments: [
    #"[{"weight":1,"inertia":0,"children":{"first":0,"second":0}}]"#, #"[{"weight":1,"inertia":0}]"#, "[]",
    #"[{"weight":1,"inertia":0,"children":{"first":1,"second":1}},{"parent":0,"weight":1,"inertia":0,"cluster":0}]"#,
    #"[{"weight":1,"inertia":0,"cluster":0},{"parent":1,"weight":1,"inertia":0,"cluster":1}]"#,
    #"[{"weight":1,"inertia":0,"cluster":1}]"#,
  ]) func `a hierarchy that is none is not read`(nodes: String) throws {
    let count = try #require(JSONSerialization.jsonObject(with: Data(nodes.utf8)) as? [Any]).count
    let centroids = #"{"rows":\#(count),"columns":1,"values":\#([Double](repeating: 1, count: count))}"#
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(
        BisectionTree.self, from: Data(#"{"nodes":\#(nodes),"centroids":\#(centroids)}"#.utf8))
    }
  }
}

@Suite(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
struct BisectingKMeansReferenceTests {
  /// Splits that are never undone cost half of the inertia and more where many groups lie evenly; iterating from them
  /// mends most of that.
  @Test(arguments: [("sipu/s1", 15, 8.91762e12), ("sipu/a1", 20, 1.21463e10), ("sipu/unbalance", 8, 2.14492e11)])
  func `bisecting stays within 1_8 of the least inertia known and refinement within 1_3`(
    name: String, clusters: Int, least: Double
  ) throws {
    let x = try TestTable.benchmark(name).matrix
    var bisecting = BisectingKMeans(clusters: clusters)
    let plain = try bisecting.fit(x).inertia
    bisecting.refinement = .lloyd
    let refined = try bisecting.fit(x).inertia
    #expect(plain < 1.8 * least)
    #expect(refined < 1.3 * least)
    #expect(refined >= 0.99999 * least)
  }
}

/// Bisecting k-means as the laws see it.
private func lawful(
  clusters: Int, refinement: BisectingKMeans.Refinement
) -> LawfulClustering<BisectingKMeansModel> {
  LawfulClustering(clusters: clusters) { x, weights, seed in
    var bisecting = BisectingKMeans(clusters: clusters)
    bisecting.refinement = refinement
    bisecting.seed = seed
    let fit = try bisecting.fit(x, weights: weights)
    return (fit.model, fit.labels)
  } assigning: { x, model in
    let assigned = try model.assign(x)
    return (assigned.labels, model.tree.centroids.values + model.centroids.centroids.values + assigned.distances)
  }
}

@Suite struct BisectingKMeansLawTests {
  /// Enough rows for several pieces of work.
  private static let cloud: Matrix = {
    var random = RandomStream(seed: 22)
    return Matrix(rows: 18_000, columns: 3, values: (0..<54_000).map { random.normal() + Double($0 / 3 % 4) * 3 })
  }()

  @Test(arguments: EstimatorLaw.allCases, BisectingKMeans.Refinement.allCases)
  func `bisecting k-means keeps the laws on rows with repeats and ties`(
    law: EstimatorLaw, refinement: BisectingKMeans.Refinement
  ) throws {
    let estimator = lawful(clusters: 6, refinement: refinement)
    #expect(try law.violation(by: estimator, on: LawfulRows.lattice) == nil)
  }

  @Test(arguments: [
    EstimatorLaw.threadsDoNotShow, .rowOrderDoesNotShow, .weightsEqualRepeatedRows,
    .trainingRowsAreScoredAsTheyWereLabelled,
  ]) func `bisecting k-means keeps the laws on many rows`(law: EstimatorLaw) throws {
    let estimator = lawful(clusters: 5, refinement: .none)
    #expect(try law.violation(by: estimator, on: Self.cloud) == nil)
  }
}
