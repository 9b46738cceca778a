import Clustering
import LinearAlgebra
import Randomness
import Testing

/// A fit is the same whichever kernels run.
@Suite struct KMeansKernelTests {
  private func rows(_ n: Int, scale: Double) -> Matrix {
    var random = RandomStream(seed: 41)
    return Matrix(
      rows: n, columns: 5, values: (0..<n * 5).map { (random.normal() + Double($0 / 5 % 7) * 3) * scale })
  }

  @Test(arguments: [1, 1e-160, 1e120]) func `models and labels have the same bits with and without kernels`(
    scale: Double
  ) throws {
    let x = rows(3000, scale: scale)
    let fits = try Kernels.available.map { level in
      try Kernels.run(at: level) { try KMeans(clusters: 7).fit(x, weights: (0..<3000).map { Double($0 % 4) }) }
    }
    #expect(fits.allSatisfy { $0 == fits[0] })
  }

  @Test func `starts on samples end the same with and without kernels`() throws {
    let x = rows(70_000, scale: 1)
    var kMeans = KMeans(clusters: 6)
    kMeans.restarts = 2
    let fits = try [Kernels.plain, .best].map { level in
      try Kernels.run(at: level) { try kMeans.fit(x) }
    }
    #expect(fits[0] == fits[1])
    let distances = try [Kernels.plain, .best].map { level in
      try Kernels.run(at: level) { try fits[0].model.assign(x).distances }
    }
    #expect(distances[0] == distances[1])
  }
}
