import Clustering
import Foundation
import LinearAlgebra
import Randomness
import Synchronization
import TestSupport
import Testing

/// Rows about `centers` that follow one another in turn, standard normal.
func normalRows(_ count: Int, about centers: [[Double]], seed: UInt64) -> Matrix {
  var random = RandomStream(seed: seed)
  let values = (0..<count).flatMap { row in centers[row % centers.count].map { $0 + random.normal() } }
  return Matrix(rows: count, columns: centers[0].count, values: values)
}

@Suite struct MixtureTests {
  /// Two pairs so far apart that responsibilities are 0 and 1: means 0 and 100, variance 1, shares 1/2 each, so
  /// LL = 4 (ln 1/2 - ln(2 pi)/2 - 1/2).
  @Test func `two pairs of points have the likelihood worked out by hand`() throws {
    let x = Matrix(rows: 4, columns: 1, values: [-1, 1, 99, 101])
    let fit = try Mixture(components: 2, family: .eii).fit(x)
    #expect(abs(fit.logLikelihood - 4 * (-0.6931471805599453 - 0.9189385332046727 - 0.5)) < 1e-9)
    #expect(fit.labels == [0, 0, 1, 1])
    #expect(fit.parameters == 4)
    #expect(abs(fit.bic - (4 * 1.3862943611198906 - 2 * fit.logLikelihood)) < 1e-9)
    #expect(abs(fit.icl - fit.bic) < 1e-9)
    guard case .gaussian(let parameters) = fit.model.blocks[0].parameters else { return }
    #expect(abs(parameters.means[0, 0]) < 1e-9 && abs(parameters.means[1, 0] - 100) < 1e-9)
    #expect(abs(parameters.covariance(0)[0, 0] - 1) < 1e-9)
  }

  /// The maximum likelihood of one Gaussian is that of the sample mean and covariance: 2 LL = -n (d ln 2 pi + d + ln |S|).
  @Test func `one component is the sample mean and covariance`() throws {
    let x = normalRows(500, about: [[1e6, -3]], seed: 1)
    let fit = try Mixture(components: 1).fit(x)
    let mean = x.columnMeans()
    var s = [0.0, 0.0, 0.0]
    for row in 0..<500 {
      let (a, b) = (x[row, 0] - mean[0], x[row, 1] - mean[1])
      s = [s[0] + a * a / 500, s[1] + a * b / 500, s[2] + b * b / 500]
    }
    guard case .gaussian(let parameters) = fit.model.blocks[0].parameters else { return }
    #expect(abs(parameters.means[0, 0] - mean[0]) < 1e-8)
    for (value, expected) in zip(parameters.covariance(0).values, [s[0], s[1], s[1], s[2]]) {
      #expect(abs(value - expected) < 1e-9)
    }
    #expect(fit.hitRate == 1 && fit.converged && fit.labels.allSatisfy { $0 == 0 })
  }

  @Test(arguments: CovarianceFamily.allCases) func `the log-likelihood never falls`(family: CovarianceFamily) throws {
    let x = normalRows(400, about: [[0, 0, 0], [2, 0, 1], [0, 3, 0]], seed: 2)
    var mixture = Mixture(components: 4, family: family)
    mixture.tolerance = 1e-10
    let fit = try mixture.fit(x)
    #expect(zip(fit.logLikelihoodTrace, fit.logLikelihoodTrace.dropFirst()).allSatisfy { $1 >= $0 - 1e-9 * abs($0) })
    #expect(abs(fit.logLikelihood - fit.logLikelihoodTrace[fit.iterations - 1]) < 1e-7)
    #expect(fit.starts.count == 7 && fit.hitRate > 0)
  }

  @Test func `memberships add up to 1 and name the label`() throws {
    let x = normalRows(600, about: [[0, 0], [3, 0], [0, 3]], seed: 3)
    let fit = try Mixture(components: 3).fit(x)
    let memberships = try fit.model.memberships(x)
    #expect(fit.model.proportions == fit.model.proportions.sorted(by: >))
    for row in 0..<x.rows {
      #expect(abs(memberships.row(row).reduce(0, +) - 1) < 1e-12)
      #expect(memberships[row, fit.labels[row]] == fit.certainties[row])
    }
  }

  @Test(arguments: [1e-3, 1.0, 1e6]) func `units do not change the fit`(unit: Double) throws {
    let x = normalRows(300, about: [[0, 0], [5, 1]], seed: 4)
    let scaled = Matrix(rows: 300, columns: 2, values: x.values.map { $0 * unit })
    let (one, other) = (try Mixture(components: 2).fit(x), try Mixture(components: 2).fit(scaled))
    #expect(one.labels == other.labels)
    // Densities are per unit of area.
    #expect(abs(one.logLikelihood - (other.logLikelihood + 600 * log(unit))) < 1e-6)
  }

  @Test func `a limit of iterations is reported as not converged`() throws {
    var mixture = Mixture(components: 3)
    mixture.maxIterations = 2
    let fit = try mixture.fit(normalRows(300, about: [[0, 0], [1, 1]], seed: 5))
    #expect(!fit.converged && fit.iterations == 2)
  }

  @Test func `a fit goes on from a model, for as many iterations as asked`() throws {
    let x = normalRows(900, about: [[0, 0], [2, 2]], seed: 6)
    var mixture = Mixture(components: 2)
    let first = try mixture.fit(x)
    mixture.tolerance = 0
    mixture.maxIterations = 5
    let again = try mixture.fit(x, from: first.model)
    #expect(again.iterations == 5 && again.labels == first.labels)
    #expect(abs(again.logLikelihoodTrace[0] - first.logLikelihood) < 1e-7)
    #expect(throws: FitError.self) { try Mixture(components: 3).fit(x, from: first.model) }
  }

  @Test func `columns outside every block do not matter`() throws {
    let x = normalRows(200, about: [[0, 0, 0], [6, 6, 0]], seed: 7)
    var noisy = x
    for row in 0..<200 { noisy[row, 2] = row == 5 ? .nan : Double(row) }
    let mixture = Mixture(components: 2, blocks: [MixtureBlock(.gaussian(.vvv), columns: [1, 0])])
    #expect(try mixture.fit(x) == mixture.fit(noisy))
  }

  @Test func `an observer hears of progress and can end the fit`() throws {
    let x = normalRows(500, about: [[0, 0], [1, 1]], seed: 8)
    let seen = Mutex<[Double]>([])
    _ = try Mixture(components: 3).fit(x) { progress in
      seen.withLock { $0.append(progress.fraction) }
      return true
    }
    let fractions = seen.withLock { $0 }
    #expect(zip(fractions, fractions.dropFirst()).allSatisfy { $0 <= $1 } && fractions.last == 1)
    #expect(throws: FitError.cancelled) { try Mixture(components: 3).fit(x) { _ in false } }
  }
}
