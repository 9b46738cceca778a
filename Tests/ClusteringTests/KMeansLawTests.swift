import Clustering
import LinearAlgebra
import Randomness
import TestSupport
import Testing

/// k-means as the laws see it.
private func lawful(clusters: Int) -> LawfulClustering<KMeansModel> {
  LawfulClustering(clusters: clusters) { x, weights, seed in
    var kMeans = KMeans(clusters: clusters)
    kMeans.seed = seed
    let fit = try kMeans.fit(x, weights: weights)
    return (fit.model, fit.labels)
  }
}

@Suite struct KMeansLawTests {
  /// Enough rows for several pieces of work and for starts on samples.
  private static let cloud: Matrix = {
    var random = RandomStream(seed: 22)
    return Matrix(rows: 70_000, columns: 3, values: (0..<210_000).map { random.normal() + Double($0 / 3 % 4) * 3 })
  }()

  @Test(arguments: EstimatorLaw.allCases) func `k-means keeps the laws on rows with repeats and ties`(
    law: EstimatorLaw
  ) throws {
    #expect(try law.violation(by: lawful(clusters: 5), on: LawfulRows.lattice) == nil)
  }

  @Test(arguments: [
    EstimatorLaw.threadsDoNotShow, .rowOrderDoesNotShow, .weightsEqualRepeatedRows,
    .trainingRowsAreScoredAsTheyWereLabelled,
  ]) func `k-means keeps the laws on many rows`(law: EstimatorLaw) throws {
    #expect(try law.violation(by: lawful(clusters: 4), on: Self.cloud) == nil)
  }
}
