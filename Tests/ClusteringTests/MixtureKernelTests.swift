import Foundation
import LinearAlgebra
import Randomness
import TestSupport
import Testing

/// The kernels against the formulas, at every level that this processor has.
@Suite struct MixtureKernelTests {
  /// Two components in d columns and 203 rows, which do not fill the last tile.
  private func scene(_ d: Int, isDiagonal: Bool) -> (components: GaussianComponents?, tiles: RowTiles, x: Matrix) {
    var random = RandomStream(seed: UInt64(d))
    let x = Matrix(rows: 203, columns: d, values: (0..<203 * d).map { _ in random.normal() })
    let means = Matrix(rows: 2, columns: d, values: (0..<2 * d).map { _ in random.normal() })
    let covariances = (0..<2).map { _ in
      let a = Matrix(rows: d + 3, columns: d, values: (0..<(d + 3) * d).map { _ in random.normal() })
      return a.crossProduct()
    }
    return (
      GaussianComponents(means: means, covariances: covariances, isDiagonal: isDiagonal),
      RowTiles(
        x, rows: 0..<203, origin: [Double](repeating: 0, count: d), scales: [Double](repeating: 1, count: d)), x
    )
  }

  /// d around the widths of the register tiles.
  @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 13, 17], [true, false])
  func `densities and sums are the same at every level`(d: Int, isDiagonal: Bool) throws {
    let (components, tiles, _) = scene(d, isDiagonal: isDiagonal)
    let mixture = try #require(components)
    let responsibilities = (0..<2 * 203).map { Double($0 % 7) / 7 }
    func run(_ level: Kernels) -> (densities: [Double], sums: [Double]) {
      var densities = [Double](repeating: 1, count: 2 * 203)
      mixture.addLogDensities(of: tiles, rows: 0..<203, to: &densities, stride: 203, kernels: level)
      var sums = [Double](
        repeating: 0, count: 2 * mixture.sumsPerComponent * GaussianComponents.lanesPerSum)
      mixture.addSums(
        of: tiles, rows: 0..<203, responsibilities: responsibilities, stride: 203, to: &sums, kernels: level)
      return (densities, GaussianComponents.folded(sums))
    }
    let plain = run(.plain)
    for level in Kernels.available {
      let found = run(level)
      for (a, b) in zip(found.densities, plain.densities) { #expect(abs(a - b) <= 1e-12 * abs(b), "\(level)") }
      for (a, b) in zip(found.sums, plain.sums) { #expect(abs(a - b) <= 1e-11, "\(level)") }
    }
  }

  @Test(arguments: Kernels.available) func `a row's density does not depend on its place`(level: Kernels) throws {
    let (components, tiles, x) = scene(5, isDiagonal: false)
    let mixture = try #require(components)
    var all = [Double](repeating: 0, count: 2 * 203)
    mixture.addLogDensities(of: tiles, rows: 0..<203, to: &all, stride: 203, kernels: level)
    for row in [0, 7, 8, 31, 200, 202] {
      let zeros = [Double](repeating: 0, count: 5)
      let own = RowTiles(x, rows: row..<row + 1, origin: zeros, scales: zeros.map { _ in 1 })
      var alone = [0.0, 0.0]
      mixture.addLogDensities(of: own, rows: 0..<1, to: &alone, stride: 1, kernels: level)
      #expect(alone == [all[row], all[203 + row]])
    }
  }

  @Test(arguments: Kernels.available) func `responsibilities are those of the formula`(level: Kernels) {
    var random = RandomStream(seed: 42)
    let (k, n) = (5, 13)
    // From equal terms to ones that are nothing beside the greatest.
    let logs = (0..<k * n).map { index in random.normal() * [0, 1, 30, 900, 1e9][index % n % 5] }
    let weights = (0..<n).map { Double($0 + 1) }
    var values = logs
    var totals = [Double](repeating: 0, count: k)
    let sum = Responsibilities.normalize(
      &values, components: k, count: n, weights: weights, firstRow: 0, totals: &totals, kernels: level)
    var expected = 0.0
    for i in 0..<n {
      let own = (0..<k).map { logs[$0 * n + i] }
      let row = Responsibilities.logDensity(logs, components: k, stride: n, row: i)
      expected += weights[i] * row.total
      let parts = (0..<k).map { values[$0 * n + i] / weights[i] }
      #expect(abs(parts.reduce(0, +) - 1) < 1e-14)
      for j in 0..<k where own[j] > row.total - 700 {
        #expect(abs(log(parts[j]) - (own[j] - row.total)) < 1e-12 * max(1, abs(own[j])))
      }
    }
    #expect(abs(sum - expected) <= 1e-13 * abs(expected))
    #expect(abs(totals.reduce(0, +) - weights.reduce(0, +)) < 1e-12)
  }
}
