import Clustering
import LinearAlgebra
import Randomness
import TestSupport
import Testing

/// k-means as the laws see it.
private struct LawfulKMeans: LawfulEstimator {
  let clusters: Int
  var fewestRows: Int { clusters }

  func fit(_ x: Matrix, weights: [Double]?, seed: UInt64) throws -> (model: KMeansModel, labels: [Int]) {
    var kMeans = KMeans(clusters: clusters)
    kMeans.seed = seed
    let fit = try kMeans.fit(x, weights: weights)
    return (fit.model, fit.labels)
  }

  func assign(_ x: Matrix, by model: KMeansModel) throws -> [Int] { try model.assign(x).labels }

  func numbers(_ x: Matrix, by model: KMeansModel) throws -> [Double] {
    try model.centroids.values + model.assign(x).distances
  }
}

@Suite struct KMeansLawTests {
  /// Whole numbers in a few places: repeats, exact ties, and clusters of equal size.
  private static let lattice: Matrix = {
    var random = RandomStream(seed: 21)
    return Matrix(rows: 600, columns: 3, values: (0..<1800).map { _ in Double(random.integer(below: 6)) })
  }()

  /// Enough rows for several pieces of work and for starts on samples.
  private static let cloud: Matrix = {
    var random = RandomStream(seed: 22)
    return Matrix(rows: 70_000, columns: 3, values: (0..<210_000).map { random.normal() + Double($0 / 3 % 4) * 3 })
  }()

  @Test(arguments: EstimatorLaw.allCases) func `k-means keeps the laws on rows with repeats and ties`(
    law: EstimatorLaw
  ) throws {
    #expect(try law.violation(by: LawfulKMeans(clusters: 5), on: Self.lattice) == nil)
  }

  @Test(arguments: [
    EstimatorLaw.threadsDoNotShow, .rowOrderDoesNotShow, .weightsEqualRepeatedRows,
    .trainingRowsAreScoredAsTheyWereLabelled,
  ]) func `k-means keeps the laws on many rows`(law: EstimatorLaw) throws {
    #expect(try law.violation(by: LawfulKMeans(clusters: 4), on: Self.cloud) == nil)
  }
}
