/// The unit in which times between orders are measured; dates themselves are whole days.
public enum TimeUnit: String, Sendable, Hashable, Codable, CaseIterable {
  case day, week
  /// Days in one unit.
  public var days: Double { self == .day ? 1 : 7 }
}

/// One order line, invoice or visit: who, on which day, how much.
public struct DatedOrder: Sendable, Hashable {
  /// The customer's number, any whole number.
  public var customer: Int
  /// The day, counted from any fixed date.
  public var day: Int
  /// What was paid, in any currency; returns negative.
  public var amount: Double

  /// An order of `customer` on `day`, worth `amount`.
  public init(customer: Int, day: Int, amount: Double) {
    self.customer = customer
    self.day = day
    self.amount = amount
  }
}

/// Dated orders, with those of one customer on one day merged into one.
///
/// Returns (negative amounts) are no orders: they are taken off the day's amount when the customer also bought that
/// day, and otherwise only lower revenue.
public struct OrderLog: Sendable, Hashable {
  /// The merged orders, by customer, then day; amounts are the day's sum.
  public let orders: [DatedOrder]

  /// Sorts and merges `orders`. O(n log n).
  /// - Throws: ``CustomerValueError`` when an amount is not finite or nothing is there.
  public init(_ orders: [DatedOrder]) throws(CustomerValueError) {
    guard !orders.isEmpty else { throw .noOrders }
    for (row, order) in orders.enumerated() where !order.amount.isFinite {
      throw .notFinite(row: row, column: "amount")
    }
    let sorted = orders.sorted { ($0.customer, $0.day, $0.amount) < ($1.customer, $1.day, $1.amount) }
    var merged: [DatedOrder] = []
    merged.reserveCapacity(sorted.count)
    var bought = false
    for order in sorted {
      if let last = merged.last, last.customer == order.customer, last.day == order.day {
        merged[merged.count - 1].amount += order.amount
        bought = bought || order.amount >= 0
      } else {
        merged.append(order)
        bought = order.amount >= 0
      }
      // A day on which something was bought stays an order, whatever was brought back that day.
      if bought, merged[merged.count - 1].amount < 0 { merged[merged.count - 1].amount = 0 }
    }
    self.orders = merged
  }

  /// Orders already merged and in order.
  private init(merged: [DatedOrder]) { orders = merged }

  /// The log of about `most` customers, chosen by a hash of their numbers; all of it where there are no more.
  func sampled(_ most: Int) -> OrderLog {
    var customers = 0
    forEachCustomer { _, _ in customers += 1 }
    guard customers > most else { return self }
    let bound = UInt64(Double(UInt32.max) * Double(max(1, most)) / Double(customers))
    // The high bits of a multiplicative hash (Knuth, 1973, section 6.4), so that neighbours in number are not alike.
    return OrderLog(
      merged: orders.filter {
        (UInt64(bitPattern: Int64($0.customer)) &* 0x9E37_79B9_7F4A_7C15) >> 32 <= bound
      })
  }

  /// The first and the last day of the log.
  public var days: ClosedRange<Int> {
    let all = orders.map(\.day)
    return (all.min() ?? 0)...(all.max() ?? 0)
  }

  /// One row for each customer who ordered by the day `calibrationEnd`, from the orders up to and with that day.
  /// - Throws: ``CustomerValueError/noOrders`` when there is none.
  public func table(through calibrationEnd: Int, unit: TimeUnit) throws(CustomerValueError) -> PurchaseTable {
    var rows: [PurchaseTable.Row] = []
    forEachCustomer { customer, orders in
      let known = orders.filter { $0.day <= calibrationEnd && $0.amount >= 0 }
      guard let first = known.first, let last = known.last else { return }
      let priced = known.dropFirst().filter { $0.amount > 0 }
      let summary = PurchaseSummary(
        orders: known.count - 1, recency: Double(last.day - first.day) / unit.days,
        observed: Double(calibrationEnd - first.day) / unit.days)
      rows.append(
        PurchaseTable.Row(
          customer: customer, summary: summary, pricedOrders: priced.count,
          meanSpend: priced.isEmpty ? nil : priced.reduce(0) { $0 + $1.amount } / Double(priced.count)))
    }
    guard !rows.isEmpty else { throw .noOrders }
    return PurchaseTable(rows: rows, unit: unit, calibrationEnd: calibrationEnd)
  }

  /// What the customers of `table` did after its end of calibration, up to and with the day `end`: one row each.
  public func outcomes(of table: PurchaseTable, through end: Int) -> [PurchaseOutcome] {
    var found: [Int: PurchaseOutcome] = [:]
    for order in orders where order.day > table.calibrationEnd && order.day <= end {
      found[order.customer, default: PurchaseOutcome()].add(order)
    }
    return table.rows.map { found[$0.customer] ?? PurchaseOutcome() }
  }

  private func forEachCustomer(_ body: (Int, ArraySlice<DatedOrder>) -> Void) {
    var start = 0
    while start < orders.count {
      var end = start
      while end < orders.count, orders[end].customer == orders[start].customer { end += 1 }
      body(orders[start].customer, orders[start..<end])
      start = end
    }
  }
}

/// What one customer did in a window after calibration.
public struct PurchaseOutcome: Sendable, Hashable {
  /// Orders, at most one a day.
  public private(set) var orders = 0
  /// What was paid, less returns.
  public private(set) var revenue = 0.0

  /// Nothing yet.
  public init() {}

  mutating func add(_ order: DatedOrder) {
    if order.amount >= 0 { orders += 1 }
    revenue += order.amount
  }
}

/// One row a customer as of a date.
public struct PurchaseTable: Sendable, Hashable {
  /// One customer.
  public struct Row: Sendable, Hashable {
    /// The customer's number in the log.
    public var customer: Int
    /// x, t_x, T.
    public var summary: PurchaseSummary
    /// Repeat orders with an amount above 0, over which ``meanSpend`` is taken.
    public var pricedOrders: Int
    /// The mean amount of those orders, the first order left out; nil without any.
    public var meanSpend: Double?
  }

  /// The customers, by number.
  public let rows: [Row]
  /// The unit of the times.
  public let unit: TimeUnit
  /// The last day that was looked at.
  public let calibrationEnd: Int

  /// A table of customers whose histories are known already, opportunities for BG/BB; they are numbered from 0.
  public init(_ summaries: [PurchaseSummary]) {
    self.init(
      rows: summaries.enumerated().map { Row(customer: $0, summary: $1, pricedOrders: 0, meanSpend: nil) }, unit: .day,
      calibrationEnd: 0)
  }

  init(rows: [Row], unit: TimeUnit, calibrationEnd: Int) {
    (self.rows, self.unit, self.calibrationEnd) = (rows, unit, calibrationEnd)
  }

  /// The table of those rows alone that `isWanted` says.
  public func keeping(_ isWanted: (Row) -> Bool) -> PurchaseTable {
    PurchaseTable(rows: rows.filter(isWanted), unit: unit, calibrationEnd: calibrationEnd)
  }

  /// The histories, in the order of the rows.
  public var summaries: [PurchaseSummary] { rows.map(\.summary) }
}
