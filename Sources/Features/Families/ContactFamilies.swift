extension FeatureFamily {
  /// How often, and how long ago, campaigns reached a customer or something happened to one.
  func contactDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    switch self {
    case .campaigns:
      context.project.sources(.campaigns).flatMap { source in
        let level = AggregateLevel.campaigns(source.name)
        // What was opened or clicked was sent before; where the source says so, only that counts.
        let sent = context.acts.first { $0.source.name == source.name }?.reading.test(.sent)
        let count = Aggregate(
          level, "campaigns", "count(DISTINCT campaign)" + (sent.map { " FILTER (WHERE \($0))" } ?? ""),
          needs: sent == nil ? nil : [.type])
        let last = Aggregate(
          level, "last_day", "max(day)" + (sent.map { " FILTER (WHERE \($0))" } ?? ""),
          needs: sent == nil ? nil : [.type])
        let what = source.column(.time) == nil ? "start of the latest campaign" : "latest contact"
        return [
          feature(
            "\(source.name)_received", "Number of distinct campaigns that reached the customer", source: source.name,
            from: [count], as: "{campaigns}", whenAbsent: 0),
          feature(
            "\(source.name)_recency_days", "Days from the \(what) to the as-of date", unit: "days",
            source: source.name, from: [last], as: "CAST({as_of} - {last_day} AS INT)"),
        ]
      }
    case .events:
      context.project.sources(.events).flatMap { source in
        let level = AggregateLevel.events(source.name)
        let count = Aggregate(level, "events", "count(*)")
        let last = Aggregate(level, "last_day", "max(day)")
        return [
          feature(
            "\(source.name)_count", "Number of rows in \(source.name)", source: source.name, from: [count],
            as: "{events}", whenAbsent: 0),
          feature(
            "\(source.name)_recency_days", "Days from the latest row in \(source.name) to the as-of date", unit: "days",
            source: source.name, from: [last], as: "CAST({as_of} - {last_day} AS INT)"),
        ]
      }
    default:
      []
    }
  }
}
