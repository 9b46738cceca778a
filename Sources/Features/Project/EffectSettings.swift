/// An effect of a treatment on customers, to be learnt from an experiment of the project.
public struct EffectSettings: Sendable, Hashable, Codable {
  /// What it is called.
  public let name: String
  /// The source that tells who had which treatment.
  public let experiment: String
  /// The column of what came of it; nil takes the first that the source names.
  public let outcome: String?
  /// The treatment of those left alone; nil takes one that says so: 0, no, none or control.
  public let control: String?
  /// Whether treatments were given otherwise than by lot, so that who had one is learnt, too.
  public let isObservational: Bool

  static let keys = ["experiment", "outcome", "control", "observational"]

  /// Reads those entries of `targets` that name an experiment, in the order of the file.
  static func effects(_ top: YAMLSection, _ sources: [Source]) throws(ProjectError)
    -> [EffectSettings]
  {
    guard let all = try top.section("targets", allowed: nil) else { return [] }
    var effects: [EffectSettings] = []
    for name in all.keys {
      guard let section = try all.section(name, allowed: nil), section.node("experiment") != nil
      else { continue }
      let own = try YAMLSection(in: all, name, allowed: keys)
      let known = sources.filter { $0.column(.treatment) != nil && $0.columns[.outcome] != nil }
      guard let text = try own.text("experiment"),
        let source = known.first(where: { $0.name == text })
      else {
        let names = known.map { "'\($0.name)'" }.joined(separator: ", ")
        throw own.error(
          "experiment",
          "'\(own.full("experiment"))' must be a source with columns of role treatment and outcome; "
            + (names.isEmpty ? "there is none." : "there are: \(names)."))
      }
      let outcome = try own.text("outcome")
      let outcomes = source.columns[.outcome] ?? []
      if let outcome, !outcomes.contains(outcome) {
        throw own.error(
          "outcome",
          "'\(outcome)' is no outcome of '\(source.name)'; it has: "
            + "\(outcomes.map { "'\($0)'" }.joined(separator: ", ")).")
      }
      effects.append(
        EffectSettings(
          name: name, experiment: source.name, outcome: outcome, control: try own.text("control"),
          isObservational: try own.flag("observational") ?? false))
    }
    return effects
  }
}
