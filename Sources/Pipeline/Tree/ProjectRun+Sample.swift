internal import Features
internal import Foundation
internal import Warehouse

/// Training where there are more customers than are looked at together.
extension ProjectRun {
  /// Trains from a ready table.
  func trainOnSample(
    of table: TableSource, _ columns: FeatureColumns, chosen: [String], _ training: SegmentTraining,
    _ settings: TreeSettings
  ) throws -> TrainedSegments {
    try connection.checkTexts(table, columns.categories)
    let texts = Set(columns.categories + [columns.identifier].compactMap { $0 })
    let members = try connection.members(of: project.lists, in: table, columns)
    var kept = try KeptTable(
      connection, table.relation(asText: texts), columns, weights: nil, source: table.name)
    kept.lists = members
    var training = training
    var quality = DataQuality()
    try connection.settle(kept, of: table, chosen: chosen, &training, &quality)
    return try trainOnSample(
      SampledTraining(training: training, settings: settings, table: kept), members, StagedFiles(), isOfSources: false
    ) {
      try training.train($0, quality: quality, source: table.name, progress: progress)
    }
  }

  /// Trains from features that were computed.
  func trainOnSample(
    of table: FeatureTable, _ sources: SourceSet, _ plan: FeaturePlan, _ training: SegmentTraining,
    _ settings: TreeSettings, _ learnt: LearntTargets
  ) throws -> TrainedSegments {
    let members = try table.members(of: project.lists)
    var kept = try KeptTable(
      connection, table.relation, table.columns, weights: nil, source: "the features")
    kept.lists = members
    let files = StagedFiles()
    try table.write(to: outputFolder.appendingPathComponent("features.parquet").path, in: files)
    return try trainOnSample(
      SampledTraining(training: training, settings: settings, table: kept), members, files, isOfSources: true
    ) {
      try training.train(
        $0, plan: plan, asOf: sources.asOf, quality: sources.quality, source: "the features", progress: progress)
    } foretell: {
      try foretell($0, learnt, $1, sources, files)
    }
  }

  private func trainOnSample(
    _ sampled: SampledTraining, _ members: ListMembers, _ files: StagedFiles, isOfSources: Bool,
    _ train: (FeatureValues) throws -> TrainedSegments,
    foretell: (SegmentModel, SegmentPlaces) throws -> (model: SegmentModel, scores: CustomerScores) = { model, _ in
      (model, CustomerScores())
    }
  ) throws -> TrainedSegments {
    defer { try? sampled.table.drop() }
    progress?(PipelineProgress(stage: "drawing a sample of \(sampled.table.rows) customers"))
    let found = try train(try sampled.sample())
    var placed = try sampled.everybody(found, progress)
    let names = try sampled.table.customers(0..<sampled.table.rows)
    let everybody = SegmentPlaces(
      customers: placed.hasWholeNumbers ? names.asWholeNumbersIfExact : names, labels: placed.labels)
    let told = try foretell(placed.model, everybody)
    placed.model = told.model
    let engineTable = try assignmentTable()
    let model = try sampled.write(
      placed, project.lists, members, told.scores, to: outputFolder.appendingPathComponent("assignments.parquet").path,
      and: engineTable, in: files, progress)
    let none = SegmentAssignments(
      customers: Column(name: model.features.identifier, values: .integers([])), segments: [], memberships: [],
      distances: nil, allMemberships: nil)
    let trained = try describing(TrainedSegments(model: model, assignments: none, values: found.values))
    try write(trained.model, files, isOfSources: isOfSources)
    try engineTable?.replace()
    return trained
  }
}
