public import LinearAlgebra

/// Some consecutive rows of a stream.
public struct RowBatch: Sendable, Hashable {
  /// The rows (m x d); m may differ from batch to batch and be 0, d may not differ.
  public var rows: Matrix
  /// The weight of each row (m, >= 0); all 1 when nil.
  public var weights: [Double]?

  /// A batch of `rows`, weighted by `weights`.
  public init(rows: Matrix, weights: [Double]? = nil) {
    self.rows = rows
    self.weights = weights
  }
}

/// Rows that arrive batch by batch, so that they never stand in memory as a whole.
public protocol RowBatches {
  /// The next batch, or nil after the last. What it throws ends the fit as ``FitError/streamFailed(afterRows:reason:)``.
  mutating func next() throws -> RowBatch?
}

/// Rows that can be read from the beginning as often as a fit goes over them, the same rows in the same order.
public protocol RowStream {
  /// What one reading goes through.
  associatedtype Batches: RowBatches

  /// Begins at the first row.
  func makeBatches() throws -> Batches
}

/// A matrix in memory as a stream, cut into batches of equal size.
public struct MatrixRowStream: RowStream, Sendable {
  private let x: Matrix
  private let weights: [Double]?
  private let batchRows: Int

  /// The rows of `x` (n x d), weighted by `weights` (n; all 1 when nil), `batchRows` at a time.
  public init(_ x: Matrix, weights: [Double]? = nil, batchRows: Int = 2048) {
    precondition(weights.map { $0.count == x.rows } ?? true, "a weight for each of \(x.rows) rows")
    precondition(batchRows > 0, "batches of \(batchRows) rows")
    self.x = x
    self.weights = weights
    self.batchRows = batchRows
  }

  /// Begins at the first row.
  public func makeBatches() -> Batches { Batches(stream: self) }

  /// One reading of a matrix.
  public struct Batches: RowBatches, Sendable {
    fileprivate let stream: MatrixRowStream
    private var position = 0

    fileprivate init(stream: MatrixRowStream) { self.stream = stream }

    /// The next rows, or nil after the last.
    public mutating func next() -> RowBatch? {
      let x = stream.x
      guard position < x.rows else { return nil }
      let range = position..<min(x.rows, position + stream.batchRows)
      position = range.upperBound
      let values = x.values[range.lowerBound * x.columns..<range.upperBound * x.columns]
      return RowBatch(
        rows: Matrix(rows: range.count, columns: x.columns, values: Array(values)),
        weights: stream.weights.map { Array($0[range]) })
    }
  }
}
