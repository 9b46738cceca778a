internal import Dispatch
internal import Foundation
internal import Synchronization

/// Work cut into fixed pieces and spread over the cores, with results in the order of the pieces.
///
/// The pieces depend on the data alone, never on the number of workers, and partial results come back in the order of
/// the pieces: whatever is reduced from them has the same bits at any ``workers``.
public enum Parallel {
  /// Rows in one piece of ``map(rows:_:)``: large enough to hide the cost of handing out, small enough to balance.
  public static let rowsPerPiece = 16_384

  private static let limit = Atomic<Int>(max(1, ProcessInfo.processInfo.activeProcessorCount))

  /// How many threads work at once, at least 1; all cores unless set. One setting for the whole process.
  public static var workers: Int {
    get { limit.load(ordering: .relaxed) }
    set { limit.store(max(1, newValue), ordering: .relaxed) }
  }

  /// The results of `body` for 0, 1, ..., `count` - 1, in that order, computed on up to ``workers`` threads.
  public static func map<Result: Sendable>(count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
    let threads = min(workers, count)
    guard threads > 1 else { return (0..<max(0, count)).map(body) }
    let next = Atomic<Int>(0)
    let results = Mutex<[Result?]>([Result?](repeating: nil, count: count))
    let level = Kernels.current
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      Kernels.run(at: level) {
        while true {
          let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard index < count else { return }
          let result = body(index)
          results.withLock { $0[index] = result }
        }
      }
    }
    return results.withLock { finished in finished.compactMap { $0 } }
  }

  /// The results of `body` for consecutive ranges of at most ``rowsPerPiece`` rows that together cover `rows`.
  public static func map<Result: Sendable>(rows: Int, _ body: @Sendable (Range<Int>) -> Result) -> [Result] {
    map(count: (rows + rowsPerPiece - 1) / rowsPerPiece) { piece in
      body(piece * rowsPerPiece..<min(rows, (piece + 1) * rowsPerPiece))
    }
  }
}
