internal import Dispatch
internal import Foundation
internal import Warehouse

/// Ctrl-C, a polite kill and a closed pipe.
enum Signals {
  private static let queue = DispatchQueue(label: "tessera.signals")

  /// From here on signals ask the work to stop instead of ending it, and a closed pipe is an error of one write.
  static func install() {
    signal(SIGPIPE, SIG_IGN)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        // Kept alive by its own handler: it lasts as long as the process.
        withExtendedLifetime(source) { answer() }
      }
      source.resume()
    }
  }

  private static func answer() {
    // The second time the user means at once; whatever was being written is removed all the same. `_exit`, because the
    // engine's threads still run and must not see its globals destroyed.
    if Interruption.isRequested {
      Interruption.removeScratch()
      _exit(Failure.interrupted)
    }
    Interruption.request()
    // Work that cannot be asked (a read that waits for input) gets a moment, then ends all the same.
    queue.asyncAfter(deadline: .now() + 2) {
      Interruption.removeScratch()
      Terminal.error("tessera: \(WarehouseError.interrupted)")
      _exit(Failure.interrupted)
    }
  }
}
