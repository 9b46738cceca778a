import LinearAlgebra
import Randomness
import Testing

/// What is promised of every level of ``Kernels``: one setting for the whole process, so no test may depend on it, and
/// each of these holds whatever other tests set meanwhile.
@Suite struct KernelLevelTests {
  /// Data that is hard for single precision in one way or another.
  enum Difficulty: String, CaseIterable, Sendable {
    case clouds, lattice, farFromOrigin, oneOutlier, allEqual, nearlyTied, vanishing

    func rows(_ n: Int, _ d: Int) -> Matrix {
      var random = RandomStream(seed: 31)
      var values = (0..<n * d).map { _ in random.normal() }
      switch self {
      case .clouds: break
      case .lattice: values = values.map { ($0 * 2).rounded() }
      case .farFromOrigin: values = values.map { $0 + 1e7 }
      case .oneOutlier: for column in 0..<d { values[column] = 1e12 }
      case .allEqual: values = values.map { _ in 0.1 }
      // Row after row a little off the middle between its neighbours.
      case .nearlyTied: values = values.indices.map { Double($0 / d) + values[$0] * 1e-12 }
      case .vanishing: values = values.enumerated().map { $1 * ($0 / d % 3 == 0 ? 1 : 1e-150) }
      }
      return Matrix(rows: n, columns: d, values: values)
    }
  }

  /// The nearest by differences in double, the lower index of equal ones.
  private func nearestByHand(_ x: Matrix, _ centers: Matrix) -> [Int32] {
    let squares = (0..<centers.rows).map { x.squaredDistances(rows: 0..<x.rows, to: Array(centers.row($0))) }
    return (0..<x.rows).map { row in Int32(squares.indices.min { squares[$0][row] < squares[$1][row] } ?? 0) }
  }

  @Test(arguments: Difficulty.allCases, [1, 7, 8, 19]) func `labels are those of exact distances at every level`(
    difficulty: Difficulty, columns: Int
  ) {
    let x = difficulty.rows(1500, columns)
    for clusters in [1, 2, 5, 23] {
      let centers = x.gatheringRows((0..<clusters).map { $0 * 60 })
      let expected = nearestByHand(x, centers)
      for level in Kernels.available {
        let assigned = Kernels.run(at: level) { NearestCenters(centered: centers).assign(x, rows: 0..<x.rows) }
        #expect(assigned.labels == expected, "\(level)")
      }
    }
  }

  @Test(arguments: Difficulty.allCases) func `rows measured from any origin have the same labels at every level`(
    difficulty: Difficulty
  ) {
    let x = difficulty.rows(2000, 9)
    let nearest = NearestCenters(x.gatheringRows((0..<13).map { $0 * 99 }))
    let assigned = Kernels.available.map { level in
      Kernels.run(at: level) { nearest.assign(x, rows: 3..<1990) }
    }
    #expect(assigned.allSatisfy { $0.labels == assigned[0].labels })
    #expect(assigned.allSatisfy { $0.squaredDistances == assigned[0].squaredDistances })
  }

  @Test(arguments: [1, 8, 13, 32]) func `distances and sums have the same bits at every level`(columns: Int) {
    let x = Difficulty.clouds.rows(700, columns)
    let weights = (0..<700).map { 1 + Double($0 % 7) / 3 }
    let caps = (0..<700).map { Double($0 % 50) }
    let candidates = x.gatheringRows([3, 1, 4, 1, 5, 9, 2, 6, 5, 3])
    let results = Kernels.available.map { level -> [Double] in
      Kernels.run(at: level) {
        let step = NearestCenters(centered: candidates).step(x, weights: weights, rows: 5..<699)
        return x.squaredDistances(rows: 0..<700, to: Array(x.row(7)))
          + x.cappedDistanceSums(rows: 1..<690, to: candidates, caps: caps, weights: weights) + step.sums
          + step.weights + [step.inertia]
      }
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  @Test(arguments: Kernels.available) func `sums of capped distances agree with sums by hand`(level: Kernels) {
    let x = Difficulty.clouds.rows(300, 5)
    let candidates = x.gatheringRows(Array(0..<11))
    let sums = Kernels.run(at: level) {
      x.cappedDistanceSums(
        rows: 0..<300, to: candidates, caps: [Double](repeating: 4, count: 300), weights: (0..<300).map(Double.init))
    }
    for candidate in 0..<11 {
      let squares = x.squaredDistances(rows: 0..<300, to: Array(candidates.row(candidate)))
      let expected = squares.enumerated().reduce(0) { $0 + Double($1.offset) * min(4, $1.element) }
      #expect(abs(sums[candidate] - expected) <= 1e-12 * expected)
    }
  }

  @Test(arguments: Difficulty.allCases) func `tracked rows have the labels of exact distances wherever centres go`(
    difficulty: Difficulty
  ) {
    // Two pieces of work, and centres that settle, jump and trade places.
    var x = difficulty.rows(16_500, 3)
    x.center(on: x.columnMeans(), scale: 1)
    let weights = (0..<x.rows).map { 1 + Double($0 % 3) }
    let results = Kernels.available.map { level in Kernels.run(at: level) { follow(x, weights, "\(level)") } }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  /// Every inertia, the last centres and weights of a path of centres over `x`, its labels checked at every step.
  private func follow(_ x: Matrix, _ weights: [Double], _ name: String) -> [Double] {
    var assignment = TrackedAssignment(x, weights: weights, tiles: FloatTiles(x))
    var centers = x.gatheringRows((0..<11).map { $0 * 700 })
    var numbers: [Double] = []
    for round in 0..<8 {
      if round == 4 { centers = centers.gatheringRows([1, 0] + Array(2..<11)) }
      if round == 6 { for column in 0..<3 { centers[4, column] = x[12_345, column] } }
      assignment.move(to: centers)
      let exact = NearestCenters(centered: centers).assign(x, rows: 0..<x.rows).labels
      #expect(assignment.labels == exact, Comment(rawValue: name))
      numbers.append(assignment.inertia)
      centers = assignment.means(elsewhere: centers)
    }
    let tracked = assignment.inertia
    assignment.recount()
    #expect(abs(tracked - assignment.inertia) <= 1e-7 * (1 + assignment.inertia))
    return numbers + centers.values + assignment.weights
  }

  @Test func `rows at rest are not compared again`() {
    let x = Difficulty.clouds.rows(20_000, 4)
    var assignment = TrackedAssignment(
      x, weights: [Double](repeating: 1, count: x.rows), tiles: FloatTiles(x), level: .best)
    let centers = x.gatheringRows(Array(0..<9))
    #expect(assignment.move(to: centers) == 20_000)
    #expect(assignment.move(to: centers) == 0)
    // Where no kernel runs there are no bounds.
    #expect(Kernels.best == .plain || assignment.compared < 200)
  }

  @Test func `another order of the centres takes the rows along`() {
    let x = Difficulty.lattice.rows(5000, 3)
    var assignment = TrackedAssignment(x, weights: [Double](repeating: 1, count: x.rows), tiles: FloatTiles(x))
    let centers = x.gatheringRows(Array(0..<6))
    assignment.move(to: centers)
    let order = [3, 1, 5, 0, 4, 2]
    assignment.reorder(order)
    let reordered = centers.gatheringRows(order)
    assignment.move(to: reordered)
    #expect(assignment.labels == NearestCenters(centered: reordered).assign(x, rows: 0..<x.rows).labels)
    #expect(assignment.counts.reduce(0, +) == 5000)
  }
}
