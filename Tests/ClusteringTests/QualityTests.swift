import Clustering
import LinearAlgebra
import Randomness
import TestSupport
import Testing

@Suite struct SilhouetteTests {
  private let x = Matrix(rows: 5, columns: 1, values: [0, 1, 9, 10, 30])
  private let labels = [0, 0, 1, 1, 2]

  @Test func `silhouettes by hand`() throws {
    let silhouette = try Silhouette(x, labels: labels)
    // Row 0: a = 1, b = (9 + 10) / 2. Row 4 is alone.
    let expected = [1 - 1 / 9.5, 1 - 1 / 8.5, 1 - 1 / 8.5, 1 - 1 / 9.5, 0]
    for (value, by) in zip(silhouette.values, expected) { #expect(abs(value - by) < 1e-14) }
    #expect(abs(silhouette.mean - expected.reduce(0, +) / 5) < 1e-14)
    #expect(silhouette.rows == [0, 1, 2, 3, 4])
  }

  @Test func `a whole weight counts as that many rows`() throws {
    let repeats = [0, 0, 0, 1, 2, 3, 3, 4]
    let repeated = try Silhouette(x.gatheringRows(repeats), labels: repeats.map { labels[$0] })
    let weighted = try Silhouette(x, labels: labels, weights: [3, 1, 1, 2, 1])
    #expect(abs(repeated.mean - weighted.mean) < 1e-14)
  }

  @Test func `one cluster and equal rows have silhouette 0`() throws {
    #expect(try Silhouette(x, labels: [0, 0, 0, 0, 0]).mean == 0)
    #expect(try Silhouette(Matrix(rows: 4, columns: 2, repeating: 3), labels: [0, 0, 1, 1]).values == [0, 0, 0, 0])
    #expect(try Silhouette(Matrix(rows: 0, columns: 2), labels: []).mean == 0)
  }

  @Test func `a sample is near the whole and does not depend on the order of rows`() throws {
    var random = RandomStream(seed: 1)
    let labels = (0..<4000).map { $0 % 2 }
    let x = Matrix(rows: 4000, columns: 2, values: (0..<8000).map { random.normal() + Double($0 / 2 % 2) * 3 })
    let whole = try Silhouette(x, labels: labels)
    let sample = try Silhouette(x, labels: labels, sampleLimit: 1000)
    #expect(sample.rows.count == 1000)
    #expect(abs(whole.mean - sample.mean) < 0.03)
    let reversed = try Silhouette(
      x.gatheringRows(Array((0..<4000).reversed())), labels: labels.reversed(), sampleLimit: 1000)
    #expect(reversed.rows.map { 3999 - $0 }.sorted() == sample.rows)
    #expect(abs(reversed.mean - sample.mean) < 1e-13)
  }

  @Test func `labels that do not fit the rows are refused`() {
    #expect(throws: FitError.labelCount(have: 1, need: 5)) { try Silhouette(x, labels: [0]) }
    #expect(throws: FitError.labelInvalid(row: 1)) { try Silhouette(x, labels: [0, -1, 0, 0, 0]) }
  }

  /// cluster::silhouette of R's cluster 2.1.4 on the least-squares solutions; six digits.
  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    arguments: [(2, 0.681046), (3, 0.552819), (4, 0.498051)])
  func `iris has the published silhouettes`(clusters: Int, expected: Double) throws {
    let x = try KMeansReference.iris().matrix
    let mean = try Silhouette(x, labels: KMeans(clusters: clusters).fit(x).labels).mean
    #expect(abs(mean - expected) < 1e-6)
  }
}

@Suite struct ClusterSeparationTests {
  private let x = Matrix(rows: 4, columns: 1, values: [0, 2, 10, 12])

  @Test func `indices by hand`() throws {
    let separation = try ClusterSeparation(x, labels: [0, 0, 1, 1])
    // Between: 4 x 25; within: 4 x 1; Davies-Bouldin: (1 + 1) / 10.
    #expect(separation.calinskiHarabasz == 100.0 / (4.0 / 2))
    #expect(separation.daviesBouldin == 0.2)
  }

  @Test func `a whole weight counts as that many rows and weight 0 as none`() throws {
    let weighted = try ClusterSeparation(x, labels: [0, 0, 1, 7], weights: [2, 1, 1, 0])
    let repeated = try ClusterSeparation(x.gatheringRows([0, 0, 1, 2]), labels: [0, 0, 0, 1])
    #expect(weighted == repeated)
  }

  @Test func `what is not defined is nil`() throws {
    let one = try ClusterSeparation(x, labels: [3, 3, 3, 3])
    #expect(one.calinskiHarabasz == nil && one.daviesBouldin == nil)
    let alone = try ClusterSeparation(x, labels: [0, 1, 2, 3])
    #expect(alone.calinskiHarabasz == nil && alone.daviesBouldin == 0)
    let same = try ClusterSeparation(Matrix(rows: 4, columns: 1, repeating: 2), labels: [0, 0, 1, 1])
    #expect(same.calinskiHarabasz == nil && same.daviesBouldin == nil)
  }
}

@Suite struct LabelAgreementTests {
  /// Published in scikit-learn's documentation of adjusted_rand_score and adjusted_mutual_info_score.
  @Test func `indices agree with published examples`() throws {
    let half = try LabelAgreement([0, 0, 1, 1], [0, 0, 1, 2])
    #expect(abs(half.adjustedRandIndex - 0.571428571428571) < 1e-14)
    let opposed = try LabelAgreement([0, 0, 1, 1], [0, 1, 0, 1])
    #expect(abs(opposed.adjustedRandIndex + 0.5) < 1e-14)
    #expect(abs(opposed.adjustedMutualInformation + 0.5) < 1e-12)
    let split = try LabelAgreement([0, 0, 0, 0], [0, 1, 2, 3])
    #expect(split.adjustedRandIndex == 0)
    #expect(abs(split.adjustedMutualInformation) < 1e-12)
  }

  /// From scikit-learn's test suite: adjusted mutual information 0.27821 of these, five digits.
  @Test func `adjusted mutual information agrees with a published table`() throws {
    let a = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3]
    let b = [1, 1, 1, 1, 2, 1, 2, 2, 2, 2, 3, 1, 3, 3, 3, 2, 2]
    #expect(abs(try LabelAgreement(a, b).adjustedMutualInformation - 0.27821) < 1e-5)
  }

  @Test func `names of clusters do not matter`() throws {
    let same = try LabelAgreement([5, 5, 9, 9, -1], [1, 1, 0, 0, 7])
    #expect(same.adjustedRandIndex == 1)
    #expect(abs(same.adjustedMutualInformation - 1) < 1e-14)
    #expect(same.bestMatching.map(\.first) == [-1, 5, 9])
    #expect(same.bestMatching.map(\.second) == [7, 1, 0])
  }

  @Test func `trivial labelings agree`() throws {
    #expect(try LabelAgreement([], []).adjustedRandIndex == 1)
    #expect(try LabelAgreement([1, 1], [0, 0]).adjustedRandIndex == 1)
    #expect(try LabelAgreement([1, 1], [0, 0]).adjustedMutualInformation == 1)
    #expect(try LabelAgreement([1, 2, 3], [4, 5, 6]).adjustedMutualInformation == 1)
  }

  @Test func `labelings of different lengths are refused`() {
    #expect(throws: FitError.labelCount(have: 1, need: 2)) { try LabelAgreement([0, 1], [0]) }
  }

  @Test func `unrelated labels agree by chance only`() throws {
    var random = RandomStream(seed: 3)
    let a = (0..<5000).map { _ in random.integer(below: 6) }
    let b = (0..<5000).map { _ in random.integer(below: 4) }
    let agreement = try LabelAgreement(a, b)
    #expect(abs(agreement.adjustedRandIndex) < 0.005)
    #expect(abs(agreement.adjustedMutualInformation) < 0.005)
  }
}

@Suite struct OptimalAssignmentTests {
  private func cost(_ c: [[Double]], _ assigned: [Int?]) -> Double {
    assigned.enumerated().reduce(0) { $0 + ($1.element.map { [row = $1.offset] in c[row][$0] } ?? 0) }
  }

  @Test func `a table by hand`() {
    let c: [[Double]] = [[4, 1, 3], [2, 0, 5], [3, 2, 2]]
    #expect(optimalAssignment(rows: 3, columns: 3) { c[$0][$1] } == [1, 0, 2])
  }

  @Test func `more rows than columns leaves rows over`() {
    let c: [[Double]] = [[4], [1], [3]]
    #expect(optimalAssignment(rows: 3, columns: 1) { c[$0][$1] } == [nil, 0, nil])
    #expect(optimalAssignment(rows: 1, columns: 3) { c[$1][$0] } == [1])
    #expect(optimalAssignment(rows: 0, columns: 2) { _, _ in 0 }.isEmpty)
    #expect(optimalAssignment(rows: 2, columns: 0) { _, _ in 0 } == [nil, nil])
  }

  @Test(arguments: 0..<20) func `no permutation is cheaper`(seed: Int) {
    var random = RandomStream(seed: UInt64(seed))
    let c = (0..<5).map { _ in (0..<5).map { _ in Double(random.integer(below: 20)) - 10 } }
    var least = Double.infinity
    func permute(_ chosen: [Int]) {
      if chosen.count == 5 { least = min(least, cost(c, chosen.map(Optional.init))) }
      for column in 0..<5 where !chosen.contains(column) { permute(chosen + [column]) }
    }
    permute([])
    #expect(cost(c, optimalAssignment(rows: 5, columns: 5) { c[$0][$1] }) == least)
  }
}
