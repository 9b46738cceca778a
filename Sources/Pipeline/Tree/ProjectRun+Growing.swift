internal import Features
internal import Foundation
public import Warehouse

/// Segments added to those of the model that stands there.
extension ProjectRun {
  /// Adds segments to the model before, from the sources, and writes what training writes.
  public func grow(asOf: CalendarDate? = nil, training: SegmentTraining) throws -> TrainedSegments {
    let model = try modelToGrow(training)
    guard let plan = model.features.plan else { throw PipelineError.needsFeatureTable }
    let sources = try sources(asOf: asOf)
    let table = try features(sources, plan)
      .adding(scoresOf: model.predictions ?? [], sources, self, if: model.takesScores)
    let files = StagedFiles()
    let members = try table.members(of: project.lists)
    let grown = try describing(
      training.grow(
        model, try table.values().adding(members), plan: plan, asOf: sources.asOf, quality: sources.quality,
        source: "the features", progress: progress
      ).adding(project.lists, members)
        .adding(LearntTargets(predictions: model.predictions ?? []), self, sources, files))
    progress?(PipelineProgress(stage: "writing results"))
    try table.write(to: outputFolder.appendingPathComponent("features.parquet").path, in: files)
    try write(grown, files)
    return grown
  }

  /// Adds segments to the model before, from a ready table of features.
  public func grow(file: String, identifier: String?, training: SegmentTraining) throws -> TrainedSegments {
    let model = try modelToGrow(training)
    progress?(PipelineProgress(stage: "reading \(file)"))
    let read = try connection.values(for: model, file: file, identifier: identifier, rules: project.lists)
    let grown = try describing(
      training.grow(model, read.values, source: read.table.name, progress: progress)
        .adding(project.lists, read.values.lists ?? ListMembers(names: [], answers: [])))
    try write(grown, StagedFiles())
    return grown
  }

  private func modelToGrow(_ training: SegmentTraining) throws -> SegmentModel {
    try checkResults()
    guard let model = training.previous else { throw PipelineError.nothingToGrow(path: modelFile.relativePath) }
    return model
  }
}
