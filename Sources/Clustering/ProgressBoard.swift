internal import Synchronization

/// Where parts of a fit that run side by side report, and learn whether to go on.
final class ProgressBoard: Sendable {
  private struct State {
    var fractions: [Double]
    var best: Double?
    var bestCriterion: Double?
    var isCancelled = false
  }
  private let state: Mutex<State>
  private let observer: FitObserver?

  /// A board for `parts` equal parts.
  init(parts: Int, observer: FitObserver?) {
    state = Mutex(State(fractions: [Double](repeating: 0, count: parts)))
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
      let done = state.fractions.reduce(0, +) / Double(state.fractions.count)
      let progress = FitProgress(
        fraction: min(1, done), bestInertia: state.best, bestCriterion: state.bestCriterion)
      state.isCancelled = !observer(progress)
      return !state.isCancelled
    }
  }

  /// Whether nobody asked to stop.
  var goesOn: Bool { state.withLock { !$0.isCancelled } }
}
