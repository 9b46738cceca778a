public import CustomerValue
internal import Features
internal import Foundation
internal import ModelFiles
public import Warehouse

/// Which columns of an order log are what.
public struct OrderColumns: Sendable, Hashable, Codable {
  /// The customer.
  public var customer: String
  /// The day of the order.
  public var date: String
  /// What was paid; nil counts orders only.
  public var amount: String?
  /// Totals are told for each value of this column, too; a customer is in the group of the latest known row that has one.
  public var group: String?
  /// An SQL condition that rows must meet.
  public var condition: String?

  /// A log of who ordered when.
  public init(customer: String, date: String) { (self.customer, self.date) = (customer, date) }
}

/// What `value` found: the fit, the forecast, and how far it was right where that is known.
public struct TableValue: Sendable {
  /// The model, what it expects of groups and all, and its back-tests.
  public let card: ValueCard
  /// The last day of the log.
  public let lastDay: CalendarDate
  /// What came in the horizon after the calibration; nil where the log does not reach so far.
  public let holdout: Holdout?

  /// What came, over the whole horizon.
  public struct Holdout: Sendable, Hashable {
    /// Orders and revenue of all.
    public let orders: Double
    /// See ``orders``.
    public let revenue: Double
    /// Orders and revenue of each group.
    public let groupOrders: [Double]
    /// See ``groupOrders``.
    public let groupRevenue: [Double]
    /// The share of customers whose orders lie in their 80% range.
    public let customersHeld: Double
  }

  /// One row a customer: P(alive), expected orders and revenue with 80% ranges, and when the next order is due.
  static func table(
    _ forecast: ValueForecast, _ known: PurchaseTable, customers: [String], hasRevenue: Bool
  ) -> Table {
    Table(
      [
        Column(name: "customer", values: .texts(customers)).asWholeNumbersIfExact,
        Column(name: "repeat_orders", values: .integers(known.rows.map { Int64($0.summary.orders) })),
      ]
        + ForecastColumns(
          rows: forecast.customers, unit: known.unit, end: known.calibrationEnd, hasRevenue: hasRevenue
        ).columns)
  }
}

/// What `value` writes besides its answer.
public struct ValueOutputs: Sendable, Hashable {
  /// A table with one row a customer.
  public var table: String?
  /// The model, for `score`.
  public var model: String?

  /// Nothing.
  public init() {}
}

extension Connection {
  /// Fits a model of customer value to a log of orders and forecasts; writes all that is asked for, or nothing.
  /// - Parameters:
  ///   - calibrationEnd: the last day the model knows; nil takes the last of the log.
  ///   - horizon: how far ahead, in units of `training`; nil takes as much as the log holds after `calibrationEnd`, or
  ///     39 weeks.
  public func value(
    file: String, _ columns: OrderColumns, calibrationEnd: CalendarDate?, horizon: Double?, training: ValueTraining,
    outputs: ValueOutputs, progress: ProgressObserver?
  ) throws -> TableValue {
    progress?(PipelineProgress(stage: "reading \(file)"))
    let table = try open(file: file)
    if let output = outputs.table { try checkOutput(output) }
    if let model = outputs.model { try checkResult(model) }
    let read = try orders(table, columns, through: calibrationEnd?.daysSince1970)
    let log = try OrderLog(read.orders)
    let end = calibrationEnd.map(\.daysSince1970) ?? log.days.upperBound
    let unit = training.unit
    let after = Double(log.days.upperBound - end) / unit.days
    var training = training
    let ahead = horizon ?? (after >= 1 ? after : 273 / unit.days)
    training.horizon = ahead
    if Interruption.isRequested { throw WarehouseError.interrupted }
    progress?(PipelineProgress(stage: "fitting \(training.family.title) to \(log.orders.count) orders"))
    let fit = try training.fit(log, calibrationEnd: end)
    if Interruption.isRequested { throw WarehouseError.interrupted }
    progress?(PipelineProgress(stage: "forecasting \(fit.table.rows.count) customers"))
    let rows = fit.table.rows
    let groups =
      columns.group == nil ? .tenths : ValueGroups(values: rows.map { read.groups[$0.customer] ?? "(none)" })
    let forecast = ValueForecast(
      fit.model, fit.table, horizon: ahead, parts: groups.parts, draws: ValueForecast.draws(rows.count),
      seed: training.seed)
    let hasRevenue = columns.amount != nil
    let card = ValueCard(fit, forecast, groups, horizon: ahead, hasRevenue: hasRevenue, notes: read.notes)
    let files = StagedFiles()
    if let output = outputs.table {
      let customers = rows.map { read.names[$0.customer] }
      try write(
        TableValue.table(forecast, fit.table, customers: customers, hasRevenue: hasRevenue), to: output, in: files)
    }
    if let model = outputs.model {
      let known = read.orders.filter { $0.day <= end }
      let prediction = ValuePrediction(
        card: card, columns: columns, seed: training.seed,
        dataFingerprint: DataFingerprint.of(known, names: read.names))
      try files.write(try prediction.file().encoded(), to: model)
    }
    try files.commit()
    return TableValue(
      card: card, lastDay: CalendarDate(daysSince1970: log.days.upperBound),
      holdout: after + 1e-9 >= ahead
        ? Connection.holdout(log, fit, forecast, Int((ahead * unit.days).rounded())) : nil)
  }

  private static func holdout(
    _ log: OrderLog, _ fit: ValueFit, _ forecast: ValueForecast, _ days: Int
  ) -> TableValue.Holdout {
    let came = log.outcomes(of: fit.table, through: fit.table.calibrationEnd + days)
    var orders = [Double](repeating: 0, count: forecast.groupOrders.count)
    var revenue = orders
    for (row, group) in forecast.groups.enumerated() {
      orders[group] += Double(came[row].orders)
      revenue[group] += came[row].revenue
    }
    let held = zip(forecast.customers, came).count { $0.orders80.contains(Double($1.orders)) }
    return TableValue.Holdout(
      orders: orders.reduce(0, +), revenue: revenue.reduce(0, +), groupOrders: orders, groupRevenue: revenue,
      customersHeld: Double(held) / Double(max(1, came.count)))
  }

  /// The orders of `table`, one row a customer and day for what was bought and one for what was brought back.
  func orders(
    _ table: TableSource, _ columns: OrderColumns, through end: Int?
  ) throws -> (orders: [DatedOrder], names: [String], groups: [Int: String], notes: [String]) {
    for name in [columns.customer, columns.date, columns.group].compactMap({ $0 }) { _ = try table.column(name) }
    let customer = dialect.asText(SQL.identifier(columns.customer))
    let day = try daySQL(table, columns.date)
    let amount = try columns.amount.map { try amountSQL(table, $0) } ?? dialect.literal(0)
    let group = columns.group.map { dialect.asText(SQL.identifier($0)) } ?? "CAST(NULL AS \(dialect.text))"
    let condition = columns.condition.map { " WHERE (\($0)\n)" } ?? ""
    let place = SQL.identifier("tessera_row")
    let lines = """
      SELECT \(customer) AS customer, \(day) AS day, \(amount) AS amount, \(group) AS grp,
        CASE WHEN \(SQL.identifier(columns.date)) IS NULL THEN 1 ELSE 0 END AS undated, \(place) AS row_index
      FROM (SELECT *, \(dialect.rowNumber) AS \(place) FROM \(table.relation) AS t) AS t\(condition)
      """
    let checked: Table
    do {
      checked = try query(
        """
        SELECT count(*) AS n, count(CASE WHEN customer IS NULL THEN 1 END) AS nameless, sum(undated) AS undated,
          count(CASE WHEN amount IS NULL THEN 1 END) AS unpriced,
          min(CASE WHEN day IS NULL AND undated = 0 THEN row_index END) AS bad_day,
          min(CASE WHEN abs(amount) > 1e15 THEN row_index END) AS bad_amount
        FROM (\(lines)) AS lines
        """, reading: table.name)
    } catch {
      guard case .statement(let reason) = error, let condition = columns.condition else { throw error }
      throw RowCondition.error(reason, condition: condition, table: table)
    }
    func figure(_ name: String) -> Int? { checked[name]?.doubles?.first.flatMap { $0.isNaN ? nil : Int($0) } }
    if let row = figure("bad_day") {
      throw WarehouseError.badCell(
        source: table.name, row: row, column: columns.date, needed: "dates, written 2026-11-23 or 20261123")
    }
    if let row = figure("bad_amount") {
      throw WarehouseError.badCell(
        source: table.name, row: row, column: columns.amount ?? "", needed: "finite numbers of ordinary size")
    }
    guard (figure("n") ?? 0) > 0 else {
      if let condition = columns.condition { throw PipelineError.noRow(source: table.name, condition: condition) }
      throw WarehouseError.fileEmpty(path: table.name)
    }
    var notes: [String] = []
    for (name, what) in [
      ("nameless", "no '\(columns.customer)' and were left out"), ("undated", "no '\(columns.date)' and were left out"),
      ("unpriced", "no '\(columns.amount ?? "")' and were left out"),
    ] {
      if let count = figure(name), count > 0 { notes.append("\(ReadableNumber.grouped(count)) rows have \(what)") }
    }
    let known = "customer IS NOT NULL AND day IS NOT NULL AND amount IS NOT NULL"
    let found = try query(
      """
      SELECT customer, day, sum(CASE WHEN amount >= 0 THEN amount ELSE 0 END) AS bought,
        sum(CASE WHEN amount < 0 THEN amount ELSE 0 END) AS returned,
        max(CASE WHEN amount >= 0 THEN 1 ELSE 0 END) AS has_bought, max(grp) AS grp
      FROM (\(lines)) AS lines WHERE \(known) GROUP BY customer, day ORDER BY customer, day
      """, reading: table.name)
    guard let texts = found["customer"]?.texts, case .dates(let days)? = found["day"]?.values,
      let bought = found["bought"]?.doubles, let returned = found["returned"]?.doubles,
      let hasBought = found["has_bought"]?.doubles, let groupTexts = found["grp"]?.texts
    else { throw WarehouseError.fileEmpty(path: table.name) }
    var names: [String] = []
    var groups: [Int: String] = [:]
    var orders: [DatedOrder] = []
    for row in texts.indices {
      let name = texts[row] ?? ""
      if names.last != name { names.append(name) }
      let number = names.count - 1
      let day = Int(days[row])
      // What came later is not known to the model, unless nothing else tells.
      if let group = groupTexts[row], groups[number] == nil || day <= (end ?? .max) { groups[number] = group }
      if hasBought[row] > 0 { orders.append(DatedOrder(customer: number, day: day, amount: bought[row])) }
      if returned[row] < 0 { orders.append(DatedOrder(customer: number, day: day, amount: returned[row])) }
    }
    return (orders, names, groups, notes)
  }

  /// What was paid: a column of numbers, or an expression of columns.
  private func amountSQL(_ table: TableSource, _ amount: String) throws -> String {
    let isName = amount.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    if isName || table.columns.contains(where: { $0.name == amount }) {
      guard try table.column(amount).kind.isNumeric else {
        throw WarehouseError.badCell(source: table.name, row: nil, column: amount, needed: "numbers")
      }
      return dialect.asReal(SQL.identifier(amount))
    }
    let expression = dialect.asReal("(\(amount)\n)")
    do {
      _ = try query("SELECT \(expression) AS amount FROM \(table.relation) AS t LIMIT 0", reading: table.name)
    } catch {
      guard case .statement(let reason) = error else { throw error }
      throw PipelineError.columnUnusable(
        reason: "'\(amount)' is neither a column of \(table.name) nor an expression of its columns: \(reason)")
    }
    return expression
  }

  /// The day of a column of dates, times or texts; missing where a text is none.
  private func daySQL(_ table: TableSource, _ name: String) throws(WarehouseError) -> String {
    let cell = SQL.identifier(name)
    let column = try table.column(name)
    switch column.kind {
    case .date, .time: return "CAST(\(cell) AS DATE)"
    default:
      let text = dialect.asText(cell)
      let plain = dialect.attempt("substr(\(text), 1, 10)", as: "DATE")
      guard let dense = dialect.moment(text, pattern: "%Y%m%d") else { return plain }
      return "coalesce(\(plain), CAST(\(dense) AS DATE))"
    }
  }
}
