import Clustering
import LinearAlgebra
import TestSupport
import Testing

/// Latent classes of carcinoma (118 slides, 7 pathologists; Agresti, 2002), as published with poLCA 1.4 (Linzer &
/// Lewis, 2011, Journal of Statistical Software 42:10).
@Suite(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence))) struct LatentClassTests {
  private static let columns = ["A", "B", "C", "D", "E", "F", "G"]

  /// Codes from 0, where the file has them from 1.
  private static func carcinoma() throws -> Matrix {
    let table = try TestTable.csv("polca/carcinoma.csv.gz", columns: columns).matrix
    return Matrix(rows: table.rows, columns: table.columns, values: table.values.map { $0 - 1 })
  }

  struct Published: Sendable {
    let classes: Int
    let logLikelihood: Double
    let bic: Double
    let parameters: Int
  }

  private static let published = [
    Published(classes: 1, logLikelihood: -524.465, bic: 1082.32, parameters: 7),
    Published(classes: 2, logLikelihood: -317.2568, bic: 706.0739, parameters: 15),
    Published(classes: 3, logLikelihood: -293.705, bic: 697.1357, parameters: 23),
    Published(classes: 4, logLikelihood: -289.2858, bic: 726.46, parameters: 31),
  ]

  /// Two ordered levels are two levels, so the three kinds are one model.
  @Test(arguments: published, [MixtureBlock.Kind.categorical, .binary, .ordinal])
  func `carcinoma has the published latent classes, whatever the seed`(
    _ published: Published, _ kind: MixtureBlock.Kind
  ) throws {
    for seed in [0, 1, 2] as [UInt64] {
      var mixture = Mixture(components: published.classes, blocks: [MixtureBlock(kind)])
      mixture.seed = seed
      let fit = try mixture.fit(try Self.carcinoma())
      #expect((fit.logLikelihood - published.logLikelihood).magnitude < 1e-3)
      #expect((fit.bic - published.bic).magnitude < 1e-2)
      #expect(fit.parameters == published.parameters)
    }
  }

  @Test func `BIC chooses the three published classes of carcinoma`() throws {
    let x = try Self.carcinoma()
    let fits = try (1...4).map { try Mixture(components: $0, blocks: [MixtureBlock(.categorical)]).fit(x) }
    let best = try #require(fits.min { $0.bic < $1.bic })
    #expect(best.model.components == 3)
    for (share, published) in zip(best.model.proportions, [0.4447, 0.3736, 0.1817]) {
      #expect((share - published).magnitude < 1e-4)
    }
  }
}
