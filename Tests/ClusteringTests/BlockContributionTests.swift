import Clustering
import Foundation
import LinearAlgebra
import Randomness
import Testing

/// What each block contributes to telling components apart.
@Suite struct BlockContributionTests {
  /// Two components of equal share and two flags, of which component 0 shows `first` and `second`, component 1 the rest.
  private static func flags(_ first: Double, _ second: Double) -> MixtureModel {
    let blocks = [first, second].enumerated().map { index, p in
      FittedBlock(
        name: "flag \(index)", columns: [index], parameters: .binary(Matrix(rows: 2, columns: 1, values: [p, 1 - p])))
    }
    return MixtureModel(columns: 2, proportions: [0.5, 0.5], noise: nil, blocks: blocks, missing: .refused)
  }

  /// All rows there are, weighted by how often the model makes them.
  private static func everyRow(_ model: MixtureModel) throws -> (x: Matrix, weights: [Double]) {
    let x = Matrix(rows: 4, columns: 2, values: [0, 0, 0, 1, 1, 0, 1, 1])
    return (x, try model.assign(x).logDensities.map { exp($0) })
  }

  private static func entropy(_ p: Double) -> Double { p <= 0 || p >= 1 ? 0 : -p * log(p) - (1 - p) * log(1 - p) }

  @Test func `contributions of two flags are the mutual information by hand`() throws {
    let model = Self.flags(0.9, 0.7)
    let (x, weights) = try Self.everyRow(model)
    let separation = try model.separation(of: x, weights: weights)
    // Alone, a flag that agrees with its component with probability p says ln 2 - H(p).
    let (strong, weak) = (log(2) - Self.entropy(0.9), log(2) - Self.entropy(0.7))
    #expect((separation.blocks[0].alone - strong).magnitude < 1e-12)
    #expect((separation.blocks[1].alone - weak).magnitude < 1e-12)
    // Together: the memberships after two flags that agree (0.63 against 0.03) or not (0.27 against 0.07).
    let agree = Self.entropy(0.63 / 0.66) * 0.66
    let differ = Self.entropy(0.27 / 0.34) * 0.34
    let both = log(2) - agree - differ
    #expect((separation.information - both).magnitude < 1e-12)
    #expect((separation.blocks[0].lost - (both - weak)).magnitude < 1e-12)
    #expect((separation.blocks[1].lost - (both - strong)).magnitude < 1e-12)
    // For two blocks that is Shapley's value over the whole.
    #expect((separation.blocks[0].share - (strong + both - weak) / (2 * both)).magnitude < 1e-12)
    #expect((separation.greatest - log(2)).magnitude < 1e-12)
    #expect(separation.remarks.isEmpty)
  }

  @Test func `a block of noise has next to no share, and is named`() throws {
    let model = Self.flags(0.9, 0.5)
    let (x, weights) = try Self.everyRow(model)
    let separation = try model.separation(of: x, weights: weights)
    #expect(separation.blocks[1].share < 1e-9)
    #expect(separation.remarks.count == 2)
    #expect(separation.remarks[0].contains("'flag 0' decides nearly alone: 100.0%"))
    #expect(separation.remarks[1].contains("'flag 1' hardly counts: 0.0%"))
  }

  @Test func `flags that say nothing at all are told of once`() throws {
    let model = Self.flags(0.5, 0.5)
    let (x, weights) = try Self.everyRow(model)
    let separation = try model.separation(of: x, weights: weights)
    #expect(separation.information.magnitude < 1e-12)
    #expect(separation.blocks.allSatisfy { $0.share.isFinite && $0.alone == 0 || $0.alone < 1e-12 })
    #expect(separation.remarks.count == 1)
    #expect(separation.remarks[0].contains("No block"))
  }

  /// Two groups far apart in two columns, of which the third and fourth are copies, and a fifth of noise.
  private static let doubled: Matrix = {
    var random = RandomStream(seed: 41)
    var values: [Double] = []
    for row in 0..<1_000 {
      let (a, b) = (random.normal() + Double(row % 2) * 2, random.normal() + Double(row % 2) * 2)
      values += [a, b, a + random.normal() * 1e-3, b + random.normal() * 1e-3, random.normal()]
    }
    return Matrix(rows: 1_000, columns: 5, values: values)
  }()

  @Test func `a block and its copy share evenly, and a block of noise gets nothing`() throws {
    let fit = try Mixture(
      components: 2,
      blocks: [
        MixtureBlock(.gaussian(.eee), columns: [0, 1], name: "one"),
        MixtureBlock(.gaussian(.eee), columns: [2, 3], name: "copy"),
        MixtureBlock(.gaussian(.eee), columns: [4], name: "noise"),
      ]
    ).fit(Self.doubled)
    let separation = try fit.model.separation(of: Self.doubled)
    #expect((separation.blocks[0].share - 0.5).magnitude < 0.01)
    #expect((separation.blocks[1].share - 0.5).magnitude < 0.01)
    #expect(separation.blocks[2].share < 0.01)
    #expect(separation.blocks[0].lost < 0.25 * separation.blocks[0].alone)
    #expect(separation.information <= separation.greatest + 1e-9)
    #expect(separation.remarks.count == 1 && separation.remarks[0].contains("'noise'"))
  }

  @Test func `one component has nothing to tell apart`() throws {
    let fit = try Mixture(components: 1, blocks: [MixtureBlock(.gaussian(.eee), columns: [0, 1])]).fit(Self.doubled)
    let separation = try fit.model.separation(of: Self.doubled)
    #expect(separation.information == 0 && separation.greatest == 0 && separation.remarks.isEmpty)
  }

  @Test func `repeated rows count as their weight says`() throws {
    let model = Self.flags(0.9, 0.7)
    let x = Matrix(rows: 3, columns: 2, values: [0, 0, 0, 1, 1, 1])
    let repeated = try model.separation(of: x.gatheringRows([0, 0, 1, 2, 2, 2]))
    let weighted = try model.separation(of: x, weights: [2, 1, 3])
    #expect((repeated.information - weighted.information).magnitude < 1e-14)
    #expect((repeated.blocks[0].share - weighted.blocks[0].share).magnitude < 1e-14)
  }
}
