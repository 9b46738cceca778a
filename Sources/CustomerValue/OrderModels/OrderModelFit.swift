internal import Foundation
public import LinearAlgebra

/// What a fit found that its reader must know.
public enum OrderModelFinding: Sendable, Hashable, Codable {
  /// The family with dropout explains the orders no better than the same customers staying for good. `gain` is what it
  /// adds to the log-likelihood.
  case dropoutNotIdentified(family: OrderFamily, gain: Double)
  /// The share that leaves is known, but not how it varies between customers.
  case dropoutVariationNotIdentified
  /// The mean rate of orders is known, but not how it varies between customers.
  case rateVariationNotIdentified
}

extension OrderModelFinding: CustomStringConvertible {
  /// What was found, what was done, what to try.
  public var description: String {
    switch self {
    case .dropoutNotIdentified(let family, let gain):
      "\(family.title) cannot see any dropout in these orders: it adds \(String(format: "%.2f", gain)) to the log-likelihood "
        + "of a model in which nobody leaves, where at least \(String(format: "%.0f", OrderModelFitting.leastGain)) would count. "
        + "Its dropout runs towards 0, so NBD is used: P(alive) is 1 and forecasts are those of loyal customers. A longer "
        + "calibration, or another family (MBG/NBD, Pareto/NBD), may show who leaves."
    case .dropoutVariationNotIdentified:
      "How dropout differs between customers cannot be told from these orders, only its mean: the two parameters of dropout "
        + "are good together, not each for itself."
    case .rateVariationNotIdentified:
      "How the rate of orders differs between customers cannot be told from these orders, only its mean: the two parameters "
        + "of the rate are good together, not each for itself."
    }
  }
}

/// Fits a family of ``OrderFamily`` to histories by maximum likelihood.
public struct OrderModelFitting: Sendable, Hashable, Codable {
  /// How customers order and leave.
  public var family: OrderFamily
  /// Steps of the optimiser from each start.
  public var maxIterations = 300
  /// Customers below which nothing is fitted.
  public var fewestCustomers = 10

  /// The gain in log-likelihood below which a dropout is not seen: that of chance in 1 of 20 with two more parameters.
  static let leastGain = 3.0

  /// A fit of `family`.
  public init(_ family: OrderFamily) { self.family = family }

  /// Fits to the distinct histories of `counts`. O(distinct histories) a step.
  ///
  /// BFGS in the logarithms of the parameters, from several starts in the scale of the data; the best is kept. The same
  /// histories are also fitted without dropout: when the dropout adds nothing, that model is the answer and the findings
  /// say so. BG/BB is compared with its own limit, gamma small.
  /// - Throws: ``CustomerValueError`` before any work when the data cannot be fitted; ``CustomerValueError/notConverged(model:)``
  ///   when no start came to rest and there is no model without dropout either.
  public func fit(_ counts: PurchaseCounts) throws(CustomerValueError) -> OrderModelFit {
    guard maxIterations > 0 else { throw .parameter(name: "maxIterations", requirement: "at least 1") }
    guard !counts.histories.isEmpty else { throw .tooFewCustomers(have: 0, need: max(1, fewestCustomers)) }
    // Weights may be fractions: what counts is their sum.
    guard counts.total >= Double(fewestCustomers) else {
      throw .tooFewCustomers(have: Int(counts.total), need: fewestCustomers)
    }
    guard counts.meanObserved > 0 else { throw .noObservedTime }
    guard counts.meanOrders > 0 else { throw .noRepeatOrders }
    if family.isDiscrete {
      for (row, history) in counts.histories.enumerated() {
        guard history.observed == history.observed.rounded(), history.recency == history.recency.rounded(),
          Double(history.orders) <= history.recency
        else { throw .notOpportunities(row: row) }
      }
    }
    let full = Self.best(family, counts, maxIterations)
    guard family != .nbd else {
      guard full.converged || full.value.isFinite else { throw .notConverged(model: family.title) }
      return OrderModelFit(full, family, counts, requested: family, findings: [])
    }
    if family.isDiscrete {
      guard full.converged || full.isFlat else { throw .notConverged(model: family.title) }
      return OrderModelFit(full, family, counts, requested: family, findings: [])
    }
    let loyal = Self.best(.nbd, counts, maxIterations)
    let gain = full.logLikelihood - loyal.logLikelihood
    guard gain < Self.leastGain || !full.value.isFinite else {
      return OrderModelFit(full, family, counts, requested: family, findings: [])
    }
    guard loyal.value.isFinite else { throw .notConverged(model: family.title) }
    return OrderModelFit(
      loyal, .nbd, counts, requested: family,
      findings: [.dropoutNotIdentified(family: family, gain: gain.isFinite ? max(0, gain) : 0)])
  }

  /// The best of several runs, with the number of starts that led there.
  struct Run {
    var rest: QuasiNewton.Rest
    var total: Double
    var starts: Int
    var agreeing: Int
    var value: Double { rest.value }
    var converged: Bool { rest.converged }
    var logLikelihood: Double { -rest.value * total }
    /// A run that ended far out, where the likelihood no longer changes.
    var isFlat: Bool { rest.value.isFinite && rest.point.contains { abs($0) > 8 } }
  }

  private static func best(_ family: OrderFamily, _ counts: PurchaseCounts, _ maxIterations: Int) -> Run {
    let likelihood = OrderLikelihood(family, counts)
    let objective = { (logs: [Double]) -> (value: Double, gradient: [Double]) in
      let (value, gradient) = likelihood.evaluate(logs)
      return (-value / counts.total, gradient.map { -$0 / counts.total })
    }
    var optimiser = QuasiNewton()
    optimiser.maxIterations = maxIterations
    let rests = starts(family, counts).map { optimiser.minimise(from: $0.map { log($0) }, objective) }
    let values = rests.map { $0.value.isFinite ? $0.value : .infinity }
    let least = values.min() ?? .infinity
    let index = values.firstIndex(of: least) ?? 0
    // A tenth of a unit of log-likelihood apart is the same answer.
    let agreeing = values.count { $0.isFinite && ($0 - least) * counts.total < 0.1 }
    return Run(rest: rests[index], total: counts.total, starts: rests.count, agreeing: agreeing)
  }

  /// Starts in the scale of the data: rates that give the mean number of orders, few or many who leave.
  private static func starts(_ family: OrderFamily, _ counts: PurchaseCounts) -> [[Double]] {
    let time = counts.meanObserved
    let rate = max(1e-6, counts.meanOrders / time)
    let within = { (value: Double) in min(1e8, max(1e-8, value)) }
    func alpha(_ r: Double, _ factor: Double = 1) -> Double { within(r / rate / factor) }
    switch family {
    case .nbd: return [[0.5, alpha(0.5)], [2, alpha(2)]]
    case .bgnbd, .mbgnbd:
      return [[0.5, alpha(0.5, 1.5), 0.5, 2], [0.25, alpha(0.25, 3), 1, 2], [2, alpha(2), 0.2, 5]]
    case .paretonbd:
      return [
        [0.5, alpha(0.5, 1.5), 0.5, within(time)], [1, alpha(1, 3), 1, within(time / 2)],
        [2, alpha(2), 0.3, within(3 * time)],
      ]
    case .bgbb:
      let p = min(0.9, max(0.05, rate))
      return [[p * 2, (1 - p) * 2, 0.5, 3], [1, 1, 1, 5], [p * 5, (1 - p) * 5, 0.3, 1]]
    }
  }
}

/// The result of ``OrderModelFitting``.
public struct OrderModelFit: Sendable, Hashable {
  /// The model to use.
  public let model: OrderModel
  /// The family that was asked for; ``model`` has another when the findings say why.
  public let requested: OrderFamily
  /// The log-likelihood of ``model``.
  public let logLikelihood: Double
  /// Whether the optimiser came to rest.
  public let converged: Bool
  /// Steps of the best start.
  public let iterations: Int
  /// Starts tried, and those that led to the same log-likelihood.
  public let starts: Int
  /// Starts that ended within 0.1 of the best log-likelihood.
  public let startsAgreeing: Int
  /// The sum of weights, and the distinct histories among them.
  public let customers: Double
  /// Distinct (x, t_x, T).
  public let distinctHistories: Int
  /// The covariance of the parameters' logarithms (d x d): the inverse of the observed information. A direction about
  /// which the data say nothing is given a standard deviation of 2 rather than none.
  public let logCovariance: Matrix
  /// What the reader must know.
  public let findings: [OrderModelFinding]

  init(
    _ run: OrderModelFitting.Run, _ family: OrderFamily, _ counts: PurchaseCounts, requested: OrderFamily,
    findings: [OrderModelFinding]
  ) {
    model = OrderModel(family, checked: run.rest.point.map { exp($0) })
    self.requested = requested
    logLikelihood = run.logLikelihood
    converged = run.converged
    iterations = run.rest.iterations
    starts = run.starts
    startsAgreeing = run.agreeing
    customers = counts.total
    distinctHistories = counts.histories.count
    let likelihood = OrderLikelihood(family, counts)
    let information = QuasiNewton().hessian(at: run.rest.point) { logs in
      let (value, gradient) = likelihood.evaluate(logs)
      return (-value, gradient.map { -$0 })
    }
    let d = run.rest.point.count
    var covariance = Matrix(rows: d, columns: d)
    var found = findings
    if information.values.allSatisfy(\.isFinite) {
      let eigen = SymmetricEigen(information)
      for (k, value) in eigen.values.enumerated() {
        let variance = value > 0.25 ? 1 / value : 4
        for i in 0..<d {
          for j in 0..<d { covariance[i, j] += variance * eigen.vectors[i, k] * eigen.vectors[j, k] }
        }
        guard value < 0.25, d == 4 || d == 2 else { continue }
        let rateShare = (0..<2).reduce(0) { $0 + eigen.vectors[$1, k] * eigen.vectors[$1, k] }
        let finding: OrderModelFinding = rateShare > 0.5 ? .rateVariationNotIdentified : .dropoutVariationNotIdentified
        if !found.contains(finding) { found.append(finding) }
      }
    }
    logCovariance = covariance
    self.findings = found
  }

  /// The standard errors of the parameters' logarithms, about the relative errors of the parameters.
  public var logStandardErrors: [Double] {
    (0..<logCovariance.rows).map { max(0, logCovariance[$0, $0]).squareRoot() }
  }
}
