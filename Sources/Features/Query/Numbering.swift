internal import Synchronization

/// Counts upwards from 1, from any thread.
package final class Numbering: Sendable {
  private let last = Mutex(0)

  package init() {}

  package func next() -> Int {
    last.withLock { number in
      number += 1
      return number
    }
  }
}
