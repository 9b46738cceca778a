/// Where a group differs from everybody: in a number, or in the share of a level.
public struct Trait: Sendable, Hashable, Codable {
  /// The feature.
  public let feature: String
  /// The level of a category; nil for a number.
  public let level: String?
  /// The group's median, its share above 0 or its share of the level, as ``measure`` says.
  public let own: Double
  /// The same over everybody.
  public let all: Double
  /// What `own` and `all` are.
  public let measure: Measure
  /// Against everybody else.
  public let effect: Effect
  /// Against the other segments of the same macro-segment; nil where there are none.
  public let siblings: Effect?
  /// In words, without numbers: "spend much".
  public let words: String
  /// With its numbers: "monetary: median 1,240 (all 466)".
  public let evidence: String

  /// What a trait is measured by.
  public enum Measure: String, Sendable, Hashable, Codable {
    /// The median; the mean where both medians are the same.
    case median, mean
    /// The share of customers with the level.
    case share
  }

  /// Whether the group has more of it than others.
  public var isHigh: Bool { effect.delta > 0 }
  /// 100 times the group's level over everybody's; nil where that is 0.
  public var index: Double? { all > 0 ? 100 * own / all : nil }
}
