import CustomerValue
import Foundation
import LinearAlgebra
import Testing

@Suite struct OrderModelTests {
  @Test(arguments: [OrderFamily.nbd, .bgnbd, .mbgnbd, .paretonbd, .bgbb])
  func `the gradient is the slope of the log-likelihood`(family: OrderFamily) throws {
    let summaries = (0..<40).map { row -> PurchaseSummary in
      let x = row % 5
      return PurchaseSummary(
        orders: x, recency: x == 0 ? 0 : Double(x + row % 7), observed: Double(x + row % 7 + row % 11))
    }
    let counts = try PurchaseCounts(summaries)
    let parameters = family == .nbd ? [0.7, 6] : family == .bgbb ? [1.2, 0.8, 0.7, 2.5] : [0.6, 5, 0.9, 2.2]
    let slope = try OrderModel(family, parameters: parameters).score(of: counts).gradient
    for j in parameters.indices {
      var (up, down) = (parameters, parameters)
      up[j] *= exp(1e-5)
      down[j] *= exp(-1e-5)
      let difference =
        try OrderModel(family, parameters: up).logLikelihood(of: counts)
        - OrderModel(family, parameters: down).logLikelihood(of: counts)
      #expect(Shops.near(slope[j], difference / 2e-5, 1e-5 * (1 + abs(slope[j]))))
    }
  }

  @Test(arguments: [OrderFamily.bgnbd, .mbgnbd, .paretonbd, .bgbb])
  func `the distribution of future orders has the expected mean, and draws have both`(family: OrderFamily) throws {
    let model = try OrderModel(family, parameters: family == .bgbb ? [1.2, 0.8, 0.7, 2.5] : [1.5, 8, 0.9, 2.2])
    let future = model.future(after: PurchaseSummary(orders: 3, recency: 9, observed: 12))
    let chances = future.distribution(within: 20)
    #expect(Shops.near(chances.reduce(0, +), 1, 1e-6))
    let mean = chances.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
    #expect(Shops.near(mean, future.expected(within: 20), 1e-5))
    #expect(Shops.near(1 - chances[0], future.probabilityOfOrder(within: 20), 1e-6))
    let median = future.timeToNextOrder(0.3)
    if let median, family != .bgbb { #expect(Shops.near(future.probabilityOfOrder(within: median), 0.3, 1e-6)) }
    #expect(future.timeToNextOrder(0.9999) == nil || future.probabilityAlive > 0.9999)
    let (short, long) = (future.expected(within: 5), future.expected(within: 50))
    #expect(short < mean && mean < long)
  }

  @Test func `planted parameters are found again, whatever the order of the customers`() throws {
    let log = try Shops.planted(customers: 4000, seed: 1)
    let table = try log.table(through: 729, unit: .week)
    let fit = try OrderModelFitting(.bgnbd).fit(try PurchaseCounts(table.summaries))
    // Whole days blur times a little: the means are what must come out.
    let p = fit.model.parameters
    #expect(Shops.near(p[0] / p[1], 0.25, 0.02) && Shops.near(p[2] / (p[2] + p[3]), 0.25, 0.04))
    let turned = try OrderModelFitting(.bgnbd).fit(try PurchaseCounts(table.summaries.reversed()))
    #expect(turned.model == fit.model)
    let twice = try OrderModelFitting(.bgnbd).fit(
      try PurchaseCounts(table.summaries, weights: [Double](repeating: 2, count: table.rows.count)))
    for (a, b) in zip(twice.model.parameters, p) { #expect(Shops.near(a, b, 1e-4 * b)) }
  }

  @Test func `where nobody is seen to leave that is said, and a usable model given`() throws {
    // Loyal customers: a steady rhythm up to the last days.
    let summaries = (0..<300).map { row in
      PurchaseSummary(orders: 10 + row % 8, recency: 50, observed: 51 + Double(row % 3))
    }
    let fit = try OrderModelFitting(.bgnbd).fit(try PurchaseCounts(summaries))
    #expect(fit.model.family == .nbd && fit.requested == .bgnbd)
    #expect(fit.findings.first?.description.contains("cannot see any dropout") == true)
    #expect(fit.model.future(after: summaries[0]).expected(within: 50) > 5)
  }

  @Test func `the bits do not depend on the number of threads`() throws {
    let log = try Shops.planted(customers: 1500, seed: 3)
    let before = Parallel.workers
    defer { Parallel.workers = before }
    let forecasts = try [1, 4].map { workers -> ValueForecast in
      Parallel.workers = workers
      let fit = try ValueTraining().fit(log, calibrationEnd: 500)
      return ValueForecast(fit.model, fit.table, horizon: 20, draws: 40)
    }
    #expect(forecasts[0].customers == forecasts[1].customers && forecasts[0].totalRevenue == forecasts[1].totalRevenue)
  }

  @Test func `groups keep their own parameters where they are large, and those of all where they are thin`() throws {
    let (fast, slow) = (try Shops.planted(customers: 2000, seed: 4), try Shops.planted(customers: 12, seed: 5))
    let large = try fast.table(through: 729, unit: .week).summaries
    // The thin group never orders again.
    let thin = try slow.table(through: 729, unit: .week).summaries.map {
      PurchaseSummary(orders: 0, recency: 0, observed: $0.observed)
    }
    let fits = try GroupedOrderFits(
      .bgnbd, large + thin, groups: [Int](repeating: 0, count: large.count) + [Int](repeating: 1, count: thin.count),
      count: 3)
    let rates = fits.models.map { $0.newCustomer.expected(within: 52) }
    #expect(Shops.near(rates[0], fits.pooled.model.newCustomer.expected(within: 52), 0.05 * rates[0]))
    #expect(rates[1] < 0.9 * rates[0] && rates[1] > 0.1 * rates[0])
    #expect(fits.models[2] == fits.pooled.model && fits.customers == [large.count, thin.count, 0])
  }

  @Test func `what cannot be fitted is told`() throws {
    let once = (0..<50).map { PurchaseSummary(orders: 0, recency: 0, observed: Double($0 + 1)) }
    #expect(throws: CustomerValueError.noRepeatOrders) { try OrderModelFitting(.bgnbd).fit(try PurchaseCounts(once)) }
    #expect(throws: CustomerValueError.tooFewCustomers(have: 3, need: 10)) {
      try OrderModelFitting(.bgnbd).fit(try PurchaseCounts(Array(once.prefix(3))))
    }
    #expect(throws: CustomerValueError.contradiction(row: 1)) {
      try PurchaseCounts([.new, PurchaseSummary(orders: 1, recency: 5, observed: 4)])
    }
    #expect(throws: CustomerValueError.notOpportunities(row: 0)) {
      try OrderModelFitting(.bgbb).fit(
        try PurchaseCounts((0..<20).map { _ in PurchaseSummary(orders: 2, recency: 1.5, observed: 3) }))
    }
    #expect(throws: CustomerValueError.spendConstant) {
      try SpendFit(orders: [Int](repeating: 2, count: 20), meanSpend: [Double](repeating: 9, count: 20))
    }
    #expect(throws: CustomerValueError.spendNotPositive(row: 2)) {
      try SpendFit(orders: [1, 0, 3], meanSpend: [1, -4, 0])
    }
    #expect(throws: CustomerValueError.self) { try SpendModel(p: 1, q: 0.9, v: 2) }
    #expect(throws: CustomerValueError.noOrders) { try OrderLog([]) }
  }
}
