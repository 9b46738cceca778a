internal import LinearAlgebra

/// The best run of several starts, and what became of each.
struct MixtureSearchOutcome: Sendable {
  var run: MixtureRun
  var starts: [MixtureFit.Start]
  var hitRate: Double
}

/// How far runs are iterated and how many of the best are, stage after stage; runs that degenerate make room.
struct MixtureStages: Sendable {
  var stages: [(iterations: Int, runs: Int)]

  /// With care: the few best runs are all brought to convergence.
  ///
  /// Of latent classes and the like, which start alike, it shows later which are the best.
  static func careful(_ mixture: Mixture) -> MixtureStages {
    let startsAlike = !mixture.blocks.contains { $0.kind.covarianceFamily != nil }
    return MixtureStages(stages: [(20, .max), (100, startsAlike ? 12 : 5), (.max, startsAlike ? 4 : 3)])
  }

  /// One run alone is brought to convergence: for a first look at many models.
  static let brief = MixtureStages(stages: [(10, .max), (40, 2), (.max, 1)])
}

extension Mixture {
  /// Two log-likelihoods are those of one optimum when they differ by less than this a row.
  private static let sameOptimum = 1e-4

  /// Runs all starts for a short while, the better ones longer, the best to convergence; of these the best on all rows.
  func search(
    _ rows: MixtureRows, _ starting: StartingRows, starts: [MixtureStart], stages: MixtureStages,
    observer: FitObserver?
  ) throws(FitError) -> MixtureSearchOutcome {
    let board = ProgressBoard(parts: starts.count + 1, observer: observer)
    let own = starting.rows
    var runs = Parallel.map(count: starts.count) { begin(starts[$0], starting) }
    var refusal: CovarianceDegeneracy?
    for stage in stages.stages {
      while true {
        let limit = min(stage.iterations, maxIterations)
        let ranked = runs.ranking.prefix(stage.runs)
        // What ended before is not iterated again; what degenerates is replaced by the next best.
        let chosen = ranked.filter { index in runs[index].map { !$0.converged && $0.trace.count < limit } ?? false }
        if chosen.isEmpty { break }
        let before = runs
        let iterated = Parallel.map(count: chosen.count) {
          index -> (run: MixtureRun?, refusal: CovarianceDegeneracy?) in
          guard var run = before[chosen[index]] else { return (nil, nil) }
          let ending = run.iterate(tolerance, limit: limit) { report($0, board, part: chosen[index]) }
          return ending == .done ? (run, nil) : (nil, run.refusal)
        }
        guard board.goesOn else { throw .cancelled }
        for (index, ended) in zip(chosen, iterated) {
          runs[index] = ended.run
          refusal = refusal ?? ended.refusal
        }
      }
    }
    let best = runs.ranking.first
    guard let best, var run = runs[best] else { throw .degenerate(components: components, reason: refusal) }

    let top = run.logLikelihood
    let hits = runs.count { $0.map { top - $0.logLikelihood < Self.sameOptimum * own.totalWeight } ?? false }
    if own.count < rows.count {
      guard let moved = run.moved(to: rows, self) else { throw .degenerate(components: components) }
      run = moved
      switch run.iterate(tolerance, limit: maxIterations, { report($0, board, part: starts.count) }) {
      case .cancelled: throw .cancelled
      case .degenerate: throw .degenerate(components: components, reason: run.refusal)
      case .done: break
      }
    }
    for part in 0...starts.count {
      guard board.report(part: part, fraction: 1) else { throw .cancelled }
    }
    // On a sample, log-likelihoods are those of a row of the sample times the rows.
    let unit = rows.totalWeight / own.totalWeight / rows.weightScale
    return MixtureSearchOutcome(
      run: run,
      starts: zip(starts, runs).map { start, run in
        MixtureFit.Start(name: start.name, logLikelihood: run.map { $0.logLikelihood * unit })
      }, hitRate: Double(hits) / Double(max(1, starts.count)))
  }

  func report(_ run: MixtureRun, _ board: ProgressBoard, part: Int) -> Bool {
    board.report(part: part, fraction: run.converged ? 1 : Double(run.trace.count) / Double(maxIterations))
  }
}

extension [MixtureRun?] {
  /// The runs that there are, the highest log-likelihood first, equal ones in order.
  fileprivate var ranking: [Int] {
    indices.filter { self[$0] != nil }.sorted { a, b in
      let (one, other) = (self[a]?.logLikelihood ?? -.infinity, self[b]?.logLikelihood ?? -.infinity)
      return one == other ? a < b : one > other
    }
  }
}
