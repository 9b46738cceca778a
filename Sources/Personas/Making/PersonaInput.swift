public import Features
public import Warehouse

/// Everything that personas are made of.
public struct PersonaInput: Sendable {
  /// The customers' features (n), those that formed no segment too.
  public var values: FeatureValues
  /// The segments, and who of the n is in which.
  public var groups: ProfiledGroups
  /// Words, actions and what the user says of segments.
  public var settings: PersonaSettings
  /// What the rows are called.
  public var unit = "customers"
  /// All customers, those of no segment too; nil for those of the segments.
  public var everybody: Int?
  /// Features that are told of, but that no rule is to go by.
  public var describedOnly: Set<String> = []
  /// Of features that are places in an order, its levels, lowest first: 1 is the first.
  public var ordinals: [String: [String]] = [:]
  /// What groups spent, by path.
  public var revenue: [String: PersonaRevenue] = [:]
  /// What groups may do, by path.
  public var chances: [String: [PersonaChance]] = [:]
  /// What treatments change in what groups do, by path; nil where no experiment was learnt from.
  public var effects: [String: [PersonaEffect]]?
  /// In which SQL the rules are written.
  public var dialect: Dialect
  /// Of the invented customers.
  public var seed: UInt64 = 0

  /// Features, segments, and what the user says; revenue, chances and effects are set afterwards.
  public init(_ values: FeatureValues, _ groups: ProfiledGroups, settings: PersonaSettings, dialect: Dialect) {
    (self.values, self.groups, self.settings, self.dialect) = (values, groups, settings, dialect)
  }
}

/// The personas of a model and the profiles that they rest on.
public struct PersonaBook: Sendable, Hashable, Codable {
  /// Macro-segments of several micro-segments, each followed by its micro-segments.
  public let personas: [Persona]
  /// The profiles of the same groups, in the same order.
  public let profiles: GroupProfiles

  /// The persona at `path`, or nil.
  public func persona(_ path: String) -> Persona? { personas.first { $0.path == path } }

  /// The persona at `path`; of a macro-segment that was not divided, "3", that of its one segment, "3/5".
  public func cards(_ path: String) -> [Persona] {
    if let exact = persona(path) { return [exact] }
    return personas.filter { !$0.isMacro && "\($0.macro)" == path }
  }
}
