internal import Warehouse

extension FeatureFamily {
  /// On which weekdays, and at what time of day, a customer's orders fall: shares that add up to 1.
  func calendarDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    guard let source = context.transactions?.name else { return [] }
    let orders = Aggregate(.orders, "orders", "count(*)")
    switch self {
    case .weekday:
      let names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
      return names.enumerated().map { index, name in
        let day = name.lowercased()
        // 1970-01-05 was a Monday. The remainder is made positive for days before it.
        let weekday = "((CAST(day - DATE '1970-01-05' AS INT) % 7) + 7) % 7"
        let count = Aggregate(.orders, "orders_" + day, "count(*) FILTER (WHERE \(weekday) = \(index))")
        return feature(
          "orders_\(day)_share", "Share of orders on a \(name)", unit: "share", source: source,
          from: [count, orders], as: context.dialect.ratio("{orders_\(day)}", "{orders}"), whenAbsent: 0)
      }
    case .daytime where context.hasTimeOfDay:
      let parts = [("night", 0, 6), ("morning", 6, 12), ("afternoon", 12, 18), ("evening", 18, 24)]
      return parts.map { name, from, to in
        let hour = "CAST(extract(hour FROM ts) AS INT)"
        let count = Aggregate(
          .orders, "orders_" + name, "count(*) FILTER (WHERE \(hour) >= \(from) AND \(hour) < \(to))")
        return feature(
          "orders_\(name)_share", "Share of orders from \(from):00 to before \(to):00", unit: "share", source: source,
          from: [count, orders], as: context.dialect.ratio("{orders_\(name)}", "{orders}"), whenAbsent: 0)
      }
    default:
      return []
    }
  }
}
