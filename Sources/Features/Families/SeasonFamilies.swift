internal import Warehouse

extension FeatureFamily {
  /// In which quarters of the year, and through which channels, customers order.
  func seasonDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    guard let source = context.transactions?.name else { return [] }
    let orders = Aggregate(.orders, "orders", "count(*)")
    let oldest = Aggregate(.orders, "oldest_age", "max(age)")
    return (1...4).map { quarter in
      let month = "CAST(extract(month FROM day) AS INT)"
      let count = Aggregate(
        .orders, "orders_quarter_\(quarter)",
        "count(*) FILTER (WHERE \(month) >= \(3 * quarter - 2) AND \(month) <= \(3 * quarter))")
      let share = context.dialect.ratio("{\(count.name)}", "{orders}")
      return feature(
        "orders_quarter_\(quarter)_share",
        "Share of orders in quarter \(quarter) of the year; missing where the first order is less than 365 days old",
        unit: "share", source: source, from: [count, orders, oldest],
        as: "CASE WHEN {oldest_age} >= 365 THEN \(share) END")
    }
  }

  /// Channels: an order that came through several counts for each.
  func channelDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    guard let source = context.transactions?.name, context.offers(.channel) else { return [] }
    let orders = Aggregate(.lines, "line_orders", "count(DISTINCT order_id)")
    let used = Aggregate(.lines, "channels", "count(DISTINCT channel)", needs: [.channel])
    let channel = context.dialect.asText("channel")
    let shares = zip(FeatureNames.slugs(context.channels, prefix: "channel_"), context.channels).map { name, value in
      let count = Aggregate(
        .lines, "orders_" + name, "count(DISTINCT order_id) FILTER (WHERE \(channel) = \(SQL.literal(value)))",
        needs: [.channel])
      return feature(
        name + "_share", "Share of orders with a line through channel '\(value)'", unit: "share", source: source,
        from: [count, orders], as: context.dialect.ratio("{\(count.name)}", "{line_orders}"), whenAbsent: 0)
    }
    return shares + [
      feature(
        "channels_used", "Number of distinct channels bought through", source: source, from: [used], as: "{channels}",
        whenAbsent: 0)
    ]
  }
}

extension SourceSet {
  /// The channels most customers bought through, at most six.
  func channels(_ rows: PurchaseRows?) throws -> [String] {
    guard let rows, rows.source.column(.channel) != nil,
      !project.features.switchedOff.contains(FeatureFamily.channels.rawValue)
    else { return [] }
    let found = try connection.query(
      """
      SELECT channel, count(*) AS reached
      FROM (SELECT \(connection.dialect.asText("channel")) AS channel, customer FROM (\(rows.purchases)) AS l
        WHERE channel IS NOT NULL GROUP BY \(connection.dialect.asText("channel")), customer) AS pairs
      GROUP BY channel ORDER BY reached DESC, channel LIMIT 6
      """)
    return (found["channel"]?.texts ?? []).compactMap { $0 }
  }

  /// A sentence when money of several currencies would be added up as one.
  func mixedCurrencies() throws(WarehouseError) -> [String] {
    guard let source = project.sources(.transactions).first, source.column(.currency) != nil else { return [] }
    let found = try connection.query(
      """
      SELECT count(DISTINCT currency) AS currencies, count(*) FILTER (WHERE currency IS NULL) AS unknown
      FROM (\(visible(source))) AS l
      """)
    guard let currencies = found["currencies"]?.doubles?.first, currencies > 1 else { return [] }
    return [
      "\(source.name) mixes \(Int(currencies)) currencies, and amounts are added as if they were one; convert them in "
        + "a 'query', or keep one with 'where'"
    ]
  }
}
