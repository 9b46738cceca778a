internal import Foundation
internal import Pipeline
internal import Synchronization

/// One line on a terminal that says what is being done, how long it has taken, and about how long it will.
final class ProgressLine: Sendable {
  private struct State {
    var stage = ""
    var fraction: Double?
    var expected: Double?
    var best: String?
    var began = Date()
    var hasEnded = false
  }

  private let state = Mutex<State>(State())

  init() {
    guard Terminal.isErrorTerminal else { return }
    Thread.detachNewThread { [weak self] in
      while true {
        Thread.sleep(forTimeInterval: 0.25)
        guard let self, self.show() else { return }
      }
    }
  }

  /// For a pipeline to report to.
  var observer: ProgressObserver {
    { [weak self] progress in
      self?.state.withLock { state in
        if state.stage != progress.stage { state.began = Date() }
        state.stage = progress.stage
        state.fraction = progress.fraction
        state.expected = progress.expectedSeconds
        state.best = progress.best
      }
    }
  }

  /// Ends the line.
  func end() {
    state.withLock { $0.hasEnded = true }
    Terminal.clearProgress()
  }

  /// Shows the line, once there is something to say; false when it has ended.
  private func show() -> Bool {
    let state = state.withLock { $0 }
    guard !state.hasEnded else { return false }
    let elapsed = Date().timeIntervalSince(state.began)
    guard !state.stage.isEmpty, elapsed > 0.5 else { return true }
    var line = "\(state.stage): \(ProgressLine.duration(elapsed))"
    if let expected = state.expected, expected > 2 {
      line += elapsed < expected ? ", about \(ProgressLine.duration(expected - elapsed)) left" : ", nearly done"
    } else if let fraction = state.fraction, fraction > 0.02, elapsed > 1 {
      line += ", \(Int(fraction * 100))%, about \(ProgressLine.duration(elapsed * (1 - fraction) / fraction)) left"
    }
    if let best = state.best { line += ", best so far: \(best)" }
    Terminal.progress(line)
    return true
  }

  private static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }
}
