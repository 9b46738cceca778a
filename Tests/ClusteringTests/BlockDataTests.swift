import Clustering
import Foundation
import LinearAlgebra
import Randomness
import Testing

/// What blocks make of values that are missing, new or unusable.
@Suite struct BlockDataTests {
  private static func model(_ parameters: FittedBlock.Parameters, columns: Int = 1) -> MixtureModel {
    MixtureModel(
      columns: columns, proportions: [0.6, 0.4], noise: nil,
      blocks: [FittedBlock(name: "block", columns: Array(0..<columns), parameters: parameters)], missing: .integrated)
  }

  private static let models: [FittedBlock.Parameters] = [
    .categorical([Matrix(rows: 2, columns: 3, values: [0.2, 0, 0.8, 0.5, 0, 0.5])]),
    .ordinal([Matrix(rows: 2, columns: 3, values: [0.2, 0, 0.8, 0.5, 0, 0.5])]),
    .binary(Matrix(rows: 2, columns: 1, values: [0.3, 0.9])),
    .poisson(means: Matrix(rows: 2, columns: 1, values: [1, 8])),
    .negativeBinomial(
      means: Matrix(rows: 2, columns: 1, values: [1, 8]), sizes: Matrix(rows: 2, columns: 1, values: [1, 2])),
    .logNormal(
      GaussianParameters(
        family: .vvv, means: Matrix(rows: 2, columns: 1, values: [0, 2]),
        covariances: [Matrix(rows: 1, columns: 1, values: [1]), Matrix(rows: 1, columns: 1, values: [2])])),
  ]

  @Test(arguments: models) func `a row whose only value is missing gets the shares`(
    _ parameters: FittedBlock.Parameters
  ) throws {
    let model = Self.model(parameters)
    let missing = Matrix(rows: 1, columns: 1, values: [.nan])
    let memberships = try model.memberships(missing)
    #expect((memberships[0, 0] - 0.6).magnitude < 1e-12)
    #expect(try model.assign(missing).logDensities[0].magnitude < 1e-12)
    #expect(try model.memberships(Matrix(rows: 1, columns: 1, values: [1]))[0, 0].isFinite)
  }

  @Test(arguments: [1.0, 3, 60_000]) func `a category that was never seen counts as missing`(_ code: Double) throws {
    let model = Self.model(Self.models[0])
    let memberships = try model.memberships(Matrix(rows: 2, columns: 1, values: [code, 2]))
    #expect((memberships[0, 0] - 0.6).magnitude < 1e-12)
    #expect((memberships[1, 0] - 0.48 / 0.68).magnitude < 1e-12)
  }

  @Test func `counts beyond the table are scored by the same density`() throws {
    let model = Self.model(Self.models[4])
    let assigned = try model.assign(Matrix(rows: 2, columns: 1, values: [255, 256]))
    let parts = [255, 256].map { (x: Double) in
      zip([0.6, 0.4], [CountDensity(mean: 1, size: 1), CountDensity(mean: 8, size: 2)]).reduce(0) {
        $0 + $1.0 * exp($1.1.logDensity(x, logFactorial: GammaFunctions.logGamma(x + 1)))
      }
    }
    for (found, part) in zip(assigned.logDensities, parts) { #expect((found - log(part)).magnitude < 1e-10) }
  }

  @Test func `missing answers are integrated out of latent classes`() throws {
    var random = RandomStream(seed: 12)
    var values: [Double] = []
    for row in 0..<800 {
      for _ in 0..<6 { values.append(random.uniform() < (row % 2 == 0 ? 0.9 : 0.2) ? 1 : 0) }
    }
    let whole = Matrix(rows: 800, columns: 6, values: values)
    let holed = Matrix(
      rows: 800, columns: 6,
      values: values.enumerated().map { $0 % 6 == 0 || random.uniform() > 0.3 ? $1 : .nan })
    var mixture = Mixture(components: 2, blocks: [MixtureBlock(.binary)])
    mixture.missing = .integrated
    let fit = try mixture.fit(holed)
    let complete = try mixture.fit(whole)
    #expect(labelAgreement(fit.labels, complete.labels) > 0.75)
    guard case .binary(let ones) = fit.model.blocks[0].parameters else {
      Issue.record("not binary")
      return
    }
    let means = (0..<2).map { ones.row($0).reduce(0, +) / 6 }.sorted()
    #expect((means[0] - 0.2).magnitude < 0.04 && (means[1] - 0.9).magnitude < 0.04)
  }

  /// The share of rows on which two labelings in two groups agree, whichever is called first.
  private func labelAgreement(_ a: [Int], _ b: [Int]) -> Double {
    let same = Double(zip(a, b).count { $0 == $1 }) / Double(a.count)
    return max(same, 1 - same)
  }

  @Test(arguments: [
    (MixtureBlock.Kind.logNormal(.vvv), 0.0), (.logNormal(.vvv), -1), (.poisson, 1.5), (.poisson, -1),
    (.negativeBinomial, 2e9), (.categorical, 0.5), (.categorical, -1), (.categorical, 65_536), (.ordinal, 256),
    (.ordinal, 1.25), (.binary, 2), (.binary, 0.5),
  ]) func `a value that a kind cannot be is refused by row and column, at fit and at scoring`(
    _ kind: MixtureBlock.Kind, _ bad: Double
  ) throws {
    // The second column holds ones and zeros, or amounts.
    var isLogNormal = false
    if case .logNormal = kind { isLogNormal = true }
    var x = Matrix(rows: 40, columns: 3)
    for row in 0..<40 { x[row, 1] = isLogNormal ? Double(1 + row % 7) : Double(row % 2) }
    let mixture = Mixture(components: 1, blocks: [MixtureBlock(kind, columns: [1])])
    let model = try mixture.fit(x).model
    x[30, 1] = bad
    for attempt in [{ try mixture.fit(x).labels }, { try model.assign(x).labels }] as [() throws -> [Int]] {
      let error = #expect(throws: FitError.self) { try attempt() }
      let message = error?.description ?? ""
      #expect(message.contains("Row 31 of column 2") && !message.contains("\(bad)"), "\(message)")
    }
  }

  @Test(arguments: [MixtureBlock.Kind.categorical, .ordinal, .binary, .poisson, .negativeBinomial])
  func `a column without any value is refused`(_ kind: MixtureBlock.Kind) {
    let x = Matrix(rows: 4, columns: 2, values: [0, .nan, 1, .nan, 1, .nan, 0, .nan])
    var mixture = Mixture(components: 1, blocks: [MixtureBlock(kind)])
    mixture.missing = .integrated
    #expect(throws: FitError.missingColumn(column: 1)) { try mixture.fit(x) }
  }

  @Test func `a column of amounts is no column of counts`() {
    let x = Matrix(rows: 70_000, columns: 1, values: (0..<70_000).map(Double.init))
    #expect(throws: FitError.tooManyCounts(column: 0, most: 65_536)) {
      try Mixture(components: 1, blocks: [MixtureBlock(.poisson)]).fit(x)
    }
  }

  @Test(arguments: [
    FittedBlock.Parameters.categorical([Matrix(rows: 2, columns: 2, values: [0.2, 0.9, 0.5, 0.5])]),
    .categorical([]), .ordinal([Matrix(rows: 2, columns: 2, values: [1.2, -0.2, 0.5, 0.5])]),
    .binary(Matrix(rows: 2, columns: 1, values: [1.5, 0.5])),
    .poisson(means: Matrix(rows: 2, columns: 1, values: [0, 1])),
    .poisson(means: Matrix(rows: 3, columns: 1, values: [1, 1, 1])),
    .negativeBinomial(
      means: Matrix(rows: 2, columns: 1, values: [1, 1]), sizes: Matrix(rows: 2, columns: 1, values: [1, -1])),
    .negativeBinomial(
      means: Matrix(rows: 2, columns: 1, values: [1, 1]), sizes: Matrix(rows: 1, columns: 1, values: [1])),
  ]) func `parameters of no distribution are refused when a model is read`(_ parameters: FittedBlock.Parameters) throws
  {
    let data = try JSONEncoder().encode(Self.model(parameters))
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(MixtureModel.self, from: data) }
  }

  @Test(arguments: models) func `parameters of a distribution are read as they were written`(
    _ parameters: FittedBlock.Parameters
  ) throws {
    let model = Self.model(parameters)
    #expect(try JSONDecoder().decode(MixtureModel.self, from: JSONEncoder().encode(model)) == model)
  }
}
