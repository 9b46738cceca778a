import Clustering
import LinearAlgebra
import Randomness
import TestSupport
import Testing

@Suite struct MixtureNoiseTests {
  /// Two tight groups of 300 and, at the end, `outliers` rows anywhere in a box a hundred times as wide.
  private func scene(outliers: Int) -> Matrix {
    var random = RandomStream(seed: 31)
    let groups = normalRows(600, about: [[0, 0], [10, 0]], seed: 32).values
    let rest = (0..<2 * outliers).map { _ in random.uniform(in: -300...300) }
    return Matrix(rows: 600 + outliers, columns: 2, values: groups + rest)
  }

  private func mixture(budget: Double) -> Mixture {
    var mixture = Mixture(components: 2)
    var noise = UniformNoise()
    noise.budget = budget
    mixture.noise = noise
    return mixture
  }

  @Test func `rows that fit nowhere are labelled as noise`() throws {
    let fit = try mixture(budget: 0.1).fit(scene(outliers: 30))
    #expect(fit.labels.suffix(30).count { $0 == -1 } >= 29)
    #expect(fit.labels.prefix(600).count { $0 == -1 } <= 2)
    #expect(Set(fit.labels.prefix(600)).subtracting([-1]).count == 2)
    let share = fit.model.noise?.proportion ?? 0
    #expect(abs(share - 30.0 / 630) < 0.01)
    #expect(abs(fit.model.proportions.reduce(share, +) - 1) < 1e-12)
    // The shares' two, twice two means and three covariances, and the box.
    #expect(fit.parameters == 2 + 10 + 1)
    #expect(fit.converged)
  }

  @Test func `noise never takes more than its budget`() throws {
    let fit = try mixture(budget: 0.02).fit(scene(outliers: 60))
    #expect(fit.model.noise?.proportion == 0.02)
    #expect(zip(fit.logLikelihoodTrace, fit.logLikelihoodTrace.dropFirst()).allSatisfy { $1 >= $0 - 1e-7 })
  }

  @Test func `memberships leave the noise's part of 1`() throws {
    let x = scene(outliers: 30)
    let fit = try mixture(budget: 0.1).fit(x)
    let memberships = try fit.model.memberships(x)
    for row in 0..<x.rows {
      let rest = 1 - memberships.row(row).reduce(0, +)
      #expect(rest >= -1e-12)
      if fit.labels[row] == -1 { #expect(abs(rest - fit.certainties[row]) < 1e-12) }
    }
  }

  @Test(arguments: EstimatorLaw.allCases) func `mixtures with noise keep the laws`(law: EstimatorLaw) throws {
    #expect(try law.violation(by: LawfulMixture(mixture(budget: 0.1)), on: scene(outliers: 30)) == nil)
  }
}
