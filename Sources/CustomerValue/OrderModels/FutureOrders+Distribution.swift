internal import Foundation

extension FutureOrders {
  /// The probabilities of 0, 1, 2, ... orders within `horizon`, up to where less than 1e-10 is left (or `most` orders).
  ///
  /// Exact for NBD, (M)BG/NBD and BG/BB. For Pareto/NBD the mixture of negative binomials over the time of leaving, by
  /// Gauss-Legendre in its distribution function.
  public func distribution(within horizon: Double, most: Int = 100_000) -> [Double] {
    guard horizon > 0, probabilityAlive > 0 else { return [1] }
    var result: [Double]
    switch process {
    case .never(let r, let alpha): result = Self.counts(r: r, alpha: alpha, t: horizon, a: nil, b: 0, most: most)
    case .afterOrders(let r, let alpha, let a, let b):
      result = Self.counts(r: r, alpha: alpha, t: horizon, a: a, b: b, most: most)
    case .anyTime(let r, let alpha, let s, let beta):
      let survival = exp(-s * log1p(horizon / beta))
      result = Self.counts(r: r, alpha: alpha, t: horizon, a: nil, b: 0, most: most).map { $0 * survival }
      let panels = 16
      let rule = Quadrature.twelve
      let width = (1 - survival) / Double(panels)
      for panel in 0..<panels {
        for i in rule.nodes.indices {
          let v = width * (Double(panel) + 0.5 + 0.5 * rule.nodes[i])
          let time = beta * expm1(-log1p(-v) / s)
          let part = Self.counts(r: r, alpha: alpha, t: time, a: nil, b: 0, most: most)
          while result.count < part.count { result.append(0) }
          for n in part.indices { result[n] += width / 2 * rule.weights[i] * part[n] }
        }
      }
    case .opportunities(let alpha, let beta, let gamma, let delta):
      result = Self.opportunityCounts(alpha, beta, gamma, delta, Int(min(horizon, 5000)))
    }
    result = result.map { $0 * probabilityAlive }
    result[0] += 1 - probabilityAlive
    return result
  }

  /// The smallest number of orders that at least `share` of the possible futures do not exceed.
  public func quantile(_ share: Double, within horizon: Double) -> Int {
    var sum = 0.0
    let probabilities = distribution(within: horizon)
    for (count, probability) in probabilities.enumerated() {
      sum += probability
      if sum >= share { return count }
    }
    return probabilities.count - 1
  }

  /// Counts of a Gamma-mixed Poisson process up to `t`, cut off after an order with a Beta(`a`, `b`) probability.
  private static func counts(r: Double, alpha: Double, t: Double, a: Double?, b: Double, most: Int) -> [Double] {
    let logOne = -log1p(t / alpha)
    let ratio = t / (alpha + t)
    var logCount = r * logOne
    var count = exp(logCount)
    var result = [count]
    var reached = 1 - count
    var kept = 1.0
    var left = 1 - count
    var n = 0.0
    while left > 1e-10, result.count <= most {
      logCount += log((r + n) / (n + 1) * ratio)
      count = exp(logCount)
      n += 1
      let probability: Double
      if let a {
        // Stayed through n orders and had just n; or left at the n-th, whatever would have followed.
        let stays = kept * (b + n - 1) / (a + b + n - 1)
        probability = stays * count + (kept - stays) * max(0, reached)
        kept = stays
      } else {
        probability = count
      }
      reached -= count
      result.append(probability)
      left -= probability
    }
    return result
  }

  /// Counts over `n` opportunities: Beta-binomial up to the last one lived.
  private static func opportunityCounts(
    _ alpha: Double, _ beta: Double, _ gamma: Double, _ delta: Double, _ n: Int
  ) -> [Double] {
    var result = [Double](repeating: 0, count: n + 1)
    var alive = 1.0
    let logBeta = SpecialFunctions.logBeta
    for lived in 0...n {
      let next = lived == n ? 0 : alive * (delta + Double(lived)) / (gamma + delta + Double(lived))
      let share = alive - next
      alive = next
      for k in 0...lived {
        let choose = -log(Double(lived + 1)) - logBeta(Double(k + 1), Double(lived - k + 1))
        result[k] += share * exp(choose + logBeta(alpha + Double(k), beta + Double(lived - k)) - logBeta(alpha, beta))
      }
    }
    return result
  }

  /// The probability of at least one order within `time`.
  public func probabilityOfOrder(within time: Double) -> Double {
    guard time > 0 else { return 0 }
    switch process {
    // Nobody leaves before ordering.
    case .never(let r, let alpha), .afterOrders(let r, let alpha, _, _):
      return -probabilityAlive * expm1(-r * log1p(time / alpha))
    case .anyTime(let r, let alpha, let s, let beta):
      let integral = PowerIntegral(alpha: alpha, p: r + 1, beta: beta, q: s, from: 0, to: min(time, 1e12))
      return probabilityAlive * min(1, exp(integral.log + log(r) + r * log(alpha) + s * log(beta)))
    case .opportunities(let alpha, let beta, let gamma, let delta):
      var (alive, silent, sum) = (1.0, 1.0, 0.0)
      for i in 0..<Int(min(time, 1e6)) {
        let i = Double(i)
        alive *= (delta + i) / (gamma + delta + i)
        sum += alive * silent * alpha / (alpha + beta + i)
        silent *= (beta + i) / (alpha + beta + i)
        if alive * silent < 1e-16 { break }
      }
      return probabilityAlive * sum
    }
  }

  /// The time by which the next order has come with probability `share` (0 < `share` < 1): the quantiles of its date.
  ///
  /// Nil when it never comes with so great a probability, because the customer may be gone.
  public func timeToNextOrder(_ share: Double) -> Double? {
    guard share > 0, share < 1, probabilityAlive > share else { return nil }
    switch process {
    case .never(let r, let alpha), .afterOrders(let r, let alpha, _, _):
      return alpha * expm1(-log1p(-share / probabilityAlive) / r)
    case .anyTime, .opportunities:
      let most = 1e6
      guard probabilityOfOrder(within: most) > share else { return nil }
      var (low, high) = (0.0, 1.0)
      while probabilityOfOrder(within: high) < share { (low, high) = (high, high * 2) }
      for _ in 0..<100 where high - low > 1e-9 * high {
        let middle = (low + high) / 2
        if probabilityOfOrder(within: middle) < share { low = middle } else { high = middle }
      }
      if case .opportunities = process { return high.rounded(.up) }
      return high
    }
  }
}
