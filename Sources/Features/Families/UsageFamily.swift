internal import Warehouse

extension FeatureFamily {
  /// On how many days of each window something was used, whether use grows or fades, and whether it has ended by the
  /// customer's own rhythm.
  ///
  /// Trend as in ``trendDefinitions(_:)``: (recent - previous) / (recent + previous). The rhythm is the mean of the gaps
  /// between days of use, (last - first) / (days - 1); a silence of more than `lapsed` such gaps, which counts a buyer as
  /// lapsed, counts as use that has ended.
  func usageDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    context.project.sources(.events).flatMap { source -> [FeatureDefinition] in
      let level = AggregateLevel.events(source.name)
      var definitions = context.project.features.windows.map { days in
        let part = Aggregate(level, "active_days_\(days)d", "count(DISTINCT day) FILTER (WHERE age < \(days))")
        return feature(
          "\(source.name)_active_days_\(days)d",
          "Number of distinct days with a row in \(source.name), of the last \(days)",
          unit: "days", source: source.name, from: [part], as: "{\(part.name)}", whenAbsent: 0)
      }
      let recent = Aggregate(level, "events_recent", "count(*) FILTER (WHERE age < 30)")
      let previous = Aggregate(level, "events_previous", "count(*) FILTER (WHERE age >= 30 AND age < 60)")
      let (now, before) = ("{\(recent.name)}", "{\(previous.name)}")
      definitions.append(
        feature(
          "\(source.name)_trend_30d",
          "Rows in \(source.name) in the last 30 days against the 30 days before: their difference over their sum; 0 "
            + "without either",
          unit: "share", source: source.name, from: [recent, previous],
          as: context.dialect.ratio("(\(now) - \(before))", "(\(now) + \(before))"), whenAbsent: 0))
      return definitions + rhythm(of: source, context) + products(of: source, context)
    }
  }

  private func rhythm(of source: Source, _ context: FamilyContext) -> [FeatureDefinition] {
    let level = AggregateLevel.events(source.name)
    let settings = context.project.features.lifecycle
    let first = Aggregate(level, "first_age", "max(age)")
    let last = Aggregate(level, "last_age", "min(age)")
    let days = Aggregate(level, "active_days", "count(DISTINCT day)")
    let span = "({first_age} - {last_age})"
    let isKnown = "{active_days} > \(settings.leastGaps)"
    let silence = "\(context.dialect.asReal("{last_age}")) * ({active_days} - 1)"
    return [
      feature(
        "\(source.name)_first_days", "Days from the first row in \(source.name) to the as-of date", unit: "days",
        source: source.name, from: [first], as: context.dialect.asReal("{first_age}")),
      feature(
        "\(source.name)_gap_days_mean",
        "Mean days between days with a row in \(source.name); missing with fewer than \(settings.leastGaps) gaps",
        unit: "days", source: source.name, from: [first, last, days],
        as: "CASE WHEN \(isKnown) THEN \(context.dialect.ratio(span, "({active_days} - 1)")) END"),
      feature(
        "\(source.name)_ended",
        "1 where the last row in \(source.name) is longer ago than \(settings.lapsed) times the customer's mean days "
          + "between days with one, else 0; missing with fewer than \(settings.leastGaps) gaps",
        source: source.name, from: [first, last, days],
        as: "CASE WHEN \(isKnown) THEN CASE WHEN \(silence) > \(context.dialect.literal(settings.lapsed)) * \(span) "
          + "THEN 1 ELSE 0 END END"),
    ]
  }

  /// Which products are used, and which no more; of visitors who only look at products this says nothing.
  private func products(of source: Source, _ context: FamilyContext) -> [FeatureDefinition] {
    let isLooking = context.acts.contains { $0.source.name == source.name && $0.reading.has(.view) }
    guard source.column(.product) != nil, !isLooking else { return [] }
    let level = AggregateLevel.events(source.name)
    let ever = Aggregate(level, "products_used", "count(DISTINCT product)", needs: [.product])
    let lately = Aggregate(
      level, "products_used_90d", "count(DISTINCT product) FILTER (WHERE age < 90)", needs: [.product])
    return [
      feature(
        "\(source.name)_products_used", "Number of distinct products used", unit: "products", source: source.name,
        from: [ever], as: "{products_used}", whenAbsent: 0),
      feature(
        "\(source.name)_products_used_90d", "Number of distinct products used in the last 90 days", unit: "products",
        source: source.name, from: [lately], as: "{products_used_90d}", whenAbsent: 0),
      feature(
        "\(source.name)_products_unused_90d",
        "Number of distinct products that were used before, and not in the last 90 days", unit: "products",
        source: source.name, from: [ever, lately], as: "({products_used} - {products_used_90d})", whenAbsent: 0),
    ]
  }
}
