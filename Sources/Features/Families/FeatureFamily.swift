/// The families of features. Each can be switched off by its name in the project file.
public enum FeatureFamily: String, Sendable, Hashable, Codable, CaseIterable {
  /// The families of purchases.
  case recency, frequency, monetary, rfm, tenure, basket, volume, rhythm, trend, lifecycle, discount, returns
  /// The families of what was bought, when and how.
  case categories, affinity, replenishment, season, channels, urgency, plan, rules
  /// What the rule lists count.
  case lists
  /// On which days and where, and what else is known.
  case weekday, daytime, stores, campaigns, engagement, events, browsing, usage, lead
  /// Who and where they are, what they say, and whom they work for.
  case demographics, geography, attributes, surveys, firmographics
  /// The project's own.
  case expressions

  /// The family's features that the data at hand can give.
  func definitions(_ context: FamilyContext) -> [FeatureDefinition] {
    switch self {
    case .recency, .frequency, .monetary, .tenure, .basket, .rhythm:
      context.transactions == nil ? [] : purchaseDefinitions(context)
    case .volume: windowDefinitions(context)
    case .rfm: rfmDefinitions(context)
    case .trend: trendDefinitions(context)
    case .lifecycle: lifecycleDefinitions(context)
    case .discount, .returns, .categories, .stores:
      context.transactions == nil ? [] : lineDefinitions(context)
    case .affinity: affinityDefinitions(context)
    case .replenishment: replenishmentDefinitions(context)
    case .season: seasonDefinitions(context)
    case .channels: channelDefinitions(context)
    case .urgency: urgencyDefinitions(context)
    case .plan: planDefinitions(context)
    case .rules, .lists: context.rules.filter { $0.family == self }
    case .weekday, .daytime:
      context.transactions == nil ? [] : calendarDefinitions(context)
    case .campaigns, .events: contactDefinitions(context)
    case .engagement: engagementDefinitions(context)
    case .browsing: browsingDefinitions(context)
    case .usage: usageDefinitions(context)
    case .lead: leadDefinitions(context)
    case .demographics: demographicDefinitions(context)
    case .geography: geographyDefinitions(context) + attributeDefinitions(context, of: .lookups)
    case .attributes: attributeDefinitions(context, of: .customers)
    case .surveys: attributeDefinitions(context, of: .surveys) + surveyDefinitions(context)
    // Made of the features that all the others give.
    case .expressions: []
    case .firmographics: attributeDefinitions(context, of: .companies) + accountDefinitions(context)
    }
  }

  /// A feature of this family.
  func feature(
    _ name: String, _ meaning: String, unit: String = "", source: String, kind: FeatureKind = .numeric,
    from aggregates: [Aggregate], as expression: String, whenAbsent: Double? = nil
  ) -> FeatureDefinition {
    FeatureDefinition(
      name: name, family: self, meaning: meaning, unit: unit, source: source, kind: kind, aggregates: aggregates,
      expression: expression, whenAbsent: whenAbsent)
  }
}
