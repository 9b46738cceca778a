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

  /// Whether a feature, or the attribute of customers that it was made from, is guarded.
  public func contains(_ feature: String, attribute: String?) -> Bool {
    if let stated { return stated.contains(feature) || attribute.map(stated.contains) ?? false }
    return ColumnName(attribute ?? feature).words.contains { Self.words.contains($0) }
  }
}

extension FeatureDefinition {
  /// The attribute of customers that it passes on; nil when it is made of records.
  public var attribute: String? { aggregates.lazy.compactMap(\.attribute).first }
}
