internal import Warehouse

/// The orders of one date, kept by the engine once they were asked for: making them of millions of lines is dear, and both
/// a plan and its features are made of them.
final class KeptOrders {
  private let connection: Connection
  /// What they are the result of, and the engine's table; nil before any is kept.
  private var kept: (query: String, table: String)?

  init(_ connection: Connection) { self.connection = connection }

  deinit { drop() }

  /// Keeps the result of `query`, instead of any kept before.
  /// - Returns: a query for its rows.
  func keep(_ query: String) throws(WarehouseError) -> String {
    if let known = rows(of: query) { return known }
    drop()
    let table = "tessera_orders_\(SourceSet.numbers.next())"
    try connection.execute(connection.dialect.keep(query, as: table))
    kept = (query, table)
    return rows(of: query) ?? query
  }

  /// A query for the rows of `query`, where these are kept.
  func rows(of query: String) -> String? {
    guard let kept, kept.query == query else { return nil }
    return "SELECT * FROM \(kept.table) AS k"
  }

  private func drop() {
    if let kept { try? connection.execute(connection.dialect.drop(kept.table)) }
    kept = nil
  }
}

/// Purchases by order, by day and by month. The latter two read the first as the relation `orders`.
extension SourceSet {
  /// One row an order of a customer: its money as `value`, in `cents` and, exactly, in ten-thousandths as `units`.
  func orders(_ purchases: PurchaseRows) -> String {
    let dialect = connection.dialect
    // A float holds these whole numbers exactly; to shift a decimal of 38 digits takes many times as long.
    let units =
      addsExactly
      ? "CAST(\(dialect.rounded(dialect.asReal("sum(amount)") + " * 10000")) AS BIGINT)"
      : "CAST(CAST(sum(amount) AS DECIMAL(38,4)) * 10000 AS DECIMAL(38,0))"
    return """
      SELECT customer, order_id, min(ts) AS ts, CAST(min(ts) AS DATE) AS day,
        \(age(of: "min(ts)")) AS age,
        CAST(sum(amount) AS \(PreparedSource.money)) AS value, \(units) AS units,
        CAST(\(dialect.rounded(dialect.asReal("sum(amount)") + " * 100")) AS BIGINT) AS cents,
        sum(quantity) AS items, count(*) AS lines, CAST(sum(discount) AS \(PreparedSource.money)) AS discount
      FROM (\(purchases.purchases)) AS p GROUP BY customer, order_id
      """
  }

  /// One row a customer and day with an order: `gap`, the days since the one before, `place`, from 1 for the first of
  /// them, and `first_day`, the day of that.
  var orderDays: String {
    let window = "OVER (PARTITION BY customer ORDER BY day)"
    return """
      SELECT customer, day, age, CAST(day - lag(day) \(window) AS INT) AS gap,
        CAST(row_number() \(window) AS INT) AS place, min(day) \(window) AS first_day
      FROM (SELECT customer, day, min(age) AS age FROM orders GROUP BY customer, day) AS d
      """
  }

  /// One row a customer and 30-day month with an order, of the last twelve: `cents`, what was spent in it.
  var orderMonths: String {
    """
    SELECT customer, age_month, CAST(sum(cents) AS DECIMAL(38,0)) AS cents
    FROM (SELECT customer, cents, CAST(floor(\(connection.dialect.asReal("age")) / 30) AS INT) AS age_month
      FROM orders WHERE age < 360) AS m
    GROUP BY customer, age_month
    """
  }
}
