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

    for index in runs.indices { runs[index].trace = [inertia(of: runs[index].centers, rows)] }
    guard let best = runs.indices.min(by: { runs[$0].inertia < runs[$1].inertia }) else { throw .cancelled }
    let finished = lloyd(from: runs[best].centers, rows, maxIterations) { trace in
      board.report(
        part: restarts, fraction: Double(trace.count) / Double(maxIterations),
        inertia: trace.last.map(rows.inertiaInDataUnits))
    }
    guard let finished else { throw .cancelled }
    runs[best] = finished
    return runs
  }

  private func inertia(of centers: Matrix, _ rows: PreparedRows) -> Double {
    let nearest = NearestCenters(centered: centers)
    return Parallel.map(rows: rows.matrix.rows) { nearest.step(rows.matrix, weights: rows.weights, rows: $0).inertia }
      .reduce(0, +)
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
      let trial = lloyd(from: from, rows, maxIterations, toBeat: best?.inertia) { trace in
        let done = (Double(round) + Double(trace.count) / Double(maxIterations)) / Double(rounds)
        return goOn(done, min(best?.inertia ?? .infinity, trace.last ?? .infinity))
      }
      guard let trial else { return nil }
      if trial.inertia < best?.inertia ?? .infinity { best = trial }
      centers = round + 1 < rounds ? best.flatMap { swapped($0.centers, rows, &random) } : nil
    }
    guard let best, goOn(1, best.inertia) else { return nil }
    return best
  }

  /// Lloyd's iterations from `centers` until no row moves, little is gained, or `limit` is reached.
  ///
  /// Given up as soon as ten times the last gain would not bring the inertia below the one `toBeat`: gains shrink from
  /// one iteration to the next.
  private func lloyd(
    from centers: Matrix, _ rows: PreparedRows, _ limit: Int, toBeat: Double? = nil, _ goOn: ([Double]) -> Bool
  ) -> KMeansRun? {
    var run = KMeansRun(centers: centers, weights: [], trace: [], converged: false)
    var labels: [[Int32]] = []
    while run.trace.count < limit {
      let nearest = NearestCenters(centered: run.centers)
      let steps = Parallel.map(rows: rows.matrix.rows) { nearest.step(rows.matrix, weights: rows.weights, rows: $0) }
      let before = run.trace.last
      let inertia = steps.reduce(0) { $0 + $1.inertia }
      run.trace.append(inertia)
      run.moveCenters(steps)
      let newLabels = steps.map(\.labels)
      let emptied = run.weights.indices.filter { run.weights[$0] == 0 }
      if !emptied.isEmpty {
        run.reseat(emptied, rows)
      } else if newLabels == labels || before.map({ $0 - inertia <= tolerance * inertia }) ?? false {
        run.converged = true
        break
      }
      if let toBeat, let before, inertia - 10 * (before - inertia) > toBeat { break }
      labels = newLabels
      guard goOn(run.trace) else { return nil }
    }
    return run
  }

  /// Puts the heaviest cluster first, equal ones by their centres, and iterates on until that order stands: which of
  /// two equally near centres takes a row depends on their order.
  func settled(_ run: KMeansRun, _ rows: PreparedRows) -> KMeansRun {
    var run = run
    for _ in 0..<4 {
      let order = clusterOrder(run.weights, run.centers)
      if order == Array(order.indices) { break }
      let centers = run.centers.gatheringRows(order)
      guard let next = lloyd(from: centers, rows, max(2, maxIterations - run.trace.count), { _ in true }) else { break }
      run = KMeansRun(
        centers: next.centers, weights: next.weights, trace: run.trace + next.trace.dropFirst(),
        converged: run.converged && next.converged)
    }
    return run
  }
}

extension KMeansRun {
  /// Moves each centre that has rows to their mean. Sums are added in the order of the pieces.
  fileprivate mutating func moveCenters(_ steps: [NearestCenters.Step]) {
    let d = centers.columns
    var sums = [Double](repeating: 0, count: centers.rows * d)
    weights = [Double](repeating: 0, count: centers.rows)
    for step in steps {
      for index in sums.indices { sums[index] += step.sums[index] }
      for cluster in weights.indices { weights[cluster] += step.weights[cluster] }
    }
    for cluster in weights.indices where weights[cluster] > 0 {
      for column in 0..<d { centers[cluster, column] = sums[cluster * d + column] / weights[cluster] }
    }
  }

  /// Gives each empty cluster the row farthest from all other centres, one after the other.
  fileprivate mutating func reseat(_ emptied: [Int], _ rows: PreparedRows) {
    let nearest = NearestCenters(centered: centers.gatheringRows(weights.indices.filter { weights[$0] > 0 }))
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
