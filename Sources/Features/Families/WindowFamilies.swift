internal import Warehouse

extension FeatureFamily {
  /// What was bought in each window of the settings that ends with the as-of date: a window of 30 days holds the orders
  /// of an age below 30 days, so those of the as-of date and of the 29 days before it.
  func windowDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    guard let source = context.transactions?.name else { return [] }
    func each(
      _ name: String, _ meaning: String, unit: String = "", _ sql: String, needs: [ColumnRole]? = nil
    ) -> [FeatureDefinition] {
      context.project.features.windows.map { days in
        let part = Aggregate(.orders, "\(name)_\(days)d", "\(sql) FILTER (WHERE age < \(days))", needs: needs)
        return feature(
          "\(name)_\(days)d", "\(meaning) in the last \(days) days", unit: unit, source: source, from: [part],
          as: context.dialect.asReal("{\(part.name)}"), whenAbsent: 0)
      }
    }
    switch self {
    case .frequency:
      return each("orders", "Number of distinct orders", "count(*)")
    case .monetary where context.hasAmounts:
      return each("monetary", "Spent", unit: "money", "sum(value)", needs: [.amount])
    case .volume:
      let items =
        context.offers(.quantity)
        ? each("items", "Number of items bought", unit: "items", "sum(items)", needs: [.quantity]) : []
      let lines =
        context.offers(.order)
        ? each("lines", "Number of lines bought", unit: "lines", "sum(lines)", needs: [.order]) : []
      return items + lines
    default:
      return []
    }
  }

  /// Counts and sums in which an order loses half its weight every half-life: weight 0.5^(age / half-life).
  ///
  /// Weights are rounded to 10^-9, so that sums are of whole numbers and the same in whatever order they are taken.
  /// An order older than about 31 half-lives weighs nothing.
  func decayedDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    guard let source = context.transactions?.name else { return [] }
    let real = context.dialect.asReal
    let halfLife = context.project.features.halfLife
    // Beyond 60 half-lives the weight is 0 at this precision, while its power may be too small for an engine's floats.
    let power = "power(\(real("0.5")), least(\(real("age")) / \(real("\(halfLife)")), \(real("60"))))"
    // Halves go up by hand: engines' own rounding parts them differently, and 0.5^10 is one.
    let weight = "CAST(floor(\(power) * \(real("1000000000")) + \(real("0.5"))) AS DECIMAL(38,0))"
    let note = "each weighted 0.5^(days before the as-of date / \(halfLife))"
    switch self {
    case .frequency:
      let sum = Aggregate(.orders, "decayed_orders", "sum(\(weight))")
      return [
        feature(
          "orders_decayed", "Number of distinct orders, \(note)", source: source, from: [sum],
          as: "\(real("{decayed_orders}")) / \(real("1000000000"))", whenAbsent: 0)
      ]
    case .monetary where context.hasAmounts:
      let sum = Aggregate(
        .orders, "decayed_value", "sum(CAST(units AS DECIMAL(38,0)) * \(weight))", needs: [.amount])
      return [
        feature(
          "monetary_decayed", "Total spent, orders \(note)", unit: "money", source: source, from: [sum],
          as: "\(real("{decayed_value}")) / \(real("10000000000000"))", whenAbsent: 0)
      ]
    default:
      return []
    }
  }
}
