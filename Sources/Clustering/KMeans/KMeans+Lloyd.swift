internal import LinearAlgebra
internal import Randomness

/// The whole result of one start, in the units of ``PreparedRows``.
struct KMeansRun: Sendable {
  /// The centres after the last iteration (k x d).
  var centers: Matrix
  /// The weight of each (k).
  var weights: [Double]
  /// The inertia found by each iteration, before it moved the centres.
  var trace: [Double]
  var converged: Bool
  /// Whether the last iteration moved no row, so that the centres are the means of their own rows.
  var isFixed = false
  /// Where the rows stand, for going on from here.
  var assignment: TrackedAssignment?

  var inertia: Double { trace.last ?? .infinity }
}

extension KMeans {
  /// Every start's whole result, in order.
  ///
  /// Start number i is a pure function of the rows, the settings and i. Of many rows each start takes a sample of its
  /// own, and the start whose centres suit all rows best is then iterated on all of them.
  func runs(_ rows: PreparedRows, _ board: ProgressBoard) throws(FitError) -> [KMeansRun] {
    let isSampled = rows.matrix.rows > 4 * startRows
    let started = Parallel.map(count: restarts) { restart -> KMeansRun? in
      var random = RandomStream(seed: seed, index: restart)
      let own = isSampled ? sample(rows, &random) : rows
      return start(own, &random) { done, inertia in
        board.report(part: restart, fraction: done, inertia: isSampled ? nil : rows.inertiaInDataUnits(inertia))
      }
    }
    var runs = started.compactMap { $0 }
    guard runs.count == restarts else { throw .cancelled }
    guard isSampled else { return runs }

    var least = Double.infinity
    var best = (index: 0, assignment: rows.assignment())
    for index in runs.indices {
      var assignment = rows.assignment()
      assignment.move(to: runs[index].centers)
      runs[index].trace = [assignment.inertia]
      if assignment.inertia < least {
        least = assignment.inertia
        best = (index, assignment)
      }
    }
    let finished = lloyd(from: runs[best.index].centers, rows, best.assignment, maxIterations) { trace in
      board.report(
        part: restarts, fraction: Double(trace.count) / Double(maxIterations),
        inertia: trace.last.map(rows.inertiaInDataUnits))
    }
    guard let finished else { throw .cancelled }
    runs[best.index] = finished
    return runs
  }

  /// Lloyd's iterations on all rows from given centres; nil when cancelled.
  func run(from centers: Matrix, _ rows: PreparedRows, _ board: ProgressBoard) -> KMeansRun? {
    lloyd(from: centers, rows, rows.assignment(), maxIterations) { trace in
      board.report(
        part: 0, fraction: Double(trace.count) / Double(maxIterations),
        inertia: trace.last.map(rows.inertiaInDataUnits))
    }
  }

  /// The most rows that one start looks at: enough for the clusters to be met.
  private var startRows: Int { max(Parallel.rowsPerPiece, 256 * clusters) }

  /// ``startRows`` draws by weight; or as many rows with their weights, when a few rows bear nearly all of it.
  private func sample(_ rows: PreparedRows, _ random: inout RandomStream) -> PreparedRows {
    let byWeight = rows.subset(hits: systematicSample(startRows, weights: rows.weights, &random))
    if byWeight.matrix.rows >= startRows / 4 { return byWeight }
    return rows.subset(random.sample(startRows, from: rows.matrix.rows))
  }

  /// Seeds, iterates, then tries swaps, keeping each that ends lower; nil when cancelled.
  private func start(
    _ rows: PreparedRows, _ random: inout RandomStream, _ goOn: (_ done: Double, _ inertia: Double) -> Bool
  ) -> KMeansRun? {
    var best: KMeansRun?
    var centers: Matrix? = seeding(rows, &random)
    let rounds = clusters > 1 ? swaps + 1 : 1
    for round in 0..<rounds {
      guard let from = centers else { break }
      let trial = lloyd(from: from, rows, rows.assignment(), maxIterations, toBeat: best?.inertia) { trace in
        let done = (Double(round) + Double(trace.count) / Double(maxIterations)) / Double(rounds)
        return goOn(done, min(best?.inertia ?? .infinity, trace.last ?? .infinity))
      }
      guard let trial else { return nil }
      if trial.inertia < best?.inertia ?? .infinity { best = trial }
      centers = round + 1 < rounds ? best.flatMap { swapped($0, rows, &random) } : nil
    }
    guard let best, goOn(1, best.inertia) else { return nil }
    return best
  }

  /// Lloyd's iterations from `centers` until no row moves, little is gained, or `limit` is reached.
  ///
  /// Given up as soon as ten times the last gain would not bring the inertia below the one `toBeat`: gains shrink from
  /// one iteration to the next.
  private func lloyd(
    from centers: Matrix, _ rows: PreparedRows, _ assignment: TrackedAssignment, _ limit: Int, toBeat: Double? = nil,
    _ goOn: ([Double]) -> Bool
  ) -> KMeansRun? {
    var assignment = assignment
    var run = KMeansRun(centers: centers, weights: [], trace: [], converged: false)
    while run.trace.count < limit {
      let changed = assignment.move(to: run.centers)
      let before = run.trace.last
      let inertia = assignment.inertia
      run.trace.append(inertia)
      run.centers = assignment.means(elsewhere: run.centers)
      let emptied = assignment.counts.indices.filter { assignment.counts[$0] == 0 }
      if !emptied.isEmpty {
        run.reseat(emptied, rows)
      } else if before != nil && changed == 0 || before.map({ $0 - inertia <= tolerance * inertia }) ?? false {
        run.converged = true
        run.isFixed = changed == 0
        break
      }
      if let toBeat, let before, inertia - 10 * (before - inertia) > toBeat { break }
      guard goOn(run.trace) else { return nil }
    }
    // No rounding of what was added and taken off on the way stays in the centres.
    assignment.recount()
    run.centers = assignment.means(elsewhere: run.centers)
    run.weights = assignment.weights
    run.assignment = assignment
    return run
  }

  /// Puts the heaviest cluster first, equal ones by their centres. Which of two equally near centres takes a row depends
  /// on their order: where that moves a row off the means it stood by, the run goes on until the order stands.
  func settled(_ run: KMeansRun, _ rows: PreparedRows) -> KMeansRun {
    var run = run
    for _ in 0..<4 {
      let order = clusterOrder(run.weights, run.centers)
      if order == Array(order.indices) { break }
      let centers = run.centers.gatheringRows(order)
      guard run.isFixed, var assignment = run.assignment else {
        run.centers = centers
        run.weights = order.map { run.weights[$0] }
        break
      }
      // The bounds still hold, so that only rows between centres are looked at again.
      assignment.reorder(order)
      if assignment.move(to: centers) == 0 {
        run.centers = centers
        run.weights = assignment.weights
        run.assignment = assignment
        break
      }
      run.assignment = nil
      let limit = max(2, maxIterations - run.trace.count)
      let next = lloyd(from: centers, rows, assignment, limit) { _ in true }
      guard var next else { break }
      next.trace = run.trace + next.trace.dropFirst()
      next.converged = next.converged && run.converged
      run = next
    }
    return run
  }
}

extension KMeansRun {
  /// Gives each empty cluster the row farthest from all other centres, one after the other.
  fileprivate mutating func reseat(_ emptied: [Int], _ rows: PreparedRows) {
    let nearest = NearestCenters(centered: centers.gatheringRows((0..<centers.rows).filter { !emptied.contains($0) }))
    var distances = Parallel.map(rows: rows.matrix.rows) { nearest.assign(rows.matrix, rows: $0).squaredDistances }
      .flatMap { $0 }
    for cluster in emptied {
      var farthest = 0
      for row in distances.indices where distances[row] > distances[farthest] { farthest = row }
      let point = Array(rows.matrix.row(farthest))
      for (column, value) in point.enumerated() { centers[cluster, column] = value }
      let fromPoint = rows.matrix.squaredDistances(toPoint: point)
      for row in distances.indices { distances[row] = min(distances[row], fromPoint[row]) }
    }
  }
}
