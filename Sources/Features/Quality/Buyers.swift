internal import Foundation
internal import Warehouse

/// Who ever bought, what they spent and how many of their lines are out of all proportion: one pass over the lines, kept
/// for as long as sources are looked at.
struct Buyers {
  private let connection: Connection
  private let relation: String
  /// The measured columns: name in rows and in the source, and the fence above which a value is far out.
  private let measures: [(sql: String, column: String, median: Double, fence: Double)]

  /// - Parameter sample: the rows of `source`, the transactions, that set the fences.
  init(_ sources: SourceSet, _ source: Source, sample: String) throws(WarehouseError) {
    connection = sources.connection
    let dialect = connection.dialect
    let visible = sources.visible(source)
    let amount = source.measuredAmount
    let columns = [("amount", amount), ("quantity", source.column(.quantity))].compactMap { sql, name in
      name.map { (sql, $0) }
    }
    var measures: [(sql: String, column: String, median: Double, fence: Double)] = []
    if !columns.isEmpty {
      let quartiles = columns.flatMap { sql, _ in
        [0.25, 0.5, 0.75].enumerated().map { index, part in
          "\(dialect.percentile(part, of: "CASE WHEN \(sql) > 0 THEN \(sql) END")) AS \(sql)_\(index)"
        }
      }
      let found = try connection.query(
        "SELECT \(quartiles.joined(separator: ", ")) FROM \(sample) AS s")
      for (sql, column) in columns {
        let parts = (0..<3).compactMap { found["\(sql)_\($0)"]?.doubles?.first }
        guard parts.count == 3, parts.allSatisfy({ $0.isFinite && $0 > 0 }) else { continue }
        measures.append((sql, column, parts[1], Buyers.fence(parts[0], parts[2])))
      }
    }
    self.measures = measures
    relation = "tessera_buyers_\(SourceSet.numbers.next())"
    var selected = ["customer"]
    // Whole cents in floats add up exactly, in whatever order.
    selected.append(
      amount == nil
        ? "CAST(NULL AS \(dialect.real)) AS spent"
        : "sum(\(dialect.rounded("\(dialect.asReal("CASE WHEN amount > 0 THEN amount END")) * 100"))) AS spent")
    selected.append("count(*) FILTER (WHERE NOT \(PurchaseRows.isReturn)) AS bought")
    for measure in measures {
      selected.append("max(\(measure.sql)) AS largest_\(measure.sql)")
      selected.append(
        "count(*) FILTER (WHERE \(measure.sql) > \(dialect.literal(measure.fence))) AS beyond_\(measure.sql)")
    }
    try connection.execute(
      dialect.keep(
        "SELECT \(selected.joined(separator: ", ")) FROM (\(visible)) AS v GROUP BY customer", as: relation))
  }

  /// Above it a positive value is far out: see ``SourceDetail/Outliers``.
  static func fence(_ lowerQuartile: Double, _ upperQuartile: Double) -> Double {
    min(1e300, upperQuartile * max(10, pow(upperQuartile / lowerQuartile, 3)))
  }

  /// Values and customers out of all proportion; whoever is none of them is not told.
  func extremes() throws(WarehouseError) -> ([SourceDetail.Outliers], SourceDetail.Concentration?) {
    let dialect = connection.dialect
    let parts =
      measures.flatMap {
        ["max(largest_\($0.sql)) AS largest_\($0.sql)", "sum(beyond_\($0.sql)) AS beyond_\($0.sql)"]
      } + [
        "\(dialect.percentile(0.25, of: "nullif(spent, 0)")) AS spent_0",
        "\(dialect.percentile(0.75, of: "nullif(spent, 0)")) AS spent_2", "sum(spent) AS spent",
        "count(nullif(spent, 0)) AS spenders",
      ]
    let found = try connection.query("SELECT \(parts.joined(separator: ", ")) FROM \(relation) AS b")
    let outliers = measures.compactMap { measure -> SourceDetail.Outliers? in
      let rows = found.number("beyond_\(measure.sql)")
      guard rows > 0, let largest = found["largest_\(measure.sql)"]?.doubles?.first, largest.isFinite else {
        return nil
      }
      return SourceDetail.Outliers(
        column: measure.column, rows: rows, largestRatio: Buyers.twoDigits(largest / measure.median))
    }
    guard let lower = found["spent_0"]?.doubles?.first, let upper = found["spent_2"]?.doubles?.first, lower > 0,
      let all = found["spent"]?.doubles?.first, all > 0, all.isFinite
    else { return (outliers, nil) }
    let least = max(Buyers.fence(lower, upper), all / 100)
    let top = try connection.query(
      """
      SELECT count(*) AS customers, sum(spent) AS spent FROM \(relation) AS b
      WHERE spent > \(dialect.literal(least))
      """)
    let customers = top.number("customers")
    guard customers > 0, let spent = top["spent"]?.doubles?.first, spent.isFinite else { return (outliers, nil) }
    return (
      outliers,
      SourceDetail.Concentration(
        customers: customers, of: found.number("spenders"), share: (spent / all * 1e4).rounded() / 1e4)
    )
  }

  /// Customers all of whose lines are returns.
  func returnsAlone() throws(WarehouseError) -> Int {
    try connection.query("SELECT count(*) AS customers FROM \(relation) AS b WHERE bought = 0").number("customers")
  }

  /// The customers in `relation` who never bought anything.
  func strangers(_ relation: String) throws(WarehouseError) -> SourceDetail.Orphans {
    let found = try connection.query(
      """
      SELECT count(*) AS customers, count(*) FILTER (WHERE bought.customer IS NULL) AS strangers
      FROM (SELECT DISTINCT customer FROM \(relation) AS s) AS seen
      LEFT JOIN \(self.relation) AS bought ON bought.customer = seen.customer
      """)
    return SourceDetail.Orphans(
      what: SourceDetail.strangers, count: found.number("strangers"), of: found.number("customers"))
  }

  /// Frees what was kept.
  func discard() throws(WarehouseError) { try connection.execute(connection.dialect.drop(relation)) }

  private static func twoDigits(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return 0 }
    let unit = pow(10, floor(log10(value)) - 1)
    return unit >= 1 ? (value / unit).rounded() * unit : (value * 10).rounded() / 10
  }
}
