import Clustering
import Foundation
import LinearAlgebra
import Testing

/// The distributions of blocks and their estimates against closed forms, and against numbers that
/// `Fixtures/make_block_fits.R` computed with R 4.2.2 and MASS 7.3-58.2.
@Suite struct BlockFitterTests {
  struct Density: Sendable {
    let mean: Double
    let size: Double
    let count: Double
    let logDensity: Double
  }

  @Test(arguments: [
    Density(mean: 2.5, size: 0.4, count: 0, logDensity: -0.792400587547),
    Density(mean: 2.5, size: 0.4, count: 3, logDensity: -2.73376983003),
    Density(mean: 2.5, size: 0.4, count: 700, logDensity: -109.413901626),
    Density(mean: 4, size: 5e6, count: 0, logDensity: -3.9999984),
    Density(mean: 4, size: 5e6, count: 3, logDensity: -1.63287658584),
    Density(mean: 4, size: 5e6, count: 40, logDensity: -58.8687396704),
    Density(mean: 900, size: 30, count: 2, logDensity: -96.9431583746),
    Density(mean: 900, size: 30, count: 1000, logDensity: -6.31079035375),
  ]) func `negative binomial densities are R's`(_ density: Density) {
    let logFactorial = (0..<Int(density.count)).reduce(0.0) { $0 + log(Double($1 + 1)) }
    let found = CountDensity(mean: density.mean, size: density.size).logDensity(
      density.count, logFactorial: logFactorial)
    #expect((found - density.logDensity).magnitude < 1e-9 * (1 + density.logDensity.magnitude))
  }

  @Test(arguments: [0.3, 1, 2, 11.5, 12, 40, 1e7]) func `gamma functions in steps are sums of logarithms and inverses`(
    _ start: Double
  ) {
    let steps = (0..<30).map { start + Double($0) }
    let logs = steps.reduce(0.0) { $0 + log($1) }
    #expect((GammaFunctions.logRise(from: start, by: 30) - logs).magnitude < 1e-12 * max(1, logs.magnitude))
    let inverses = steps.reduce(0.0) { $0 + 1 / $1 }
    #expect((GammaFunctions.digammaRise(from: start, by: 30) - inverses).magnitude < 1e-13 * inverses)
    let (here, next) = (GammaFunctions.logGamma(start), GammaFunctions.logGamma(start + 1))
    #expect((next - here - log(start)).magnitude < 1e-14 * max(1, next))
  }

  struct Counts: Sendable {
    let values: [Double]
    let weights: [Double]
    let mean: Double
    let size: Double
    let logLikelihood: Double
  }

  private static let counts = [
    // Accidents of 647 women (Greenwood & Yule, 1920).
    Counts(
      values: [0, 1, 2, 3, 4, 5], weights: [447, 132, 42, 21, 3, 2], mean: 0.465224111283, size: 0.865115819945,
      logLikelihood: -592.26709723),
    // Corn borers on 120 plots (Bliss & Fisher, 1953).
    Counts(
      values: (0...17).map(Double.init) + [19, 26],
      weights: [19, 12, 18, 18, 11, 12, 7, 8, 4, 4, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1], mean: 4.03333333333,
      size: 1.50288921582, logLikelihood: -298.752664613),
    Counts(
      values: [0, 1, 10, 100, 1000, 5000], weights: [50, 20, 10, 10, 5, 1], mean: 115.833333333, size: 0.0799493621819,
      logLikelihood: -281.895502386),
  ]

  @Test(arguments: counts, [0.0, 1e-5, 1.2, 1e6])
  func `the likeliest negative binomial is R's, wherever it looks first`(
    _ counts: Counts, near: Double
  ) throws {
    let density = CountDensity(negativeBinomialOf: counts.values, weights: counts.weights, near: near)
    #expect((density.mean - counts.mean).magnitude < 1e-10 * counts.mean)
    let size = try #require(density.size)
    #expect((size - counts.size).magnitude < 1e-9 * counts.size)
  }

  @Test(arguments: counts) func `one negative binomial component is the whole fit`(_ counts: Counts) throws {
    let x = Matrix(rows: counts.values.count, columns: 1, values: counts.values)
    let fit = try Mixture(components: 1, blocks: [MixtureBlock(.negativeBinomial)]).fit(x, weights: counts.weights)
    #expect((fit.logLikelihood - counts.logLikelihood).magnitude < 1e-7)
    #expect(fit.parameters == 2)
    #expect(fit.converged)
  }

  @Test func `counts that vary less than Poisson's get the greatest size and Poisson's density`() throws {
    let density = CountDensity(negativeBinomialOf: [3, 4, 5], weights: [1, 8, 1], near: 0)
    #expect(density.mean == 4)
    #expect(density.size == CountDensity.greatestSize(mean: 4))
    let poisson = CountDensity(mean: 4, size: nil)
    for x in [0, 4, 9] as [Double] {
      let logFactorial = GammaFunctions.logGamma(x + 1)
      let difference =
        density.logDensity(x, logFactorial: logFactorial) - poisson.logDensity(x, logFactorial: logFactorial)
      #expect(difference.magnitude < 1e-5)
    }
  }

  @Test func `a component of zeros has finite densities for every count`() throws {
    let zeros = CountDensity(negativeBinomialOf: [0, 7], weights: [5, 0], near: 0)
    for x in [0, 7, 1e9] as [Double] {
      #expect(zeros.logDensity(x, logFactorial: GammaFunctions.logGamma(x + 1)).isFinite)
    }
  }

  @Test func `ordered levels are fitted as the row effects model is in R`() {
    let counts: [[Double]] = [[30, 20, 10, 5], [10, 15, 15, 10], [2.5, 8, 20, 40.5]]
    let published: [[Double]] = [
      [0.4518387212170, 0.317129668294, 0.164070653608, 0.0669609568815],
      [0.2153824023035, 0.286483525306, 0.280885742477, 0.2172483299134],
      [0.0332586338834, 0.113554863318, 0.285790428052, 0.5673960747469],
    ]
    var model = AdjacentCategories(seen: [true, true, true, true], components: 3)
    model.maximise(counts)
    #expect(model.parameterCount == 5)
    #expect(model.locations[0] < model.locations[1] && model.locations[1] < model.locations[2])
    for component in 0..<3 {
      for (found, expected) in zip(
        model.probabilities(component, seen: [true, true, true, true]), published[component])
      {
        #expect((found - expected).magnitude < 1e-8)
      }
    }
  }

  @Test func `ordered levels keep the level shares and the mean levels of the data, and skip codes nobody has`() {
    let counts: [[Double]] = [[6, 1, 0, 3, 0], [0, 2, 0, 5, 4]]
    let seen = [true, true, false, true, true]
    var model = AdjacentCategories(seen: seen, components: 2)
    model.maximise(counts)
    let fitted = (0..<2).map { model.probabilities($0, seen: seen) }
    #expect(fitted.allSatisfy { $0[2] == 0 })
    #expect(model.parameterCount == 4)
    for level in 0..<5 {
      let expected = fitted[0][level] * 10 + fitted[1][level] * 11
      #expect((expected - counts[0][level] - counts[1][level]).magnitude < 1e-5)
    }
    for (histogram, probabilities) in zip(counts, fitted) {
      let mean = histogram.indices.reduce(0) { $0 + histogram[$1] * Double($1) }
      let total = histogram.reduce(0, +)
      let fittedMean = probabilities.indices.reduce(0) { $0 + total * probabilities[$1] * Double($1) }
      #expect((fittedMean - mean).magnitude < 1e-5)
    }
  }

  @Test func `components at the ends of an ordered scale have finite locations`() {
    var model = AdjacentCategories(seen: [true, true, true, true], components: 2)
    model.maximise([[3, 5, 0, 0], [0, 0, 4, 4]])
    let fitted = (0..<2).map { model.probabilities($0, seen: [true, true, true, true]) }
    for (found, expected) in zip(fitted[0] + fitted[1], [0.375, 0.625, 0, 0, 0, 0, 0.5, 0.5] as [Double]) {
      #expect((found - expected).magnitude < 1e-6)
    }
    #expect(model.locations.allSatisfy { $0.isFinite })
  }

  @Test func `one component of each kind has the data's frequencies, means and log-likelihood`() throws {
    // A category of three levels, a two-valued column, a count.
    let rows: [[Double]] = [[0, 1, 2], [0, 0, 5], [1, 1, 0], [2, 1, 1]]
    let x = Matrix(rows: 4, columns: 3, values: Array(rows.joined()))
    let fit = try Mixture(
      components: 1,
      blocks: [
        MixtureBlock(.categorical, columns: [0]), MixtureBlock(.binary, columns: [1]),
        MixtureBlock(.poisson, columns: [2]),
      ]
    ).fit(x)
    #expect(fit.model.blocks[0].parameters == .categorical([Matrix(rows: 1, columns: 3, values: [0.5, 0.25, 0.25])]))
    #expect(fit.model.blocks[1].parameters == .binary(Matrix(rows: 1, columns: 1, values: [0.75])))
    #expect(fit.model.blocks[2].parameters == .poisson(means: Matrix(rows: 1, columns: 1, values: [2])))
    #expect(fit.parameters == 4)
    let categories: Double = 2 * log(0.5) + 2 * log(0.25)
    let twoValued: Double = 3 * log(0.75) + log(0.25)
    let counts: Double = 7 * log(2.0) - 8 - log(120.0)
    #expect((fit.logLikelihood - categories - twoValued - counts).magnitude < 1e-12)
  }

  @Test func `a log-normal density is the Gaussian of the logarithm over the value`() throws {
    let x = Matrix(rows: 4, columns: 1, values: [1, exp(2), exp(4), exp(3)])
    let logs = Matrix(rows: 4, columns: 1, values: [0, 2, 4, 3])
    let fit = try Mixture(components: 1, blocks: [MixtureBlock(.logNormal(.vvv))]).fit(x)
    let ofLogs = try Mixture(components: 1).fit(logs)
    #expect((fit.logLikelihood - ofLogs.logLikelihood + 9).magnitude < 1e-9)
    #expect(fit.parameters == 2)
    let (scored, ofLog) = (try fit.model.assign(x), try ofLogs.model.assign(logs))
    for row in 0..<4 {
      #expect((scored.logDensities[row] - ofLog.logDensities[row] + logs.values[row]).magnitude < 1e-9)
    }
  }

  @Test func `levels that a component never shows have a tiny probability and cost no likelihood`() throws {
    let x = Matrix(rows: 6, columns: 2, values: [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    let fit = try Mixture(components: 2, blocks: [MixtureBlock(.categorical)]).fit(x)
    #expect((fit.logLikelihood + 6 * log(2.0)).magnitude < 1e-6)
    guard case .categorical(let levels) = fit.model.blocks[0].parameters else {
      Issue.record("not categorical")
      return
    }
    #expect(levels.allSatisfy { $0.values.allSatisfy { $0 > 0 } })
    // A row that fits neither component is scored all the same.
    let odd = try fit.model.assign(Matrix(rows: 1, columns: 2, values: [0, 1]))
    #expect(odd.certainties[0].isFinite && odd.logDensities[0].isFinite)
  }
}
