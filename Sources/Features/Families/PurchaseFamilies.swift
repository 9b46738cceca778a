internal import Warehouse

extension FeatureFamily {
  /// Recency, frequency, monetary value, tenure, basket and rhythm: from orders and the days they fall on.
  ///
  /// Sums are of decimals and whole numbers throughout, so no feature depends on the order in which an engine adds.
  func purchaseDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    guard let source = context.transactions?.name else { return [] }
    let real = context.dialect.asReal
    let ratio = context.dialect.ratio
    let orders = Aggregate(.orders, "orders", "count(*)")
    let value = Aggregate(.orders, "order_value", "sum(value)", needs: [.amount])
    switch self {
    case .recency:
      let last = Aggregate(.orders, "last_day", "max(day)")
      return [
        feature(
          "recency_days", "Days from the last order to the as-of date", unit: "days", source: source, from: [last],
          as: "CAST({as_of} - {last_day} AS INT)")
      ]
    case .frequency:
      let days = Aggregate(.days, "order_days", "count(*)")
      return [
        feature("orders", "Number of distinct orders", source: source, from: [orders], as: "{orders}", whenAbsent: 0),
        feature(
          "order_days", "Number of distinct days with an order", source: source, from: [days], as: "{order_days}",
          whenAbsent: 0),
      ] + windowDefinitions(context) + decayedDefinitions(context)
    case .monetary where context.hasAmounts:
      return [
        feature(
          "monetary", "Total spent", unit: "money", source: source, from: [value], as: real("{order_value}"),
          whenAbsent: 0)
      ] + windowDefinitions(context) + decayedDefinitions(context)
    case .tenure:
      let first = Aggregate(.orders, "first_day", "min(day)")
      return [
        feature(
          "tenure_days", "Days from the first order to the as-of date", unit: "days", source: source, from: [first],
          as: "CAST({as_of} - {first_day} AS INT)")
      ]
    case .basket:
      return basketDefinitions(context, source: source, orders: orders, value: value)
    case .rhythm:
      let gaps = Aggregate(.days, "gaps", "count(gap)")
      let sum = Aggregate(.days, "gap_sum", "sum(CAST(gap AS DECIMAL(18,0)))")
      let middle = Aggregate(
        .days, "gap_median", "percentile_cont(0.5) WITHIN GROUP (ORDER BY \(real("gap")))")
      let longest = Aggregate(.days, "gap_longest", "max(gap)")
      let youngest = Aggregate(.orders, "youngest_age", "min(age)")
      let squares = Aggregate(.days, "gap_squares", "sum(CAST(gap AS DECIMAL(18,0)) * CAST(gap AS DECIMAL(18,0)))")
      return [
        feature(
          "gap_days_mean", "Mean days between days with orders; missing with fewer than two", unit: "days",
          source: source, from: [gaps, sum], as: ratio("{gap_sum}", "{gaps}")),
        feature(
          "gap_days_sd", "Standard deviation (n - 1) of days between days with orders; missing with fewer than three",
          unit: "days", source: source, from: [gaps, sum, squares],
          as: deviation(context, count: "{gaps}", sum: "{gap_sum}", squares: "{gap_squares}")),
        feature(
          "gap_days_median", "Median days between days with orders; missing with fewer than two", unit: "days",
          source: source, from: [middle], as: real("{gap_median}")),
        feature(
          "gap_days_max", "Most days between days with orders; missing with fewer than two", unit: "days",
          source: source, from: [longest], as: real("{gap_longest}")),
        feature(
          "recency_gaps",
          "Days from the last order to the as-of date over the mean days between days with orders: above 1, an order "
            + "is overdue; missing with fewer than two",
          unit: "ratio", source: source, from: [youngest, gaps, sum],
          as: ratio("{youngest_age} * {gaps}", "{gap_sum}")),
      ]
    default:
      return []
    }
  }

  private func basketDefinitions(
    _ context: FamilyContext, source: String, orders: Aggregate, value: Aggregate
  ) -> [FeatureDefinition] {
    var definitions: [FeatureDefinition] = []
    if context.hasAmounts {
      // Of 38 digits: DuckDB gives the product of two decimals of up to 18 digits no more than 18 itself.
      let cent = "CAST(cents AS DECIMAL(38,0))"
      let cents = Aggregate(.orders, "value_cents", "sum(\(cent))", needs: [.amount])
      let squares = Aggregate(
        .orders, "value_squares", "sum(\(cent) * \(cent))",
        needs: [.amount])
      definitions.append(
        feature(
          "basket_value_mean", "Mean value of an order", unit: "money", source: source, from: [orders, value],
          as: context.dialect.ratio("{order_value}", "{orders}")))
      definitions.append(
        feature(
          "basket_value_sd", "Standard deviation (n - 1) of order values; missing with fewer than two", unit: "money",
          source: source, from: [orders, cents, squares],
          as: deviation(context, count: "{orders}", sum: "{value_cents}", squares: "{value_squares}") + " / 100"))
    }
    if context.hasAmounts {
      let largest = Aggregate(.orders, "largest_value", "max(value)", needs: [.amount])
      definitions.append(
        feature(
          "basket_value_max", "Value of the largest order", unit: "money", source: source, from: [largest],
          as: context.dialect.asReal("{largest_value}")))
      // Netted returns can leave nothing, or less, of the sum.
      definitions.append(
        feature(
          "largest_order_share", "Share of the largest order in the total spent; missing where that is not above 0",
          unit: "share", source: source, from: [largest, value],
          as: "CASE WHEN {order_value} > 0 THEN \(context.dialect.ratio("{largest_value}", "{order_value}")) END"))
    }
    if context.offers(.quantity) {
      let items = Aggregate(.orders, "order_items", "sum(items)", needs: [.quantity])
      definitions.append(
        feature(
          "basket_items_mean", "Mean number of items in an order", unit: "items", source: source,
          from: [orders, items],
          as: context.dialect.ratio("{order_items}", "{orders}")))
    }
    let lines = Aggregate(.orders, "order_lines", "sum(lines)", needs: [.order])
    if context.offers(.order) {
      definitions.append(
        feature(
          "basket_lines_mean", "Mean number of lines in an order", unit: "lines", source: source,
          from: [orders, lines],
          as: context.dialect.ratio("{order_lines}", "{orders}")))
    }
    return definitions
  }

  /// The standard deviation from exact sums of whole numbers: sqrt((n s2 - s1^2) / (n (n - 1))); NULL when n < 2.
  private func deviation(_ context: FamilyContext, count: String, sum: String, squares: String) -> String {
    let spread = "CAST(\(count) AS DECIMAL(18,0)) * \(squares) - \(sum) * \(sum)"
    return "sqrt(\(context.dialect.ratio(spread, "CAST(\(count) AS DECIMAL(18,0)) * (\(count) - 1)")))"
  }
}
