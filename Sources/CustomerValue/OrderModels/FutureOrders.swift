internal import Foundation
public import Randomness

/// What one customer will do from now on: orders in a window, the date of the next, their discounted number.
///
/// Times are in the unit of the model and count from the end of the history; for BG/BB they are numbers of opportunities,
/// and fractions are cut off.
public struct FutureOrders: Sendable, Hashable {
  /// The distribution of rate and dropout of a customer who is alive.
  enum Process: Sendable, Hashable {
    case never(r: Double, alpha: Double)
    case afterOrders(r: Double, alpha: Double, a: Double, b: Double)
    case anyTime(r: Double, alpha: Double, s: Double, beta: Double)
    case opportunities(alpha: Double, beta: Double, gamma: Double, delta: Double)
  }

  let process: Process
  /// The probability that there is a future at all.
  public let probabilityAlive: Double

  init(_ process: Process, probabilityAlive: Double) {
    self.process = process
    self.probabilityAlive = probabilityAlive
  }

  /// The expected number of orders within `horizon`; 0 when it is not above 0.
  ///
  /// Pareto/NBD and NBD in closed form, BG/BB as a sum. (M)BG/NBD as the mean over the dropout probability p of
  /// (1 - (alpha / (alpha + p t))^r) / p, by Gauss-Legendre on panels in the logit of p: the closed form (Fader, Hardie
  /// & Lee, 2005, equation 10) divides by a - 1 and cancels near a = 1.
  public func expected(within horizon: Double) -> Double { probabilityAlive * expectedWhenAlive(within: horizon) }

  private func expectedWhenAlive(within horizon: Double) -> Double {
    guard horizon > 0 else { return 0 }
    switch process {
    case .never(let r, let alpha): return r * horizon / alpha
    case .afterOrders(let r, let alpha, let a, let b):
      return Self.expectedBeforeDropout(r: r, alpha: alpha, a: a, b: b, t: horizon)
    case .anyTime(let r, let alpha, let s, let beta):
      return r * beta / alpha * SpecialFunctions.decayIntegral(s - 1, log1p(horizon / beta))
    case .opportunities(let alpha, let beta, let gamma, let delta):
      var alive = 1.0
      var sum = 0.0
      for i in 0..<Int(min(horizon, 1e6)) {
        alive *= (delta + Double(i)) / (gamma + delta + Double(i))
        sum += alive
      }
      return sum * alpha / (alpha + beta)
    }
  }

  private static func expectedBeforeDropout(r: Double, alpha: Double, a: Double, b: Double, t: Double) -> Double {
    // What dropout takes away from r t / alpha falls to 0 like p at the left end, however small a is.
    let undisturbed = r * t / alpha
    let whole = SpecialFunctions.logBeta(a, b)
    func lost(_ y: Double) -> Double {
      let logP = -log1p(exp(-y))
      let logQ = -y + logP
      let p = exp(logP)
      let density = exp(a * (y > -700 ? logP : y) + b * logQ - whole)
      return density * (undisturbed + expm1(-r * log1p(p * t / alpha)) / p)
    }
    let centre = min(30, max(-30, log((a + 1) / b)))
    let first = min(2, 2 * (1 / (a + 1) + 1 / b).squareRoot())
    var total = 0.0
    for side in [-1.0, 1.0] {
      var edge = centre
      var width = first
      for _ in 0..<200 {
        let far = edge + side * width
        let part = Quadrature.twelve.integrate(min(edge, far), max(edge, far), lost)
        total += part
        edge = far
        if part <= 1e-15 * total || edge < -600 || edge > 600 { break }
        width = edge > 30 ? width * 1.5 : min(3, width * 1.3)
      }
    }
    return max(0, undisturbed - total)
  }

  /// The expected number of orders, one in time t counting exp(-`rate` t), without end.
  ///
  /// `rate` > 0 is the continuous rate of discount for one unit of time (for 10% a year and weeks, ln(1.1) / 52); for BG/BB
  /// an order at opportunity i counts (1 + `rate`)^(-i). Times a margin an order it is the residual value. The integral
  /// over e^(-y) of the orders expected within y / rate, on fixed panels.
  public func discounted(rate: Double) -> Double? {
    guard rate > 0, rate.isFinite else { return nil }
    switch process {
    case .never(let r, let alpha): return probabilityAlive * r / (alpha * rate)
    case .opportunities(let alpha, let beta, let gamma, let delta):
      let z = 1 / (1 + rate)
      guard let sum = SpecialFunctions.hypergeometricOne(delta + 1, gamma + delta + 1, z) else { return nil }
      return probabilityAlive * alpha / (alpha + beta) * delta / (gamma + delta) * z * sum
    case .afterOrders, .anyTime:
      let edges = [0, 1e-3, 1e-2, 0.1, 0.5, 1, 2, 4, 7, 12, 20, 40]
      var sum = 0.0
      for (low, high) in zip(edges, edges.dropFirst()) {
        sum += Quadrature.twelve.integrate(low, high) { exp(-$0) * expectedWhenAlive(within: $0 / rate) }
      }
      return probabilityAlive * sum
    }
  }

  /// One possible number of orders within `horizon`: latent rate and dropout are drawn, then the orders.
  public func draw(within horizon: Double, using random: inout RandomStream) -> Int {
    guard horizon > 0, probabilityAlive >= 1 || random.uniform() < probabilityAlive else { return 0 }
    switch process {
    case .never(let r, let alpha):
      return random.poisson(mean: random.gamma(shape: r) / alpha * horizon)
    case .afterOrders(let r, let alpha, let a, let b):
      // The coin after each order does not depend on when the orders come.
      let orders = random.poisson(mean: random.gamma(shape: r) / alpha * horizon)
      return orders == 0 ? 0 : min(orders, random.geometric(random.beta(a, b)))
    case .anyTime(let r, let alpha, let s, let beta):
      let lifetime = random.exponential() / (random.gamma(shape: s) / beta)
      return random.poisson(mean: random.gamma(shape: r) / alpha * min(lifetime, horizon))
    case .opportunities(let alpha, let beta, let gamma, let delta):
      let lived = min(Int(min(horizon, 1e6)), random.geometric(random.beta(gamma, delta)) - 1)
      guard lived > 0 else { return 0 }
      let p = random.beta(alpha, beta)
      return (0..<lived).reduce(0) { count, _ in random.uniform() < p ? count + 1 : count }
    }
  }
}
