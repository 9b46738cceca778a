internal import Dispatch
import Foundation
import Synchronization

/// Whether the user has asked the running work to stop, and what must happen then.
///
/// One per process, like the signal it answers. Long work asks ``isRequested`` between steps; a connection registers
/// its cancellation, so that a running query ends at once; scratch files register their removal, so that even a second,
/// impatient Ctrl-C leaves nothing behind.
public enum Interruption {
  private static let requested = Atomic<Bool>(false)
  /// A queue of its own: the global one has no thread to spare while the machine's cores are all at work.
  private static let queue = DispatchQueue(label: "tessera.interruption")
  private static let registry = Mutex<Registry>(Registry())

  private struct Registry {
    var next = 0
    var cancellations: [Int: @Sendable () -> Void] = [:]
    var scratch: Set<String> = []
  }

  /// True once ``request()`` was called.
  public static var isRequested: Bool { requested.load(ordering: .acquiring) }

  /// Asks all running work to stop: running queries are cancelled, loops end at their next step.
  public static func request() {
    requested.store(true, ordering: .releasing)
    cancelAll()
  }

  /// Cancels what runs now, and again a little later while any connection is open: a cancellation that reaches an
  /// engine just before a statement starts has no effect on it.
  private static func cancelAll() {
    let cancellations = registry.withLock { Array($0.cancellations.values) }
    for cancel in cancellations { cancel() }
    guard !cancellations.isEmpty else { return }
    queue.asyncAfter(deadline: .now() + .milliseconds(100)) { cancelAll() }
  }

  /// Removes every registered scratch file and folder; the last act before the process ends.
  public static func removeScratch() {
    let paths = registry.withLock { registry in
      defer { registry.scratch = [] }
      return registry.scratch
    }
    for path in paths { try? FileManager.default.removeItem(atPath: path) }
  }

  static func onRequest(_ cancel: @escaping @Sendable () -> Void) -> Int {
    registry.withLock { registry in
      registry.next += 1
      registry.cancellations[registry.next] = cancel
      return registry.next
    }
  }

  static func forget(_ token: Int) {
    registry.withLock { _ = $0.cancellations.removeValue(forKey: token) }
  }

  static func register(scratch path: String) {
    registry.withLock { _ = $0.scratch.insert(path) }
  }

  static func forget(scratch path: String) {
    registry.withLock { _ = $0.scratch.remove(path) }
  }
}
