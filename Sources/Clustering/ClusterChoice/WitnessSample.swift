internal import LinearAlgebra
internal import Randomness

/// Rows that tests of structure look at: at most a given number, every one counting the same.
///
/// They depend on what the rows hold and weigh, not on where they stand, and a whole weight is that many equal rows.
struct WitnessSample: Sendable {
  /// Indices into the data, in canonical order; a heavy row may come several times.
  let rows: [Int]

  /// At most `limit` of checked rows; `order` is their canonical order, when known.
  init(_ x: Matrix, weights: [Double]?, limit: Int, seed: UInt64, order: [Int]? = nil) {
    let order = (order ?? x.canonicalOrder(weights: weights)).filter { weights?[$0] ?? 1 > 0 }
    guard let weights else {
      self.init(order, weights: nil, total: order.count, limit: limit, seed: seed)
      return
    }
    let own = order.map { weights[$0] }
    let sum = CompensatedSum(own).value
    let areCounts = sum < 1e15 && own.allSatisfy { $0 == $0.rounded() }
    self.init(order, weights: own, total: areCounts ? Int(sum) : order.count, limit: limit, seed: seed)
  }

  private init(_ order: [Int], weights: [Double]?, total: Int, limit: Int, seed: UInt64) {
    let count = min(limit, total)
    if weights == nil, total <= limit {
      rows = order
    } else {
      var random = RandomStream(seed: seed, index: -1)
      let drawn = systematicSample(count, weights: weights ?? order.map { _ in 1 }, &random)
      rows = drawn.map { order[$0] }
    }
  }
}
