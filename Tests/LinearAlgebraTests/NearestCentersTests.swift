import LinearAlgebra
import Randomness
import Testing

@Suite struct NearestCentersTests {
  private func normals(_ rows: Int, _ columns: Int, offset: Double = 0) -> Matrix {
    var random = RandomStream(seed: UInt64(rows * 100 + columns))
    return Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in offset + random.normal() })
  }

  private func nearestByHand(_ x: Matrix, _ centers: Matrix) -> [Int32] {
    (0..<x.rows).map { row in
      var best = (distance: Double.infinity, label: 0)
      for j in 0..<centers.rows {
        let distance = zip(x.row(row), centers.row(j)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        if distance < best.distance { best = (distance, j) }
      }
      return Int32(best.label)
    }
  }

  @Test(arguments: [1, 2, 7, 8, 9, 33], [1, 2, 17])
  func `every row goes to the centre that is nearest by hand`(columns: Int, k: Int) {
    let x = normals(701, columns, offset: 1e5)
    let centers = x.gatheringRows(Array(0..<k))
    let assigned = NearestCenters(centers).assign(x, rows: 0..<x.rows)
    #expect(assigned.labels == nearestByHand(x, centers))
    #expect(assigned.squaredDistances[0] == 0)
  }

  @Test func `exact ties go to the lower centre wherever the row stands`() {
    // Whole numbers: every distance is exact, and many are equal.
    var random = RandomStream(seed: 6)
    let x = Matrix(rows: 3000, columns: 4, values: (0..<12_000).map { _ in Double(random.integer(below: 5)) })
    let centers = x.gatheringRows(Array(0..<40))
    let whole = NearestCenters(centers).assign(x, rows: 0..<3000)
    #expect(whole.labels == nearestByHand(x, centers))
    #expect(NearestCenters(centers).assign(x, rows: 1237..<1300).labels == Array(whole.labels[1237..<1300]))
  }

  @Test func `a step adds up the rows of each centre`() {
    let x = Matrix(rows: 3, columns: 1, values: [0, 1, 10])
    let step = NearestCenters(centered: Matrix(rows: 2, columns: 1, values: [0, 9])).step(
      x, weights: [1, 2, 3], rows: 0..<3)
    #expect(step.labels == [0, 0, 1])
    #expect(step.sums == [2, 30])
    #expect(step.weights == [3, 3])
    #expect(step.inertia == 2 + 3)
  }
}
