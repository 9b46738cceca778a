import LinearAlgebra
import Randomness
import Testing

@Suite struct CanonicalOrderTests {
  private func randomRows(_ n: Int, values: Int) -> Matrix {
    var random = RandomStream(seed: 1)
    return Matrix(rows: n, columns: 3, values: (0..<n * 3).map { _ in Double(random.integer(below: values)) - 1 })
  }

  @Test(arguments: [2, 3, 1000]) func `shuffled rows come back in the same order`(values: Int) {
    let x = randomRows(40_000, values: values)
    var random = RandomStream(seed: 2)
    var shuffle = Array(0..<x.rows)
    random.shuffle(&shuffle)
    let y = x.gatheringRows(shuffle)
    let order = x.canonicalOrder()
    #expect(order.sorted() == Array(0..<x.rows))
    #expect(x.gatheringRows(order) == y.gatheringRows(y.canonicalOrder()))
  }

  @Test func `equal rows are neighbours, the lighter first`() {
    let x = Matrix(rows: 5, columns: 1, values: [7, 3, 7, 3, 7])
    let weights: [Double] = [5, 1, 2, 0, 9]
    let order = x.canonicalOrder(weights: weights)
    let sevens = order.filter { x[$0, 0] == 7 }
    #expect(sevens == [2, 0, 4])
    #expect(order.firstIndex(of: 4).map { $0 - 2 } == order.firstIndex(of: 2))
  }

  @Test func `minus zero is zero`() {
    let x = Matrix(rows: 2, columns: 1, values: [0, -0.0])
    #expect(x.rowsAreEqual(0, 1))
    #expect(DistinctRows(x).weights == [2])
  }

  @Test func `distinct rows carry the weight of their repeats and leave absent rows out`() {
    let x = Matrix(rows: 4, columns: 2, values: [1, 2, 5, 6, 1, 2, 9, 9])
    let distinct = DistinctRows(x, weights: [1, 3, 0.5, 0])
    let pairs = zip((0..<2).map { Array(distinct.matrix.row($0)) }, distinct.weights).sorted { $0.1 < $1.1 }
    #expect(pairs.map(\.0) == [[1, 2], [5, 6]])
    #expect(pairs.map(\.1) == [1.5, 3])
  }
}
