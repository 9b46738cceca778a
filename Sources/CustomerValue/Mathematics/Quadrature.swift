internal import Foundation

/// Gauss-Legendre quadrature with a fixed number of nodes on [-1, 1].
struct Quadrature: Sendable {
  /// The nodes, ascending.
  let nodes: [Double]
  /// Their weights, with sum 2.
  let weights: [Double]

  static let twelve = Quadrature(12)
  static let twentyFour = Quadrature(24)

  /// The rule of `count` nodes, by Newton's method on the Legendre polynomial from Tricomi's first guess.
  init(_ count: Int) {
    var nodes: [Double] = []
    var weights: [Double] = []
    for i in (0..<count).reversed() {
      var x = cos(.pi * (Double(i) + 0.75) / (Double(count) + 0.5))
      var slope = 1.0
      for _ in 0..<100 {
        var p0 = 1.0
        var p1 = x
        for k in 2...max(2, count) {
          (p0, p1) = (p1, ((2 * Double(k) - 1) * x * p1 - (Double(k) - 1) * p0) / Double(k))
        }
        slope = Double(count) * (x * p1 - p0) / (x * x - 1)
        let step = p1 / slope
        x -= step
        if abs(step) < 1e-16 { break }
      }
      nodes.append(x)
      weights.append(2 / ((1 - x * x) * slope * slope))
    }
    self.nodes = nodes
    self.weights = weights
  }

  /// The integral of `body` from `low` to `high`.
  func integrate(_ low: Double, _ high: Double, _ body: (Double) -> Double) -> Double {
    let half = (high - low) / 2
    let middle = (high + low) / 2
    var sum = 0.0
    for i in nodes.indices { sum += weights[i] * body(middle + half * nodes[i]) }
    return sum * half
  }
}

/// The integral of (alpha + t)^(-p) (beta + t)^(-q) between two times, with the averages that its gradient is made of.
///
/// Equal to a difference of 2F1 values (Fader & Hardie, 2005, "A note on deriving the Pareto/NBD model"), but a sum of
/// positive terms throughout: no cancellation when alpha and beta differ, and derivatives in all four parameters are
/// averages under the same nodes. With u = log(min(alpha, beta) + t) the integrand is analytic within pi of the real
/// axis, so that 24 Gauss-Legendre nodes on panels of length at most 6, over which it falls by at most e^20, give 13
/// digits. Domain: alpha, beta > 0; p, q >= 0; 0 <= low <= high, high finite.
struct PowerIntegral {
  /// The logarithm of the integral; -infinity when it is empty.
  private(set) var log = -Double.infinity
  /// The averages of log(alpha + t), 1 / (alpha + t), log(beta + t) and 1 / (beta + t) under the integrand.
  private(set) var logAlpha = 0.0
  private(set) var inverseAlpha = 0.0
  private(set) var logBeta = 0.0
  private(set) var inverseBeta = 0.0

  init(alpha: Double, p: Double, beta: Double, q: Double, from low: Double, to high: Double) {
    guard high > low else { return }
    let c = min(alpha, beta)
    let start = Foundation.log(c + low)
    var end = Foundation.log(c + high)
    let reference = p * Foundation.log(alpha + low) + q * Foundation.log(beta + low)
    func drop(_ u: Double) -> Double {
      let t = exp(u) - c
      return p * Foundation.log(alpha + t) + q * Foundation.log(beta + t) - reference
    }
    // What has fallen by e^60 and more is not looked at.
    if drop(end) > 60 {
      var inside = start
      for _ in 0..<60 where end - inside > 1e-3 * (end - start) {
        let middle = (inside + end) / 2
        if drop(middle) > 60 { end = middle } else { inside = middle }
      }
    }
    let panels = max(1, min(200, max(Int((end - start) / 6) + 1, Int(drop(end) / 20) + 1)))
    let rule = Quadrature.twentyFour
    let half = (end - start) / Double(panels) / 2
    var sums = (0.0, 0.0, 0.0, 0.0, 0.0)
    for panel in 0..<panels {
      let middle = start + half * Double(2 * panel + 1)
      for i in rule.nodes.indices {
        let e = exp(middle + half * rule.nodes[i])
        let t = e - c
        let la = Foundation.log(alpha + t)
        let lb = Foundation.log(beta + t)
        let f = rule.weights[i] * e * exp(reference - p * la - q * lb)
        sums.0 += f
        sums.1 += f * la
        sums.2 += f / (alpha + t)
        sums.3 += f * lb
        sums.4 += f / (beta + t)
      }
    }
    guard sums.0 > 0 else { return }
    log = Foundation.log(sums.0 * half) - reference
    logAlpha = sums.1 / sums.0
    inverseAlpha = sums.2 / sums.0
    logBeta = sums.3 / sums.0
    inverseBeta = sums.4 / sums.0
  }
}
