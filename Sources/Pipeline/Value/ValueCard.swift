public import CustomerValue
internal import Features
internal import Foundation
internal import Warehouse

/// What a group of customers is expected to order and spend within the horizon.
public struct GroupValue: Sendable, Hashable, Codable {
  /// Its name: a tenth's number, a value of the grouping column, or a segment's path ("2/7", a macro-segment's "2", "0" for
  /// none of these).
  public let name: String
  /// The id of the segment or macro-segment; nil for other groups.
  public let id: Int?
  /// Its customers with an order.
  public let customers: Int
  /// The mean of their P(alive).
  public let alive: Double
  /// Orders, with ranges.
  public let orders: ValueRange
  /// Revenue, returns taken off, with ranges; all 0 where amounts are not known.
  public let revenue: ValueRange
}

/// A fitted model of customer value, what it expects, and how far it was right. No row of a customer is in it.
public struct ValueCard: Sendable, Hashable, Codable {
  /// What the groups are.
  public enum Grouping: String, Sendable, Hashable, Codable {
    /// Tenths of the customers by expected orders, the most first.
    case tenths
    /// The values of a column.
    case column
    /// The segments of a model.
    case segments
  }

  /// What forecasts.
  public let model: ValueModel
  /// The family that was asked for.
  public let requested: OrderFamily
  /// The log-likelihood of the orders.
  public let logLikelihood: Double
  /// The standard errors of the logarithms of the parameters of orders.
  public let logStandardErrors: [Double]
  /// Whether the fit came to rest.
  public let converged: Bool
  /// The log-likelihood of spend; nil where there was no model of it.
  public let spendLogLikelihood: Double?
  /// The customers with an order.
  public let customers: Int
  /// Their orders but for each one's first.
  public let repeatOrders: Int
  /// Those who ordered once.
  public let orderedOnce: Int
  /// The last day that the model knows, `YYYY-MM-DD`.
  public let calibrationEnd: String
  /// The horizon, in units of the model.
  public let horizon: Double
  /// Whether amounts are known, so that revenue means something.
  public let hasRevenue: Bool
  /// What all are expected to do.
  public let total: GroupValue
  /// What the groups are.
  public let grouping: Grouping
  /// The parts of all, in order; of a tree its micro-segments and, where some customers are in none, "0".
  public let groups: [GroupValue]
  /// The macro-segments of a tree; empty otherwise.
  public let macros: [GroupValue]
  /// Earlier forecasts and what came.
  public let backTests: [BackTest]
  /// What the reader must know.
  public let notes: [String]

  /// The horizon in days.
  public var days: Int { Int((horizon * model.unit.days).rounded()) }

  /// What the segment of `id` is expected to do; nil when there is none.
  public func segment(_ id: Int) -> GroupValue? { grouping == .segments ? groups.first { $0.id == id } : nil }

  /// What the macro-segment of `id` is expected to do; nil when there is none.
  public func macro(_ id: Int) -> GroupValue? { macros.first { $0.id == id } }

  /// The micro-segments of the macro-segment of `id`.
  public func segments(of id: Int) -> [GroupValue] { groups.filter { $0.name.hasPrefix("\(id)/") } }

  /// What contradicts itself in a card that was read from a file; nil if nothing does.
  var fault: String? {
    if let fault = model.fault { return "of the value of customers, \(fault)" }
    guard CalendarDate(calibrationEnd) != nil, horizon > 0, horizon * model.unit.days <= 36_500 else {
      return "the forecast has no date or horizon"
    }
    guard logStandardErrors.count == model.orders.parameters.count else {
      return "the forecast has not one standard error for each parameter"
    }
    let all = [total] + groups + macros
    guard all.allSatisfy({ $0.customers >= 0 && (0...1).contains($0.alive) }), customers >= 0, repeatOrders >= 0,
      orderedOnce >= 0
    else { return "the forecast counts customers that cannot be" }
    return nil
  }
}

/// Which customers of a forecast are summed up together, and as what.
struct ValueGroups {
  let grouping: ValueCard.Grouping
  let names: [String]
  var ids: [Int?]
  /// The group of each row of the purchase table; nil parts them into tenths.
  let rows: [Int]?
  /// Groups of groups, by id.
  var macros: [(id: Int, groups: [Int])] = []

  static let tenths = ValueGroups(grouping: .tenths, names: [], ids: [], rows: nil)

  /// Groups by the value of a column, by name.
  init(values: [String]) {
    names = Set(values).sorted()
    let places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
    (grouping, ids, rows) = (.column, names.map { _ in nil }, values.map { places[$0] ?? 0 })
  }

  init(grouping: ValueCard.Grouping, names: [String], ids: [Int?], rows: [Int]?) {
    (self.grouping, self.names, self.ids, self.rows) = (grouping, names, ids, rows)
  }

  var parts: ValueForecast.Parts { rows.map { .groups($0, count: max(1, names.count)) } ?? .tenths }
}

extension ValueForecast {
  /// Draws a customer: enough for an 80% range, fewer where there are many customers.
  static func draws(_ customers: Int) -> Int { customers > 100_000 ? 100 : 200 }
}

extension ValueCard {
  init(
    _ fit: ValueFit, _ forecast: ValueForecast, _ parts: ValueGroups, horizon: Double, hasRevenue: Bool,
    notes more: [String]
  ) {
    model = fit.model
    requested = fit.orders.requested
    logLikelihood = fit.orders.logLikelihood
    logStandardErrors = fit.orders.logStandardErrors
    converged = fit.orders.converged
    spendLogLikelihood = fit.spend?.logLikelihood
    let rows = fit.table.rows
    customers = rows.count
    repeatOrders = rows.reduce(0) { $0 + $1.summary.orders }
    orderedOnce = rows.count { $0.summary.orders == 0 }
    calibrationEnd = CalendarDate(daysSince1970: fit.table.calibrationEnd).description
    self.horizon = horizon
    self.hasRevenue = hasRevenue
    grouping = parts.grouping
    let count = forecast.groupOrders.count
    var (sizes, alive) = ([Int](repeating: 0, count: count), [Double](repeating: 0, count: count))
    for (row, group) in forecast.groups.enumerated() {
      sizes[group] += 1
      alive[group] += forecast.customers[row].probabilityAlive
    }
    func mean(_ groups: [Int]) -> Double {
      let n = groups.reduce(0) { $0 + sizes[$1] }
      return n > 0 ? min(1, groups.reduce(0) { $0 + alive[$1] } / Double(n)) : 0
    }
    groups = (0..<count).map { group in
      GroupValue(
        name: parts.names.indices.contains(group) ? parts.names[group] : "\(group + 1)",
        id: parts.ids.indices.contains(group) ? parts.ids[group] : nil, customers: sizes[group], alive: mean([group]),
        orders: forecast.groupOrders[group], revenue: forecast.groupRevenue[group])
    }
    macros = parts.macros.map { macro in
      // A macro-segment of one part is that part.
      let together =
        macro.groups.count == 1
        ? (forecast.groupOrders[macro.groups[0]], forecast.groupRevenue[macro.groups[0]])
        : forecast.together(macro.groups)
      return GroupValue(
        name: "\(macro.id)", id: macro.id, customers: macro.groups.reduce(0) { $0 + sizes[$1] },
        alive: mean(macro.groups), orders: together.0, revenue: together.1)
    }
    total = GroupValue(
      name: "all", id: nil, customers: rows.count, alive: mean(Array(0..<count)), orders: forecast.totalOrders,
      revenue: forecast.totalRevenue)
    backTests = fit.backTests
    notes =
      fit.notes + more
      + (fit.backTests.isEmpty
        ? ["the log is too short for back-tests, so ranges of totals rest on the usual error of a tenth alone"] : [])
  }
}

extension ValueCard {
  /// What segments will order and spend, as Markdown.
  var markdown: String {
    let head = hasRevenue ? ["revenue", "80% range", "90% range"] : ["80% range", "90% range"]
    func cells(_ group: GroupValue) -> [String] {
      let range = hasRevenue ? group.revenue : group.orders
      return [group.name, ReadableNumber.grouped(group.customers), ReadableNumber.percent(group.alive)]
        + [ReadableNumber.whole(group.orders.expected)] + (hasRevenue ? [ReadableNumber.whole(range.expected)] : [])
        + [
          "\(ReadableNumber.whole(range.low80))–\(ReadableNumber.whole(range.high80))",
          "\(ReadableNumber.whole(range.low90))–\(ReadableNumber.whole(range.high90))",
        ]
    }
    let divided = macros.filter { segments(of: $0.id ?? 0).count > 1 }
    let tested =
      backTests.isEmpty
      ? "" : " Ranges rest on \(backTests.count) back-test\(backTests.count == 1 ? "" : "s") inside the known days."
    return
      "\n## What they will spend\n\nThe \(days) days after \(calibrationEnd), by \(model.orders.family.title).\(tested)\n\n"
      + markdownTable(
        ["segment", "customers", "alive", "orders"] + head, (divided + groups + [total]).map(cells))
      + notes.map { "\n\($0)\n" }.joined()
  }
}
