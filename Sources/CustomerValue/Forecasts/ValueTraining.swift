internal import Foundation
internal import LinearAlgebra
internal import Randomness

/// How a ``ValueModel`` is fitted and back-tested.
public struct ValueTraining: Sendable, Hashable, Codable {
  /// How customers order and leave.
  public var family = OrderFamily.bgnbd
  /// The unit of times.
  public var unit = TimeUnit.week
  /// The horizon that matters, in units: back-tests look as far ahead as the records allow, up to this.
  public var horizon = 39.0
  /// Back-tests at most; 0 makes none, and ranges of totals then rest on the prior alone.
  public var backTests = 6
  /// Where random numbers begin.
  public var seed: UInt64 = 0

  /// Defaults.
  public init() {}

  /// Fits to the orders of `log` up to the day `calibrationEnd`; later ones are not looked at.
  /// - Throws: ``CustomerValueError``.
  public func fit(_ log: OrderLog, calibrationEnd: Int) throws(CustomerValueError) -> ValueFit {
    guard horizon > 0, horizon.isFinite else { throw .parameter(name: "horizon", requirement: "a number above 0") }
    guard backTests >= 0 else { throw .parameter(name: "backTests", requirement: "0 or more") }
    guard !family.isDiscrete else {
      throw .parameter(name: "family", requirement: "one in continuous time: bgnbd, mbgnbd, paretonbd or nbd")
    }
    let base = try fitted(log, calibrationEnd)
    let (tests, groups) = try tested(log, calibrationEnd, first: log.days.lowerBound)
    // Windows that overlap tell less than their number.
    let length = tests.first?.horizon ?? 0
    let days = tests.map(\.cutoff)
    let covered = days.isEmpty ? 0 : Double((days.max() ?? 0) - (days.min() ?? 0)) / unit.days + length
    let independent = length > 0 ? covered / length : 0
    func correction(_ ratios: [Double], _ deviation: Double) -> ForecastCorrection {
      ForecastCorrection(ratios: ratios, independent: independent, groupDeviation: deviation)
    }
    let ordersRatios = tests.filter { $0.predictedOrders > 0 && $0.actualOrders > 0 }
      .map { $0.actualOrders / $0.predictedOrders }
    let revenueRatios = tests.filter { $0.predictedRevenue > 0 && $0.actualRevenue > 0 }
      .map { $0.actualRevenue / $0.predictedRevenue }
    let open = parameterDeviation(base)
    let model = base.model(
      unit, orders: correction(ordersRatios, groups.orders), revenue: correction(revenueRatios, groups.revenue),
      backTestHorizon: length, parameterDeviation: open)
    return ValueFit(
      model: model, orders: base.orders, spend: base.spend, table: base.table, backTests: tests,
      notes: base.notes + (open < Self.greatestDeviation ? [] : [Self.openParameters]))
  }

  // MARK: One fit

  /// What one cutoff gives.
  struct Fitted {
    let table: PurchaseTable
    let orders: OrderModelFit
    let spend: SpendFit?
    let meanSpend: Double
    let pricedShare: Double
    let returnShare: Double
    let notes: [String]

    func model(
      _ unit: TimeUnit, orders: ForecastCorrection = .unknown, revenue: ForecastCorrection = .unknown,
      backTestHorizon: Double = 0, parameterDeviation: Double = 0
    ) -> ValueModel {
      ValueModel(
        orders: self.orders.model, spend: spend?.model, meanSpend: meanSpend, pricedShare: pricedShare,
        returnShare: returnShare, unit: unit, orderCorrection: orders, revenueCorrection: revenue,
        backTestHorizon: backTestHorizon, parameterDeviation: parameterDeviation)
    }
  }

  func fitted(_ log: OrderLog, _ calibrationEnd: Int) throws(CustomerValueError) -> Fitted {
    let table = try log.table(through: calibrationEnd, unit: unit)
    let orders = try OrderModelFitting(family).fit(try PurchaseCounts(table.summaries))
    var notes = orders.findings.map(\.description)
    let repeats = table.rows.reduce(0) { $0 + $1.summary.orders }
    let priced = table.rows.filter { $0.pricedOrders > 0 }
    let pricedOrders = priced.reduce(0) { $0 + $1.pricedOrders }
    let sum = priced.reduce(0.0) { $0 + Double($1.pricedOrders) * ($1.meanSpend ?? 0) }
    var spend: SpendFit?
    do {
      spend = try SpendFit(orders: priced.map(\.pricedOrders), meanSpend: priced.map { $0.meanSpend ?? 0 })
      if let found = spend, abs(found.correlation) > 0.3 {
        notes.append(
          "Customers who order more often spend \(found.correlation > 0 ? "more" : "less") an order (correlation "
            + "\(String(format: "%.2f", found.correlation))), which the model of spend takes to be unrelated: revenue of the "
            + "most frequent is \(found.correlation > 0 ? "under" : "over")estimated.")
      }
    } catch .spendMeanInfinite, .tooFewCustomers, .spendConstant, .notConverged {
      notes.append(
        "What customers spend an order could not be told apart, so every order counts as the mean of all priced ones.")
    }
    let known = log.orders.lazy.filter { $0.day <= calibrationEnd }
    let (bought, returned) = known.reduce(into: (0.0, 0.0)) { sums, order in
      if order.amount > 0 { sums.0 += order.amount } else { sums.1 -= order.amount }
    }
    return Fitted(
      table: table, orders: orders, spend: spend, meanSpend: pricedOrders > 0 ? sum / Double(pricedOrders) : 0,
      pricedShare: repeats > 0 ? Double(pricedOrders) / Double(repeats) : 0,
      returnShare: bought > 0 ? min(1, returned / bought) : 0, notes: notes)
  }

  // MARK: Back-tests

  /// Customers that back-tests look at, about: by what factor a total of so many misses is known to well below a per cent.
  static let mostInBackTests = 100_000

  /// Forecasts from earlier days; none where the records are too short.
  private func tested(
    _ log: OrderLog, _ calibrationEnd: Int, first: Int
  ) throws(CustomerValueError) -> (tests: [BackTest], groups: (orders: Double, revenue: Double)) {
    let span = Double(calibrationEnd - first)
    let length = Int(min(horizon * unit.days, span / 3))
    var tests: [BackTest] = []
    var excess: [(orders: Double, revenue: Double)] = []
    guard length >= 7 else { return ([], (0, 0)) }
    let log = log.sampled(Self.mostInBackTests)
    var cutoff = calibrationEnd - length
    while tests.count < backTests, Double(cutoff - first) >= span / 3 {
      defer { cutoff -= max(1, length / 2) }
      let past: Fitted
      do { past = try fitted(log, cutoff) } catch { continue }
      let ahead = Double(length) / unit.days
      let forecast = ValueForecast(past.model(unit), past.table, horizon: ahead, parts: .tenths, draws: 50, seed: seed)
      let actual = log.outcomes(of: past.table, through: cutoff + length)
      tests.append(
        BackTest(
          cutoff: cutoff, horizon: ahead, customers: past.table.rows.count,
          predictedOrders: forecast.customers.reduce(0) { $0 + $1.expectedOrders },
          predictedRevenue: forecast.customers.reduce(0) { $0 + $1.expectedRevenue },
          actualOrders: actual.reduce(0) { $0 + Double($1.orders) }, actualRevenue: actual.reduce(0) { $0 + $1.revenue }
        ))
      excess.append(forecast.excess(actual))
    }
    let n = Double(max(1, excess.count))
    return (
      tests,
      (
        max(0, excess.reduce(0) { $0 + $1.orders } / n).squareRoot(),
        max(0, excess.reduce(0) { $0 + $1.revenue } / n).squareRoot()
      )
    )
  }

  private static let openParameters =
    "The orders leave open what the parameters are: totals may be several times as many or as few, and their ranges are "
    + "cut at about that. A longer log, or another family, would tell more."

  /// Parameters that the data leave open could make a total anything: it is allowed to be off by a factor of e, no more.
  static let greatestDeviation = 1.0

  /// How much the logarithm of the expected total varies with the parameters, drawn around their estimates (Gelman et
  /// al., 2013, section 4.1), on at most 2,000 distinct histories.
  private func parameterDeviation(_ fitted: Fitted) -> Double {
    guard let counts = try? PurchaseCounts(fitted.table.summaries) else { return 0 }
    let step = max(1, counts.histories.count / 2000)
    let some = Array(stride(from: 0, to: counts.histories.count, by: step))
    let model = fitted.orders.model
    let covariance = fitted.orders.logCovariance
    let eigen = SymmetricEigen(covariance)
    let ahead = horizon
    let totals: [Double] = Parallel.map(count: 24) { index in
      var random = RandomStream(seed: seed, index: 1_000_000 + index)
      var logs = model.parameters.map { Foundation.log($0) }
      for (k, value) in eigen.values.enumerated() {
        let size = max(0, value).squareRoot() * random.normal()
        for i in logs.indices { logs[i] += size * eigen.vectors[k, i] }
      }
      let drawn = OrderModel(model.family, checked: logs.map { exp(min(18, max(-18, $0))) })
      return some.reduce(0) {
        $0 + counts.weights[$1] * drawn.future(after: counts.histories[$1]).expected(within: ahead)
      }
    }
    let known = totals.filter { $0 > 0 && $0.isFinite }.map { Foundation.log($0) }
    guard known.count > 2 else { return 0 }
    let mean = known.reduce(0, +) / Double(known.count)
    let deviation = (known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known.count - 1)).squareRoot()
    return min(Self.greatestDeviation, deviation)
  }
}

/// What fitting a ``ValueModel`` gives.
public struct ValueFit: Sendable {
  /// What forecasts.
  public let model: ValueModel
  /// The fit of orders.
  public let orders: OrderModelFit
  /// The fit of spend; nil where there was none to tell customers apart by.
  public let spend: SpendFit?
  /// The customers as they were at the end of calibration.
  public let table: PurchaseTable
  /// Earlier forecasts and what came.
  public let backTests: [BackTest]
  /// What the reader must know.
  public let notes: [String]
}
