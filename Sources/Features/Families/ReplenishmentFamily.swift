internal import Warehouse

extension FeatureFamily {
  /// Which products customers come back for, and when the next is due.
  ///
  /// Only products that lines name count. A product was bought before where an earlier day has a line of it. The next
  /// purchase of a product is expected at its last day plus the median of its gaps.
  func replenishmentDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    guard let source = context.transactions?.name, context.offers(.product) else { return [] }
    let lines = Aggregate(.productDays, "product_lines", "sum(line_count)", needs: [.product])
    let again = Aggregate(
      .productDays, "repeat_lines", "sum(CASE WHEN place > 1 THEN line_count ELSE 0 END)", needs: [.product])
    let staple = Aggregate(.productDays, "staples", "count(*) FILTER (WHERE place = 3)", needs: [.product])
    let middle = Aggregate(
      .productDays, "product_gap", context.dialect.percentile(0.5, of: "gap"), needs: [.product])
    let gap = Aggregate(.regularProducts, "regular_gap", "max(gap_median)", needs: [.product])
    let last = Aggregate(.regularProducts, "regular_age", "max(last_age)", needs: [.product])
    let due = "(\(context.dialect.asReal("{regular_gap}")) - {regular_age})"
    return [
      feature(
        "repeat_line_share", "Share of lines of products that the customer bought on an earlier day", unit: "share",
        source: source, from: [lines, again], as: context.dialect.ratio("{repeat_lines}", "{product_lines}"),
        whenAbsent: 0),
      feature(
        "staple_products", "Number of products bought on three or more days", unit: "products", source: source,
        from: [staple], as: "{staples}", whenAbsent: 0),
      feature(
        "product_gap_days_median",
        "Median days between days on which the same product was bought, over all products; missing without any "
          + "bought twice",
        unit: "days", source: source, from: [middle], as: "{product_gap}"),
      feature(
        "replenishment_due_days",
        "Days from the as-of date to the expected next purchase of the product bought most regularly (least variation "
          + "of gaps, of those bought on three or more days): its last day plus its median gap; below 0 when overdue; "
          + "missing without such a product",
        unit: "days", source: source, from: [gap, last], as: due),
    ]
  }
}
