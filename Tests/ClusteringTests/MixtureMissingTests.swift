import Clustering
import LinearAlgebra
import Randomness
import TestSupport
import Testing

@Suite struct MixtureMissingTests {
  private func mixture(_ family: CovarianceFamily, components: Int) -> Mixture {
    var mixture = Mixture(components: components, family: family)
    mixture.missing = .integrated
    return mixture
  }

  /// With x always there and y missing in some rows, the maximum likelihood is known (Anderson, 1957): x by all rows, y
  /// by its regression on x in the complete ones.
  @Test func `one column with gaps has the estimate of Anderson`() throws {
    var x = normalRows(200, about: [[3, -1]], seed: 51)
    for row in 0..<200 { x[row, 1] += 0.8 * x[row, 0] }
    for row in 0..<80 { x[row, 1] = .nan }
    var mixture = mixture(.vvv, components: 1)
    mixture.tolerance = 1e-14
    let fit = try mixture.fit(x)
    func moments(_ rows: Range<Int>) -> (x: Double, y: Double, xx: Double, xy: Double, yy: Double) {
      let n = Double(rows.count)
      let (a, b) = (rows.reduce(0) { $0 + x[$1, 0] } / n, rows.reduce(0) { $0 + x[$1, 1] } / n)
      var (xx, xy, yy) = (0.0, 0.0, 0.0)
      for row in rows {
        let (u, v) = (x[row, 0] - a, x[row, 1] - b)
        (xx, xy, yy) = (xx + u * u / n, xy + u * v / n, yy + v * v / n)
      }
      return (a, b, xx, xy, yy)
    }
    let (all, complete) = (moments(0..<200), moments(80..<200))
    let slope = complete.xy / complete.xx
    let mean = complete.y + slope * (all.x - complete.x)
    let variance = complete.yy - slope * complete.xy + slope * slope * all.xx
    guard case .gaussian(let parameters) = fit.model.blocks[0].parameters else { return }
    #expect(abs(parameters.means[0, 0] - all.x) < 1e-6 && abs(parameters.means[0, 1] - mean) < 1e-6)
    let covariance = parameters.covariance(0)
    #expect(abs(covariance[0, 0] - all.xx) < 1e-6)
    #expect(abs(covariance[0, 1] - slope * all.xx) < 1e-6)
    #expect(abs(covariance[1, 1] - variance) < 1e-6)
  }

  @Test(arguments: [CovarianceFamily.eii, .vvi, .eee, .vvv]) func `the likelihood never falls with gaps`(
    family: CovarianceFamily
  ) throws {
    let fit = try mixture(family, components: 2).fit(Self.gappy)
    #expect(zip(fit.logLikelihoodTrace, fit.logLikelihoodTrace.dropFirst()).allSatisfy { $1 >= $0 - 1e-9 * abs($0) })
    #expect(fit.converged)
  }

  @Test func `complete rows are fitted the same whether gaps are allowed or not`() throws {
    let x = normalRows(300, about: [[0, 0], [4, 4]], seed: 53)
    let (one, other) = (try Mixture(components: 2).fit(x), try mixture(.vvv, components: 2).fit(x))
    #expect(one.labels == other.labels && one.logLikelihood == other.logLikelihood)
  }

  /// 300 rows in three columns, a fifth of all values gone, no row empty.
  private static let gappy: Matrix = {
    var random = RandomStream(seed: 52)
    let x = normalRows(300, about: [[0, 0, 0], [5, 5, 2]], seed: 54)
    return x.losing(0.2, &random)
  }()

  @Test(
    arguments: EstimatorLaw.allCases.filter { $0 != .unusableDataIsRefused }, [CovarianceFamily.vvi, .vvv]
  ) func `mixtures of rows with gaps keep the laws`(law: EstimatorLaw, family: CovarianceFamily) throws {
    #expect(try law.violation(by: LawfulMixture(mixture(family, components: 2)), on: Self.gappy) == nil)
  }

  /// Gaps take away what tells some rows apart: iris without both petal columns, say. What the method answers for is
  /// the model: learnt from data with gaps it is to be as good on rows without, and to do with the gaps what the model
  /// of the complete data does. Median of seven removals; agreement with the true groups by the adjusted Rand index.
  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    arguments: [("iris", CovarianceFamily.eee), ("wine", .eei)]
  ) func `a third of the values gone at random costs at most 0_05 of agreement`(
    name: String, family: CovarianceFamily
  ) throws {
    let table = try name == "iris" ? KMeansReference.iris() : KMeansReference.wineStandardised()
    let mixture = mixture(family, components: 3)
    func agreement(_ labels: [Int]) throws -> Double {
      try LabelAgreement(table.labels, labels).adjustedRandIndex
    }
    let complete = try mixture.fit(table.matrix)
    var (whole, gappy, informed): ([Double], [Double], [Double]) = ([], [], [])
    for seed in 0..<7 {
      var random = RandomStream(seed: UInt64(100 + seed))
      let x = table.matrix.losing(0.3, &random)
      let fit = try mixture.fit(x)
      whole.append(try agreement(fit.model.assign(table.matrix).labels))
      gappy.append(try agreement(fit.labels))
      informed.append(try agreement(complete.model.assign(x).labels))
    }
    #expect(whole.sorted()[3] >= (try agreement(complete.labels)) - 0.05)
    #expect(gappy.sorted()[3] >= informed.sorted()[3] - 0.05)
  }
}

extension Matrix {
  /// The same with each value NaN with probability `share`, but for the last of a row.
  func losing(_ share: Double, _ random: inout RandomStream) -> Matrix {
    var result = self
    for row in 0..<rows {
      var left = columns
      for column in 0..<columns where random.uniform() < share && left > 1 {
        result[row, column] = .nan
        left -= 1
      }
    }
    return result
  }
}
