import LinearAlgebra
import Randomness
import Testing

@Suite struct GroupDistancesTests {
  private func rows(_ n: Int, _ d: Int) -> Matrix {
    var random = RandomStream(seed: 17)
    return Matrix(rows: n, columns: d, values: (0..<n * d).map { _ in random.normal() })
  }

  private func sums(_ x: Matrix, _ labelings: [[Int]], weights: [Double], at level: Kernels = .best) -> Matrix {
    let bands = Kernels.run(at: level) { x.mapDistanceSums(labelings: labelings, weights: weights) { $1 } }
    let width = labelings.reduce(0) { $0 + ($1.max() ?? -1) + 1 }
    return Matrix(rows: x.rows, columns: width, values: bands.flatMap { $0 })
  }

  private func distance(_ x: Matrix, _ a: Int, _ b: Int) -> Double {
    zip(x.row(a), x.row(b)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  /// Panels of 512 rows: one, two, three, four and the beginning of a fifth.
  @Test(arguments: [530, 1031, 1540, 2050], [1, 5]) func `summed distances to groups agree with sums by hand`(
    n: Int, columns: Int
  ) {
    let x = rows(n, columns)
    let labelings = [(0..<n).map { $0 < 100 ? 0 : $0 == 100 ? 1 : 2 }, (0..<n).map { $0 % 2 }]
    let weights = (0..<n).map { Double($0 % 3) }
    let sums = sums(x, labelings, weights: weights)
    for row in [0, 100, 511, 512, n - 1] {
      var expected = [Double](repeating: 0, count: 5)
      for other in 0..<n {
        let weighted = weights[other] * distance(x, row, other)
        expected[labelings[0][other]] += weighted
        expected[3 + labelings[1][other]] += weighted
      }
      for (sum, by) in zip(sums.row(row), expected) { #expect(abs(sum - by) <= 1e-12 * max(1, by)) }
    }
  }

  @Test(arguments: [1, 8, 70, 1100], [0, 1, 3, 16]) func `they have the same bits at every level`(n: Int, columns: Int)
  {
    let x = rows(n, columns)
    let labelings = [(0..<n).map { $0 % 3 }, (0..<n).map { $0 % 7 }, (0..<n).map { _ in 0 }]
    let weights = (0..<n).map { 1 + Double($0 % 5) / 3 }
    let levels = Kernels.available.map { sums(x, labelings, weights: weights, at: $0).values }
    #expect(levels.allSatisfy { $0 == levels[0] })
  }

  @Test(arguments: Kernels.available) func `rows that are nearly equal keep their digits`(level: Kernels) {
    // Whole steps of 2^-40 far from the origin: every difference is exact, and squares of the rows hold none of it.
    let x = Matrix(rows: 3, columns: 2, values: [1000, 1, 1000 + 0x1p-40, 1, 1000, 1])
    let sums = sums(x, [[0, 1, 2]], weights: [1, 1, 1], at: level)
    #expect(sums.values == [0, 0x1p-40, 0, 0x1p-40, 0, 0x1p-40, 0, 0x1p-40, 0])
  }
}
