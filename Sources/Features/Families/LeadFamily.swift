internal import Foundation
internal import Warehouse

extension FeatureFamily {
  /// How near a customer is to buying: points of each act, halved every half-life, over all sources that tell types.
  ///
  /// Points times weight are rounded to 10^-9, so that sums are of whole numbers and the same in whatever order they are
  /// taken; see ``decayedDefinitions(_:)``.
  func leadDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    let settings = context.project.features.acts
    let real = context.dialect.asReal
    let power =
      "power(\(real("0.5")), least(\(real("age")) / \(real("\(settings.leadHalfLife)")), \(real("60"))))"
    var scores: [Aggregate] = []
    var signals: [Aggregate] = []
    var told: [String] = []
    for found in context.acts {
      let level: AggregateLevel =
        found.source.role == .events ? .events(found.source.name) : .campaigns(found.source.name)
      var cases: [String] = []
      for kind in ActKind.allCases {
        guard let points = settings.points[kind], points != 0, let test = found.reading.test(kind) else { continue }
        cases.append("WHEN \(test) THEN \(context.dialect.literal(points))")
        let words = "\(kind.rawValue) \(ActSource.rounded(points))"
        if !told.contains(words) { told.append(words) }
      }
      guard !cases.isEmpty else { continue }
      let points = "CASE \(cases.joined(separator: " ")) ELSE \(real("0")) END"
      scores.append(
        Aggregate(
          level, "lead_points",
          "sum(CAST(floor(\(points) * \(power) * \(real("1000000000")) + \(real("0.5"))) AS DECIMAL(38,0)))",
          needs: [.type]))
      if let intent = found.reading.test(.cart, .checkout, .request) {
        signals.append(
          Aggregate(
            level, "lead_signals", "count(*) FILTER (WHERE age < \(settings.intentDays) AND \(intent))", needs: [.type])
        )
      }
    }
    guard !scores.isEmpty else { return [] }
    // Every source has aggregates of these names; an expression tells them apart by their places in the list.
    let (sums, scored) = numbered(scores)
    let (counts, intents) = numbered(signals)
    let score = sums.map { "coalesce(\(real("{\($0)}")), 0)" }.joined(separator: " + ")
    let points = "(\(score)) / \(real("1000000000"))"
    let source = context.acts.map(\.source.name).joined(separator: ", ")
    let meaning =
      "points (\(told.joined(separator: ", "))), each weighted 0.5^(days before the as-of date / \(settings.leadHalfLife))"
    let isHot =
      counts.isEmpty
      ? "" : " OR " + counts.map { "coalesce({\($0)}, 0)" }.joined(separator: " + ") + " > 0"
    return [
      feature(
        "lead_score", "Sum of \(meaning)", unit: "points", source: source, from: scored, as: points, whenAbsent: 0),
      feature(
        "lead_temperature",
        "2 (hot) from a lead_score of \(ActSource.rounded(settings.hot)) on"
          + (counts.isEmpty ? "" : ", or with a cart, checkout or request in the last \(settings.intentDays) days")
          + "; 1 (warm) from \(ActSource.rounded(settings.warm)) on; else 0 (cold)",
        unit: "rank", source: source, from: scored + intents,
        as: """
          CASE WHEN \(points) >= \(context.dialect.literal(settings.hot))\(isHot) THEN 2 \
          WHEN \(points) >= \(context.dialect.literal(settings.warm)) THEN 1 ELSE 0 END
          """, whenAbsent: 0),
    ]
  }

  /// Aggregates of several levels under names of their own.
  private func numbered(_ aggregates: [Aggregate]) -> (names: [String], aggregates: [Aggregate]) {
    let named = aggregates.enumerated().map { index, aggregate in
      Aggregate(aggregate.level, "\(aggregate.name)_\(index + 1)", aggregate.sql, needs: aggregate.needs)
    }
    return (named.map(\.name), named)
  }
}
