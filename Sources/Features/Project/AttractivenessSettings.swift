/// What can make a segment attractive.
public enum AttractivenessCriterion: String, Sendable, Hashable, Codable, CaseIterable, CodingKeyRepresentable {
  /// Its share of the customers.
  case size
  /// Its share of revenue, and what a customer of it spends.
  case value
  /// Whether it buys more than before.
  case growth
  /// How many of its customers can be reached.
  case reach
  /// How readily its customers answer.
  case winnability
}

/// By what segments are ranked, and how much each criterion counts.
public struct AttractivenessSettings: Sendable, Hashable, Codable {
  /// How much each criterion counts beside the others, 0 or more; 1 where none is given.
  public var weights: [AttractivenessCriterion: Double] = [:]
  /// The feature that stands for a criterion; one is looked for where none is given. Size needs none.
  public var features: [AttractivenessCriterion: String] = [:]

  /// The defaults: all criteria count alike, and their features are looked for.
  public init() {}

  /// How much `criterion` counts.
  public func weight(of criterion: AttractivenessCriterion) -> Double { weights[criterion] ?? 1 }
}

extension AttractivenessSettings {
  static let keys = ["weights"] + AttractivenessCriterion.allCases.map(\.rawValue).filter { $0 != "size" }

  /// Reads `segments.attractiveness`.
  init(_ section: YAMLSection) throws(ProjectError) {
    for criterion in AttractivenessCriterion.allCases where criterion != .size {
      features[criterion] = try section.text(criterion.rawValue)
    }
    let names = AttractivenessCriterion.allCases.map(\.rawValue)
    guard let given = try section.section("weights", allowed: names) else { return }
    for criterion in AttractivenessCriterion.allCases {
      guard let text = try given.text(criterion.rawValue) else { continue }
      guard let weight = Double(text), weight >= 0, weight <= 1e6 else {
        throw given.error(
          criterion.rawValue,
          "'\(given.path).\(criterion.rawValue)' must be a number from 0 to 1000000, such as 2; 0 leaves it out.")
      }
      weights[criterion] = weight
    }
    guard AttractivenessCriterion.allCases.contains(where: { weight(of: $0) > 0 }) else {
      throw section.error("weights", "'\(given.path)' must leave some criterion a weight above 0.")
    }
  }
}
