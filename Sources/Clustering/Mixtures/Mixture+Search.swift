internal import LinearAlgebra

/// The best run of several starts, and what became of each.
struct MixtureSearchOutcome: Sendable {
  var run: MixtureRun
  var starts: [MixtureFit.Start]
  var hitRate: Double
}

extension Mixture {
  /// Iterations of every start before the best are chosen.
  private static let shortIterations = 20
  /// Starts that are iterated to convergence; more only when these degenerate. Latent classes show late which is best.
  private var finalists: Int { blocks.contains { $0.kind.covarianceFamily != nil } ? 3 : 8 }
  /// Two log-likelihoods are those of one optimum when they differ by less than this a row.
  private static let sameOptimum = 1e-4

  /// Runs all starts for a short while, the best to convergence, and of these the best on all rows.
  func search(
    _ rows: MixtureRows, _ starting: StartingRows, starts: [MixtureStart], observer: FitObserver?
  ) throws(FitError) -> MixtureSearchOutcome {
    let board = ProgressBoard(parts: starts.count + 1, observer: observer)
    let own = starting.rows
    var runs = Parallel.map(count: starts.count) { index -> MixtureRun? in
      guard var run = begin(starts[index], starting) else { return nil }
      let ending = run.iterate(tolerance, limit: min(Self.shortIterations, maxIterations)) {
        report($0, board, part: index)
      }
      return ending == .done ? run : nil
    }
    guard board.goesOn else { throw .cancelled }

    let ranked = runs.indices.filter { runs[$0] != nil }
      .sorted { (runs[$0]?.logLikelihood ?? 0, -$0) > (runs[$1]?.logLikelihood ?? 0, -$1) }
    var best: Int?
    for first in stride(from: 0, to: ranked.count, by: finalists) where best == nil {
      let chosen = Array(ranked[first..<min(first + finalists, ranked.count)])
      let before = runs
      let finished = Parallel.map(count: chosen.count) { index -> MixtureRun? in
        guard var run = before[chosen[index]] else { return nil }
        let ending = run.iterate(tolerance, limit: maxIterations) { report($0, board, part: chosen[index]) }
        return ending == .done ? run : nil
      }
      guard board.goesOn else { throw .cancelled }
      for (index, run) in zip(chosen, finished) {
        runs[index] = run
        if let run, run.logLikelihood > best.flatMap({ runs[$0]?.logLikelihood }) ?? -.infinity { best = index }
      }
    }
    guard let best, var run = runs[best] else { throw .degenerate(components: components) }

    let top = run.logLikelihood
    let hits = runs.count { $0.map { top - $0.logLikelihood < Self.sameOptimum * own.totalWeight } ?? false }
    if own.count < rows.count {
      guard let moved = run.moved(to: rows, self) else { throw .degenerate(components: components) }
      run = moved
      switch run.iterate(tolerance, limit: maxIterations, { report($0, board, part: starts.count) }) {
      case .cancelled: throw .cancelled
      case .degenerate: throw .degenerate(components: components)
      case .done: break
      }
    }
    guard board.report(part: starts.count, fraction: 1) else { throw .cancelled }
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
