/// Attributes that may tell what a segment's customers are like, and may not put anybody into one.
public struct GuardedAttributes: Sendable, Hashable {
  /// The attributes or features that are guarded; nil guards by name.
  private let stated: [String]?

  /// Words of what the law of many countries forbids to sort people by (the grounds of the Charter of Fundamental Rights
  /// of the European Union, article 21), where columns bear them.
  private static let words: Set<String> = [
    "gender", "sex", "female", "male", "race", "ethnic", "ethnicity", "nationality", "religion", "religious", "faith",
    "church", "health",
    "disease", "diagnosis", "disability", "disabled", "pregnant", "pregnancy", "orientation", "political", "politics",
    "party", "union", "genetic",
  ]

  /// Those that a project states; nil where it states none.
  public init(_ stated: [String]?) { self.stated = stated }

  /// The names that are stated.
  public var named: [String] { stated ?? [] }

  /// Whether a feature, or an attribute of customers that it was made from, is guarded.
  public func contains(_ feature: String, attributes: [String]) -> Bool {
    let names = [feature] + attributes
    if let stated { return names.contains { stated.contains($0) } }
    return names.contains { ColumnName($0).words.contains { Self.words.contains($0) } }
  }

  /// Those of `features` that are guarded, by name or by what `plan` makes them from: an expression of guarded features
  /// tells what they tell.
  public func features(among features: [String], of plan: FeaturePlan?) -> [String] {
    let definitions = Dictionary(
      (plan?.definitions ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    return features.filter { name in
      ([name] + (definitions[name]?.uses ?? [])).contains {
        contains($0, attributes: definitions[$0]?.attributes ?? [])
      }
    }
  }
}

extension FeatureDefinition {
  /// The attributes of customers that it tells of; none when it is made of records.
  public var attributes: [String] { aggregates.compactMap(\.attribute) }
}
