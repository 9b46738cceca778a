internal import Features
internal import Foundation
internal import Warehouse

/// The chances of targets as features that segments are formed by.
extension FeatureTable {
  /// The same with the chances `told` of the targets of `predictions` beside the features; without any as it is.
  func adding(_ told: TargetChances?, of predictions: [ProjectPrediction]) throws -> FeatureTable {
    guard let told else { return self }
    return try adding(
      told.table(predictions.map { $0.columns[0] }),
      meanings: predictions.map { "chance of: \($0.meaning), as the model of the target '\($0.name)' tells it" })
  }
}

extension ProjectRun {
  /// The chances of `predictions` where they form segments (`isWanted`); nil where they do not.
  func scores(
    of predictions: [ProjectPrediction], _ sources: SourceSet, since: CalendarDate? = nil, if isWanted: Bool
  ) throws -> TargetChances? { isWanted ? try chances(predictions, sources, since: since) : nil }

  /// Throws where the engine takes no scores beside its features.
  func checkTakesTables() throws {
    guard !connection.dialect.takesStreams else { return }
    throw ProjectError(
      file: project.file,
      reason:
        "'scores' needs an engine that takes tables in bulk, and \(connection.dialect.name) does not; leave it out of "
        + "'segments', or use DuckDB.")
  }

  /// Throws before any work where chances of targets cannot stand among the features of `plan`.
  func checkScores(_ plan: FeaturePlan) throws {
    guard project.takesScores else { return }
    try checkTakesTables()
    let taken = Set((plan.definitions.map(\.name) + [plan.customer]).map { $0.lowercased() })
    for target in project.targets where taken.contains("\(target.name)_probability".lowercased()) {
      throw ProjectError(
        file: project.file,
        reason:
          "'\(target.name)_probability' is a column of the features, and 'scores' adds the chance of the target "
          + "'\(target.name)' under that name; rename the target or the column.")
    }
  }
}

extension Project {
  /// Whether the chances of targets form segments.
  var takesScores: Bool { segments.tree.takesScores }
}

extension SegmentModel {
  /// Whether the chances of its targets form its segments.
  var takesScores: Bool {
    !Set(features.numeric).isDisjoint(with: (predictions ?? []).map { $0.columns[0] })
  }
}

extension TreeSettings {
  /// Where scores form macro-segments alone, or micro-segments alone, all other `features` form the others.
  func partingScores(_ features: Set<String>, _ families: [String: String]) -> TreeSettings {
    guard takesScores else { return self }
    let others = features.filter { families[$0] != TreeSettings.scores }.sorted()
    var settings = self
    if macroFeatures.isEmpty { settings.macroFeatures = others }
    if microFeatures.isEmpty { settings.microFeatures = others }
    return settings
  }
}
