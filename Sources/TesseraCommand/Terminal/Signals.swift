internal import Dispatch
internal import Foundation
internal import Warehouse

/// Ctrl-C, a polite kill and a closed pipe.
enum Signals {
  private static let queue = DispatchQueue(label: "tessera.signals")
  private static let sources: [any DispatchSourceSignal] = [SIGINT, SIGTERM, SIGHUP].map { number in
    let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
    source.setEventHandler {
      // The second time the user means at once; whatever was being written is removed all the same.
      if Interruption.isRequested {
        Interruption.removeScratch()
        Foundation.exit(Failure.interrupted)
      }
      Interruption.request()
    }
    return source
  }

  /// From here on signals ask the work to stop instead of ending it, and a closed pipe is an error of one write.
  static func install() {
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { unsafe _ = signal(number, SIG_IGN) }
    for source in sources { source.resume() }
  }
}
