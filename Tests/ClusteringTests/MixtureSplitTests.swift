import Clustering
import LinearAlgebra
import Randomness
import Testing

/// Divisions by mixtures: made where there are groups, whatever their shape, and not where there is one cloud.
@Suite struct MixtureSplitTests {
  /// Two long groups side by side in the columns 0 and 1, which centroids cannot tell apart; the others say nothing.
  private static func strips(rows: Int, columns: Int, seed: UInt64) -> (x: Matrix, group: [Int]) {
    var random = RandomStream(seed: seed, index: 0)
    let group = (0..<rows).map { $0 % 2 }
    var values: [Double] = []
    for own in group {
      let along = 6 * random.normal()
      values += [along + Double(own) * 4 + 0.6 * random.normal(), along - Double(own) * 4 + 0.6 * random.normal()]
      for _ in 2..<columns { values.append(random.normal()) }
    }
    return (Matrix(rows: rows, columns: columns, values: values), group)
  }

  @Test(arguments: [2, 6])
  func `long groups side by side are found, which k-means cuts across`(columns: Int) throws {
    let drawn = Self.strips(rows: 800, columns: columns, seed: 1)
    var search = MixtureSplitSearch(range: 1...5)
    search.minimumSize = 50
    let split = try search.split(drawn.x, categories: columns..<columns)
    let fit = try #require(split.fit, "\(split.reason)")
    #expect(split.columns == [0, 1])
    #expect(try LabelAgreement(fit.labels, drawn.group).adjustedRandIndex > 0.97)
    #expect(try #require(split.stability?.least) > 0.9)
    var kMeans = KMeans(clusters: 2)
    kMeans.seed = 1
    #expect(try LabelAgreement(kMeans.fit(drawn.x).labels, drawn.group).adjustedRandIndex < 0.3)
    search.minimumSize = 500
    let refused = try search.split(drawn.x, categories: columns..<columns)
    #expect(refused.fit == nil && refused.reason.contains("below the least size of 500"))
  }

  @Test func `missing values and categories tell parts, too`() throws {
    var random = RandomStream(seed: 3, index: 0)
    var values: [Double] = []
    for row in 0..<900 {
      let group = row % 3
      values += [
        row % 7 == 0 ? .nan : Double(group) * 5 + random.normal(), random.normal(),
        random.uniform() < 0.9 ? Double(group) : Double(Int(random.uniform() * 3)),
      ]
    }
    let split = try MixtureSplitSearch(range: 1...5).split(
      Matrix(rows: 900, columns: 3, values: values), categories: 2..<3)
    let fit = try #require(split.fit, "\(split.reason)")
    #expect(split.columns == [0, 2])
    #expect(try LabelAgreement(fit.labels, (0..<900).map { $0 % 3 }).adjustedRandIndex > 0.9)
  }

  @Test(arguments: ["normal", "correlated", "even", "skewed", "long tails"])
  func `one cloud is not divided`(kind: String) throws {
    var random = RandomStream(seed: 1, index: 7)
    let values = (0..<1_000).flatMap { _ -> [Double] in
      let common = random.normal()
      // Student's t with 5 degrees of freedom, of one scale for the whole row.
      let scale =
        ((0..<5).reduce(0.0) { sum, _ in
          let normal = random.normal()
          return sum + normal * normal
        } / 5).squareRoot()
      return (0..<5).map { column in
        let normal = random.normal()
        return switch kind {
        case "correlated": common * Double(column) + normal
        case "even": random.uniform()
        case "skewed": normal > 0 ? normal * normal * 2 : normal * 0.3
        case "long tails": normal / scale
        default: normal
        }
      }
    }
    let split = try MixtureSplitSearch().split(Matrix(rows: 1_000, columns: 5, values: values), categories: 5..<5)
    #expect(split.fit == nil, "\(split.reason)")
  }

  @Test func `columns of which one value stands for many rows are not looked at`() throws {
    var random = RandomStream(seed: 4, index: 0)
    let values = (0..<600).flatMap { row in [row % 3 == 0 ? 0 : random.normal(), random.normal()] }
    let x = Matrix(rows: 600, columns: 2, values: values)
    let split = try MixtureSplitSearch().split(x, categories: 2..<2)
    #expect(split.fit == nil && split.leftOut == 1 && split.columns == [1])
    let none = try MixtureSplitSearch().split(x.selectingColumns([0]), categories: 1..<1)
    #expect(none.fit == nil && none.reason.contains("in every column one value stands for more than a tenth"))
  }

  @Test func `a demanded division is made, and says what it lacks`() throws {
    var random = RandomStream(seed: 5, index: 0)
    let x = Matrix(rows: 500, columns: 2, values: (0..<1_000).map { _ in random.normal() })
    let split = try MixtureSplitSearch(range: 3...3).split(x, categories: 2..<2)
    #expect(split.fit?.model.components == 3)
    #expect(split.reason.hasPrefix("A mixture"))
  }
}
