import Clustering
import Foundation
import LinearAlgebra
import Randomness
import TestSupport
import Testing

/// Mixtures of several kinds of blocks.
@Suite struct MixedMixtureTests {
  /// Three groups (shares 1/2, 1/3, 1/6) by two measures, an amount, a count, a wider count, a category of 4 levels, a
  /// rating of 5, a flag and a category that says nothing.
  private static let mixed: TestTable = {
    var random = RandomStream(seed: 31)
    var values: [Double] = []
    var labels: [Int] = []
    let levels: [[Double]] = [[7, 1, 1, 1], [1, 7, 1, 1], [1, 1, 4, 4]]
    for row in 0..<2_400 {
      let group = [0, 0, 0, 1, 1, 2][row % 6]
      let g = Double(group)
      let ratings = (0..<5).map { exp((g - 1) * Double($0 - 2) * 0.7) }
      values += [random.normal() + 2 * g, random.normal() * 0.5 + g * g, exp(random.normal() * 0.6 + g)]
      values += [poisson(1 + 3 * g, &random), poisson((2 + 4 * g) * random.exponential(), &random)]
      values += [Double(random.category(weights: levels[group])), Double(random.category(weights: ratings))]
      values += [random.uniform() < 0.2 + 0.3 * g ? 1 : 0, Double(random.integer(below: 4))]
      labels.append(group)
    }
    return TestTable(matrix: Matrix(rows: 2_400, columns: 9, values: values), labels: labels)
  }()

  private static let blocks = [
    MixtureBlock(.gaussian(.vvv), columns: [0, 1], name: "measures"),
    MixtureBlock(.logNormal(.vvi), columns: [2], name: "amount"), MixtureBlock(.poisson, columns: [3], name: "orders"),
    MixtureBlock(.negativeBinomial, columns: [4], name: "visits"),
    MixtureBlock(.categorical, columns: [5], name: "region"), MixtureBlock(.ordinal, columns: [6], name: "rating"),
    MixtureBlock(.binary, columns: [7], name: "member"), MixtureBlock(.categorical, columns: [8], name: "noise"),
  ]

  private static func poisson(_ mean: Double, _ random: inout RandomStream) -> Double {
    var (count, time) = (0.0, random.exponential())
    while time < mean {
      count += 1
      time += random.exponential()
    }
    return count
  }

  @Test func `groups that differ in columns of every kind are recovered`() throws {
    let fit = try Mixture(components: 3, blocks: Self.blocks).fit(Self.mixed.matrix)
    let agreement = try LabelAgreement(fit.labels, Self.mixed.labels).adjustedRandIndex
    #expect(agreement > 0.95, "\(agreement)")
    #expect(fit.converged)
    // Shares; two means and three covariances, mean and variance, mean, mean and size, 3 levels, 4 + 2, 1, 3 levels.
    #expect(fit.parameters == 2 + 3 * (5 + 2 + 1 + 2 + 3 + 1 + 3) + 4 + 2)
    for (share, truth) in zip(fit.model.proportions, [0.5, 0.3333, 0.1667]) {
      #expect((share - truth).magnitude < 0.02)
    }
    guard case .poisson(let means) = fit.model.blocks[2].parameters,
      case .negativeBinomial(let wide, let sizes) = fit.model.blocks[3].parameters
    else {
      Issue.record("the blocks are of other kinds")
      return
    }
    for group in 0..<3 {
      let g = Double(group)
      #expect((means[group, 0] - 1 - 3 * g).magnitude < 0.1 * (1 + 3 * g))
      #expect((wide[group, 0] - 2 - 4 * g).magnitude < 0.12 * (2 + 4 * g))
      #expect((sizes[group, 0] - 1).magnitude < 0.25)
    }
    for (before, after) in zip(fit.logLikelihoodTrace, fit.logLikelihoodTrace.dropFirst()) {
      #expect(after >= before - 1e-9 * before.magnitude)
    }
  }

  @Test func `without Gaussian columns the groups are still recovered`() throws {
    let blocks = Array(Self.blocks[2...])
    let fit = try Mixture(components: 3, blocks: blocks).fit(Self.mixed.matrix)
    #expect(try LabelAgreement(fit.labels, Self.mixed.labels).adjustedRandIndex > 0.6)
    #expect(fit.hitRate > 0.2)
  }

  @Test func `values missing from every kind of block cost little agreement`() throws {
    var random = RandomStream(seed: 32)
    let values = Self.mixed.matrix.values.enumerated().map { $0 % 9 == 8 || random.uniform() > 0.2 ? $1 : .nan }
    var mixture = Mixture(components: 3, blocks: Self.blocks)
    mixture.missing = .integrated
    let fit = try mixture.fit(Matrix(rows: 2_400, columns: 9, values: values))
    #expect(try LabelAgreement(fit.labels, Self.mixed.labels).adjustedRandIndex > 0.85)
  }

  @Test func `noise takes rows that no component explains, over blocks of all kinds`() throws {
    var x = Self.mixed.matrix
    for row in stride(from: 0, to: 2_400, by: 60) {
      x[row, 0] = 40
      x[row, 3] = 90
    }
    var mixture = Mixture(components: 3, blocks: Self.blocks)
    mixture.noise = UniformNoise()
    let fit = try mixture.fit(x)
    #expect(stride(from: 0, to: 2_400, by: 60).allSatisfy { fit.labels[$0] == -1 })
    #expect(fit.labels.count { $0 == -1 } < 60)
  }

  // MARK: Laws

  /// Whole numbers in a few places: repeats, exact ties, and components of equal size.
  private static let lattice: Matrix = {
    var random = RandomStream(seed: 21)
    return Matrix(rows: 240, columns: 6, values: (0..<1_440).map { _ in Double(random.integer(below: 3)) })
  }()

  private static let lawful: Mixture = {
    var mixture = Mixture(
      components: 2,
      blocks: [
        MixtureBlock(.gaussian(.vvi), columns: [0, 1]), MixtureBlock(.categorical, columns: [2]),
        MixtureBlock(.poisson, columns: [3]), MixtureBlock(.ordinal, columns: [4]),
        MixtureBlock(.negativeBinomial, columns: [5]),
      ])
    mixture.maxIterations = 200
    return mixture
  }()

  /// Scaling makes counts no counts: see the next test.
  private static let laws = EstimatorLaw.allCases.filter { $0 != .nothingButFiniteNumbersComesOut }

  @Test(arguments: laws) func `a mixture of five kinds keeps the laws`(law: EstimatorLaw) throws {
    #expect(try law.violation(by: LawfulMixture(Self.lawful), on: Self.lattice) == nil)
  }

  @Test(arguments: laws) func `latent classes keep the laws`(law: EstimatorLaw) throws {
    var mixture = Mixture(components: 2, blocks: [MixtureBlock(.categorical)])
    mixture.maxIterations = 200
    #expect(try law.violation(by: LawfulMixture(mixture), on: Self.lattice) == nil)
  }

  @Test(arguments: [1, 1e-160, 0x1p-1040, 1e120]) func `nothing but finite numbers comes out of mixed blocks`(
    _ scale: Double
  ) throws {
    let values = Self.lattice.values.enumerated().map { $0 % 6 < 2 ? $1 * scale : $1 }
    let x = Matrix(rows: Self.lattice.rows, columns: 6, values: values)
    let fit = try Self.lawful.fit(x)
    #expect(try LawfulMixture(Self.lawful).numbers(x, by: fit.model).allSatisfy { $0.isFinite })
  }

  @Test(arguments: [EstimatorLaw.threadsDoNotShow, .rowOrderDoesNotShow])
  func `latent classes of many rows keep the laws`(law: EstimatorLaw) throws {
    var random = RandomStream(seed: 23)
    let x = Matrix(
      rows: 70_000, columns: 10,
      values: (0..<700_000).map { Double(random.integer(below: 3 + $0 / 10 % 2 * 2)) })
    var mixture = Mixture(components: 2, blocks: [MixtureBlock(.categorical)])
    mixture.maxIterations = 30
    #expect(try law.violation(by: LawfulMixture(mixture), on: x) == nil)
  }
}
