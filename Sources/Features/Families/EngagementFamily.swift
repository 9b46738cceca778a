internal import Foundation
internal import Warehouse

extension FeatureFamily {
  /// What became of campaigns' contacts: opened, clicked, and answered by an order.
  ///
  /// A customer's rate is drawn to everybody's rate p as if m more contacts had met it: (r + m p) / (n + m), the posterior
  /// mean of a beta-binomial model with prior weights m p and m (1 - p) (Gelman et al., Bayesian Data Analysis, 3rd
  /// edition, 2013, section 2.4).
  ///
  /// The response factor compares the rate with the chance that orders at the customer's own pace fall into so many days
  /// by themselves: 1 - exp(-days x order days / days since the first order), of a Poisson process.
  func engagementDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    context.acts.filter { $0.source.role == .campaigns }.flatMap { found in
      fates(found, context) + rates(found, context) + responses(found, context)
    }
  }

  /// How many contacts came to what, ever and lately.
  private func fates(_ found: ActSource, _ context: FamilyContext) -> [FeatureDefinition] {
    let name = found.source.name
    let level = AggregateLevel.campaigns(name)
    var definitions: [FeatureDefinition] = []
    for kind in [ActKind.sent, .opened, .clicked, .replied, .bounced] {
      guard let test = found.reading.test(kind) else { continue }
      let count = Aggregate(level, "acts_\(kind.rawValue)", "count(*) FILTER (WHERE \(test))", needs: [.type])
      definitions.append(
        feature(
          "\(name)_\(kind.plural)", "Number of \(kind.words)", source: name, from: [count], as: "{\(count.name)}",
          whenAbsent: 0))
      guard kind == .opened || kind == .clicked else { continue }
      for days in context.project.features.windows {
        let part = Aggregate(
          level, "acts_\(kind.rawValue)_\(days)d", "count(*) FILTER (WHERE \(test) AND age < \(days))", needs: [.type])
        definitions.append(
          feature(
            "\(name)_\(kind.plural)_\(days)d", "Number of \(kind.words) in the last \(days) days", source: name,
            from: [part], as: "{\(part.name)}", whenAbsent: 0))
      }
      let last = Aggregate(level, "last_\(kind.rawValue)", "min(age) FILTER (WHERE \(test))", needs: [.type])
      definitions.append(
        feature(
          "\(name)_\(kind.plural)_recency_days", "Days from the latest of the \(kind.words) to the as-of date",
          unit: "days", source: name, from: [last], as: "{\(last.name)}"))
    }
    if let test = found.reading.test(.unsubscribed) {
      let left = Aggregate(level, "acts_unsubscribed", "count(*) FILTER (WHERE \(test))", needs: [.type])
      definitions.append(
        feature(
          "\(name)_unsubscribed", "1 where the customer unsubscribed or complained, else 0", source: name, from: [left],
          as: "CASE WHEN {\(left.name)} > 0 THEN 1 ELSE 0 END", whenAbsent: 0))
    }
    return definitions
  }

  /// A rate drawn to everybody's; missing without a contact.
  private func drawn(_ hits: String, of all: String, to rate: Double, _ context: FamilyContext) -> String {
    let real = context.dialect.asReal
    let m = context.project.features.acts.shrinkage
    let hit = "least(coalesce(\(real(hits)), 0), \(real(all)))"
    return "CASE WHEN \(all) > 0 THEN (\(hit) + \(context.dialect.literal(m * rate))) / (\(real(all)) + "
      + "\(context.dialect.literal(m))) END"
  }

  private func note(_ rate: Double, _ context: FamilyContext) -> String {
    let m = context.project.features.acts.shrinkage
    return "drawn to everybody's \(ActSource.rounded(rate)) as if \(ActSource.rounded(m)) more had met it"
  }

  /// Shares of campaigns sent that were opened and clicked; a click opens.
  private func rates(_ found: ActSource, _ context: FamilyContext) -> [FeatureDefinition] {
    guard let sent = found.reading.test(.sent) else { return [] }
    let name = found.source.name
    let level = AggregateLevel.campaigns(name)
    func distinct(_ kind: String, _ test: String) -> Aggregate {
      Aggregate(level, "campaigns_\(kind)", "count(DISTINCT campaign) FILTER (WHERE \(test))", needs: [.type])
    }
    let all = distinct("sent", sent)
    let opened = distinct("opened", found.reading.test(.opened, .clicked) ?? "FALSE")
    let clicked = distinct("clicked", found.reading.test(.clicked) ?? "FALSE")
    let wanted: [(String, String, Aggregate, Aggregate, Double?)] = [
      ("open_rate", "campaigns sent that were opened", opened, all, found.opened),
      ("click_rate", "campaigns sent that were clicked", clicked, all, found.clicked),
      ("click_to_open_rate", "campaigns opened that were clicked", clicked, opened, found.clickedOfOpened),
    ]
    return wanted.compactMap { ending, words, hits, whole, rate in
      guard let rate else { return nil }
      return feature(
        "\(name)_\(ending)", "Share of \(words), \(note(rate, context)); missing without any", unit: "share",
        source: name, from: [hits, whole], as: drawn("{\(hits.name)}", of: "{\(whole.name)}", to: rate, context))
    }
  }

  /// Shares of contacts after which the customer ordered.
  private func responses(_ found: ActSource, _ context: FamilyContext) -> [FeatureDefinition] {
    guard let rate = found.responded, let orders = context.transactions else { return [] }
    let name = found.source.name
    let days = found.reading.responseDays
    let level = AggregateLevel.answers(name, found.reading)
    let needs: [ColumnRole]? = found.reading.has(.sent) ? [.type] : nil
    let judged = Aggregate(level, "judged", "count(*)", needs: needs)
    let answered = Aggregate(level, "answered", "sum(answered)", needs: needs)
    let start = found.source.column(.time) == nil ? " (from the start of the campaign)" : ""
    let share = drawn("{answered}", of: "{judged}", to: rate, context)
    let words = "contacts with an order within \(days) days\(start)"
    let both = "\(name), \(orders.name)"
    var definitions = [
      feature(
        "\(name)_response_rate",
        "Share of \(words), \(note(rate, context)); contacts less than \(days) days old are not yet judged; missing "
          + "without any",
        unit: "share", source: both, from: [judged, answered], as: share)
    ]
    let bought = Aggregate(.days, "order_days", "count(*)")
    let oldest = Aggregate(.orders, "oldest_age", "max(age)")
    let real = context.dialect.asReal
    let pace = "\(real("{order_days}")) / (\(real("{oldest_age}")) + 1)"
    definitions.append(
      feature(
        "\(name)_response_factor",
        "\(name)_response_rate over the chance of an order in \(days) days at the customer's own pace, 1 - exp(-\(days) x "
          + "order days / days since the first order): above 1, contacts move the customer; missing without contacts "
          + "or orders",
        unit: "ratio", source: both, from: [judged, answered, bought, oldest],
        as: "(\(share)) / nullif(1 - exp(-\(real("\(days)")) * \(pace)), 0)"))
    for (feature, channel) in zip(FeatureNames.slugs(found.channels.map(\.value), prefix: ""), found.channels) {
      let test = "channel = \(SQL.literal(channel.value))"
      let all = Aggregate(level, "judged_\(feature)", "count(*) FILTER (WHERE \(test))", needs: [.channel])
      let hits = Aggregate(level, "answered_\(feature)", "sum(answered) FILTER (WHERE \(test))", needs: [.channel])
      let rate = channel.rate ?? rate
      definitions += [
        self.feature(
          "\(name)_\(feature)_share", "Share of judged contacts through '\(channel.value)'; missing without any",
          unit: "share", source: both, from: [all, judged], as: context.dialect.ratio("{\(all.name)}", "{judged}")),
        self.feature(
          "\(name)_\(feature)_response_rate",
          "Share of \(words) through '\(channel.value)', \(note(rate, context)); missing without any", unit: "share",
          source: both, from: [all, hits],
          as: drawn("{\(hits.name)}", of: "{\(all.name)}", to: rate, context)),
      ]
    }
    return definitions
  }
}

extension ActSource {
  /// Four significant digits.
  static func rounded(_ value: Double) -> String { String(format: "%.4g", value) }
}
