import CustomerValue
import Foundation
import TestSupport
import Testing

/// Numbers that papers and their programs print; see each for its source.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct PublishedNumbersTests {
  struct Published: Sendable, CustomTestStringConvertible {
    let family: OrderFamily
    let parameters: [Double]
    let tolerance: Double
    var logLikelihood: Double?
    var testDescription: String { family.title }
  }

  private func calibration() throws -> PurchaseTable {
    try Shops.cdnow().table(through: Shops.calibrationEnd, unit: .week)
  }

  @Test func `the sample has the customers and repeat orders that its papers count`() throws {
    let table = try calibration()
    #expect(table.rows.count == 2357)
    #expect(table.rows.reduce(0) { $0 + $1.summary.orders } == 2457)
    #expect(table.rows.count { $0.summary.orders == 0 } == 1411)
    let repeaters = table.rows.compactMap(\.meanSpend)
    #expect(repeaters.count == 946 && Shops.near(repeaters.reduce(0, +) / 946, 35.08, 0.005))
    let later = try Shops.cdnow().outcomes(of: table, through: Shops.calibrationEnd + 273)
    #expect(later.reduce(0) { $0 + $1.orders } == 1882)
    #expect(Shops.near(later.reduce(0) { $0 + $1.revenue }, 70_976.39, 0.005))
  }

  @Test(arguments: [
    // Fader, Hardie & Lee (2005), table 2; Schmittlein et al.'s model in the same table; Batislam et al.'s in BTYDplus.
    Published(
      family: .bgnbd, parameters: [0.242595, 4.413602, 0.792922, 2.425906], tolerance: 5e-6, logLikelihood: -9582.429),
    Published(
      family: .paretonbd, parameters: [0.5533, 10.578, 0.6062, 11.669], tolerance: 5e-4, logLikelihood: -9594.976),
    Published(family: .mbgnbd, parameters: [0.525, 6.183, 0.891, 1.614], tolerance: 5e-4),
  ])
  func `orders of CDNOW are fitted by the published parameters`(published: Published) throws {
    let fit = try OrderModelFitting(published.family).fit(try PurchaseCounts(try calibration().summaries))
    #expect(fit.converged && fit.findings.isEmpty && fit.startsAgreeing >= 2)
    for (found, known) in zip(fit.model.parameters, published.parameters) {
      #expect(Shops.near(found, known, published.tolerance))
    }
    if let known = published.logLikelihood { #expect(Shops.near(fit.logLikelihood, known, 5e-4)) }
  }

  @Test func `spend of CDNOW is fitted by the published parameters`() throws {
    let priced = try calibration().rows.filter { $0.pricedOrders > 0 }
    let fit = try SpendFit(orders: priced.map(\.pricedOrders), meanSpend: priced.map { $0.meanSpend ?? 0 })
    // Fader & Hardie (2013), section 4.
    #expect(Shops.near(fit.model.p, 6.25, 0.005) && Shops.near(fit.model.q, 3.74, 0.005))
    #expect(Shops.near(fit.model.v, 15.44, 0.005) && Shops.near(fit.logLikelihood, -4055.918, 1e-3))
    #expect(Shops.near(fit.model.populationMean, 35.17, 0.005) && fit.converged)
  }

  // At 78 weeks the closed form (equation 9, by SciPy's hyp2f1) gives 1.85796.
  @Test(arguments: [(1.0, 0.0532), (3, 0.1506), (32, 1.0437), (52, 1.4440), (78, 1.8580)])
  func `a new customer is expected to order as the paper's spreadsheet says`(weeks: Double, orders: Double) throws {
    let model = try OrderModel(.bgnbd, parameters: [0.242595, 4.413602, 0.792922, 2.425906])
    #expect(Shops.near(model.newCustomer.expected(within: weeks), orders, 5e-5))
  }

  @Test func `known customers are expected to order as the papers say`() throws {
    let model = try OrderModel(.bgnbd, parameters: [0.242595, 4.413602, 0.792922, 2.425906])
    let few = model.future(after: PurchaseSummary(orders: 2, recency: 30.43, observed: 38.86))
    #expect(Shops.near(few.expected(within: 39), 1.226, 5e-4))
    let many = model.future(after: PurchaseSummary(orders: 26, recency: 30.857, observed: 31))
    #expect(Shops.near(many.expected(within: 52), 25.757, 5e-4))
    #expect(Shops.near(many.probabilityAlive, 0.96885, 5e-6))
  }

  @Test func `conditional expectations of the hold-out are those published`() throws {
    let table = try calibration()
    let model = try OrderModelFitting(.bgnbd).fit(try PurchaseCounts(table.summaries)).model
    let later = try Shops.cdnow().outcomes(of: table, through: Shops.calibrationEnd + 273)
    var (expected, actual, count) = (
      [Double](repeating: 0, count: 8), [Double](repeating: 0, count: 8), [0.0, 0, 0, 0, 0, 0, 0, 0]
    )
    for (row, outcome) in zip(table.rows, later) {
      let x = min(7, row.summary.orders)
      expected[x] += model.future(after: row.summary).expected(within: 39)
      actual[x] += Double(outcome.orders)
      count[x] += 1
    }
    #expect(Shops.near(expected.reduce(0, +), 1653.4, 0.05))
    for (x, known) in [0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157].enumerated() {
      #expect(Shops.near(expected[x] / count[x], known, 5e-4))
    }
    for (x, known) in [0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359].enumerated() {
      #expect(Shops.near(actual[x] / count[x], known, 6e-4))
    }
  }

  @Test func `donations are fitted by the published parameters`() throws {
    let text = try String(contentsOfFile: SharedData.path("cdnow/donations.csv"), encoding: .utf8)
    var lines = text.split(whereSeparator: \.isNewline).map { $0.split(separator: ",").map(String.init) }
    let header = lines.removeFirst().map { $0.replacingOccurrences(of: "\"", with: "") }
    func column(_ name: String) throws -> [Double] {
      let place = try #require(header.firstIndex(of: name))
      return lines.map { Double($0[place]) ?? .nan }
    }
    let (x, recency, n) = (try column("frequency"), try column("recency"), try column("periods"))
    let weights = try column("weights")
    let summaries = x.indices.map { PurchaseSummary(orders: Int(x[$0]), recency: recency[$0], observed: n[$0]) }
    let fit = try OrderModelFitting(.bgbb).fit(try PurchaseCounts(summaries, weights: weights))
    for (found, known) in zip(fit.model.parameters, [1.2035, 0.7497, 0.6568, 2.7838]) {
      #expect(Shops.near(found, known, 5e-4))
    }
    // Fader, Hardie & Shang (2010), table 3.
    #expect(Shops.near(fit.logLikelihood, -33_225.58, 0.005))
  }

  @Test func `a total of the hold-out lies in the range told beforehand, and so do the totals of most tenths`() throws {
    let log = try Shops.cdnow()
    let fit = try ValueTraining().fit(log, calibrationEnd: Shops.calibrationEnd)
    #expect(fit.backTests.count == 3 && fit.backTests.allSatisfy { $0.cutoff + 90 <= Shops.calibrationEnd })
    let forecast = ValueForecast(fit.model, fit.table, horizon: 39)
    #expect(forecast.totalRevenue.low90 < 70_976.39 && 70_976.39 < forecast.totalRevenue.high90)
    #expect(forecast.totalOrders.low90 < 1882 && 1882 < forecast.totalOrders.high90)
    let later = log.outcomes(of: fit.table, through: Shops.calibrationEnd + 273)
    var orders = [Double](repeating: 0, count: 10)
    for (row, group) in forecast.groups.enumerated() { orders[group] += Double(later[row].orders) }
    let held = orders.indices.count {
      (forecast.groupOrders[$0].low80...forecast.groupOrders[$0].high80).contains(orders[$0])
    }
    #expect((7...9).contains(held))
  }

  @Test func `nothing after the end of calibration is looked at`() throws {
    let log = try Shops.cdnow()
    let early = try OrderLog(log.orders.filter { $0.day <= Shops.calibrationEnd })
    let (whole, cut) = (
      try ValueTraining().fit(log, calibrationEnd: Shops.calibrationEnd),
      try ValueTraining().fit(early, calibrationEnd: Shops.calibrationEnd)
    )
    #expect(whole.model == cut.model && whole.backTests == cut.backTests)
  }
}
