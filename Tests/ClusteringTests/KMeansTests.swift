import Clustering
import Foundation
import LinearAlgebra
import Randomness
import Synchronization
import Testing

@Suite struct KMeansTests {
  /// Two rows about 0.5 and three about 10.
  private let five = Matrix(rows: 5, columns: 1, values: [0, 1, 9, 10, 11])

  @Test func `two clear groups are found and the larger comes first`() throws {
    let fit = try KMeans(clusters: 2).fit(five)
    #expect(fit.labels == [1, 1, 0, 0, 0])
    #expect(fit.model.centroids.values == [10, 0.5])
    #expect(fit.inertia == 2.5)
    #expect(fit.converged)
    #expect(try fit.model.assign(five).distances == [0.5, 0.5, 1, 0, 1])
  }

  @Test func `clusters of equal weight are ordered by their centroids`() throws {
    let x = Matrix(rows: 4, columns: 2, values: [5, 1, 5, 1, -5, 9, -5, 9])
    #expect(try KMeans(clusters: 2).fit(x).labels == [1, 1, 0, 0])
  }

  @Test func `weight makes the larger cluster`() throws {
    let fit = try KMeans(clusters: 2).fit(five, weights: [10, 10, 1, 1, 1])
    #expect(fit.labels == [0, 0, 1, 1, 1])
    #expect(fit.inertia == 7)
  }

  @Test func `one cluster is the mean`() throws {
    let fit = try KMeans(clusters: 1).fit(five)
    #expect(fit.model.centroids.values == [6.2])
    #expect(abs(fit.inertia - 110.8) < 1e-12)
  }

  @Test func `as many clusters as rows leaves no inertia`() throws {
    let fit = try KMeans(clusters: 5).fit(five)
    #expect(fit.inertia == 0)
    #expect(Set(fit.labels).count == 5)
    // Equally heavy clusters are ordered by centroid.
    #expect(fit.model.centroids.values == [0, 1, 9, 10, 11])
  }

  @Test func `rows that differ by the least there is are still told apart`() throws {
    let tiny = Double.leastNonzeroMagnitude
    let fit = try KMeans(clusters: 3).fit(Matrix(rows: 3, columns: 1, values: [0, tiny, 2 * tiny]))
    #expect(Set(fit.labels).count == 3)
    #expect(fit.inertia.isFinite)
  }

  @Test func `inertia never rises between iterations`() throws {
    var random = RandomStream(seed: 4)
    let x = Matrix(rows: 2000, columns: 5, values: (0..<10_000).map { _ in random.uniform() })
    var kMeans = KMeans(clusters: 12)
    kMeans.tolerance = 0
    let fit = try kMeans.fit(x)
    #expect(fit.converged)
    #expect(zip(fit.inertiaTrace, fit.inertiaTrace.dropFirst()).allSatisfy { $1 <= $0 * (1 + 1e-12) })
    #expect(fit.inertia <= fit.inertiaTrace[fit.inertiaTrace.count - 1] * (1 + 1e-12))
    #expect(fit.restartInertias.allSatisfy { fit.inertia <= $0 * (1 + 1e-12) })
  }

  @Test func `centroids of a converged fit are the means of their rows`() throws {
    var random = RandomStream(seed: 5)
    let x = Matrix(rows: 900, columns: 3, values: (0..<2700).map { _ in random.normal() + 1e6 })
    var kMeans = KMeans(clusters: 6)
    kMeans.tolerance = 0
    let fit = try kMeans.fit(x)
    for cluster in 0..<6 {
      let own = x.gatheringRows(fit.labels.indices.filter { fit.labels[$0] == cluster })
      for (mean, centroid) in zip(own.columnMeans(), fit.model.centroids.row(cluster)) {
        #expect(abs(mean - centroid) < 1e-8)
      }
    }
  }

  @Test(arguments: [1.0, 1e9]) func `many rows of which one bears nearly all weight are still clustered`(
    heaviest: Double
  ) throws {
    var random = RandomStream(seed: 8)
    let n = 70_000
    let x = Matrix(rows: n, columns: 2, values: (0..<2 * n).map { random.normal() + Double($0 / 2 % 3) * 20 })
    let fit = try KMeans(clusters: 4).fit(x, weights: [heaviest] + [Double](repeating: 1, count: n - 1))
    #expect(Set(fit.labels).count == 4)
    #expect(fit.inertia < 2.1 * Double(n))
  }

  @Test func `a row too light to be told from none beside the others still has a cluster`() throws {
    let light = Double.leastNonzeroMagnitude
    let x = Matrix(rows: 4, columns: 1, values: [0, 1, 100, 101])
    let fit = try KMeans(clusters: 3).fit(x, weights: [1e39, 1e39, light, light])
    #expect(fit.labels == [0, 1, 2, 2])
    for (centroid, expected) in zip(fit.model.centroids.values, [0, 1, 100.5]) {
      #expect(abs(centroid - expected) < 1e-9)
    }
  }

  @Test func `a limit of one iteration is reported as not converged`() throws {
    var random = RandomStream(seed: 6)
    let x = Matrix(rows: 500, columns: 2, values: (0..<1000).map { _ in random.uniform() })
    var kMeans = KMeans(clusters: 8)
    kMeans.maxIterations = 1
    kMeans.swaps = 0
    #expect(try !kMeans.fit(x).converged)
  }
}

@Suite struct KMeansRefusalTests {
  private let x = Matrix(rows: 4, columns: 2, values: [1, 2, 3, 4, 1, 2, 3, 4])

  @Test func `what cannot be clustered is refused with its place`() {
    func refusal(_ kMeans: KMeans, _ x: Matrix, _ weights: [Double]? = nil) -> FitError? {
      do {
        _ = try kMeans.fit(x, weights: weights)
        return nil
      } catch {
        return error
      }
    }
    #expect(refusal(KMeans(clusters: 5), x) == .tooFewRows(have: 4, need: 5))
    #expect(refusal(KMeans(clusters: 3), x) == .tooFewDistinctRows(have: 2, need: 3))
    #expect(refusal(KMeans(clusters: 2), x, [1, 0, 0, 0]) == .tooFewRows(have: 1, need: 2))
    #expect(refusal(KMeans(clusters: 0), x) == .parameter(name: "clusters", requirement: "at least 1"))
    #expect(refusal(KMeans(clusters: 1), Matrix(rows: 4, columns: 0)) == .noColumns)
    #expect(refusal(KMeans(clusters: 1), x, [1, 1, -1, 1]) == .weightInvalid(row: 2))
    #expect(refusal(KMeans(clusters: 1), x, [1]) == .weightCount(have: 1, need: 4))
    #expect(refusal(KMeans(clusters: 1), x, [0, 0, 0, 0]) == .weightSum)
    var bad = x
    bad[2, 1] = .nan
    #expect(refusal(KMeans(clusters: 1), bad) == .notFinite(row: 2, column: 1))
    bad[2, 1] = -1e300
    #expect(refusal(KMeans(clusters: 1), bad) == .tooLarge(row: 2, column: 1))
  }

  @Test func `messages count from 1 and say what to try`() {
    #expect(FitError.notFinite(row: 2, column: 1).description.hasPrefix("Row 3 of column 2 is not a finite number."))
    #expect(FitError.tooFewRows(have: 4, need: 5).description.contains("Ask for fewer clusters"))
  }

  @Test func `a model is not read without centroids or with one that is not finite`() {
    for text in [
      #"{"centroids":{"rows":0,"columns":2,"values":[]}}"#, #"{"centroids":{"rows":1,"columns":2,"values":[1]}}"#,
    ] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(KMeansModel.self, from: Data(text.utf8)) }
    }
  }
}

@Suite struct KMeansProgressTests {
  private let x: Matrix = {
    var random = RandomStream(seed: 7)
    return Matrix(rows: 70_000, columns: 2, values: (0..<140_000).map { _ in random.uniform() })
  }()

  @Test func `progress rises to 1 and the best inertia falls`() throws {
    let seen = Mutex<[FitProgress]>([])
    let fit = try KMeans(clusters: 4).fit(x) { progress in
      seen.withLock { $0.append(progress) }
      return true
    }
    let all = seen.withLock { $0 }
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.fraction <= $1.fraction })
    #expect(all.last?.fraction == 1)
    let inertias = all.compactMap(\.bestInertia)
    #expect(zip(inertias, inertias.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(inertias.last.map { abs($0 - fit.inertia) <= 1e-3 * fit.inertia } == true)
  }

  @Test(arguments: [1, 2, 9, 60]) func `an observer that says no ends the fit`(calls: Int) {
    let count = Mutex(0)
    #expect(throws: FitError.cancelled) {
      try KMeans(clusters: 4).fit(x) { _ in
        count.withLock { count in
          count += 1
          return count < calls
        }
      }
    }
    #expect(count.withLock { $0 } == calls)
  }

  @Test func `a fit goes on from given centroids`() throws {
    let x = Matrix(rows: 6, columns: 1, values: [0, 1, 2, 10, 11, 12])
    let start = KMeansModel(centroids: Matrix(rows: 2, columns: 1, values: [0, 1]))
    let fit = try KMeans(clusters: 2).fit(x, from: start)
    #expect(fit.model.centroids.values == [1, 11] && fit.inertia == 4 && fit.converged)
    #expect(try KMeans(clusters: 2).fit(x, from: fit.model).model == fit.model)
    #expect(throws: FitError.parameter(name: "from", requirement: "a model of 3 clusters")) {
      try KMeans(clusters: 3).fit(x, from: start)
    }
    #expect(throws: FitError.columnCount(have: 2, need: 1)) {
      try KMeans(clusters: 2).fit(Matrix(rows: 3, columns: 2, repeating: 1), from: start)
    }
  }
}
