internal import LinearAlgebra

/// Lloyd's iterations over rows that need not stand in memory: assign, move, and again.
///
/// ``KMeans`` has a loop of its own for rows in memory: it keeps a label and a bound for every row from one iteration to
/// the next, stops when no row moves, and gives up what cannot win. Here nothing is kept of a row between readings.
struct LloydPasses {
  /// Where a centre goes.
  enum Move: Sendable {
    /// To the mean of its rows.
    case mean
    /// To the direction of the sum of its rows, on the unit sphere.
    case direction
  }

  var move = Move.mean
  let maxIterations: Int
  let tolerance: Double

  /// Where the centres came to.
  struct Outcome: Sendable {
    /// The centres after the last move (k x d).
    var centers: Matrix
    /// The weight of each (k), before that move.
    var weights: [Double] = []
    /// The weighted sum of squared distances before each move.
    var trace: [Double] = []
    var converged = false

    var inertia: Double { trace.last ?? .infinity }
  }

  /// Iterates from `centers` (k x d) until an iteration gains no more than the tolerance, or the limit.
  ///
  /// A centre without rows takes the row farthest from all others; each such centre costs one more pass. O(n k d) an
  /// iteration.
  /// - Throws: ``FitError/cancelled`` when `goOn`, told the trace so far, says no; what the rows throw.
  func run(
    from centers: Matrix, over rows: some RowPasses, _ goOn: ([Double]) -> Bool
  ) throws(FitError) -> Outcome {
    var outcome = Outcome(centers: centers)
    while outcome.trace.count < maxIterations {
      let before = outcome.trace.last
      try advance(&outcome, rows)
      let emptied = outcome.weights.indices.filter { outcome.weights[$0] == 0 }
      if !emptied.isEmpty {
        try reseat(emptied, &outcome, rows)
      } else if let before, before - outcome.inertia <= tolerance * outcome.inertia {
        outcome.converged = true
        break
      }
      guard goOn(outcome.trace) else { throw .cancelled }
    }
    return outcome
  }

  private func advance(_ outcome: inout Outcome, _ rows: some RowPasses) throws(FitError) {
    let nearest = NearestCenters(centered: outcome.centers)
    let (k, d) = (outcome.centers.rows, outcome.centers.columns)
    var sums = [Double](repeating: 0, count: k * d)
    var weights = [Double](repeating: 0, count: k)
    var inertia = 0.0
    try rows.forEachPiece { x, weights, range in
      nearest.step(x, weights: weights, rows: range)
    } _: { step throws(FitError) in
      for index in sums.indices { sums[index] += step.sums[index] }
      for cluster in weights.indices { weights[cluster] += step.weights[cluster] }
      inertia += step.inertia
    }
    outcome.trace.append(inertia)
    outcome.weights = weights
    for cluster in 0..<k where weights[cluster] > 0 {
      let sum = sums[cluster * d..<(cluster + 1) * d]
      var divisor = weights[cluster]
      if move == .direction {
        divisor = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        // Rows that cancel out have no common direction: every one is as good, so the centre stays.
        guard divisor > 1e-12 * weights[cluster] else { continue }
      }
      for (column, value) in sum.enumerated() { outcome.centers[cluster, column] = value / divisor }
    }
  }

  /// Gives each empty cluster the row farthest from all other centres, one after the other.
  private func reseat(_ emptied: [Int], _ outcome: inout Outcome, _ rows: some RowPasses) throws(FitError) {
    var placed = outcome.weights.indices.filter { outcome.weights[$0] > 0 }
    for cluster in emptied {
      let nearest = NearestCenters(centered: outcome.centers.gatheringRows(placed))
      var farthest = Farthest(square: -1, row: [])
      try rows.forEachPiece { x, _, range in
        let squares = nearest.assign(x, rows: range).squaredDistances
        let best = squares.indices.max { squares[$0] < squares[$1] } ?? 0
        return Farthest(square: squares[best], row: Array(x.row(range.lowerBound + best)))
      } _: { part throws(FitError) in
        if part.square > farthest.square { farthest = part }
      }
      for (column, value) in farthest.row.enumerated() { outcome.centers[cluster, column] = value }
      placed.append(cluster)
    }
  }
}

private struct Farthest: Sendable {
  var square: Double
  var row: [Double]
}
