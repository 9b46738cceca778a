internal import Foundation

/// What customers spend an order: Gamma-Gamma (Fader & Hardie, 2013, "The Gamma-Gamma model of monetary value").
///
/// A customer's orders are Gamma(p, nu) around a mean of his own; nu differs between customers as Gamma(q, v). Spend and
/// the number of orders are taken to be independent; ``SpendFit/correlation`` tells how far that holds.
public struct SpendModel: Sendable, Hashable, Codable {
  /// The shape of a customer's orders.
  public let p: Double
  /// The shape of what differs between customers; above 1, or the mean would be infinite.
  public let q: Double
  /// Its scale, in money.
  public let v: Double

  /// A model of known parameters.
  /// - Throws: ``CustomerValueError`` unless all are finite and above 0, and `q` above 1.
  public init(p: Double, q: Double, v: Double) throws(CustomerValueError) {
    for (name, value) in [("p", p), ("q", q), ("v", v)] where !(value > 0 && value.isFinite) {
      throw .parameter(name: name, requirement: "a finite number above 0")
    }
    guard q > 1 else { throw .spendMeanInfinite }
    (self.p, self.q, self.v) = (p, q, v)
  }

  /// The mean spend an order of all customers: p v / (q - 1).
  public var populationMean: Double { p * v / (q - 1) }

  /// The expected spend an order of a customer with `orders` priced orders of mean `meanSpend`: a weighted mean of both.
  public func expectedSpend(orders: Int, meanSpend: Double) -> Double {
    let x = Double(max(0, orders))
    return p * (v + x * meanSpend) / (p * x + q - 1)
  }
}

/// The result of fitting a ``SpendModel``.
public struct SpendFit: Sendable, Hashable {
  /// The model.
  public let model: SpendModel
  /// Its log-likelihood.
  public let logLikelihood: Double
  /// Whether the optimiser came to rest.
  public let converged: Bool
  /// The customers with a spend.
  public let customers: Int
  /// The correlation of the number of priced orders and their mean: near 0, if the model's independence holds.
  public let correlation: Double

  /// Fits to `orders` priced orders (n, 0 leaves a customer out) of mean `meanSpend` (n, above 0), by maximum likelihood in
  /// the logarithms of the parameters. O(n) a step.
  /// - Throws: ``CustomerValueError``; ``CustomerValueError/spendMeanInfinite`` where q would be 1 or less.
  public init(orders: [Int], meanSpend: [Double]) throws(CustomerValueError) {
    guard orders.count == meanSpend.count else {
      throw .columnCount(name: "meanSpend", have: meanSpend.count, need: orders.count)
    }
    var pairs: [(x: Double, z: Double)] = []
    for (row, x) in orders.enumerated() where x > 0 {
      guard meanSpend[row].isFinite else { throw .notFinite(row: row, column: "meanSpend") }
      guard meanSpend[row] > 0 else { throw .spendNotPositive(row: row) }
      pairs.append((Double(x), meanSpend[row]))
    }
    guard pairs.count >= 10 else { throw .tooFewCustomers(have: pairs.count, need: 10) }
    guard pairs.contains(where: { $0.z != pairs[0].z }) else { throw .spendConstant }
    // In units of the mean, so that starts and steps do not depend on the currency.
    let n = Double(pairs.count)
    let unit = pairs.reduce(0) { $0 + $1.z } / n
    // Equal ones are summed in the same order whatever the order of the rows.
    let scaled = pairs.map { (x: $0.x, z: $0.z / unit) }.sorted { ($0.x, $0.z) < ($1.x, $1.z) }
    let objective = { (logs: [Double]) -> (value: Double, gradient: [Double]) in
      SpendFit.evaluate(logs, scaled)
    }
    let rests = [[1.0, 3, 2], [5, 4, 0.5], [0.5, 2, 3]].map { start in
      QuasiNewton().minimise(from: start.map { log($0) }, objective)
    }
    guard let best = rests.filter({ $0.value.isFinite }).min(by: { $0.value < $1.value }) else {
      throw .notConverged(model: "Gamma-Gamma")
    }
    let parameters = best.point.map { exp($0) }
    model = try SpendModel(p: parameters[0], q: parameters[1], v: parameters[2] * unit)
    logLikelihood = -best.value * n - n * log(unit)
    converged = best.converged
    customers = pairs.count
    let means = (pairs.reduce(0) { $0 + $1.x } / n, unit)
    var sums = (xx: 0.0, zz: 0.0, xz: 0.0)
    for pair in pairs {
      sums.xx += (pair.x - means.0) * (pair.x - means.0)
      sums.zz += (pair.z - means.1) * (pair.z - means.1)
      sums.xz += (pair.x - means.0) * (pair.z - means.1)
    }
    correlation = sums.xx > 0 && sums.zz > 0 ? sums.xz / (sums.xx * sums.zz).squareRoot() : 0
  }

  /// The negative mean log-likelihood at the logarithms of p, q and v, and its gradient in them.
  private static func evaluate(_ logs: [Double], _ pairs: [(x: Double, z: Double)]) -> (Double, [Double]) {
    guard logs.allSatisfy({ abs($0) <= 15 }) else { return (.infinity, [0, 0, 0]) }
    let (p, q, v) = (exp(logs[0]), exp(logs[1]), exp(logs[2]))
    let (logGamma, digamma) = (SpecialFunctions.logGamma, SpecialFunctions.digamma)
    var value = 0.0
    var gradient = [0.0, 0.0, 0.0]
    let (logGammaQ, digammaQ, logV) = (logGamma(q), digamma(q), logs[2])
    // What depends on x alone is worked out once a run of equal x.
    var (last, both, own, bothSlope, ownSlope) = (-1.0, 0.0, 0.0, 0.0, 0.0)
    for (x, z) in pairs {
      if x != last {
        (both, own) = (logGamma(p * x + q), logGamma(p * x))
        (bothSlope, ownSlope) = (digamma(p * x + q), digamma(p * x))
        last = x
      }
      let logSum = log(v + x * z)
      let logOwn = log(x * z)
      value += both - own - logGammaQ + q * logV + p * x * logOwn - log(z) - (p * x + q) * logSum
      gradient[0] += x * (bothSlope - ownSlope + logOwn - logSum)
      gradient[1] += bothSlope - digammaQ + logV - logSum
      gradient[2] += q / v - (p * x + q) / (v + x * z)
    }
    let n = Double(pairs.count)
    return (-value / n, [-gradient[0] * p / n, -gradient[1] * q / n, -gradient[2] * v / n])
  }
}
