internal import Foundation

/// How the values of two samples compare, from the sum of the ranks of one.
extension Effect {
  /// Cliff's delta of `own` values, whose mid-ranks among `own + others` values sum to `rankSum`.
  ///
  /// The interval is Newcombe's for the area under the curve (Statistics in Medicine, 2006, method 5); the p-value that
  /// of Mann & Whitney (1947) with the correction for ties, whose sum of t^3 - t is `ties`.
  init?(own: Int, others: Int, rankSum: Double, ties: Double) {
    guard own > 0, others > 0 else { return nil }
    let (m, n) = (Double(own), Double(others))
    let area = min(1, max(0, (rankSum - m * (m + 1) / 2) / (m * n)))
    let total = m + n
    let variance = m * n / 12 * (total + 1 - (total > 1 ? ties / (total * (total - 1)) : 0))
    let z = variance > 0 ? abs(area - 0.5) * m * n / variance.squareRoot() : 0
    let ends = Effect.areaInterval(area, own: m, others: n)
    self.init(
      delta: 2 * area - 1, low: 2 * ends.low - 1, high: 2 * ends.high - 1, p: Effect.twoSided(z), q: 1)
  }

  /// The difference of two shares, of `own` and of `others` customers, with Newcombe's interval (1998, method 10) and the
  /// p-value of the pooled normal approximation.
  init?(own: Int, with: Int, others: Int, othersWith: Int) {
    guard own > 0, others > 0 else { return nil }
    let (m, n) = (Double(own), Double(others))
    let (p1, p2) = (Double(with) / m, Double(othersWith) / n)
    let (one, two) = (Effect.wilson(p1, m), Effect.wilson(p2, n))
    func root(_ a: Double, _ b: Double) -> Double { (a * a + b * b).squareRoot() }
    let difference = p1 - p2
    let pooled = Double(with + othersWith) / (m + n)
    let variance = pooled * (1 - pooled) * (1 / m + 1 / n)
    self.init(
      delta: difference, low: max(-1, difference - root(p1 - one.low, two.high - p2)),
      high: min(1, difference + root(one.high - p1, p2 - two.low)),
      p: variance > 0 ? Effect.twoSided(abs(difference) / variance.squareRoot()) : 1, q: 1)
  }

  /// The standard normal quantile of a 95% interval.
  private static let z95 = 1.959963984540054

  private static func twoSided(_ z: Double) -> Double { erfc(z / 2.0.squareRoot()) }

  /// Wilson's score interval (1927) of a share `p` of `n`.
  public static func wilson(_ p: Double, _ n: Double) -> (low: Double, high: Double) {
    let square = z95 * z95
    let centre = (p + square / (2 * n)) / (1 + square / n)
    let half = z95 / (1 + square / n) * (p * (1 - p) / n + square / (4 * n * n)).squareRoot()
    return (max(0, centre - half), min(1, centre + half))
  }

  /// The areas that lie no further from `area` than 1.96 of their own standard deviations.
  private static func areaInterval(_ area: Double, own m: Double, others n: Double) -> (low: Double, high: Double) {
    let extra = (m + n) / 2 - 1
    func excess(_ theta: Double) -> Double {
      let spread = theta * (1 - theta) / (m * n) * (1 + extra * ((1 - theta) / (2 - theta) + theta / (1 + theta)))
      return abs(theta - area) - z95 * max(0, spread).squareRoot()
    }
    // Inside the interval the excess is negative, at its ends 0.
    func end(_ outside: Double) -> Double {
      var (inner, outer) = (area, outside)
      guard excess(outer) > 0 else { return outer }
      for _ in 0..<60 {
        let middle = (inner + outer) / 2
        if excess(middle) > 0 { outer = middle } else { inner = middle }
      }
      return (inner + outer) / 2
    }
    // At 0 and 1 the spread is 0: step inside, where the interval of a perfect separation ends.
    let inside = 1e-9
    let start = min(1 - inside, max(inside, area))
    return start == area ? (end(0), end(1)) : area < 0.5 ? (0, end(1)) : (end(0), 1)
  }
}

/// Adjusts p-values for many comparisons.
enum FalseDiscovery {
  /// The least rates of false discoveries at which each of `p` counts as one (Benjamini & Hochberg, 1995).
  static func adjusted(_ p: [Double]) -> [Double] {
    let order = p.indices.sorted { p[$0] > p[$1] }
    var adjusted = p
    var least = 1.0
    for (place, index) in order.enumerated() {
      least = min(least, p[index] * Double(p.count) / Double(p.count - place))
      adjusted[index] = least
    }
    return adjusted
  }
}
