internal import Dispatch
internal import Foundation
internal import Pipeline
internal import Synchronization

/// One line on a terminal that says what is being done, how long it has taken, and about how long it will.
final class ProgressLine: Sendable {
  private struct State {
    var stage = ""
    var fraction: Double?
    var began = Date()
  }

  private let state = Mutex<State>(State())
  private let timer: any DispatchSourceTimer

  init() {
    timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "tessera.progress"))
    guard Terminal.isErrorTerminal else { return }
    timer.setEventHandler { [weak self] in self?.show() }
    timer.schedule(deadline: .now() + 0.5, repeating: 0.25)
    timer.resume()
  }

  /// For a pipeline to report to.
  var observer: ProgressObserver {
    { [weak self] progress in
      self?.state.withLock { state in
        if state.stage != progress.stage { state.began = Date() }
        state.stage = progress.stage
        state.fraction = progress.fraction
      }
    }
  }

  /// Ends the line.
  func end() {
    if Terminal.isErrorTerminal { timer.cancel() }
    Terminal.clearProgress()
  }

  private func show() {
    let (stage, fraction, began) = state.withLock { ($0.stage, $0.fraction, $0.began) }
    guard !stage.isEmpty else { return }
    let elapsed = Date().timeIntervalSince(began)
    var line = "\(stage): \(ProgressLine.duration(elapsed))"
    if let fraction, fraction > 0.02, elapsed > 1 {
      line += ", \(Int(fraction * 100))%, about \(ProgressLine.duration(elapsed * (1 - fraction) / fraction)) left"
    }
    Terminal.progress(line)
  }

  private static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }
}
