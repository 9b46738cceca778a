internal import LinearAlgebra

/// Rows of a stream that are worked on together, all of positive weight.
struct RowPiece: Sendable {
  var rows: Matrix
  var weights: [Double]
}

/// One reading of a stream, checked and cut anew into pieces of a fixed number of rows.
///
/// Pieces do not show where batches ended, so nothing computed from them does. Rows of weight 0 are left out. Errors
/// name rows by their number in the whole stream.
struct RowPieces<Batches: RowBatches> {
  /// The number of columns, once a row was read.
  private(set) var columns: Int?
  /// How many rows the stream has given so far, those of weight 0 too.
  private(set) var rowsRead = 0
  private var batches: Batches
  private let pieceRows: Int
  private let expectedRows: Int?
  private var batch = RowBatch(rows: Matrix(rows: 0, columns: 0))
  private var position = 0
  private var isAtEnd = false

  /// Begins to read `stream`; `expectedRows` is how many rows an earlier reading gave.
  init<Stream: RowStream>(
    _ stream: Stream, pieceRows: Int = Parallel.rowsPerPiece, expectedRows: Int? = nil
  ) throws(FitError) where Stream.Batches == Batches {
    do {
      batches = try stream.makeBatches()
    } catch {
      throw FitError(ofStream: error, afterRows: 0)
    }
    self.pieceRows = pieceRows
    self.expectedRows = expectedRows
  }

  /// Up to `count` pieces, all full but the last of the stream; none after the end.
  mutating func next(_ count: Int) throws(FitError) -> [RowPiece] {
    var pieces: [RowPiece] = []
    while pieces.count < count, let piece = try next() { pieces.append(piece) }
    return pieces
  }

  /// The next piece, or nil after the last row.
  mutating func next() throws(FitError) -> RowPiece? {
    var values: [Double] = []
    var weights: [Double] = []
    if position >= batch.rows.rows { _ = try fetch() }
    if position == 0, batch.weights == nil, batch.rows.rows == pieceRows {
      // A batch of just the size of a piece is one, without a copy.
      let whole = RowPiece(rows: batch.rows, weights: [Double](repeating: 1, count: pieceRows))
      batch = RowBatch(rows: Matrix(rows: 0, columns: batch.rows.columns))
      return whole
    }
    while weights.count < pieceRows {
      if position >= batch.rows.rows {
        guard try fetch() else { break }
      }
      let d = batch.rows.columns
      if values.isEmpty { values.reserveCapacity(min(pieceRows, max(batch.rows.rows, expectedRows ?? 2048)) * d) }
      if let given = batch.weights {
        if given[position] > 0 {
          values.append(contentsOf: batch.rows.row(position))
          weights.append(given[position])
        }
        position += 1
      } else {
        let taken = min(pieceRows - weights.count, batch.rows.rows - position)
        values.append(contentsOf: batch.rows.values[position * d..<(position + taken) * d])
        weights.append(contentsOf: repeatElement(1, count: taken))
        position += taken
      }
    }
    guard let columns, !weights.isEmpty else { return nil }
    return RowPiece(rows: Matrix(rows: weights.count, columns: columns, values: values), weights: weights)
  }

  /// Takes the next batch that has rows; false at the end.
  private mutating func fetch() throws(FitError) -> Bool {
    repeat {
      guard !isAtEnd else { return false }
      let next: RowBatch?
      do {
        next = try batches.next()
      } catch {
        throw FitError(ofStream: error, afterRows: rowsRead)
      }
      guard let next else {
        isAtEnd = true
        if let expectedRows, rowsRead != expectedRows { throw .streamChanged(have: rowsRead, need: expectedRows) }
        return false
      }
      guard next.rows.rows > 0 else { continue }
      try check(next)
      columns = next.rows.columns
      rowsRead += next.rows.rows
      if let expectedRows, rowsRead > expectedRows { throw .streamChanged(have: rowsRead, need: expectedRows) }
      batch = next
      position = 0
      return true
    } while true
  }

  private func check(_ batch: RowBatch) throws(FitError) {
    if let columns, batch.rows.columns != columns {
      throw .batchColumns(row: rowsRead, have: batch.rows.columns, need: columns)
    }
    do {
      try DataChecks.checkValues(batch.rows)
    } catch {
      switch error {
      case .notFinite(let row, let column): throw .notFinite(row: rowsRead + row, column: column)
      case .tooLarge(let row, let column): throw .tooLarge(row: rowsRead + row, column: column)
      default: throw error
      }
    }
    guard let weights = batch.weights else { return }
    guard weights.count == batch.rows.rows else { throw .weightCount(have: weights.count, need: batch.rows.rows) }
    if let row = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) { throw .weightInvalid(row: rowsRead + row) }
  }
}

extension FitError {
  /// What a stream's own error means to a fit.
  fileprivate init(ofStream error: any Error, afterRows rows: Int) {
    self = (error as? FitError) ?? .streamFailed(afterRows: rows, reason: String(describing: error))
  }
}
