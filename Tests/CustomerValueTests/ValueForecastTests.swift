import CustomerValue
import Foundation
import Testing

@Suite struct ValueForecastTests {
  @Test(arguments: 1...4)
  func `ranges hold what comes as often as they say`(seed: Int) throws {
    let log = try Shops.planted(customers: 1500, seed: UInt64(seed))
    let fit = try ValueTraining().fit(log, calibrationEnd: 420)
    let forecast = ValueForecast(fit.model, fit.table, horizon: 40, seed: 7)
    let later = log.outcomes(of: fit.table, through: 420 + 280)
    let revenue = later.reduce(0) { $0 + $1.revenue }
    #expect(forecast.totalRevenue.low90 < revenue && revenue < forecast.totalRevenue.high90)
    // Orders are few whole numbers, so that a range holds more than it promises.
    let held = zip(forecast.customers, later).count { $0.orders80.contains(Double($1.orders)) }
    #expect((0.8...0.99).contains(Double(held) / 1500))
    let spenders = zip(forecast.customers, later).filter { $0.0.orders80.upperBound > 0 }
    let paid = spenders.count { $0.0.revenue80.contains($0.1.revenue) }
    #expect(Double(paid) / Double(spenders.count) > 0.74)
  }

  @Test func `parts sum to all, and longer horizons hold more`() throws {
    let log = try Shops.planted(customers: 600, seed: 9)
    let fit = try ValueTraining().fit(log, calibrationEnd: 500)
    let (short, long) = (
      ValueForecast(fit.model, fit.table, horizon: 10), ValueForecast(fit.model, fit.table, horizon: 30)
    )
    let sum = short.groupRevenue.reduce(0) { $0 + $1.expected }
    #expect(Shops.near(sum, short.totalRevenue.expected, 1e-6 * sum))
    #expect(Shops.near(short.customers.reduce(0) { $0 + $1.expectedRevenue }, sum, 1e-6 * sum))
    #expect(long.totalOrders.expected > short.totalOrders.expected)
    #expect(short.totalOrders.low90 <= short.totalOrders.low80 && short.totalOrders.high80 <= short.totalOrders.high90)
    #expect(short.customers.allSatisfy { (0...1).contains($0.probabilityAlive) && $0.expectedRevenue.isFinite })
    let groups = fit.table.rows.map { $0.customer % 3 }
    let own = ValueForecast(fit.model, fit.table, horizon: 10, parts: .groups(groups, count: 3))
    #expect(own.groupOrders.count == 3)
    #expect(Shops.near(own.totalOrders.expected, short.totalOrders.expected, 1e-6 * own.totalOrders.expected))
  }

  @Test func `groups together are one group with one range`() throws {
    let log = try Shops.planted(customers: 600, seed: 9)
    let fit = try ValueTraining().fit(log, calibrationEnd: 500)
    let forecast = ValueForecast(
      fit.model, fit.table, horizon: 10, parts: .groups(fit.table.rows.map { $0.customer % 4 }, count: 4))
    let pair = forecast.together([1, 2])
    let expected = forecast.groupRevenue[1].expected + forecast.groupRevenue[2].expected
    #expect(Shops.near(pair.revenue.expected, expected, 1e-9 * expected))
    let ends = { (range: ValueRange) in (range.high80 - range.low80) / range.expected }
    // Chance evens out in more customers; what is common to all does not.
    #expect(ends(pair.orders) < ends(forecast.groupOrders[1]) && ends(pair.orders) > 0.5 * ends(forecast.totalOrders))
    #expect(forecast.together([]).orders.expected == 0)
  }

  @Test func `back-tests on a part of very many customers teach about the same`() throws {
    let log = try Shops.planted(customers: 130_000, seed: 12)
    var training = ValueTraining()
    (training.backTests, training.horizon) = (1, 20)
    let test = try #require(try training.fit(log, calibrationEnd: 420).backTests.first)
    // Three of four customers or so, by a hash; the forecast is unbiased as it is of all.
    #expect((60_000...105_000).contains(test.customers))
    #expect(abs(test.actualOrders / test.predictedOrders - 1) < 0.03)
  }

  @Test func `what is brought back lowers revenue`() throws {
    let log = try Shops.planted(customers: 500, seed: 10)
    var orders = log.orders
    for order in log.orders.prefix(400) where order.day < 495 {
      orders.append(DatedOrder(customer: order.customer, day: order.day + 1, amount: -order.amount))
    }
    let whole = try ValueTraining().fit(log, calibrationEnd: 500).model
    let returned = try ValueTraining().fit(try OrderLog(orders), calibrationEnd: 500).model
    #expect(whole.returnShare == 0 && returned.returnShare > 0.02)
  }

  @Test func `a short log has wide ranges instead of none`() throws {
    let orders = (0..<60).flatMap { customer in
      (0...customer % 3).map {
        DatedOrder(customer: customer, day: $0 * 4 + customer % 5, amount: Double(10 + customer))
      }
    }
    let fit = try ValueTraining().fit(try OrderLog(orders), calibrationEnd: 15)
    #expect(fit.backTests.isEmpty)
    let forecast = ValueForecast(fit.model, fit.table, horizon: 4)
    #expect(forecast.totalRevenue.low90 < forecast.totalRevenue.expected)
    #expect(forecast.totalRevenue.expected < forecast.totalRevenue.high90)
  }
}
