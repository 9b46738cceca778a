internal import Foundation
internal import LinearAlgebra
internal import Randomness

/// The middle and the ends of a distribution.
public struct ValueRange: Sendable, Hashable, Codable {
  /// What is expected.
  public let expected: Double
  /// Ends that hold the outcome in 80 of 100 cases.
  public let low80: Double
  /// See ``low80``.
  public let high80: Double
  /// Ends that hold it in 90 of 100.
  public let low90: Double
  /// See ``low90``.
  public let high90: Double

  init(expected: Double, _ sorted: [Double]) {
    func quantile(_ share: Double) -> Double {
      guard let last = sorted.indices.last else { return expected }
      let place = share * Double(last)
      let low = Int(place)
      let high = min(last, low + 1)
      return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
    }
    self.expected = expected
    (low80, high80, low90, high90) = (quantile(0.1), quantile(0.9), quantile(0.05), quantile(0.95))
  }
}

/// What one customer is expected to do within the horizon.
public struct CustomerForecast: Sendable, Hashable {
  /// The customer's number in the log.
  public let customer: Int
  /// P(alive).
  public let probabilityAlive: Double
  /// Expected orders, and the 80% range.
  public let expectedOrders: Double
  /// See ``expectedOrders``.
  public let orders80: ClosedRange<Double>
  /// Expected revenue, returns taken off, and the 80% range.
  public let expectedRevenue: Double
  /// See ``expectedRevenue``.
  public let revenue80: ClosedRange<Double>
  /// The expected spend an order.
  public let expectedSpend: Double
  /// The time, in units from the end of calibration, by which the next order has come in half of all cases; nil where it
  /// may never come.
  public let medianTimeToNextOrder: Double?
}

/// What customers, groups of them and all of them will order and spend within a horizon.
///
/// Simulated: each customer's latent rate, dropout and spend are drawn given their history, then the orders. A total has
/// a common factor besides, of which back-tests tell how far it strays; see ``ForecastCorrection``. Every customer draws
/// from a stream of numbers of their own, so that neither the order of the rows nor the number of threads shows.
public struct ValueForecast: Sendable {
  /// Which customers are summed up together.
  public enum Parts: Sendable {
    /// Ten parts of equal size by expected orders, the most first.
    case tenths
    /// The group of each row of the table (n), from 0.
    case groups([Int], count: Int)
  }

  /// One forecast a row of the table.
  public let customers: [CustomerForecast]
  /// The group of each row, from 0.
  public let groups: [Int]
  /// Orders and revenue of each group.
  public let groupOrders: [ValueRange]
  /// See ``groupOrders``.
  public let groupRevenue: [ValueRange]
  /// Orders of all.
  public let totalOrders: ValueRange
  /// Revenue of all.
  public let totalRevenue: ValueRange
  /// The variance of each group's orders and revenue that comes from chance alone.
  let processVariance: (orders: [Double], revenue: [Double])
  private let orderDraws: TotalDraws
  private let revenueDraws: TotalDraws

  /// Forecasts of `table` for `horizon` units from its end of calibration.
  /// - Parameter draws: simulated futures a customer.
  public init(
    _ model: ValueModel, _ table: PurchaseTable, horizon: Double, parts: Parts = .tenths, draws: Int = 200,
    seed: UInt64 = 0
  ) {
    let rows = table.rows
    let orderFactor = exp(model.orderCorrection.mean)
    // What revenue is off beyond what orders are off.
    let spendFactor = exp(model.revenueCorrection.mean - model.orderCorrection.mean)
    let expected = Parallel.map(rows: rows.count) { range in
      range.map { row -> CustomerExpectation in
        let future = model.orders.future(after: rows[row].summary)
        return CustomerExpectation(
          future: future, orders: future.expected(within: horizon) * orderFactor,
          spend: model.expectedSpend(rows[row]) * spendFactor)
      }
    }.flatMap { $0 }
    let (groups, count) = ValueForecast.groups(parts, expected)
    let draws = max(20, draws)
    let drawn = Parallel.map(rows: rows.count) { range in
      var part = Drawn(count, draws)
      for row in range {
        part.add(
          rows[row], expected[row], model, horizon: horizon * orderFactor, spendFactor, group: groups[row], draws, seed)
      }
      return part
    }
    customers = drawn.flatMap(\.customers)
    self.groups = groups
    var sums = Drawn(count, draws)
    for part in drawn { sums.merge(part) }
    processVariance = (
      (0..<count).map { ValueForecast.variance(sums.orders[$0]) },
      (0..<count).map { ValueForecast.variance(sums.revenue[$0]) }
    )
    var means = (orders: [Double](repeating: 0, count: count), revenue: [Double](repeating: 0, count: count))
    for (row, group) in groups.enumerated() {
      means.orders[group] += expected[row].orders
      means.revenue[group] += expected[row].orders * expected[row].spend
    }
    orderDraws = TotalDraws(
      values: sums.orders, means: means.orders, scale: model.scale(model.orderCorrection, horizon),
      correction: model.orderCorrection, seed: seed)
    revenueDraws = TotalDraws(
      values: sums.revenue, means: means.revenue, scale: model.scale(model.revenueCorrection, horizon),
      correction: model.revenueCorrection, seed: seed)
    (groupOrders, totalOrders) = orderDraws.ranges
    (groupRevenue, totalRevenue) = revenueDraws.ranges
  }

  /// Orders and revenue of several groups as one: what a macro-segment will do that consists of them.
  /// - Parameter groups: numbers of groups, from 0.
  public func together(_ groups: [Int]) -> (orders: ValueRange, revenue: ValueRange) {
    (orderDraws.together(groups), revenueDraws.together(groups))
  }

  /// The mean squared share by which groups missed differently, beyond chance.
  func excess(_ actual: [PurchaseOutcome]) -> (orders: Double, revenue: Double) {
    let count = groupOrders.count
    var sums = (orders: [Double](repeating: 0, count: count), revenue: [Double](repeating: 0, count: count))
    for (row, group) in groups.enumerated() {
      sums.orders[group] += Double(actual[row].orders)
      sums.revenue[group] += actual[row].revenue
    }
    func share(_ actual: [Double], _ expected: [Double], _ variance: [Double]) -> Double {
      let (all, due) = (actual.reduce(0, +), expected.reduce(0, +))
      guard all > 0, due > 0 else { return 0 }
      let ratio = all / due
      let used = expected.indices.filter { expected[$0] > 0 }
      return used.reduce(0) { sum, group in
        let mean = expected[group] * ratio
        let miss = actual[group] - mean
        return sum + (miss * miss - variance[group] * ratio * ratio) / (mean * mean)
      } / Double(max(1, used.count))
    }
    return (
      share(sums.orders, groupOrders.map(\.expected), processVariance.orders),
      share(sums.revenue, groupRevenue.map(\.expected), processVariance.revenue)
    )
  }

  private static func groups(_ parts: Parts, _ expected: [CustomerExpectation]) -> ([Int], Int) {
    switch parts {
    case .groups(let groups, let count): return (groups, max(1, count))
    case .tenths:
      let order = expected.indices.sorted {
        expected[$0].orders != expected[$1].orders ? expected[$0].orders > expected[$1].orders : $0 < $1
      }
      var groups = [Int](repeating: 0, count: expected.count)
      for (place, row) in order.enumerated() { groups[row] = place * 10 / max(1, order.count) }
      return (groups, 10)
    }
  }

  private static func variance(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, values.count - 1))
  }
}

/// What is known of one customer before anything is drawn.
struct CustomerExpectation: Sendable {
  let future: FutureOrders
  let orders: Double
  let spend: Double
}

/// Simulated futures of some customers.
private struct Drawn: Sendable {
  var customers: [CustomerForecast] = []
  /// The sums of each group (groups x draws).
  var orders: [[Double]]
  var revenue: [[Double]]

  init(_ groups: Int, _ draws: Int) {
    orders = [[Double]](repeating: [Double](repeating: 0, count: draws), count: groups)
    revenue = orders
  }

  mutating func merge(_ other: Drawn) {
    for group in orders.indices {
      for draw in orders[group].indices {
        orders[group][draw] += other.orders[group][draw]
        revenue[group][draw] += other.revenue[group][draw]
      }
    }
  }

  mutating func add(
    _ row: PurchaseTable.Row, _ expected: CustomerExpectation, _ model: ValueModel, horizon: Double,
    _ spendFactor: Double, group: Int, _ draws: Int, _ seed: UInt64
  ) {
    var random = RandomStream(seed: seed, index: row.customer)
    var ownOrders = [Double](repeating: 0, count: draws)
    var ownRevenue = ownOrders
    let net = (1 - model.returnShare) * spendFactor
    let x = Double(row.pricedOrders)
    for draw in 0..<draws {
      let count = expected.future.draw(within: horizon, using: &random)
      guard count > 0 else { continue }
      ownOrders[draw] = Double(count)
      let priced = Double(count) * model.pricedShare
      if let spend = model.spend {
        let nu = random.gamma(shape: spend.q + spend.p * x) / (spend.v + x * (row.meanSpend ?? 0))
        ownRevenue[draw] = random.gamma(shape: spend.p * priced) / nu * net
      } else {
        ownRevenue[draw] = priced * model.meanSpend * net
      }
      orders[group][draw] += ownOrders[draw]
      revenue[group][draw] += ownRevenue[draw]
    }
    ownOrders.sort()
    ownRevenue.sort()
    let (low, high) = (Int(0.1 * Double(draws - 1)), Int((0.9 * Double(draws - 1)).rounded(.up)))
    customers.append(
      CustomerForecast(
        customer: row.customer, probabilityAlive: expected.future.probabilityAlive, expectedOrders: expected.orders,
        orders80: ownOrders[low]...ownOrders[high], expectedRevenue: expected.orders * expected.spend,
        revenue80: ownRevenue[low]...ownRevenue[high], expectedSpend: expected.spend,
        medianTimeToNextOrder: expected.future.timeToNextOrder(0.5)))
  }
}
