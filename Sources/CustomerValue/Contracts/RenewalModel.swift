internal import Foundation

/// How long customers of a plan stay: shifted beta-geometric (Fader & Hardie, 2007, "How to project customer retention").
///
/// At the end of each period a customer leaves with a probability of his own, which differs between customers as
/// Beta(alpha, beta). Retention rises with time though nobody changes: those who leave easily have left.
public struct RenewalModel: Sendable, Hashable, Codable {
  /// The parameters of the probability of leaving.
  public let alpha: Double
  /// See ``alpha``.
  public let beta: Double

  /// A model of known parameters.
  /// - Throws: ``CustomerValueError`` unless both are finite and above 0.
  public init(alpha: Double, beta: Double) throws(CustomerValueError) {
    for (name, value) in [("alpha", alpha), ("beta", beta)] where !(value > 0 && value.isFinite) {
      throw .parameter(name: name, requirement: "a finite number above 0")
    }
    (self.alpha, self.beta) = (alpha, beta)
  }

  /// The probability that a customer is still there after `periods` periods: B(alpha, beta + t) / B(alpha, beta).
  public func survival(_ periods: Int) -> Double {
    exp(
      SpecialFunctions.logBeta(alpha, beta + Double(max(0, periods))) - SpecialFunctions.logBeta(alpha, beta))
  }

  /// The share of those there after `periods` - 1 periods who stay for one more, `periods` from 1.
  public func retention(_ periods: Int) -> Double {
    let t = Double(max(1, periods))
    return (beta + t - 1) / (alpha + beta + t - 1)
  }

  /// The periods still expected of a customer who has stayed for `periods` renewals, discounted at `rate` a period: the
  /// residual lifetime of Fader & Hardie (2010, "Customer-base valuation in a contractual setting", equation 6).
  public func expectedPeriods(after periods: Int, discount rate: Double) -> Double? {
    guard rate > 0, rate.isFinite else { return nil }
    let n = Double(max(0, periods))
    // From the next renewal on: (beta + n) / (alpha + beta + n) x 2F1(1, beta + n + 1; alpha + beta + n + 1; 1 / (1 + d)).
    let z = 1 / (1 + rate)
    return SpecialFunctions.hypergeometricOne(beta + n + 1, alpha + beta + n + 1, z)
      .map { (beta + n) / (alpha + beta + n) * $0 }
  }
}

/// The result of fitting a ``RenewalModel``.
public struct RenewalFit: Sendable, Hashable {
  /// The model.
  public let model: RenewalModel
  /// Its log-likelihood.
  public let logLikelihood: Double
  /// Whether the optimiser came to rest.
  public let converged: Bool

  /// Fits to customers by the number of periods after which they left (n, 1 or more), or were last seen: `hasLeft` (n)
  /// tells which. `weights` count customers (n, >= 0).
  /// - Throws: ``CustomerValueError`` when nobody has left, or all have in the first period.
  public init(periods: [Int], hasLeft: [Bool], weights: [Double]? = nil) throws(CustomerValueError) {
    let n = periods.count
    guard hasLeft.count == n else { throw .columnCount(name: "hasLeft", have: hasLeft.count, need: n) }
    if let weights, weights.count != n { throw .columnCount(name: "weights", have: weights.count, need: n) }
    var left: [Int: Double] = [:]
    var stayed: [Int: Double] = [:]
    for row in 0..<n {
      let weight = weights?[row] ?? 1
      guard weight >= 0, weight.isFinite else { throw .weightInvalid(row: row) }
      guard periods[row] >= (hasLeft[row] ? 1 : 0) else { throw .negative(row: row, column: "periods") }
      if hasLeft[row] { left[periods[row], default: 0] += weight } else { stayed[periods[row], default: 0] += weight }
    }
    let total = left.values.reduce(0, +) + stayed.values.reduce(0, +)
    guard total > 0 else { throw .weightSum }
    guard left.values.contains(where: { $0 > 0 }) else { throw .noDropout }
    let leavers = left.sorted { $0.key < $1.key }
    let stayers = stayed.sorted { $0.key < $1.key }
    let (logBeta, digamma) = (SpecialFunctions.logBeta, SpecialFunctions.digamma)
    let objective = { (logs: [Double]) -> (value: Double, gradient: [Double]) in
      guard logs.allSatisfy({ abs($0) <= 15 }) else { return (.infinity, [0, 0]) }
      let (a, b) = (exp(logs[0]), exp(logs[1]))
      var value = 0.0
      var (slopeA, slopeB) = (0.0, 0.0)
      let whole = logBeta(a, b)
      let (wholeA, wholeB) = (digamma(a) - digamma(a + b), digamma(b) - digamma(a + b))
      for (t, weight) in leavers {
        let (c, d) = (a + 1, b + Double(t) - 1)
        value += weight * (logBeta(c, d) - whole)
        slopeA += weight * (digamma(c) - digamma(c + d) - wholeA)
        slopeB += weight * (digamma(d) - digamma(c + d) - wholeB)
      }
      for (t, weight) in stayers {
        let d = b + Double(t)
        value += weight * (logBeta(a, d) - whole)
        slopeA += weight * (digamma(a) - digamma(a + d) - wholeA)
        slopeB += weight * (digamma(d) - digamma(a + d) - wholeB)
      }
      return (-value / total, [-slopeA * a / total, -slopeB * b / total])
    }
    let rests = [[1.0, 3], [0.5, 0.5], [3, 20]].map { QuasiNewton().minimise(from: $0.map { log($0) }, objective) }
    guard let best = rests.filter({ $0.value.isFinite }).min(by: { $0.value < $1.value }) else {
      throw .notConverged(model: "shifted beta-geometric")
    }
    model = try RenewalModel(alpha: exp(best.point[0]), beta: exp(best.point[1]))
    logLikelihood = -best.value * total
    converged = best.converged
  }
}
