internal import LinearAlgebra

/// What the first reading of a stream learns: that all of it is usable, its units, and a sample of it.
struct StreamSurvey {
  /// How many rows the stream has, those of weight 0 too.
  private(set) var rows = 0
  /// The weight of as many rows as the sample has: all weight when it is the whole.
  let sampleWeight: Double
  /// The units that suit all rows of positive weight.
  let units: RowUnits
  /// Different rows (m x d) and the weights with which they stand for all.
  let sample: (rows: Matrix, weights: [Double], isWhole: Bool)

  /// Reads `stream` once. O(n d).
  ///
  /// - Throws: ``FitError`` when the stream fails, has a value or weight that is not usable, or too few rows for
  ///   `clusters`.
  init(
    _ stream: some RowStream, clusters: Int, sampleRows: Int, seed: UInt64, _ goOn: () -> Bool
  ) throws(FitError) {
    var pieces = try RowPieces(stream)
    var columns: [ColumnSummary] = []
    var reservoir: RowReservoir?
    var weight = CompensatedSum()
    var heaviest = 0.0
    var present = 0
    while true {
      let group = try pieces.next(Parallel.workers)
      guard let first = group.first else { break }
      var sampled = reservoir ?? RowReservoir(capacity: sampleRows, columns: first.rows.columns, seed: seed)
      // Released, so that there is one owner and nothing is copied.
      reservoir = nil
      let parts = Parallel.map(count: group.count) { index in
        let piece = group[index]
        return (
          columns: ColumnSummary.all(piece.rows, piece.weights), draws: RowReservoir.draws(piece.rows, seed: seed)
        )
      }
      for (piece, part) in zip(group, parts) {
        if columns.isEmpty {
          columns = part.columns
        } else {
          for index in columns.indices { columns[index].add(part.columns[index]) }
        }
        for one in piece.weights { weight.add(one) }
        heaviest = piece.weights.reduce(heaviest, max)
        present += piece.rows.rows
        sampled.offer(piece.rows, weights: piece.weights, part.draws)
      }
      reservoir = sampled
      guard goOn() else { throw .cancelled }
    }
    rows = pieces.rowsRead
    guard rows == 0 || (weight.value > 0 && weight.value <= DataChecks.greatestWeight) else { throw .weightSum }
    guard present >= clusters, let reservoir else { throw .tooFewRows(have: present, need: clusters) }
    sample = reservoir.sample()
    guard sample.rows.rows >= clusters else { throw .tooFewDistinctRows(have: sample.rows.rows, need: clusters) }
    sampleWeight = sample.isWhole ? weight.value : weight.value / Double(present) * Double(sample.rows.rows)
    let means = columns.map { $0.sum.value / weight.value }
    let largest = zip(columns, means).reduce(0) { max($0, $1.0.highest - $1.1, $1.1 - $1.0.lowest) }
    units = RowUnits(mean: means, largest: largest, heaviest: heaviest)
  }
}

/// The weighted sum and the range of a column.
private struct ColumnSummary: Sendable {
  var sum = CompensatedSum()
  var lowest = Double.infinity
  var highest = -Double.infinity

  static func all(_ x: Matrix, _ weights: [Double]) -> [ColumnSummary] {
    var summaries = [ColumnSummary](repeating: ColumnSummary(), count: x.columns)
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        let value = x.values[row * x.columns + column]
        summaries[column].sum.add(value, times: weights[row])
        summaries[column].lowest = min(summaries[column].lowest, value)
        summaries[column].highest = max(summaries[column].highest, value)
      }
    }
    return summaries
  }

  mutating func add(_ other: ColumnSummary) {
    sum.add(other.sum)
    lowest = min(lowest, other.lowest)
    highest = max(highest, other.highest)
  }
}
