import Clustering
import LinearAlgebra
import Randomness
import Testing

/// Whether there is structure at all, in data that are not a cloud of measures.
@Suite struct MixedStructureTests {
  private static let blocks = [
    MixtureBlock(.gaussian(.vvv), columns: [0]), MixtureBlock(.categorical, columns: [1]),
    MixtureBlock(.categorical, columns: [2]), MixtureBlock(.poisson, columns: [3]),
  ]

  /// A measure, two categories of 3 levels and a count, of 400 rows in two groups, or of one.
  private func table(groups: Int, seed: UInt64) -> Matrix {
    var random = RandomStream(seed: seed, index: groups)
    var values: [Double] = []
    for row in 0..<400 {
      let isSecond = groups == 2 && row % 2 == 1
      let weights: [Double] = isSecond ? [1, 1, 6] : groups == 2 ? [6, 1, 1] : [3, 2, 1]
      values.append(random.normal() + (isSecond ? 2 : 0))
      for _ in 0..<2 { values.append(Double(random.category(weights: weights))) }
      var (count, time) = (0.0, random.exponential())
      while time < (isSecond ? 4 : 1) {
        count += 1
        time += random.exponential()
      }
      values.append(count)
    }
    return Matrix(rows: 400, columns: 4, values: values)
  }

  private func search() -> MixtureSearch {
    var search = MixtureSearch(range: 1...3)
    search.families = [.eii, .vvv]
    search.mixture = Mixture(components: 1, blocks: Self.blocks)
    return search
  }

  @Test(arguments: 0..<5 as Range<UInt64>) func `columns that know nothing of each other are one cloud`(
    seed: UInt64
  ) throws {
    let choice = try search().fit(table(groups: 1, seed: seed))
    #expect(choice.components == 1 && choice.structure == .none)
  }

  @Test func `two groups that show in columns of several kinds stand against data without clusters`() throws {
    let choice = try search().fit(table(groups: 2, seed: 1))
    #expect(choice.components == 2)
    let test = try #require(choice.test)
    #expect(test.gainSpeaks && test.gain > 100)
    #expect(choice.reason.contains("standard deviations more"))
  }

  @Test func `categories alone have no valley to look for`() throws {
    var search = MixtureSearch(range: 1...2)
    search.mixture = Mixture(
      components: 1,
      blocks: [MixtureBlock(.categorical, columns: [1]), MixtureBlock(.categorical, columns: [2])])
    // Two columns of three levels tell nothing of classes that depend on more than their four free proportions.
    let choice = try search.fit(table(groups: 2, seed: 1))
    #expect(!choice.reason.contains("valley"))
  }

  @Test(arguments: [2, 3]) func `piles of equal rows are clusters, and the reason says how many points there are`(
    piles: Int
  ) throws {
    let places: [[Double]] = [[0, 0], [5, 1], [2, 7]]
    let x = Matrix(rows: 90, columns: 2, values: (0..<90).flatMap { places[$0 % piles] })
    let choice = try ClusterCountSearch().fit(x)
    #expect(choice.clusters == piles)
    #expect(choice.reason.contains("stand on only \(piles) different points"))
    #expect(choice.candidates.allSatisfy { $0.calinskiHarabasz.map { $0 < 1e6 } ?? true })
  }
}
