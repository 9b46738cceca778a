/// What a buy-till-you-die model needs to know of one customer: x, t_x and T.
///
/// Times run from the customer's first order, which is not counted, in the unit of the model (weeks, days, or
/// opportunities for BG/BB).
public struct PurchaseSummary: Sendable, Hashable, Codable {
  /// x: repeat orders up to the end of calibration, at most one a day.
  public var orders: Int
  /// t_x: time from the first order to the last; 0 without a repeat order.
  public var recency: Double
  /// T: time from the first order to the end of calibration.
  public var observed: Double

  /// A history of `orders` repeat orders, the last at `recency`, watched until `observed`.
  public init(orders: Int, recency: Double, observed: Double) {
    self.orders = orders
    self.recency = recency
    self.observed = observed
  }

  /// A customer at the moment of the first order.
  public static let new = PurchaseSummary(orders: 0, recency: 0, observed: 0)

  /// Throws when the history contradicts itself; `row` is named in the error.
  func check(row: Int) throws(CustomerValueError) {
    guard recency.isFinite else { throw .notFinite(row: row, column: "recency") }
    guard observed.isFinite else { throw .notFinite(row: row, column: "observed") }
    guard orders >= 0 else { throw .negative(row: row, column: "orders") }
    guard recency >= 0 else { throw .negative(row: row, column: "recency") }
    guard observed >= 0 else { throw .negative(row: row, column: "observed") }
    guard recency <= observed, (orders == 0) == (recency == 0) else { throw .contradiction(row: row) }
  }
}

extension PurchaseSummary: Comparable {
  /// By orders, then recency, then observed time.
  public static func < (a: PurchaseSummary, b: PurchaseSummary) -> Bool {
    (a.orders, a.recency, a.observed) < (b.orders, b.recency, b.observed)
  }
}
