internal import Synchronization

/// Where parts of a fit that run side by side report, and learn whether to go on.
final class ProgressBoard: Sendable {
  private struct State {
    var fractions: [Double]
    let work: [Double]
    let total: Double
    var best: Double?
    var bestCriterion: Double?
    var isCancelled = false
  }
  private let state: Mutex<State>
  private let observer: FitObserver?

  /// A board for `parts` equal parts.
  convenience init(parts: Int, observer: FitObserver?) {
    self.init(work: [Double](repeating: 1, count: parts), observer: observer)
  }

  /// A board for parts that are expected to be so much `work` each, in any unit.
  init(work: [Double], observer: FitObserver?) {
    // No rows are no work, and whoever works on them says so.
    let total = max(work.reduce(0, +), .leastNormalMagnitude)
    state = Mutex(State(fractions: work.map { _ in 0 }, work: work, total: total))
    self.observer = observer
  }

  /// Notes how far one part has come and tells the observer; false when the fit is to stop.
  func report(part: Int, fraction: Double, inertia: Double? = nil, criterion: Double? = nil) -> Bool {
    guard let observer else { return true }
    return state.withLock { state in
      state.fractions[part] = max(state.fractions[part], fraction)
      if let inertia { state.best = min(state.best ?? inertia, inertia) }
      if let criterion { state.bestCriterion = min(state.bestCriterion ?? criterion, criterion) }
      guard !state.isCancelled else { return false }
      // Added up as the total was, so that all of it done is 1.
      let done = zip(state.fractions, state.work).reduce(0) { $0 + $1.0 * $1.1 } / state.total
      let progress = FitProgress(
        fraction: min(1, done), bestInertia: state.best, bestCriterion: state.bestCriterion)
      state.isCancelled = !observer(progress)
      return !state.isCancelled
    }
  }

  /// Whether nobody asked to stop.
  var goesOn: Bool { state.withLock { !$0.isCancelled } }
}
