internal import Features
internal import Foundation
internal import Warehouse

/// The chances of targets as features that segments are formed by.
extension FeatureTable {
  /// The same with the chances that `predictions` give the customers of `sources` beside the features, where that is
  /// asked for.
  func adding(
    scoresOf predictions: [ProjectPrediction], _ sources: SourceSet, _ run: ProjectRun, since: CalendarDate? = nil,
    if isWanted: Bool
  ) throws -> FeatureTable {
    guard isWanted, let chances = try run.chances(predictions, sources, since: since) else { return self }
    return try adding(chances.table(predictions.map { $0.columns[0] }))
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
