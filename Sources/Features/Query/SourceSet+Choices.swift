internal import Warehouse

/// What customers choose among (categories, brands, products), by customer. The rows here read purchased lines.
extension SourceSet {
  /// The columns of a purchased line that play `role`, as rows name them: of the transactions, or else of the products.
  func choiceColumns(_ role: ColumnRole) -> [String] {
    guard let transactions = project.sources(.transactions).first else { return [] }
    var count = transactions.columns[role]?.count ?? 0
    if role == .amount, transactions.column(.price) != nil { count = 1 }
    if count == 0, [.category, .brand].contains(role), transactions.column(.product) != nil {
      count = project.sources(.products).first?.columns[role]?.count ?? 0
    }
    return (0..<count).map { $0 == 0 ? role.rawValue : "\(role.rawValue)_\($0 + 1)" }
  }

  /// Whether purchased lines have a column that plays `role`.
  func offers(_ role: ColumnRole) -> Bool { !choiceColumns(role).isEmpty }

  /// One row a customer and value of `column`, lines without one among them: `choice`, what was spent on it in cents and
  /// as a `share` of all in millionths, and its `place` among the customer's, from 1 for the most spent, then the most
  /// lines, then by name.
  func choices(_ column: String, _ lines: String) -> String {
    let dialect = connection.dialect
    let share = dialect.ratio("cents", "sum(cents) OVER (PARTITION BY customer)")
    return """
      SELECT customer, choice, cents, \(dialect.rounded("(\(share)) * 1000000")) AS share,
        row_number() OVER (PARTITION BY customer ORDER BY CASE WHEN choice IS NULL THEN 1 ELSE 0 END, cents DESC,
          line_count DESC, choice) AS place
      FROM (\(spentByChoice(column, lines))) AS c
      """
  }

  /// One row a customer and value of `column`: `choice`, the `cents` spent on it, and the number of lines.
  func spentByChoice(_ column: String, _ lines: String) -> String {
    let dialect = connection.dialect
    let choice = dialect.asText(SQL.identifier(column))
    // Decimals of 38 digits cost an engine much more than whole numbers.
    let cents =
      "CAST(\(dialect.rounded(dialect.asReal("sum(amount)") + " * 100")) AS \(addsExactly ? "BIGINT" : "DECIMAL(38,0)"))"
    return """
      SELECT customer, \(choice) AS choice, \(cents) AS cents, count(*) AS line_count
        FROM (\(lines)) AS p GROUP BY customer, \(choice)
      """
  }

  /// One row a customer, product and day it was bought on: `gap`, the days since the day before, and `place`, from 1.
  func productDays(_ lines: String) -> String {
    let window = "OVER (PARTITION BY customer, product ORDER BY day)"
    return """
      SELECT customer, product, day, age, line_count, CAST(day - lag(day) \(window) AS INT) AS gap,
        CAST(row_number() \(window) AS INT) AS place
      FROM (SELECT customer, product, day, \(age(of: "day")) AS age, line_count
        FROM (SELECT customer, product, CAST(ts AS DATE) AS day, count(*) AS line_count
          FROM (\(lines)) AS l WHERE product IS NOT NULL GROUP BY customer, product, CAST(ts AS DATE)) AS g) AS d
      """
  }

  /// The most regular product of each customer who bought one on three days or more: that of the least coefficient of
  /// variation of its gaps; then of the most days, the latest bought, and by its name. Reads the relation `product_days`.
  var regularProducts: String {
    let dialect = connection.dialect
    let gap = "CAST(gap AS DECIMAL(38,0))"
    // n s2 / s1^2 is 1 + cv^2. A first day has no gap, and most products have no other: none is of use here, and left in
    // they would be most of the work.
    let variation = dialect.ratio("gaps * squares", "gap_sum * gap_sum")
    return """
      SELECT customer, gap_median, last_age FROM (
        SELECT customer, gap_median, last_age, row_number() OVER (PARTITION BY customer
          ORDER BY \(variation), gaps DESC, last_age, product) AS place
        FROM (SELECT customer, product, \(dialect.percentile(0.5, of: "gap")) AS gap_median, min(age) AS last_age,
            CAST(count(gap) AS DECIMAL(38,0)) AS gaps, CAST(sum(\(gap)) AS DECIMAL(38,0)) AS gap_sum,
            CAST(sum(\(gap) * \(gap)) AS DECIMAL(38,0)) AS squares
          FROM product_days WHERE gap IS NOT NULL GROUP BY customer, product HAVING count(gap) >= 2) AS g) AS r
      WHERE place = 1
      """
  }
}
