internal import Clustering
public import Features
public import Foundation
internal import ModelFiles
internal import Reports
public import Warehouse

/// The verbs of a project: its features, its training, its scoring; each writes all of its files or none.
public struct ProjectRun {
  /// What is run.
  public let project: Project
  let connection: Connection
  let progress: ProgressObserver?

  /// Opens the project's engine.
  public init(_ project: Project, progress: ProgressObserver? = nil) throws {
    self.project = project
    self.progress = progress
    connection = try Connection(project.engine)
  }

  /// The folder of a training's results.
  public var outputFolder: URL {
    URL(fileURLWithPath: project.output.folder, relativeTo: project.folder).appendingPathComponent(project.name)
  }

  /// The model file that training writes.
  public var modelFile: URL {
    URL(fileURLWithPath: project.output.models, relativeTo: project.folder)
      .appendingPathComponent(project.name + ".tessera")
  }

  /// The model that training will replace; nil when there is none.
  /// - Throws: ``ModelFileError`` and ``PipelineError`` when what stands there cannot be read.
  public func previousModel() throws -> SegmentModel? {
    guard FileManager.default.fileExists(atPath: modelFile.path) else { return nil }
    return try SegmentModel(contentsOfFile: modelFile.path)
  }

  func sources(asOf: CalendarDate?) throws -> SourceSet {
    progress?(
      PipelineProgress(
        stage: "reading \(project.sources.map(\.name).joined(separator: ", "))",
        expectedSeconds: WorkEstimate.readingSeconds(project)))
    return try SourceSet(project, connection: connection, asOf: asOf)
  }

  func features(_ sources: SourceSet, _ plan: FeaturePlan) throws -> FeatureTable {
    report(computing: plan, sources)
    return try sources.features(plan)
  }

  func report(computing plan: FeaturePlan, _ sources: SourceSet) {
    progress?(
      PipelineProgress(
        stage: "computing \(plan.definitions.count) features as of \(sources.asOf)",
        expectedSeconds: WorkEstimate.aggregatingSeconds(sources.quality)))
  }

  /// Computes the features and writes them, and their dictionary, to `target`; with `request` as of its dates, and with
  /// the labels of the days after each.
  public func writeFeatures(
    to target: String, asOf: CalendarDate? = nil, over request: PanelRequest? = nil
  ) throws -> FeatureSummary {
    try connection.checkOutput(target)
    try connection.checkDictionaries(beside: target)
    let sources = try sources(asOf: asOf)
    let files = StagedFiles()
    guard let panel = request?.panel(asOf: sources.asOf) else {
      let plan = try FeaturePlan(sources)
      report(computing: plan, sources)
      let customers = try sources.write(plan, to: target, in: files)
      try files.commit()
      return FeatureSummary(
        plan: plan, dates: [sources.asOf], asOf: sources.asOf, customers: customers, quality: sources.quality)
    }
    let written = try sources.write(panel, to: target, in: files) { date in
      progress?(
        PipelineProgress(
          stage: "computing features as of \(date)", expectedSeconds: WorkEstimate.aggregatingSeconds(sources.quality)))
    }
    try files.commit()
    return FeatureSummary(
      plan: written.plan, dates: panel.dates, asOf: written.sources.asOf, customers: written.rows,
      quality: written.sources.quality)
  }

  /// Trains from the sources and writes model, card, assignments, features, dictionary and summary.
  public func train(asOf: CalendarDate? = nil, training: SegmentTraining? = nil) throws -> TrainedSegments {
    try checkResults()
    let sources = try sources(asOf: asOf)
    let training = training ?? SegmentTraining(project)
    let plan = try FeaturePlan(sources)
    try checkScores(plan)
    var learnt = try learnTargets(sources, seed: training.kmeans.seed, rows: training.tree?.sample ?? .max)
    learnt.chances = try scores(of: learnt.predictions, sources, if: project.takesScores)
    let table = try features(sources, plan).adding(learnt.chances, of: learnt.predictions)
    if let settings = training.tree, connection.dialect.keepsRowNumbers, table.rows > settings.sample {
      return try trainOnSample(of: table, sources, plan, training, settings, learnt)
    }
    let members = try table.members(of: project.lists)
    let values = try table.values().adding(members)
    var trained = try training.train(
      values, plan: plan, asOf: sources.asOf, quality: sources.quality, source: "the features", progress: progress)
    trained = try trained.adding(project.lists, members)
    let files = StagedFiles()
    trained = try describing(trained.adding(learnt, self, sources, files))
    progress?(PipelineProgress(stage: "writing results"))
    try table.write(to: outputFolder.appendingPathComponent("features.parquet").path, in: files)
    try write(trained, files, isOfSources: true)
    return trained
  }

  /// Throws ``WarehouseError`` when the results of a training could not be written.
  func checkResults() throws {
    try connection.checkResult(outputFolder.appendingPathComponent("summary.md").path)
    try connection.checkDictionaries(beside: outputFolder.appendingPathComponent("features.parquet").path)
    try connection.checkResult(modelFile.path)
    _ = try assignmentTable()
  }

  /// The table of the engine that assignments are written to; nil when there is to be none.
  func assignmentTable() throws -> EngineTable? {
    try project.output.table.map { try EngineTable($0, replacing: TreeAssignments.marks, in: connection) }
  }

  func write(_ trained: TrainedSegments, _ files: StagedFiles, isOfSources: Bool) throws {
    let folder = outputFolder
    try connection.write(
      trained.assignments.table, to: folder.appendingPathComponent("assignments.parquet").path, in: files)
    let table = try assignmentTable()
    try table?.stage(trained.assignments.table)
    try write(trained.model, files, isOfSources: isOfSources)
    try table?.replace()
  }

  /// Writes all that does not list customers, puts everything staged in `files` in its place, and removes what the run
  /// before wrote and this one does not.
  /// - Parameter isOfSources: whether features and what is foretold were computed, and are staged.
  func write(_ model: SegmentModel, _ files: StagedFiles, isOfSources: Bool) throws {
    let folder = outputFolder
    let former = try? previousModel()
    if let lists = model.lists {
      try connection.write(lists.table, to: folder.appendingPathComponent("overlaps.csv").path, in: files)
    }
    if let segments = model.segmentTable {
      try connection.write(segments, to: folder.appendingPathComponent("segments.csv").path, in: files)
    }
    if let personas = model.personaTable {
      try connection.write(personas, to: folder.appendingPathComponent("personas.csv").path, in: files)
    }
    try files.write(Data(model.reportContent().html().utf8), to: folder.appendingPathComponent("report.html").path)
    let card = Data(model.markdownCard.utf8)
    try files.write(card, to: folder.appendingPathComponent("summary.md").path)
    try files.write(try model.file().encoded(), to: modelFile.path)
    try files.write(card, to: modelFile.deletingPathExtension().appendingPathExtension("md").path)
    try files.commit()
    if let former { try removeStale(former, model, isOfSources: isOfSources) }
  }

  /// Throws when assignments could not be written to `target`: before long work rather than after.
  public func checkOutput(_ target: String) throws { try connection.checkAssignments(target) }
}

extension Connection {
  /// Throws ``WarehouseError`` when assignments could not be written to `target`.
  public func checkAssignments(_ target: String) throws(WarehouseError) {
    if try engineTable(target) == nil { try checkOutput(target) }
  }

  func engineTable(_ target: String) throws(WarehouseError) -> EngineTable? {
    let prefix = "table:"
    guard target.hasPrefix(prefix) else { return nil }
    return try EngineTable(String(target.dropFirst(prefix.count)), replacing: TreeAssignments.marks, in: self)
  }
}

/// As of which dates features are wanted, and with which labels.
public enum PanelRequest: Sendable, Hashable {
  /// As of the project's one date, with the labels of the days after it.
  case oneDate(LabelWindow)
  /// As of several dates.
  case dates(FeaturePanel)

  func panel(asOf date: CalendarDate) -> FeaturePanel {
    switch self {
    case .oneDate(let labels): FeaturePanel(date: date, labels: labels)
    case .dates(let panel): panel
    }
  }
}

/// What `features` did, for people and machines.
public struct FeatureSummary: Sendable {
  /// The features and how each is computed.
  public let plan: FeaturePlan
  /// The as-of dates, ascending; one unless a panel was asked for.
  public let dates: [CalendarDate]
  /// The last day whose records were used.
  public let asOf: CalendarDate
  /// The number of rows written.
  public let customers: Int
  /// What was read and left out.
  public let quality: DataQuality
}
