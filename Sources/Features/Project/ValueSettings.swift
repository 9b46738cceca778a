internal import Yams

/// How the orders and the revenue to come of a project's customers are forecast.
public struct ValueSettings: Sendable, Hashable, Codable {
  /// In what times are counted.
  public enum Unit: String, Sendable, Hashable, Codable, CaseIterable { case day, week }

  /// How customers order and leave.
  public enum Family: String, Sendable, Hashable, Codable, CaseIterable { case bgnbd, mbgnbd, paretonbd, nbd }

  /// How far ahead, in units.
  public var horizon = 13
  /// In what times are counted.
  public var unit = Unit.week
  /// How customers order and leave.
  public var family = Family.bgnbd

  /// A quarter of a year, in weeks, by BG/NBD.
  public init() {}

  static let keys = ["horizon", "unit", "model_family"]

  /// Reads `value`: nothing, or `true`, stands for the defaults; nil where there is to be no forecast.
  static func read(_ top: YAMLSection, _ sources: [Source]) throws(ProjectError) -> ValueSettings? {
    guard top.keys.contains("value") else { return nil }
    var settings = ValueSettings()
    if let node = top.node("value") {
      if node.string != nil {
        guard try top.flag("value") == true else { return nil }
      } else if let section = try top.section("value", allowed: keys) {
        settings.unit = try section.choice("unit", Unit.self) ?? settings.unit
        settings.horizon =
          try section.integer("horizon", in: 1...3650) ?? (settings.unit == .week ? 13 : 91)
        settings.family = try section.choice("model_family", Family.self) ?? settings.family
      }
    }
    guard sources.contains(where: { $0.role == .transactions }) else {
      throw top.error("value", "'value' forecasts orders, so it needs a source of role transactions.")
    }
    return settings
  }
}
