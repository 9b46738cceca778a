internal import Warehouse

extension FeatureFamily {
  /// Which plan customers are on, for how long, and how often they changed it.
  func planDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    guard let source = context.transactions?.name, context.offers(.plan) else { return [] }
    func aggregate(_ name: String, _ sql: String) -> Aggregate { Aggregate(.plans, name, sql, needs: [.plan]) }
    let current = aggregate("current_plan", "max(plan) FILTER (WHERE place = 1)")
    let changes = aggregate("plan_changes", "count(*) FILTER (WHERE plan <> plan_before)")
    let since = aggregate("plan_age", "coalesce(min(age) FILTER (WHERE plan <> plan_before), max(age))")
    let plans = aggregate("plans", "count(DISTINCT plan)")
    let text = "lower({current_plan})"
    func speaks(_ words: String...) -> String {
      words.map { "position(\(SQL.literal($0)) IN \(text)) > 0" }.joined(separator: " OR ")
    }
    return [
      feature(
        "plan", "Plan of the latest order that tells one", source: source, kind: .category, from: [current],
        as: "{current_plan}"),
      feature(
        "plan_term",
        "annual, monthly or weekly, where the name of the plan says so, else other; missing without a plan",
        source: source, kind: .category, from: [current],
        as: """
          CASE WHEN {current_plan} IS NULL THEN NULL WHEN \(speaks("annual", "year", "12 month", "12-month")) THEN 'annual' \
          WHEN \(speaks("month")) THEN 'monthly' WHEN \(speaks("week")) THEN 'weekly' ELSE 'other' END
          """),
      feature(
        "plan_changes", "Number of orders with another plan than the order before", source: source, from: [changes],
        as: "{plan_changes}", whenAbsent: 0),
      feature("plans", "Number of distinct plans", source: source, from: [plans], as: "{plans}", whenAbsent: 0),
      feature(
        "plan_days", "Days from the first order on the current plan to the as-of date", unit: "days", source: source,
        from: [since], as: "{plan_age}"),
    ]
  }
}

extension SourceSet {
  /// One row an order that tells a plan: `place`, from 1 for the latest, and the plan before. An order of several plans is
  /// of the first by name.
  func plans(_ lines: String) -> String {
    let plan = connection.dialect.asText("plan")
    return """
      SELECT customer, plan, age, row_number() OVER (PARTITION BY customer ORDER BY ts DESC, order_id DESC) AS place,
        lag(plan) OVER (PARTITION BY customer ORDER BY ts, order_id) AS plan_before
      FROM (SELECT customer, order_id, min(ts) AS ts, \(age(of: "min(ts)")) AS age, min(\(plan)) AS plan
        FROM (\(lines)) AS l WHERE plan IS NOT NULL GROUP BY customer, order_id) AS o
      """
  }
}
