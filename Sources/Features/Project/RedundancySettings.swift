/// What becomes of numeric features that tell the same.
public struct RedundancySettings: Sendable, Hashable {
  /// What is done about them.
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// They are told of, and all form segments.
    case report
    /// One of each group forms segments, the others only describe them.
    case select
  }

  /// What is done about them.
  public var mode = Mode.report
  /// Features whose rank correlation with one another is this or more, whatever its sign, tell the same.
  /// At 1, those that order the customers exactly alike, or exactly the other way round.
  public var threshold = 0.9

  /// The defaults.
  public init() {}
}

extension RedundancySettings {
  static let keys = ["redundancy", "redundancy_threshold"]

  /// Reads both keys of `segments`.
  init(_ section: YAMLSection) throws(ProjectError) {
    mode = try section.choice("redundancy", Mode.self) ?? mode
    guard let text = try section.text("redundancy_threshold") else { return }
    guard let value = Double(text), value > 0, value <= 1 else {
      throw section.error("redundancy_threshold", "'segments.redundancy_threshold' must be above 0 and up to 1.")
    }
    threshold = value
  }
}
