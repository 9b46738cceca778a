internal import Foundation

/// A fitted family of ordering and leaving: what a model file keeps. It holds no customer's row.
public struct OrderModel: Sendable, Hashable, Codable {
  /// How customers order and leave.
  public let family: OrderFamily
  /// The parameters, in the order of ``OrderFamily/parameterNames``.
  public let parameters: [Double]

  /// A model of known parameters.
  /// - Throws: ``CustomerValueError/parameter(name:requirement:)`` unless there is one finite value above 0 for each name.
  public init(_ family: OrderFamily, parameters: [Double]) throws(CustomerValueError) {
    let names = family.parameterNames
    guard parameters.count == names.count else {
      throw .columnCount(name: "parameters", have: parameters.count, need: names.count)
    }
    for (name, value) in zip(names, parameters) where !(value > 0 && value.isFinite) {
      throw .parameter(name: name, requirement: "a finite number above 0")
    }
    self.family = family
    self.parameters = parameters
  }

  /// A model whose parameters are already known to be good.
  init(_ family: OrderFamily, checked parameters: [Double]) {
    self.family = family
    self.parameters = parameters
  }

  /// Reads a model and checks its numbers.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      values.decode(OrderFamily.self, forKey: .family), parameters: values.decode([Double].self, forKey: .parameters))
  }

  private enum CodingKeys: String, CodingKey { case family, parameters }

  /// One parameter by its name, nil when the family has none of that name.
  public subscript(name: String) -> Double? {
    family.parameterNames.firstIndex(of: name).map { parameters[$0] }
  }

  /// The log-likelihood of the histories, weighted.
  ///
  /// In the papers' form, which for BG/BB is the likelihood of one sequence of orders, not of their number.
  public func logLikelihood(of counts: PurchaseCounts) -> Double {
    OrderLikelihood(family, counts).evaluate(parameters.map { log($0) }).value
  }

  /// The log-likelihood and its gradient in the logarithms of the parameters.
  public func score(of counts: PurchaseCounts) -> (logLikelihood: Double, gradient: [Double]) {
    let result = OrderLikelihood(family, counts).evaluate(parameters.map { log($0) })
    return (result.value, result.gradient)
  }

  /// P(alive): the probability that a customer with this history had not left by the end of it.
  ///
  /// In BG/NBD exactly 1 without a repeat order. For BG/BB alive at the last opportunity seen.
  public func probabilityAlive(_ history: PurchaseSummary) -> Double {
    let x = Double(history.orders)
    let p = parameters
    switch family {
    case .nbd: return 1
    case .bgnbd:
      guard history.orders > 0 else { return 1 }
      // The odds of having left: a / (b + x - 1) ((alpha + T) / (alpha + t_x))^(r + x).
      let odds =
        log(p[2] / (p[3] + x - 1)) + (p[0] + x) * log1p((history.observed - history.recency) / (p[1] + history.recency))
      return 1 / (1 + exp(odds))
    case .mbgnbd:
      let odds =
        log(p[2] / (p[3] + x)) + (p[0] + x) * log1p((history.observed - history.recency) / (p[1] + history.recency))
      return 1 / (1 + exp(odds))
    case .paretonbd:
      let integral = PowerIntegral(
        alpha: p[1], p: p[0] + x, beta: p[3], q: p[2] + 1, from: history.recency, to: history.observed)
      let alive = -(p[0] + x) * log(p[1] + history.observed) - p[2] * log(p[3] + history.observed)
      return 1 / (1 + exp(log(p[2]) + integral.log - alive))
    case .bgbb:
      let terms = OpportunityTerms(history)
      return exp(terms.alive(p) - terms.logLikelihood(p))
    }
  }

  /// What a customer with this history will do next.
  ///
  /// Given that he is alive, the two latent quantities keep their families of distributions (Gamma and Beta are
  /// conjugate), so the future of any customer is that of a new one with other parameters, times P(alive).
  public func future(after history: PurchaseSummary) -> FutureOrders {
    let x = Double(history.orders)
    let p = parameters
    let alive = probabilityAlive(history)
    switch family {
    case .nbd:
      return FutureOrders(.never(r: p[0] + x, alpha: p[1] + history.observed), probabilityAlive: alive)
    case .bgnbd:
      return FutureOrders(
        .afterOrders(r: p[0] + x, alpha: p[1] + history.observed, a: p[2], b: p[3] + x), probabilityAlive: alive)
    case .mbgnbd:
      return FutureOrders(
        .afterOrders(r: p[0] + x, alpha: p[1] + history.observed, a: p[2], b: p[3] + x + 1), probabilityAlive: alive)
    case .paretonbd:
      return FutureOrders(
        .anyTime(r: p[0] + x, alpha: p[1] + history.observed, s: p[2], beta: p[3] + history.observed),
        probabilityAlive: alive)
    case .bgbb:
      let n = history.observed
      return FutureOrders(
        .opportunities(alpha: p[0] + x, beta: p[1] + n - x, gamma: p[2], delta: p[3] + n), probabilityAlive: alive)
    }
  }

  /// What a new customer will do, counted from the first order, which is left out.
  public var newCustomer: FutureOrders { future(after: .new) }
}
