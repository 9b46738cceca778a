internal import Clustering
internal import LinearAlgebra

/// Transformed rows in a file, to be fitted and assigned batch by batch.
struct SpilledRows: RowStream {
  let file: RowFile
  /// One a row; nil counts every row once.
  let weights: [Double]?

  func makeBatches() -> Batches { Batches(rows: self) }

  /// One reading of the file, in batches of the size that fits work in.
  struct Batches: RowBatches {
    fileprivate let rows: SpilledRows
    private var position = 0

    fileprivate init(rows: SpilledRows) { self.rows = rows }

    mutating func next() throws -> RowBatch? {
      let range = position..<min(rows.file.rows, position + Parallel.rowsPerPiece)
      guard !range.isEmpty else { return nil }
      position = range.upperBound
      return RowBatch(rows: try rows.file.read(range), weights: rows.weights.map { Array($0[range]) })
    }
  }
}
