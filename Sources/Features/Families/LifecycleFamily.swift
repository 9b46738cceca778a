internal import Warehouse

/// Where the stages of a customer's life begin and end.
public struct LifecycleSettings: Sendable, Hashable {
  /// A customer is new whose first order is younger than so many days, with fewer than three orders.
  public var newDays = 30
  /// Active up to so many times the usual gap since the last order.
  public var active = 1.5
  /// Slipping up to so many times the usual gap, lapsed beyond; a gap beyond so many times the usual one is a lapse.
  public var lapsed = 3.0
  /// Won back are those who came back after a lapse within so many days of the as-of date.
  public var wonBackDays = 90
  /// With fewer gaps than these, a customer's usual gap is the median of everybody's.
  public var leastGaps = 2

  /// The defaults.
  public init() {}
}

extension FeatureFamily {
  /// The stage of each customer's life, by the rhythm of their own purchases.
  ///
  /// With r the days since the last order, and g the mean of a customer's gaps between days with orders (the median of
  /// all customers' gaps, when the plan was made, where they have fewer than `leastGaps`), the first that holds of:
  ///
  /// - `new`: first order younger than `newDays`, fewer than three orders;
  /// - `lapsed`: r > `lapsed` g;
  /// - `won back`: a day with an order, younger than `wonBackDays`, came after a gap of more than `lapsed` times the
  ///   mean of the customer's gaps before it (the median of all, where those are fewer than `leastGaps`);
  /// - `active`: r <= `active` g;
  /// - `slipping`: the others.
  func lifecycleDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    guard let source = context.transactions?.name, let median = context.population.medianGap else { return [] }
    let settings = context.project.features.lifecycle
    let real = context.dialect.asReal
    let usual = context.dialect.literal(median)
    let (active, lapsed) = (context.dialect.literal(settings.active), context.dialect.literal(settings.lapsed))
    let orders = Aggregate(.orders, "orders", "count(*)")
    let oldest = Aggregate(.orders, "oldest_age", "max(age)")
    let youngest = Aggregate(.orders, "youngest_age", "min(age)")
    let gaps = Aggregate(.days, "gaps", "count(gap)")
    let sum = Aggregate(.days, "gap_sum", "sum(CAST(gap AS DECIMAL(18,0)))")
    // A day's gap follows place - 2 others, which fill the days from the first to the one before.
    let lapse = """
      CASE WHEN place - 2 >= \(settings.leastGaps) \
      THEN \(real("gap")) * (place - 2) > \(lapsed) * (CAST(day - first_day AS INT) - gap) \
      ELSE \(real("gap")) > \(lapsed) * \(usual) END
      """
    let back = Aggregate(
      .days, "won_back", "count(*) FILTER (WHERE gap IS NOT NULL AND age < \(settings.wonBackDays) AND \(lapse))")
    func within(_ factor: String) -> String {
      """
      CASE WHEN {gaps} >= \(settings.leastGaps) \
      THEN \(real("{youngest_age}")) * {gaps} <= \(factor) * \(real("{gap_sum}")) \
      ELSE \(real("{youngest_age}")) <= \(factor) * \(usual) END
      """
    }
    return [
      feature(
        "lifecycle_stage",
        "new: first order in the last \(settings.newDays) days and fewer than 3 orders; lapsed: more than "
          + "\(settings.lapsed) times the customer's mean gap since the last order; won back: came back in the last "
          + "\(settings.wonBackDays) days after a gap of more than \(settings.lapsed) times the mean of those before; "
          + "active: at most \(settings.active) times the mean gap; slipping: the others. With fewer than "
          + "\(settings.leastGaps) gaps, all customers' median gap (\(median) days) stands for the mean",
        source: source, kind: .category, from: [orders, oldest, youngest, gaps, sum, back],
        as: """
          CASE WHEN {oldest_age} < \(settings.newDays) AND {orders} < 3 THEN 'new' \
          WHEN NOT (\(within(lapsed))) THEN 'lapsed' WHEN {won_back} > 0 THEN 'won back' \
          WHEN \(within(active)) THEN 'active' ELSE 'slipping' END
          """)
    ]
  }
}
