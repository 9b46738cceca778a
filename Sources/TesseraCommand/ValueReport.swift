internal import Features
internal import CustomerValue
internal import Foundation
internal import Pipeline

/// What there is to say of customer value, in words and tables.
enum ValueReport {
  static func print(_ value: TableValue, hasRevenue: Bool) {
    let (fit, forecast) = (value.fit, value.forecast)
    let unit = fit.model.unit.rawValue + "s"
    let rows = fit.table.rows
    let repeats = rows.reduce(0) { $0 + $1.summary.orders }
    Terminal.print(
      "\n\(ReadableNumber.grouped(rows.count)) customers with \(ReadableNumber.grouped(repeats)) repeat orders up to "
        + "\(value.calibrationEnd); \(ReadableNumber.grouped(rows.count { $0.summary.orders == 0 })) have ordered once")
    let parameters = zip(fit.orders.model.family.parameterNames, fit.orders.model.parameters)
      .map { "\($0) \(ReadableNumber.text($1))" }
    Terminal.print(
      "\(fit.orders.model.family.title): \(parameters.joined(separator: ", ")); log-likelihood "
        + "\(String(format: "%.3f", fit.orders.logLikelihood))")
    if hasRevenue, let spend = fit.spend {
      Terminal.print(
        "Gamma-Gamma: p \(ReadableNumber.text(spend.model.p)), q \(ReadableNumber.text(spend.model.q)), v "
          + "\(ReadableNumber.text(spend.model.v)); mean spend an order \(ReadableNumber.text(spend.model.populationMean))"
      )
    }
    Terminal.print("\nthe next \(ReadableNumber.text(value.horizon)) \(unit):")
    var totals = TextTable(
      [("", .left), ("expected", .right), ("80% range", .right), ("90% range", .right)]
        + (value.holdout == nil ? [] : [("came", .right)]))
    func add(_ name: String, _ range: ValueRange, _ came: Double?) {
      totals.add(
        [
          name, ReadableNumber.whole(range.expected),
          "\(ReadableNumber.whole(range.low80))–\(ReadableNumber.whole(range.high80))",
          "\(ReadableNumber.whole(range.low90))–\(ReadableNumber.whole(range.high90))",
        ] + (value.holdout == nil ? [] : [came.map(ReadableNumber.whole) ?? ""]))
    }
    add("orders", forecast.totalOrders, value.holdout?.orders)
    if hasRevenue { add("revenue", forecast.totalRevenue, value.holdout?.revenue) }
    for line in totals.lines { Terminal.print(line) }
    groups(value, hasRevenue: hasRevenue)
    backTests(fit, unit: unit, hasRevenue: hasRevenue)
  }

  private static func groups(_ value: TableValue, hasRevenue: Bool) {
    let forecast = value.forecast
    Terminal.print(
      value.groups == nil ? "\nby tenths of the customers, the most expected orders first:" : "\nby group:")
    let ranges = hasRevenue ? forecast.groupRevenue : forecast.groupOrders
    var table = TextTable(
      [
        ("", .left), ("customers", .right), ("alive", .right), ("orders", .right),
        (hasRevenue ? "revenue" : "", .right), ("80% range", .right),
      ] + (value.holdout == nil ? [] : [("came", .right), ("", .left)]))
    for group in ranges.indices {
      let members = forecast.groups.indices.filter { forecast.groups[$0] == group }
      guard !members.isEmpty else { continue }
      let alive = members.reduce(0) { $0 + forecast.customers[$1].probabilityAlive } / Double(members.count)
      let range = ranges[group]
      var cells = [
        value.groups?[group] ?? "\(group + 1)", ReadableNumber.grouped(members.count), ReadableNumber.percent(alive),
        ReadableNumber.whole(forecast.groupOrders[group].expected),
        hasRevenue ? ReadableNumber.whole(range.expected) : "",
        "\(ReadableNumber.whole(range.low80))–\(ReadableNumber.whole(range.high80))",
      ]
      if let holdout = value.holdout {
        let came = hasRevenue ? holdout.groupRevenue[group] : holdout.groupOrders[group]
        cells += [ReadableNumber.whole(came), (range.low80...range.high80).contains(came) ? "" : "outside"]
      }
      table.add(cells)
    }
    for line in table.lines { Terminal.print(line) }
    if let holdout = value.holdout {
      Terminal.print(
        "\(ReadableNumber.percent(holdout.customersHeld)) of customers ordered as often as their own 80% range says")
    }
  }

  private static func backTests(_ fit: ValueFit, unit: String, hasRevenue: Bool) {
    guard let length = fit.backTests.first.map({ ReadableNumber.text($0.horizon) }) else { return }
    let misses = fit.backTests.map { test in
      let (came, due) =
        hasRevenue ? (test.actualRevenue, test.predictedRevenue) : (test.actualOrders, test.predictedOrders)
      return due > 0 ? String(format: "%+.0f%%", 100 * (came / due - 1)) : "–"
    }
    Terminal.print(
      "\nback-tests inside the known days, \(length) \(unit) ahead each: \(hasRevenue ? "revenue" : "orders") came "
        + "\(misses.joined(separator: ", ")) of what was forecast; ranges of totals rest on this")
  }
}

/// Customer value for machines, numbers exact.
struct ValueJSON: Encodable {
  let model: String
  let requested: String
  let parameters: [String: Double]
  let standardErrors: [String: Double]
  let logLikelihood: Double
  let converged: Bool
  let findings: [String]
  let spend: Spend?
  let customers: Int
  let repeatOrders: Int
  let calibrationEnd: String
  let unit: String
  let horizon: Double
  let range: Range
  let groups: [Group]
  let holdout: Holdout?
  let backTests: [BackTest]

  struct Spend: Encodable {
    let p: Double
    let q: Double
    let v: Double
    let logLikelihood: Double
    let populationMean: Double
  }
  struct Range: Encodable {
    let orders: ValueRange
    let revenue: ValueRange
  }
  struct Group: Encodable {
    let group: String
    let customers: Int
    let orders: ValueRange
    let revenue: ValueRange
    let cameOrders: Double?
    let cameRevenue: Double?
  }
  struct Holdout: Encodable {
    let orders: Double
    let revenue: Double
    let customersHeld: Double
  }

  init(_ value: TableValue) {
    let (fit, forecast) = (value.fit, value.forecast)
    let names = fit.orders.model.family.parameterNames
    model = fit.orders.model.family.rawValue
    requested = fit.orders.requested.rawValue
    parameters = Dictionary(zip(names, fit.orders.model.parameters)) { first, _ in first }
    // Of a parameter's logarithm, times the parameter.
    let errors = zip(fit.orders.logStandardErrors, fit.orders.model.parameters).map { $0 * $1 }
    standardErrors = Dictionary(zip(names, errors)) { first, _ in first }
    (logLikelihood, converged) = (fit.orders.logLikelihood, fit.orders.converged)
    findings = fit.notes
    spend = fit.spend.map {
      Spend(
        p: $0.model.p, q: $0.model.q, v: $0.model.v, logLikelihood: $0.logLikelihood,
        populationMean: $0.model.populationMean)
    }
    customers = fit.table.rows.count
    repeatOrders = fit.table.rows.reduce(0) { $0 + $1.summary.orders }
    (calibrationEnd, unit) = ("\(value.calibrationEnd)", fit.model.unit.rawValue)
    horizon = value.horizon
    range = Range(orders: forecast.totalOrders, revenue: forecast.totalRevenue)
    groups = forecast.groupOrders.indices.map { group in
      Group(
        group: value.groups?[group] ?? "\(group + 1)", customers: forecast.groups.count { $0 == group },
        orders: forecast.groupOrders[group], revenue: forecast.groupRevenue[group],
        cameOrders: value.holdout?.groupOrders[group], cameRevenue: value.holdout?.groupRevenue[group])
    }
    holdout = value.holdout.map { Holdout(orders: $0.orders, revenue: $0.revenue, customersHeld: $0.customersHeld) }
    backTests = fit.backTests
  }
}
