internal import Features
internal import CustomerValue
internal import Foundation
internal import Pipeline

/// What there is to say of customer value, in words and tables.
enum ValueReport {
  /// The whole answer; with what came where that is known.
  static func print(_ card: ValueCard, holdout: TableValue.Holdout? = nil) {
    let unit = card.model.unit.rawValue + "s"
    Terminal.print(
      "\n\(ReadableNumber.grouped(card.customers)) customers with \(ReadableNumber.grouped(card.repeatOrders)) repeat orders up to "
        + "\(card.calibrationEnd); \(ReadableNumber.grouped(card.orderedOnce)) have ordered once")
    let orders = card.model.orders
    let parameters = zip(orders.family.parameterNames, orders.parameters).map { "\($0) \(ReadableNumber.text($1))" }
    Terminal.print(
      "\(orders.family.title): \(parameters.joined(separator: ", ")); log-likelihood "
        + "\(String(format: "%.3f", card.logLikelihood))")
    if card.hasRevenue, let spend = card.model.spend {
      Terminal.print(
        "Gamma-Gamma: p \(ReadableNumber.text(spend.p)), q \(ReadableNumber.text(spend.q)), v "
          + "\(ReadableNumber.text(spend.v)); mean spend an order \(ReadableNumber.text(spend.populationMean))"
      )
    }
    totals(card, holdout)
    groups(card, holdout)
    backTests(card, unit: unit)
  }

  /// What a project's segments are expected to do.
  static func printSegments(_ card: ValueCard) {
    totals(card, nil)
    groups(card, nil)
    backTests(card, unit: card.model.unit.rawValue + "s")
    for note in card.notes { Terminal.print(note) }
  }

  private static func totals(_ card: ValueCard, _ holdout: TableValue.Holdout?) {
    Terminal.print(
      "\nthe next \(ReadableNumber.text(card.horizon)) \(card.model.unit.rawValue)s after \(card.calibrationEnd):")
    var totals = TextTable(
      [("", .left), ("expected", .right), ("80% range", .right), ("90% range", .right)]
        + (holdout == nil ? [] : [("came", .right)]))
    func add(_ name: String, _ range: ValueRange, _ came: Double?) {
      totals.add(
        [
          name, ReadableNumber.whole(range.expected),
          "\(ReadableNumber.whole(range.low80))–\(ReadableNumber.whole(range.high80))",
          "\(ReadableNumber.whole(range.low90))–\(ReadableNumber.whole(range.high90))",
        ] + (holdout == nil ? [] : [came.map(ReadableNumber.whole) ?? ""]))
    }
    add("orders", card.total.orders, holdout?.orders)
    if card.hasRevenue { add("revenue", card.total.revenue, holdout?.revenue) }
    for line in totals.lines { Terminal.print(line) }
  }

  private static func groups(_ card: ValueCard, _ holdout: TableValue.Holdout?) {
    switch card.grouping {
    case .tenths: Terminal.print("\nby tenths of the customers, the most expected orders first:")
    case .column: Terminal.print("\nby group:")
    case .segments: Terminal.print("\nby segment:")
    }
    let hasRevenue = card.hasRevenue
    var table = TextTable(
      [
        (card.grouping == .segments ? "segment" : "", .left), ("customers", .right), ("alive", .right),
        ("orders", .right), (hasRevenue ? "revenue" : "", .right), ("80% range", .right),
      ] + (holdout == nil ? [] : [("came", .right), ("", .left)]))
    func add(_ group: GroupValue, _ came: Double?) {
      let range = hasRevenue ? group.revenue : group.orders
      var cells = [
        group.name, ReadableNumber.grouped(group.customers), ReadableNumber.percent(group.alive),
        ReadableNumber.whole(group.orders.expected), hasRevenue ? ReadableNumber.whole(range.expected) : "",
        "\(ReadableNumber.whole(range.low80))–\(ReadableNumber.whole(range.high80))",
      ]
      if let came {
        cells += [ReadableNumber.whole(came), (range.low80...range.high80).contains(came) ? "" : "outside"]
      }
      table.add(cells)
    }
    let came = holdout.map { hasRevenue ? $0.groupRevenue : $0.groupOrders }
    // A macro-segment of one segment is that segment.
    for macro in card.macros where card.segments(of: macro.id ?? 0).count > 1 { add(macro, nil) }
    for (index, group) in card.groups.enumerated() where group.customers > 0 { add(group, came?[index]) }
    for line in table.lines { Terminal.print(line) }
    if let holdout {
      Terminal.print(
        "\(ReadableNumber.percent(holdout.customersHeld)) of customers ordered as often as their own 80% range says")
    }
  }

  private static func backTests(_ card: ValueCard, unit: String) {
    guard let length = card.backTests.first.map({ ReadableNumber.text($0.horizon) }) else { return }
    let hasRevenue = card.hasRevenue
    let misses = card.backTests.map { test in
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
    let logLikelihood: Double?
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

  init(_ card: ValueCard, holdout came: TableValue.Holdout? = nil) {
    let names = card.model.orders.family.parameterNames
    let values = card.model.orders.parameters
    model = card.model.orders.family.rawValue
    requested = card.requested.rawValue
    parameters = Dictionary(zip(names, values)) { first, _ in first }
    // Of a parameter's logarithm, times the parameter.
    standardErrors = Dictionary(zip(names, zip(card.logStandardErrors, values).map { $0 * $1 })) { first, _ in first }
    (logLikelihood, converged) = (card.logLikelihood, card.converged)
    findings = card.notes
    spend = card.model.spend.map {
      Spend(p: $0.p, q: $0.q, v: $0.v, logLikelihood: card.spendLogLikelihood, populationMean: $0.populationMean)
    }
    (customers, repeatOrders) = (card.customers, card.repeatOrders)
    (calibrationEnd, unit, horizon) = (card.calibrationEnd, card.model.unit.rawValue, card.horizon)
    range = Range(orders: card.total.orders, revenue: card.total.revenue)
    groups = card.groups.enumerated().map { index, group in
      Group(
        group: group.name, customers: group.customers, orders: group.orders, revenue: group.revenue,
        cameOrders: came?.groupOrders[index], cameRevenue: came?.groupRevenue[index])
    }
    holdout = came.map { Holdout(orders: $0.orders, revenue: $0.revenue, customersHeld: $0.customersHeld) }
    backTests = card.backTests
  }
}
