import Foundation
import Clustering
import LinearAlgebra
import Randomness
import Testing

@Suite struct CovarianceFamilyTests {
  /// Reference.md's table at k = 3, d = 4, o = 6, and for one column.
  @Test(
    arguments: zip(
      CovarianceFamily.allCases, [1, 3, 4, 6, 10, 12, 10, 12, 16, 18, 22, 24, 28, 30]))
  func `parameters are counted as in the table`(family: CovarianceFamily, count: Int) {
    #expect(family.parameterCount(components: 3, columns: 4) == count)
    #expect(family.parameterCount(components: 3, columns: 1) == (family.volumeVaries ? 3 : 1))
    let alone = family.simplest(components: 1, columns: 4)
    #expect(family.parameterCount(components: 1, columns: 4) == alone.parameterCount(components: 1, columns: 4))
  }

  @Test func `families that cannot differ are fitted once`() {
    #expect(CovarianceFamily.distinct(components: 3, columns: 1) == [.eii, .vii])
    #expect(CovarianceFamily.distinct(components: 1, columns: 3) == [.eii, .eei, .eee])
    #expect(CovarianceFamily.distinct(components: 1, columns: 1) == [.eii])
    #expect(CovarianceFamily.distinct(components: 2, columns: 2) == CovarianceFamily.allCases)
  }

  private static let byHand: [(CovarianceFamily, [Double])] = [
    (.eii, [4.375, 4.375, 4.375, 4.375]), (.vii, [2.5, 2.5, 5, 5]), (.eei, [1.75, 7, 1.75, 7]),
    (.evi, [5.5, 1.375, 11.0 / 12, 8.25]), (.vvi, [4, 1, 1, 9]), (.eee, [1.75, 7, 1.75, 7]),
    (.eve, [5.5, 1.375, 11.0 / 12, 8.25]), (.vve, [4, 1, 1, 9]), (.eev, [7.75, 1, 1, 7.75]),
    (.evv, [5.5, 1.375, 11.0 / 12, 8.25]), (.vvv, [4, 1, 1, 9]),
  ]

  /// W_1 = 10 diag(4, 1), W_2 = 30 diag(1, 9), n = (10, 30).
  @Test(arguments: byHand)
  func `closed forms agree with sums by hand`(family: CovarianceFamily, diagonals: [Double]) throws {
    let statistics = ScatterStatistics(
      weights: [10, 30], means: Matrix(rows: 2, columns: 2, values: [0, 0, 1, 2]),
      scatters: [40, 0, 0, 10, 30, 0, 0, 270])
    let fitted = try family.estimate(statistics)
    let found = fitted.covariances.flatMap { [$0[0, 0], $0[1, 1]] }
    #expect(zip(found, diagonals).allSatisfy { abs($0 - $1) < 1e-12 }, "\(found)")
    #expect(fitted.covariances.allSatisfy { abs($0[1, 0]) < 1e-12 })
    for (covariance, volume) in zip(fitted.covariances, fitted.volumes) {
      #expect(abs(covariance[0, 0] * covariance[1, 1] - volume * volume) < 1e-11)
    }
  }

  /// At the optimum of VEI: lambda_k = tr(W_k A^-1) / (d n_k) and A ~ sum W_k / lambda_k.
  @Test(arguments: [CovarianceFamily.vei, .vee, .vev])
  func `alternations end where both steps agree`(family: CovarianceFamily) throws {
    let statistics = MixtureSamples.statistics(components: 3, columns: 3, seed: 4)
    let fitted = try family.estimate(statistics)
    for k in 0..<3 {
      let factor = try #require(Cholesky(fitted.covariances[k]))
      let product = factor.inverse().times(statistics.scatter(k))
      let trace = (0..<3).reduce(0) { $0 + product[$1, $1] }
      #expect(abs(trace / statistics.weights[k] - 3) < 1e-7)
      #expect(abs(exp(factor.logDeterminant / 3) / fitted.volumes[k] - 1) < 1e-9)
    }
  }

  @Test(arguments: CovarianceFamily.allCases)
  func `one component takes the simplest family's covariance`(family: CovarianceFamily) throws {
    let statistics = MixtureSamples.statistics(components: 1, columns: 3, seed: 1)
    let simplest = family.simplest(components: 1, columns: 3)
    #expect(try family.estimate(statistics).covariances == simplest.estimate(statistics).covariances)
  }

  @Test(arguments: CovarianceFamily.allCases)
  func `equal spheres are seen as equal spheres by every family`(family: CovarianceFamily) throws {
    let sphere = [20.0, 0, 0, 0, 20, 0, 0, 0, 20]
    let statistics = ScatterStatistics(
      weights: [10, 10], means: Matrix(rows: 2, columns: 3, values: [0, 0, 0, 9, 9, 9]), scatters: sphere + sphere)
    for covariance in try family.estimate(statistics).covariances {
      #expect(zip(covariance.values, [2.0, 0, 0, 0, 2, 0, 0, 0, 2]).allSatisfy { abs($0 - $1) < 1e-12 })
    }
  }

  @Test(arguments: CovarianceFamily.allCases, [2, 5])
  func `no step from another's covariances lowers the likelihood`(family: CovarianceFamily, columns: Int) throws {
    for seed in 0..<8 as Range<UInt64> {
      let before = MixtureSamples.statistics(components: 3, columns: columns, seed: 2 * seed)
      let after = MixtureSamples.statistics(components: 3, columns: columns, seed: 2 * seed + 1)
      let previous = try family.estimate(before)
      let warm = try family.estimate(after, previous: previous)
      #expect(after.cost(warm) <= after.cost(previous) + 1e-9)
      // Without their axes, the covariances are no worse a start.
      let bare = CovarianceParameters(family: family, covariances: previous.covariances, volumes: previous.volumes)
      #expect(try after.cost(family.estimate(after, previous: bare)) <= after.cost(previous) + 1e-9)
      // VVV bounds them all.
      #expect(try after.cost(warm) >= after.cost(CovarianceFamily.vvv.estimate(after)) - 1e-9)
    }
  }

  private static let nested: [(CovarianceFamily, CovarianceFamily)] = [
    (.vii, .eii), (.vei, .vii), (.vei, .eei), (.evi, .eei), (.vvi, .vei), (.vvi, .evi), (.eee, .eei), (.vee, .vei),
    (.vee, .eee), (.eve, .evi), (.eve, .eee), (.vve, .eve), (.vve, .vee), (.vve, .vvi), (.eev, .eee), (.vev, .vee),
    (.vev, .eev), (.evv, .eve), (.evv, .eev), (.vvv, .vve), (.vvv, .vev), (.vvv, .evv),
  ]

  @Test(arguments: nested)
  func `a family is at least as likely as one inside it`(larger: CovarianceFamily, smaller: CovarianceFamily) throws {
    for seed in 0..<10 as Range<UInt64> {
      let statistics = MixtureSamples.statistics(components: 4, columns: 4, seed: seed)
      let costs = try (statistics.cost(larger.estimate(statistics)), statistics.cost(smaller.estimate(statistics)))
      #expect(costs.0 <= costs.1 + 1e-7 * costs.1.magnitude, "seed \(seed)")
    }
  }

  @Test(arguments: CovarianceFamily.allCases, [1e-60, 1e60])
  func `a change of unit changes covariances by its square`(family: CovarianceFamily, unit: Double) throws {
    let statistics = MixtureSamples.statistics(components: 3, columns: 3, seed: 9)
    let scaled = ScatterStatistics(
      weights: statistics.weights,
      means: Matrix(rows: 3, columns: 3, values: statistics.means.values.map { $0 * unit }),
      scatters: statistics.scatters.map { $0 * unit * unit })
    let pairs = try zip(family.estimate(statistics).covariances, family.estimate(scaled).covariances)
    for (plain, other) in pairs {
      for (a, b) in zip(plain.values, other.values) { #expect(abs(b / unit / unit - a) < 1e-6 * (plain[0, 0] + 1)) }
    }
  }

  @Test(arguments: CovarianceFamily.allCases)
  func `a component without spread or weight is reported, never divided by`(family: CovarianceFamily) {
    var statistics = MixtureSamples.statistics(components: 3, columns: 3, seed: 2)
    statistics.weights[1] = 0
    for i in 9..<18 { statistics.scatters[i] = 0 }
    #expect(throws: CovarianceDegeneracy.emptyComponent(1)) { try family.estimate(statistics) }
    statistics.weights[1] = 2
    switch family {
    case .eii, .eei, .eee, .eev:
      let sums = try? family.estimate(statistics).covariances.flatMap(\.values)
      #expect(sums?.allSatisfy(\.isFinite) == true)
    default: #expect(throws: CovarianceDegeneracy.self) { try family.estimate(statistics) }
    }
  }

  @Test(arguments: CovarianceFamily.allCases)
  func `columns that do not allow a family are named`(family: CovarianceFamily) {
    var rows = MixtureSamples.rows(60, columns: 3, seed: 5)
    for row in 0..<60 { rows[row, 2] = 3 * rows[row, 0] - rows[row, 1] }
    let labels = (0..<60).map { $0 % 2 }
    let collinear = MixtureSamples.statistics(rows, labels, components: 2)
    if family.isDiagonal {
      #expect(throws: Never.self) { try family.estimate(collinear) }
    } else {
      #expect(throws: CovarianceDegeneracy.collinearColumn(2)) { try family.estimate(collinear) }
    }
    for row in 0..<60 { rows[row, 1] = 0.1 }
    let constant = MixtureSamples.statistics(rows, labels, components: 2)
    if family.isSpherical {
      #expect(throws: Never.self) { try family.estimate(constant) }
    } else {
      #expect(throws: CovarianceDegeneracy.constantColumn(1)) { try family.estimate(constant) }
    }
  }

  @Test func `reasons say what to try`() {
    let reasons: [CovarianceDegeneracy] = [
      .emptyComponent(0), .singularComponent(1), .constantColumn(2), .collinearColumn(3),
    ]
    #expect(reasons.map(\.description).allSatisfy { $0.contains("Ask for") || $0.contains("Leave it out") })
  }
}
