import Clustering
import LinearAlgebra
import Randomness
import TestSupport
import Testing

/// A mixture as the laws see it.
struct LawfulMixture: LawfulEstimator {
  let mixture: Mixture
  var fewestRows: Int { mixture.components }

  init(_ family: CovarianceFamily, components: Int) {
    mixture = Mixture(components: components, family: family)
  }

  init(_ mixture: Mixture) { self.mixture = mixture }

  func fit(_ x: Matrix, weights: [Double]?, seed: UInt64) throws -> (model: MixtureModel, labels: [Int]) {
    var mixture = mixture
    mixture.seed = seed
    let fit = try mixture.fit(x, weights: weights)
    return (fit.model, fit.labels)
  }

  func assign(_ x: Matrix, by model: MixtureModel) throws -> [Int] { try model.assign(x).labels }

  func numbers(_ x: Matrix, by model: MixtureModel) throws -> [Double] {
    let assigned = try model.assign(x)
    return try assigned.certainties + assigned.logDensities + model.memberships(x).values
  }
}

@Suite struct MixtureLawTests {
  /// Whole numbers in a few places: repeats, exact ties, and components of equal size.
  private static let lattice: Matrix = {
    var random = RandomStream(seed: 21)
    return Matrix(rows: 300, columns: 3, values: (0..<900).map { _ in Double(random.integer(below: 6)) })
  }()

  /// Enough rows for several pieces of work and for starts on samples.
  private static let cloud: Matrix = {
    var random = RandomStream(seed: 22)
    return Matrix(rows: 70_000, columns: 3, values: (0..<210_000).map { random.normal() + Double($0 / 3 % 3) * 5 })
  }()

  /// Rows that differ, in three groups that overlap.
  private static let groups: Matrix = {
    var random = RandomStream(seed: 23)
    return Matrix(rows: 300, columns: 3, values: (0..<900).map { random.normal() + Double($0 / 3 % 3) * 2 })
  }()

  @Test(arguments: EstimatorLaw.allCases, [CovarianceFamily.eii, .vvi, .eee])
  func `mixtures keep the laws on rows with repeats and ties`(law: EstimatorLaw, family: CovarianceFamily) throws {
    #expect(try law.violation(by: LawfulMixture(family, components: 3), on: Self.lattice) == nil)
  }

  /// Without the prior, a component may shrink on to one of the planes that whole numbers lie in.
  @Test(arguments: EstimatorLaw.allCases) func `mixtures with a prior keep the laws on rows with repeats and ties`(
    law: EstimatorLaw
  ) throws {
    var mixture = Mixture(components: 3, family: .vvv)
    mixture.prior = MixturePrior()
    #expect(try law.violation(by: LawfulMixture(mixture), on: Self.lattice) == nil)
  }

  @Test(arguments: EstimatorLaw.allCases, [CovarianceFamily.vev, .vve, .vvv])
  func `mixtures of full covariances keep the laws`(law: EstimatorLaw, family: CovarianceFamily) throws {
    #expect(try law.violation(by: LawfulMixture(family, components: 3), on: Self.groups) == nil)
  }

  @Test(arguments: [
    EstimatorLaw.threadsDoNotShow, .rowOrderDoesNotShow, .weightsEqualRepeatedRows,
    .trainingRowsAreScoredAsTheyWereLabelled,
  ]) func `mixtures keep the laws on many rows`(law: EstimatorLaw) throws {
    #expect(try law.violation(by: LawfulMixture(.vvv, components: 3), on: Self.cloud) == nil)
  }
}
