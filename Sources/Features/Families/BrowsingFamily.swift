internal import Warehouse

extension FeatureFamily {
  /// What visitors did, by session: how often they came, what they looked at, and what they left in the cart.
  func browsingDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    context.acts.filter { $0.source.role == .events }.flatMap { found -> [FeatureDefinition] in
      let isVisited = found.reading.has(.view) || found.reading.has(.search) || found.reading.has(.cart)
      guard isVisited || found.source.column(.session) != nil else { return [] }
      return visits(found, context) + looks(found, context) + carts(found, context) + devices(found, context)
    }
  }

  private func visits(_ found: ActSource, _ context: FamilyContext) -> [FeatureDefinition] {
    let name = found.source.name
    let level = AggregateLevel.sessions(name, found.reading)
    let needs: [ColumnRole] =
      (found.reading.types.isEmpty ? [] : [.type]) + (found.reading.hasSession ? [.session] : [])
    let rule =
      found.source.column(.session) != nil
      ? "sessions as the source tells them"
      : "a session ends after \(found.reading.sessionMinutes) minutes without an event"
    let sessions = Aggregate(level, "sessions", "count(*)", needs: needs)
    let acts = Aggregate(level, "acts", "sum(acts)", needs: needs)
    var definitions = [
      feature(
        "\(name)_sessions", "Number of sessions (\(rule))", unit: "sessions", source: name, from: [sessions],
        as: "{sessions}", whenAbsent: 0)
    ]
    definitions += context.project.features.windows.map { days in
      let part = Aggregate(level, "sessions_\(days)d", "count(*) FILTER (WHERE age < \(days))", needs: needs)
      return feature(
        "\(name)_sessions_\(days)d", "Number of sessions begun in the last \(days) days", unit: "sessions",
        source: name,
        from: [part], as: "{\(part.name)}", whenAbsent: 0)
    }
    definitions.append(
      feature(
        "\(name)_session_events_mean", "Mean number of events in a session", unit: "events", source: name,
        from: [sessions, acts], as: context.dialect.ratio("{acts}", "{sessions}")))
    guard [ActKind.cart, .checkout, .purchase].contains(where: found.reading.has) else { return definitions }
    let idle = Aggregate(level, "idle_sessions", "count(*) FILTER (WHERE steps = 0)", needs: needs)
    definitions.append(
      feature(
        "\(name)_window_shopping_share", "Share of sessions without anything put into the cart, checked out or bought",
        unit: "share", source: name, from: [idle, sessions], as: context.dialect.ratio("{idle_sessions}", "{sessions}"))
    )
    return definitions
  }

  private func looks(_ found: ActSource, _ context: FamilyContext) -> [FeatureDefinition] {
    let name = found.source.name
    let level = AggregateLevel.events(name)
    var definitions: [FeatureDefinition] = []
    for kind in [ActKind.view, .search, .wishlist, .cart, .checkout, .request] {
      guard let test = found.reading.test(kind) else { continue }
      let count = Aggregate(level, "acts_\(kind.rawValue)", "count(*) FILTER (WHERE \(test))", needs: [.type])
      let recent = Aggregate(
        level, "acts_\(kind.rawValue)_30d", "count(*) FILTER (WHERE \(test) AND age < 30)", needs: [.type])
      definitions += [
        feature(
          "\(name)_\(kind.plural)", "Number of \(kind.words)", source: name, from: [count], as: "{\(count.name)}",
          whenAbsent: 0),
        feature(
          "\(name)_\(kind.plural)_30d", "Number of \(kind.words) in the last 30 days", source: name, from: [recent],
          as: "{\(recent.name)}", whenAbsent: 0),
      ]
    }
    guard let viewed = found.reading.test(.view) else { return definitions }
    for (role, plural) in [(ColumnRole.product, "products"), (.category, "categories")]
    where found.source.column(role) != nil {
      let distinct = Aggregate(
        level, "\(plural)_viewed", "count(DISTINCT \(role.rawValue)) FILTER (WHERE \(viewed))", needs: [.type, role])
      definitions.append(
        feature(
          "\(name)_\(plural)_viewed", "Number of distinct \(plural) viewed", source: name, from: [distinct],
          as: "{\(distinct.name)}", whenAbsent: 0))
    }
    if let bought = found.reading.test(.purchase) {
      let views = Aggregate(level, "acts_view", "count(*) FILTER (WHERE \(viewed))", needs: [.type])
      let buys = Aggregate(level, "acts_purchase", "count(*) FILTER (WHERE \(bought))", needs: [.type])
      definitions.append(
        feature(
          "\(name)_purchases_per_view", "Purchases over views; missing without a view", unit: "ratio", source: name,
          from: [views, buys], as: context.dialect.ratio("{acts_purchase}", "{acts_view}")))
    }
    return definitions
  }

  private func carts(_ found: ActSource, _ context: FamilyContext) -> [FeatureDefinition] {
    guard found.reading.has(.cart), found.reading.has(.purchase) || context.transactions != nil else { return [] }
    let name = found.source.name
    let level = AggregateLevel.carts(name, found.reading)
    let needs: [ColumnRole] = [.type] + (found.reading.hasSession ? [.session] : [])
    let judged = Aggregate(level, "carts", "count(*)", needs: needs)
    let left = Aggregate(level, "abandoned", "sum(abandoned)", needs: needs)
    let lately = Aggregate(level, "abandoned_30d", "sum(abandoned) FILTER (WHERE age < 30)", needs: needs)
    let rule =
      "sessions with something put into the cart after which the customer bought nothing for \(found.reading.cartHours) "
      + "hours, where those have passed"
    return [
      feature(
        "\(name)_carts_abandoned", "Number of \(rule)", unit: "sessions", source: name, from: [left],
        as: "{abandoned}", whenAbsent: 0),
      feature(
        "\(name)_carts_abandoned_30d", "Number of \(rule), in the last 30 days", unit: "sessions", source: name,
        from: [lately], as: "{abandoned_30d}", whenAbsent: 0),
      feature(
        "\(name)_cart_abandonment_rate", "Share, among sessions with a cart, of \(rule); missing without any",
        unit: "share", source: name, from: [judged, left], as: context.dialect.ratio("{abandoned}", "{carts}")),
    ]
  }

  private func devices(_ found: ActSource, _ context: FamilyContext) -> [FeatureDefinition] {
    let name = found.source.name
    let level = AggregateLevel.events(name)
    let known = Aggregate(level, "devices_known", "count(device)", needs: [.device])
    let device = context.dialect.asText("device")
    return zip(FeatureNames.slugs(found.devices, prefix: "\(name)_device_"), found.devices).enumerated().map {
      index, pair in
      let count = Aggregate(
        level, "device_\(index + 1)", "count(*) FILTER (WHERE \(device) = \(SQL.literal(pair.1)))", needs: [.device])
      return feature(
        pair.0 + "_share", "Share of events, of those that tell a device, from '\(pair.1)'", unit: "share",
        source: name,
        from: [count, known], as: context.dialect.ratio("{\(count.name)}", "{devices_known}"))
    }
  }
}
