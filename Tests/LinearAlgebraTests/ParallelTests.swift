import LinearAlgebra
import Testing

@Suite struct ParallelTests {
  @Test func `results come in the order of the pieces`() {
    #expect(Parallel.map(count: 1000) { $0 * $0 } == (0..<1000).map { $0 * $0 })
    #expect(Parallel.map(count: 0) { $0 }.isEmpty)
  }

  @Test(arguments: [0, 1, 16_384, 16_385, 50_000]) func `pieces cover every row once`(rows: Int) {
    let pieces = Parallel.map(rows: rows) { $0 }
    #expect(pieces.flatMap { Array($0) } == Array(0..<rows))
    #expect(pieces.allSatisfy { $0.count <= Parallel.rowsPerPiece })
  }

  @Test func `pieces may be split again`() {
    let sums = Parallel.map(count: 8) { outer in Parallel.map(count: 8) { outer * $0 }.reduce(0, +) }
    #expect(sums == (0..<8).map { $0 * 28 })
  }
}
