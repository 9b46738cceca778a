internal import Foundation
internal import Warehouse

/// Who ordered on which day and for how much, as of a date: what models of customer value are fitted to.
public struct OrderDays: Sendable {
  /// The customers, as feature tables name them, in the engine's order.
  public let customers: [String]
  /// The place of each row's customer in ``customers`` (n), ascending.
  public let places: [Int]
  /// The day of each row (n), in days since 1970.
  public let days: [Int]
  /// What was bought on that day (n), 0 or more; nil where only something was brought back.
  public let bought: [Double?]
  /// What was brought back on that day (n), 0 or less.
  public let returned: [Double]
  /// Whether the source tells what was paid.
  public let hasAmounts: Bool
}

extension SourceSet {
  /// The days with an order or a return of every customer, up to the as-of date. Returned lines never are orders here,
  /// whatever `features.returns` says.
  /// - Throws: ``ProjectError`` without a source of transactions, ``WarehouseError`` when the engine fails.
  public func orderHistory() throws -> OrderDays {
    guard let source = project.sources(.transactions).first else {
      throw ProjectError(file: project.file, reason: "a forecast of orders needs a source of role transactions.")
    }
    let dialect = connection.dialect
    let isReturn = PurchaseRows.isReturn
    let hasAmounts = source.column(.amount) != nil || source.column(.price) != nil
    let amount = hasAmounts ? "amount" : "0"
    let lines = visible(source)
    func sum(_ sql: String) -> String { dialect.asReal("coalesce(sum(\(sql)), 0)") }
    let found = try connection.query(
      """
      SELECT CAST(dense_rank() OVER (ORDER BY customer) AS BIGINT) AS place, day, bought, returned, has_bought
      FROM (SELECT customer, CAST(ts AS DATE) AS day,
          \(sum("CASE WHEN \(isReturn) THEN 0 ELSE \(amount) END")) AS bought,
          \(sum("CASE WHEN \(isReturn) THEN -abs(\(amount)) ELSE 0 END")) AS returned,
          max(CASE WHEN \(isReturn) THEN 0 ELSE 1 END) AS has_bought
        FROM (\(lines)) AS l GROUP BY customer, CAST(ts AS DATE)) AS d
      ORDER BY place, day
      """, reading: source.name)
    let names = try connection.query(
      "SELECT \(dialect.asText("customer")) AS customer FROM (SELECT DISTINCT customer FROM (\(lines)) AS l) AS d "
        + "ORDER BY d.customer", reading: source.name)
    guard let places = found["place"]?.doubles, case .dates(let days)? = found["day"]?.values,
      let bought = found["bought"]?.doubles, let returned = found["returned"]?.doubles,
      let hasBought = found["has_bought"]?.doubles, let customers = names["customer"]?.texts
    else { throw noCustomer }
    return OrderDays(
      customers: customers.map { $0 ?? "" }, places: places.map { Int($0) - 1 }, days: days.map(Int.init),
      bought: zip(bought, hasBought).map { $1 > 0 ? $0 : nil }, returned: returned, hasAmounts: hasAmounts)
  }
}
