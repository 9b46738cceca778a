internal import Warehouse

extension FeatureFamily {
  /// Whether a customer's purchases grow or fade, and how much their monthly spend varies.
  ///
  /// Trend of a window: (recent - previous) / (|recent| + |previous|), from -1 (stopped) to 1 (began), of the last n
  /// days and the n days before them; 0 where neither has an order.
  ///
  /// Volatility: the coefficient of variation, sd (n - 1) / |mean|, of spend in each 30-day month back from the as-of
  /// date, from the month of the first order on and at most twelve. Missing with fewer than two months, or a mean of 0.
  func trendDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    guard let source = context.transactions?.name else { return [] }
    func trend(_ name: String, _ words: String, _ sql: String, needs: [ColumnRole]? = nil) -> [FeatureDefinition] {
      [30, 90].map { days in
        let recent = Aggregate(.orders, "\(name)_recent_\(days)", "\(sql) FILTER (WHERE age < \(days))", needs: needs)
        let previous = Aggregate(
          .orders, "\(name)_previous_\(days)", "\(sql) FILTER (WHERE age >= \(days) AND age < \(2 * days))",
          needs: needs)
        let (now, before) = ("coalesce({\(recent.name)}, 0)", "coalesce({\(previous.name)}, 0)")
        return feature(
          "\(name)_trend_\(days)d",
          "\(words) in the last \(days) days against the \(days) days before: their difference over their sum; "
            + "0 without either",
          unit: "share", source: source, from: [recent, previous],
          as: context.dialect.ratio("(\(now) - \(before))", "(abs(\(now)) + abs(\(before)))"), whenAbsent: 0)
      }
    }
    var definitions = trend("orders", "Orders", "count(*)")
    guard context.hasAmounts else { return definitions }
    definitions += trend("monetary", "Spend", "sum(value)", needs: [.amount])
    let oldest = Aggregate(.orders, "oldest_age", "max(age)")
    let sum = Aggregate(.months, "month_sum", "sum(cents)", needs: [.amount])
    let squares = Aggregate(.months, "month_squares", "sum(cents * cents)", needs: [.amount])
    let real = context.dialect.asReal
    let months = "CAST(least(12, CAST(floor(\(real("{oldest_age}")) / 30) AS INT) + 1) AS DECIMAL(18,0))"
    let spread = "\(months) * {month_squares} - {month_sum} * {month_sum}"
    let deviation = "sqrt(\(context.dialect.ratio("(\(spread))", "(\(months) * (\(months) - 1))")))"
    definitions.append(
      feature(
        "monetary_volatility",
        "Coefficient of variation of spend in 30-day months, from that of the first order on and at most the last 12; "
          + "missing with fewer than two months or without spend in them",
        unit: "ratio", source: source, from: [oldest, sum, squares],
        as: "\(deviation) * \(real(months)) / nullif(abs(\(real("{month_sum}"))), 0)"))
    return definitions
  }
}
