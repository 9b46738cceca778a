internal import LinearAlgebra

/// Rows that an iteration goes over piece by piece, wherever they stand.
protocol RowPasses {
  /// Computes `body` of every piece (a range of a matrix's rows, with the weights of all its rows) on all workers, and
  /// hands the results on in the order of the pieces.
  func forEachPiece<Part: Sendable>(
    _ body: @Sendable (_ x: Matrix, _ weights: [Double], _ rows: Range<Int>) -> Part,
    _ add: (Part) throws(FitError) -> Void
  ) throws(FitError)
}

/// Rows in memory.
struct MemoryPasses: RowPasses {
  let matrix: Matrix
  let weights: [Double]

  func forEachPiece<Part: Sendable>(
    _ body: @Sendable (_ x: Matrix, _ weights: [Double], _ rows: Range<Int>) -> Part,
    _ add: (Part) throws(FitError) -> Void
  ) throws(FitError) {
    for part in Parallel.map(rows: matrix.rows, { body(matrix, weights, $0) }) { try add(part) }
  }
}

/// The rows of a stream, read anew each time; in `units` when given.
struct StreamPasses<Stream: RowStream>: RowPasses {
  let stream: Stream
  let expectedRows: Int
  let units: RowUnits?

  func forEachPiece<Part: Sendable>(
    _ body: @Sendable (_ x: Matrix, _ weights: [Double], _ rows: Range<Int>) -> Part,
    _ add: (Part) throws(FitError) -> Void
  ) throws(FitError) {
    var pieces = try RowPieces(stream, expectedRows: expectedRows)
    while true {
      // Two pieces a worker: one slow piece then keeps nobody waiting long, and little stands in memory.
      let group = try pieces.next(2 * Parallel.workers)
      guard !group.isEmpty else { return }
      let units = units
      let parts = Parallel.map(count: group.count) { index -> Part? in
        let piece = units.map { $0.converting(group[index]) } ?? group[index]
        return piece.map { body($0.rows, $0.weights, 0..<$0.rows.rows) }
      }
      for part in parts {
        // Nil where the rows lie outside what the units were made for.
        guard let part else { throw .streamChanged(have: pieces.rowsRead, need: expectedRows) }
        try add(part)
      }
    }
  }
}
