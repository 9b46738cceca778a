internal import Foundation

/// What customers will order and spend: everything that a forecast needs, and no customer's row.
public struct ValueModel: Sendable, Hashable, Codable {
  /// How they order and leave.
  public let orders: OrderModel
  /// What they spend an order; nil where all spend ``meanSpend``.
  public let spend: SpendModel?
  /// The mean amount of priced repeat orders.
  public let meanSpend: Double
  /// The share of repeat orders with an amount above 0.
  public let pricedShare: Double
  /// What is brought back, as a share of what is bought.
  public let returnShare: Double
  /// The unit of times.
  public let unit: TimeUnit
  /// How forecasts of the number of orders missed.
  public let orderCorrection: ForecastCorrection
  /// How forecasts of revenue missed.
  public let revenueCorrection: ForecastCorrection
  /// The horizon of the back-tests, in units; 0 without any.
  public let backTestHorizon: Double
  /// The standard deviation of the logarithm of a total that comes from not knowing the parameters exactly.
  public let parameterDeviation: Double

  /// A model of orders alone that no back-test has held against what came: totals may be off by a tenth.
  public init(orders: OrderModel) {
    self.init(
      orders: orders, spend: nil, meanSpend: 0, pricedShare: 0, returnShare: 0, unit: .day, orderCorrection: .unknown,
      revenueCorrection: .unknown, backTestHorizon: 0, parameterDeviation: 0)
  }

  init(
    orders: OrderModel, spend: SpendModel?, meanSpend: Double, pricedShare: Double, returnShare: Double, unit: TimeUnit,
    orderCorrection: ForecastCorrection, revenueCorrection: ForecastCorrection, backTestHorizon: Double,
    parameterDeviation: Double
  ) {
    (self.orders, self.spend, self.meanSpend, self.pricedShare) = (orders, spend, meanSpend, pricedShare)
    (self.returnShare, self.unit, self.backTestHorizon) = (returnShare, unit, backTestHorizon)
    (self.orderCorrection, self.revenueCorrection) = (orderCorrection, revenueCorrection)
    self.parameterDeviation = parameterDeviation
  }

  /// The expected spend an order of one customer, returns taken off.
  public func expectedSpend(_ row: PurchaseTable.Row) -> Double {
    let gross =
      spend.map { $0.expectedSpend(orders: row.pricedOrders, meanSpend: row.meanSpend ?? 0) } ?? meanSpend
    return gross * pricedShare * (1 - returnShare)
  }

  /// The scale of a total's factor at `horizon`: errors of a factor grow with the square root of time beyond what the
  /// back-tests saw, as those of a random walk do.
  func scale(_ correction: ForecastCorrection, _ horizon: Double) -> Double {
    let growth = backTestHorizon > 0 ? max(1, horizon / backTestHorizon) : 1
    return (correction.scale * correction.scale * growth + parameterDeviation * parameterDeviation).squareRoot()
  }

  /// What contradicts itself in a model that was read from a file; nil if nothing does. A fit keeps these bounds.
  public var fault: String? {
    let bounds = exp(-20.5)...exp(20.5)
    guard orders.parameters.allSatisfy(bounds.contains) else { return "its parameters of orders are out of bounds" }
    if let spend {
      guard [spend.p, spend.q].allSatisfy(bounds.contains), spend.q > 1, spend.v > 0, spend.v < 1e30 else {
        return "its parameters of spend are out of bounds"
      }
    }
    let shares = [pricedShare, returnShare]
    guard meanSpend >= 0, meanSpend < 1e30, shares.allSatisfy({ (0...1).contains($0) }) else {
      return "its spend or shares are out of bounds"
    }
    let corrections = [orderCorrection, revenueCorrection]
    guard backTestHorizon >= 0, backTestHorizon < 1e6, (0...10).contains(parameterDeviation),
      corrections.allSatisfy({ correction in
        abs(correction.mean) < 50 && (0...50).contains(correction.scale) && (0...50).contains(correction.groupDeviation)
          && (1...1e6).contains(correction.degreesOfFreedom)
      })
    else { return "what its back-tests teach is out of bounds" }
    return nil
  }
}
