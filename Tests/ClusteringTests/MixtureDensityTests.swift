import Clustering
import Foundation
import LinearAlgebra
import Testing

/// Log-densities and deviances of components, against numbers worked by hand.
@Suite struct MixtureDensityTests {
  /// Two correlated Gaussians in two columns.
  private static let model = MixtureModel(
    gaussian: .vvv, proportions: [0.7, 0.3], means: Matrix(rows: 2, columns: 2, values: [0, 0, 4, 2]),
    covariances: [
      Matrix(rows: 2, columns: 2, values: [2, 1, 1, 2]), Matrix(rows: 2, columns: 2, values: [1, 0, 0, 4]),
    ])

  @Test func `deviances from Gaussians are squared Mahalanobis distances`() throws {
    let x = Matrix(rows: 2, columns: 2, values: [1, 2, 4, 2])
    let found = try Self.model.deviances(x)
    // The inverse of (2 1; 1 2) is (2 -1; -1 2) / 3, so (1, 2) gives (2 + 8 - 4) / 3 = 2; from (4, 2) it is 9 / 1 + 0.
    #expect(abs(found[0, 0] - 2) < 1e-12 && abs(found[0, 1] - 9) < 1e-12)
    #expect(abs(found[1, 1]) < 1e-12)
  }

  @Test func `densities with their shares sum to the density of the mixture`() throws {
    let x = Matrix(rows: 3, columns: 2, values: [1, 2, -3, 0.5, 40, -7])
    let own = try Self.model.componentLogDensities(x)
    let all = try Self.model.assign(x).logDensities
    for row in 0..<3 {
      let terms = [log(0.7) + own[row, 0], log(0.3) + own[row, 1]]
      let greatest = max(terms[0], terms[1])
      let sum = greatest + log(terms.reduce(0) { $0 + exp($1 - greatest) })
      #expect(abs(sum - all[row]) < 1e-9)
    }
  }

  @Test func `what is missing counts for nothing, and a row of its own has the same bits`() throws {
    var mixture = Mixture(
      components: 2,
      blocks: [MixtureBlock(.gaussian(.vvv), columns: [0, 1]), MixtureBlock(.categorical, columns: [2])])
    mixture.missing = .integrated
    let rows = (0..<200).flatMap { row -> [Double] in
      let (angle, group) = (Double(row), row % 2)
      return [
        Double(group) * 6 + sin(angle * 12.9898), Double(group) * 5 + cos(angle * 78.233),
        Double(row % 10 < 8 ? group : 1 - group),
      ]
    }
    let fit = try mixture.fit(Matrix(rows: 200, columns: 3, values: rows))
    let x = Matrix(
      rows: 4, columns: 3, values: [1, 2, 0, .nan, 2, 1, 1, .nan, .nan, .nan, .nan, .nan])
    let all = try fit.model.deviances(x)
    for row in 0..<4 {
      #expect(try Array(fit.model.deviances(x.gatheringRows([row])).values) == Array(all.row(row)))
    }
    #expect(Array(all.row(3)) == [0, 0])
    // One column alone: the squared distance over its own variance.
    guard case .gaussian(let gaussian) = fit.model.blocks[0].parameters else { return }
    for component in 0..<2 {
      let distance = 1 - gaussian.means[component, 0]
      #expect(abs(all[2, component] - distance * distance / gaussian.covariance(component)[0, 0]) < 1e-9)
    }
    // A level alone: twice the logarithm of how much likelier the likeliest is.
    let level = Matrix(rows: 1, columns: 3, values: [.nan, .nan, 1])
    guard case .categorical(let levels) = fit.model.blocks[1].parameters else { return }
    let found = try fit.model.deviances(level)
    for component in 0..<2 {
      let own = levels[0].row(component)
      let greatest = try #require(own.max())
      #expect(abs(found[0, component] - 2 * log(greatest / own[own.startIndex + 1])) < 1e-9)
    }
  }
}
