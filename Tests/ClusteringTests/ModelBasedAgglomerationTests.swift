import Clustering
import LinearAlgebra
import TestSupport
import Testing

@Suite struct ModelBasedAgglomerationTests {
  typealias Criterion = ModelBasedAgglomeration.Criterion

  @Test(arguments: Criterion.allCases)
  func `groups far apart are found, and every number of clusters nests in the next`(criterion: Criterion) {
    var x = MixtureSamples.rows(60, columns: 2, seed: 1)
    for row in 0..<60 where row % 3 > 0 { x[row, row % 3 - 1] += 200 }
    let tree = ModelBasedAgglomeration(x, weights: [Double](repeating: 1, count: 60), criterion: criterion)
    #expect(tree.labels(clusters: 3) == (0..<60).map { $0 % 3 })
    #expect(tree.labels(clusters: 60) == Array(0..<60))
    #expect(tree.labels(clusters: 1) == [Int](repeating: 0, count: 60))
    for clusters in 1..<60 {
      let (coarse, fine) = (tree.labels(clusters: clusters), tree.labels(clusters: clusters + 1))
      #expect(Set(coarse).count == clusters)
      #expect(Set(zip(coarse, fine).map { [$0, $1] }).count == clusters + 1)
    }
  }

  /// On one axis with spread: Ward's heights of 0, 1, 5, 7 by hand merge (0, 1), (5, 7), then all.
  @Test func `Ward's criterion merges as by hand`() {
    let x = Matrix(rows: 4, columns: 1, values: [0, 5, 1, 7])
    let tree = ModelBasedAgglomeration(x, weights: [1, 1, 1, 1], criterion: .ward)
    #expect(tree.labels(clusters: 3) == [0, 1, 0, 2])
    #expect(tree.labels(clusters: 2) == [0, 1, 0, 1])
  }

  @Test(arguments: Criterion.allCases)
  func `neither the unit of a column nor of the weights counts`(criterion: Criterion) {
    let x = MixtureSamples.rows(80, columns: 3, seed: 2)
    var scaled = x
    for row in 0..<80 { scaled[row, 1] *= 1024 }
    let weights = (0..<80).map { Double(1 + $0 % 3) }
    let tree = ModelBasedAgglomeration(x, weights: weights, criterion: criterion)
    #expect(tree == ModelBasedAgglomeration(scaled, weights: weights, criterion: criterion))
    #expect(tree == ModelBasedAgglomeration(x, weights: weights.map { $0 * 0x1p-20 }, criterion: criterion))
  }

  @Test(arguments: Criterion.allCases)
  func `rows that do not differ and columns that do not vary are no harm`(criterion: Criterion) {
    let equal = Matrix(rows: 5, columns: 2, repeating: 0.1)
    let tree = ModelBasedAgglomeration(equal, weights: [1, 1, 1, 1, 1], criterion: criterion)
    #expect(Set(tree.labels(clusters: 2)).count == 2)
    let single = ModelBasedAgglomeration(Matrix(rows: 1, columns: 2), weights: [1], criterion: criterion)
    #expect(single.labels(clusters: 1) == [0])
    var collinear = MixtureSamples.rows(30, columns: 3, seed: 3)
    for row in 0..<30 {
      collinear[row, 1] = 2 * collinear[row, 0]
      collinear[row, 2] = 7
    }
    let line = ModelBasedAgglomeration(
      collinear, weights: [Double](repeating: 1, count: 30), criterion: criterion)
    #expect(Set(line.labels(clusters: 4)).count == 4)
  }

  /// `table(hclass(hc(diabetes[, -1], modelName = "VVV", use = "SVD"), 3))` and so on with mclust 6.0.0.
  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)), arguments: [2, 3, 5, 9])
  func `the partitions of diabetes are mclust's`(clusters: Int) throws {
    let table = try TestTable.csv("mclust_sets/diabetes.csv.gz", columns: ["glucose", "insulin", "sspg"])
    let weights = [Double](repeating: 1, count: table.matrix.rows)
    let tree = ModelBasedAgglomeration(table.matrix, weights: weights, criterion: .varyingCovariances)
    let sizes = (0..<clusters).map { part in tree.labels(clusters: clusters).count { $0 == part } }.sorted()
    #expect(sizes == Self.sizes[clusters])
  }

  private static let sizes = [
    2: [32, 113], 3: [32, 56, 57], 5: [10, 22, 22, 35, 56], 9: [10, 10, 10, 12, 12, 17, 18, 19, 37],
  ]
}
