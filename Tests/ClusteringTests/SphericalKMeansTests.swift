import Clustering
import Foundation
import LinearAlgebra
import Randomness
import Synchronization
import TestSupport
import Testing

@Suite struct SphericalKMeansTests {
  /// Two directions, whatever the lengths.
  private let rays = Matrix(rows: 5, columns: 2, values: [1, 0, 1e-200, 0, 0, 3, 0, 1e100, 0, 0x1p-1074])

  @Test func `rows are grouped by direction and not by length`() throws {
    let fit = try SphericalKMeans(clusters: 2).fit(rays)
    #expect(fit.labels == [1, 1, 0, 0, 0])
    #expect(fit.model.directions.values == [0, 1, 1, 0])
    #expect(fit.dissimilarity == 0)
    #expect(fit.converged)
  }

  @Test func `dissimilarity is 1 less the cosine`() throws {
    let fit = try SphericalKMeans(clusters: 1).fit(Matrix(rows: 2, columns: 2, values: [2, 0, 0, 5]))
    #expect(abs(fit.dissimilarity - 2 * (1 - 0.5.squareRoot())) < 1e-15)
    let far = try fit.model.assign(Matrix(rows: 2, columns: 2, values: [-1, -1, 7, 7])).dissimilarities
    #expect(abs(far[0] - 2) < 1e-15)
    #expect(abs(far[1]) < 1e-15)
  }

  @Test func `the direction is that of the weighted sum of unit rows`() throws {
    let fit = try SphericalKMeans(clusters: 1).fit(
      Matrix(rows: 2, columns: 2, values: [100, 0, 0, 1]), weights: [3, 4])
    #expect(abs(fit.model.directions.values[0] - 0.6) < 1e-15)
    #expect(abs(fit.model.directions.values[1] - 0.8) < 1e-15)
  }

  /// The least dissimilarity of all ways to part the rows in two: the sum of weights less the lengths of the two sums.
  private func leastOfAll(_ x: Matrix, _ weights: [Double]) -> Double {
    let d = x.columns
    let unit = (0..<x.rows).map { row in
      let length = x.row(row).reduce(0) { $0 + $1 * $1 }.squareRoot()
      return x.row(row).map { $0 / length }
    }
    return (1..<(1 << (x.rows - 1))).map { mask in
      var sums = [[Double]](repeating: [Double](repeating: 0, count: d), count: 2)
      for row in 0..<x.rows { for j in 0..<d { sums[mask >> row & 1][j] += weights[row] * unit[row][j] } }
      return weights.reduce(0, +) - sums.reduce(0) { $0 + $1.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    }.min() ?? .infinity
  }

  @Test(arguments: Array(0..<12) as [UInt64]) func `two clusters of ten rows are the best of all partitions`(
    seed: UInt64
  ) throws {
    var random = RandomStream(seed: seed)
    let x = Matrix(rows: 10, columns: 3, values: (0..<30).map { _ in random.normal() })
    let weights = (0..<10).map { _ in 1 + 4 * random.uniform() }
    var spherical = SphericalKMeans(clusters: 2)
    spherical.restarts = 100
    let found = try spherical.fit(x, weights: weights)
    #expect(found.dissimilarity <= leastOfAll(x, weights) * (1 + 1e-12))
  }

  @Test func `dissimilarity never rises and directions have unit length`() throws {
    var random = RandomStream(seed: 6)
    let x = Matrix(rows: 3000, columns: 4, values: (0..<12_000).map { _ in random.normal() })
    var spherical = SphericalKMeans(clusters: 7)
    spherical.tolerance = 0
    let fit = try spherical.fit(x)
    #expect(zip(fit.dissimilarityTrace, fit.dissimilarityTrace.dropFirst()).allSatisfy { $1 <= $0 * (1 + 1e-12) })
    #expect(fit.converged)
    for cluster in 0..<7 {
      #expect(abs(fit.model.directions.row(cluster).reduce(0) { $0 + $1 * $1 } - 1) < 1e-14)
    }
    #expect(Set(fit.labels).count == 7)
  }

  @Test func `opposite rows that cancel out still have a finite direction`() throws {
    let x = Matrix(rows: 2, columns: 2, values: [1, 2, -1, -2])
    let fit = try SphericalKMeans(clusters: 1).fit(x)
    let areFinite = fit.model.directions.values.allSatisfy { $0.isFinite }
    #expect(areFinite)
    #expect(abs(fit.dissimilarity - 2) < 1e-12)
    #expect(try SphericalKMeans(clusters: 2).fit(x).dissimilarity < 1e-15)
  }

  @Test func `one column has the two directions of sign`() throws {
    let fit = try SphericalKMeans(clusters: 2).fit(Matrix(rows: 4, columns: 1, values: [-3, 5, 1, 9]))
    #expect(fit.labels == [1, 0, 0, 0])
    #expect(fit.model.directions.values == [1, -1])
  }

  @Test func `as many clusters as directions leave nothing`() throws {
    let fit = try SphericalKMeans(clusters: 3).fit(Matrix(rows: 3, columns: 2, values: [1, 0, 1, 1, 0, 1]))
    #expect(Set(fit.labels).count == 3)
    #expect(fit.dissimilarity < 1e-15)
  }

  @Test func `an observer that says no ends the fit`() {
    let x = Matrix(rows: 40, columns: 1, values: (0..<40).map { Double($0) - 19.5 })
    #expect(throws: FitError.cancelled) { _ = try SphericalKMeans(clusters: 2).fit(x, observer: { _ in false }) }
  }

  @Test func `what has no direction or cannot be clustered is refused with its place`() {
    func refusal(_ spherical: SphericalKMeans, _ x: Matrix, _ weights: [Double]? = nil) -> FitError? {
      do {
        _ = try spherical.fit(x, weights: weights)
        return nil
      } catch {
        return error
      }
    }
    let x = Matrix(rows: 4, columns: 2, values: [1, 2, 2, 4, 1, 2, 4, 8])
    #expect(refusal(SphericalKMeans(clusters: 2), x) == .tooFewDistinctRows(have: 1, need: 2))
    #expect(refusal(SphericalKMeans(clusters: 5), x) == .tooFewRows(have: 4, need: 5))
    var zeroed = x
    for column in 0..<2 { zeroed[2, column] = 0 }
    #expect(refusal(SphericalKMeans(clusters: 1), zeroed) == .zeroLength(row: 2))
    #expect(refusal(SphericalKMeans(clusters: 1), zeroed, [1, 1, 0, 1]) == .zeroLength(row: 2))
    #expect(refusal(SphericalKMeans(clusters: 0), x) == .parameter(name: "clusters", requirement: "at least 1"))
    var settings = SphericalKMeans(clusters: 1)
    settings.restarts = 0
    #expect(refusal(settings, x) == .parameter(name: "restarts", requirement: "at least 1"))
    #expect(FitError.zeroLength(row: 2).description.hasPrefix("Row 3 is zero in every column"))
  }

  @Test(arguments: [
    #"{"directions":{"rows":0,"columns":2,"values":[]}}"#, #"{"directions":{"rows":1,"columns":2,"values":[1,1]}}"#,
  ]) func `a model is not read without directions or with one that is not of unit length`(text: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(SphericalKMeansModel.self, from: Data(text.utf8))
    }
  }
}

/// Spherical k-means as the laws see it.
private func lawful(clusters: Int) -> LawfulClustering<SphericalKMeansModel> {
  LawfulClustering(clusters: clusters) { x, weights, seed in
    var spherical = SphericalKMeans(clusters: clusters)
    spherical.seed = seed
    let fit = try spherical.fit(x, weights: weights)
    return (fit.model, fit.labels)
  } assigning: { x, model in
    let assigned = try model.assign(x)
    return (assigned.labels, model.directions.values + assigned.dissimilarities)
  }
}

@Suite struct SphericalKMeansLawTests {
  /// Whole numbers in a few places, none at the origin: repeats, exact ties, and clusters of equal size.
  private static let lattice: Matrix = {
    var random = RandomStream(seed: 21)
    return Matrix(
      rows: 600, columns: 3,
      values: (0..<1800).map { Double(random.integer(below: 5) - 2) + ($0 % 3 == 0 ? 3 : 0) })
  }()

  /// Enough rows for several pieces of work.
  private static let cloud: Matrix = {
    var random = RandomStream(seed: 22)
    return Matrix(rows: 18_000, columns: 3, values: (0..<54_000).map { random.normal() + Double($0 % 4) })
  }()

  @Test(arguments: EstimatorLaw.allCases) func `spherical k-means keeps the laws on rows with repeats and ties`(
    law: EstimatorLaw
  ) throws {
    #expect(try law.violation(by: lawful(clusters: 5), on: Self.lattice) == nil)
  }

  @Test(arguments: [EstimatorLaw.threadsDoNotShow, .rowOrderDoesNotShow, .weightsEqualRepeatedRows])
  func `spherical k-means keeps the laws on many rows`(law: EstimatorLaw) throws {
    #expect(try law.violation(by: lawful(clusters: 4), on: Self.cloud) == nil)
  }
}
