internal import Features
internal import Foundation
public import Warehouse

/// Segments added to those of the model that stands there.
extension ProjectRun {
  /// Adds segments to the model before, from the sources, and writes what training writes.
  public func grow(asOf: CalendarDate? = nil, training: SegmentTraining) throws -> TrainedSegments {
    let model = try modelToGrow(training)
    guard let plan = model.features.plan else { throw PipelineError.needsFeatureTable }
    if model.takesScores { try checkTakesTables() }
    let sources = try sources(asOf: asOf)
    var learnt = LearntTargets(predictions: model.predictions ?? [])
    learnt.chances = try scores(of: learnt.predictions, sources, if: model.takesScores)
    let table = try features(sources, plan).adding(learnt.chances, of: learnt.predictions)
    let files = StagedFiles()
    let lists = model.dividingLists(amid: project.lists)
    let members = try table.members(of: lists)
    let grown = try describing(
      training.grow(
        model, try table.values().adding(members), plan: plan, asOf: sources.asOf, quality: sources.quality,
        source: "the features", progress: progress
      ).adding(lists, members)
        .adding(learnt, self, sources, files))
    progress?(PipelineProgress(stage: "writing results"))
    try table.write(to: outputFolder.appendingPathComponent("features.parquet").path, in: files)
    try write(grown, files, isOfSources: true)
    return grown
  }

  /// Adds segments to the model before, from a ready table of features, which tells nothing of days to come: what the
  /// model foretells stays as it was learnt, and says so.
  public func grow(file: String, identifier: String?, training: SegmentTraining) throws -> TrainedSegments {
    let model = try modelToGrow(training)
    progress?(PipelineProgress(stage: "reading \(file)"))
    let lists = model.dividingLists(amid: project.lists)
    let read = try connection.values(for: model, file: file, identifier: identifier, rules: lists)
    var grown = try training.grow(model, read.values, source: read.table.name, progress: progress)
      .adding(lists, read.values.lists ?? ListMembers(names: [], answers: []))
    if model.foretells {
      let before = model.features.asOf.map { " (as of \($0))" } ?? ""
      grown = grown.noting(
        "targets, effects and forecasts are those of the training before\(before): a ready table tells nothing of days to "
          + "come, and segments that are new have none")
    }
    grown = try describing(grown)
    try write(grown, StagedFiles(), isOfSources: false)
    return grown
  }

  private func modelToGrow(_ training: SegmentTraining) throws -> SegmentModel {
    try checkResults()
    guard let model = training.previous else { throw PipelineError.nothingToGrow(path: modelFile.relativePath) }
    return model
  }
}

extension SegmentModel {
  /// The lists of a project, those that divide this tree as they were when it was grown: whoever a list gave a segment keeps
  /// it, whatever has become of the list.
  func dividingLists(amid lists: [RuleList]) -> [RuleList] {
    var dividing: Set<String> = []
    for case .rules(let rules) in (tree?.nodes ?? []).compactMap(\.division) { dividing.formUnion(rules.lists) }
    let own = (self.lists?.rules ?? []).filter { dividing.contains($0.name) }
    let kept = lists.map { list in own.first { $0.name == list.name } ?? list }
    return kept + own.filter { list in !lists.contains { $0.name == list.name } }
  }
}

extension TrainedSegments {
  /// The same with `note` among what a reader should know.
  fileprivate func noting(_ note: String) -> TrainedSegments {
    var model = model
    model.quality.notes.append(note)
    return TrainedSegments(model: model, assignments: assignments, values: values)
  }
}
