import Clustering
import LinearAlgebra
import Randomness
import Testing

/// Groups of points that lie together.
@Suite struct AverageLinkageTests {
  /// 0 and 1 join at 1; 10 and 12 at 2; these two groups at (10 + 12 + 9 + 11) / 4; all and 30 at (30 + 29 + 20 + 18) / 4.
  private static let line = AverageLinkage(Matrix(rows: 5, columns: 1, values: [30, 0, 10, 1, 12]))

  @Test func `heights are mean distances between groups`() {
    #expect(AverageLinkageTests.line.heights == [1, 2, 10.5, 24.25])
  }

  @Test(arguments: [
    (0, [0, 0, 0, 0, 0]), (1, [0, 0, 0, 0, 0]), (2, [0, 1, 1, 1, 1]), (3, [0, 1, 2, 1, 2]), (4, [0, 1, 2, 1, 3]),
    (5, [0, 1, 2, 3, 4]), (9, [0, 1, 2, 3, 4]),
  ])
  func `a cut gives as many groups as asked for, the first point's first`(_ groups: Int, _ expected: [Int]) {
    #expect(AverageLinkageTests.line.cut(into: groups) == expected)
  }

  @Test func `the greatest step is that by the greatest factor within the range`() throws {
    let step = try #require(AverageLinkageTests.line.greatestStep(in: 1...8))
    #expect(step.groups == 3 && step.factor == 5.25)
    let narrow = try #require(AverageLinkageTests.line.greatestStep(in: 2...2))
    #expect(narrow.groups == 2 && narrow.factor == 24.25 / 10.5)
    #expect(AverageLinkageTests.line.greatestStep(in: 5...8) == nil)
    #expect(AverageLinkage(Matrix(rows: 2, columns: 1, values: [0, 1])).greatestStep(in: 1...8) == nil)
  }

  @Test func `points in one place join at no height, and all else is farther by any factor`() throws {
    let linkage = AverageLinkage(Matrix(rows: 4, columns: 1, values: [3, 3, 3, 9]))
    #expect(linkage.heights == [0, 0, 6])
    let step = try #require(linkage.greatestStep(in: 1...8))
    #expect(step.groups == 2 && step.factor == .infinity)
  }

  @Test func `rows as near to each other as those of segments are dense, those strewn about are not`() {
    var random = RandomStream(seed: 3, index: 0)
    let settled = Matrix(rows: 500, columns: 4, values: (0..<2_000).map { _ in random.normal() })
    let pile = (0..<400).map { _ in 20 + random.normal() }
    let strewn = (0..<800).map { _ in (random.uniform() - 0.5) * 200 }
    let dense = DenseRows(
      Matrix(rows: 300, columns: 4, values: pile + strewn), beside: settled, seed: 0
    ).rows
    #expect(dense.count { $0 < 100 } >= 95)
    #expect(dense.count { $0 >= 100 } <= 2)
    #expect(
      DenseRows(Matrix(rows: 20, columns: 4, values: Array(pile.prefix(80))), beside: settled, seed: 0).rows == [])
  }
}
