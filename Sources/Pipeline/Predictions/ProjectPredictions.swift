public import Features
internal import Foundation
internal import LinearAlgebra
public import Propensity
internal import Warehouse

/// A target of a project, learnt: how its features are computed, what predicts, and how true that is in each segment.
public struct ProjectPrediction: Sendable, Hashable, Codable {
  /// What it is called.
  public let name: String
  /// What is foretold, in words.
  public let meaning: String
  /// The dates it was learnt and judged as of, ascending.
  public let dates: [String]
  /// From which of them on it was judged; nil for the last one.
  public let judgedFrom: String?
  /// How its features are computed.
  public let plan: FeaturePlan
  /// What predicts, and how well.
  public let prediction: PredictionModel
  /// Predicted and observed rates by the segments of the last date; empty where these are not known.
  public internal(set) var segments: [GroupReliability]

  /// When it was learnt, and when judged, where that was later.
  var learntAndJudged: (learnt: [String], judged: [String]) {
    let from = judgedFrom ?? dates.last ?? ""
    return (dates.filter { $0 < from }, dates.filter { $0 >= from })
  }

  /// The columns that tell of it.
  var columns: [String] { ["\(name)_probability", "\(name)_percentile"] }
}

extension TrainedSegments {
  /// With the learnt targets and the forecast of orders in the model, what they tell beside the segments, and the same
  /// staged in `files`.
  func adding(
    _ learnt: ProjectRun.LearntTargets, _ run: ProjectRun, _ sources: SourceSet, _ files: StagedFiles
  ) throws -> TrainedSegments {
    var assignments = assignments
    let (model, scores) = try run.foretell(model, learnt, SegmentPlaces(assignments), sources, files)
    assignments.chances = scores.columns(for: assignments.customers)
    return TrainedSegments(model: model, assignments: assignments, values: values)
  }
}

extension ProjectRun {
  /// What learning the targets gives, before segments are known.
  struct LearntTargets {
    var predictions: [ProjectPrediction] = []
    /// Of each target the customers of its last date, their outcome and their probability.
    var judged: [Judged] = []
    /// What the predictions say of everybody, where that is known already.
    var chances: TargetChances?
    var notes: [String] = []
  }

  /// What one target was judged on, as of its last date.
  struct Judged {
    let date: CalendarDate
    /// The sources, cut down to the customers that were looked at.
    let sources: SourceSet
    let customers: [String?]
    let outcome: [Double]
    let probability: [Double]
  }

  /// Learns the targets of the project from `sources`, those of the same days from one panel.
  /// - Parameter rows: about how many rows of customers and dates are looked at, at most.
  func learnTargets(_ sources: SourceSet, seed: UInt64, rows: Int) throws -> LearntTargets {
    var learnt = LearntTargets()
    guard !project.targets.isEmpty else { return learnt }
    let panels = try sources.panels(of: project.targets, rows: rows) { targets, date in
      progress?(
        PipelineProgress(
          stage: "\(targets.map(\.name).joined(separator: ", ")): computing features as of \(date)"))
    }
    var found: [String: (prediction: ProjectPrediction, judged: Judged)] = [:]
    for panel in panels {
      for target in panel.targets {
        if Interruption.isRequested { throw WarehouseError.interrupted }
        found[target.name] = try learn(target, panel, seed: seed, &learnt.notes)
      }
      if let sample = panel.sample {
        learnt.notes.append(
          "\(panel.targets.map(\.name).joined(separator: ", ")): learnt from \(ReadableNumber.grouped(sample.customers)) "
            + "of \(ReadableNumber.grouped(sample.of)) customers; 'segments.sample' in tessera.yml or --sample says how "
            + "many rows are looked at")
      }
    }
    for target in project.targets {
      guard let own = found[target.name] else { continue }
      learnt.predictions.append(own.prediction)
      learnt.judged.append(own.judged)
    }
    return learnt
  }

  private func learn(
    _ target: TargetSettings, _ panel: TargetPanel, seed: UInt64, _ notes: inout [String]
  ) throws -> (ProjectPrediction, Judged)? {
    let reader = try Connection()
    var columns = PredictionColumns()
    columns.identifier = panel.plan.customer
    columns.time = TargetPanel.isJudged
    columns.exclude = ["as_of"] + withheld(panel.plan) + panel.targets.map(\.name).filter { $0 != target.name }
    var training = PredictionTraining(target: target.name)
    training.propensity.seed = seed
    let found: (trained: TrainedPrediction, notes: [String])
    do {
      found = try reader.predict(
        file: panel.path, columns, training: training, reasons: false, output: nil, model: nil, progress: progress)
    } catch let error as PropensityError {
      throw ProjectError(file: project.file, reason: "the target '\(target.name)' cannot be learnt: \(error)")
    }
    notes += found.trained.model.encoding.dropped.filter { $0.reason.contains("AUC") }
      .map { "\(target.name): '\($0.name)' was left out: \($0.reason)" }
    let fit = found.trained.fit
    let told = try reader.query(
      "SELECT \(reader.dialect.asText(SQL.identifier(panel.plan.customer))) AS customer, as_of, "
        + "\(SQL.identifier(target.name)) AS outcome FROM read_parquet(\(SQL.literal(panel.path)))")
    let (names, outcome) = (told["customer"]?.texts ?? [], told["outcome"]?.doubles ?? [])
    guard let last = panel.dates.last else { return nil }
    if let first = panel.dates.first, first < panel.judgedFrom, !fit.isJudgedLater {
      notes.append(
        "\(target.name): too few customers of both outcomes as of \(panel.judgedFrom) and later, or before: judged out of "
          + "fold instead")
    }
    // How true it is in segments is told of the last date alone: they know what customers did before it.
    var days: [Int32] = []
    if case .dates(let found)? = told["as_of"]?.values { days = found }
    let kept = fit.judgedRows.indices.filter { place in
      let row = fit.judgedRows[place]
      return !days.indices.contains(row) || Int(days[row]) == last.daysSince1970
    }
    let rows = kept.map { fit.judgedRows[$0] }
    return (
      ProjectPrediction(
        name: target.name, meaning: target.meaning, dates: panel.dates.map(\.description),
        judgedFrom: panel.judgedFrom == last ? nil : panel.judgedFrom.description, plan: panel.plan,
        prediction: found.trained.model, segments: []),
      Judged(
        date: last, sources: panel.sources, customers: rows.map { names[$0] }, outcome: rows.map { outcome[$0] },
        probability: kept.map { fit.judgedProbabilities[$0] })
    )
  }

  /// What must not sort customers must not score them; nor does what the project leaves out.
  func withheld(_ plan: FeaturePlan) -> [String] {
    let guarded = GuardedAttributes(project.features.describeOnly)
    let left = project.segments.exclude
    return plan.definitions.filter { definition in
      guarded.contains(definition.name, attributes: definition.attributes) || left.contains(definition.name)
        || left.contains(definition.family.rawValue)
    }.map(\.name)
  }

  /// With the learnt targets and the forecast of orders in `model`, and what they tell of everybody, staged in `files`.
  func foretell(
    _ model: SegmentModel, _ learnt: LearntTargets, _ everybody: SegmentPlaces, _ sources: SourceSet,
    _ files: StagedFiles
  ) throws -> (model: SegmentModel, scores: CustomerScores) {
    var model = model
    var scores = CustomerScores()
    guard !learnt.predictions.isEmpty || project.value != nil || !project.effects.isEmpty || model.foretells else {
      return (model, scores)
    }
    model.quality.notes += learnt.notes
    if !learnt.predictions.isEmpty { model.predictions = try judged(learnt, by: model) }
    // A model that is grown goes on foretelling what it did, whatever the project has left out since.
    scores.forecasts =
      project.value == nil ? try forecasts(model, sources).told : try forecast(&model, sources, everybody)
    scores.chances = try learnt.chances ?? chances(learnt.predictions, sources)
    if !project.effects.isEmpty { (model.effects, model.quality.notes) = try learnEffects(model, sources) }
    scores.effects = try effects(model.effects ?? [], sources)
    let columns = scores.columns(for: everybody.customers)
    if !columns.isEmpty {
      try connection.write(
        Table([everybody.customers] + columns), to: outputFolder.appendingPathComponent("predictions.parquet").path,
        in: files)
    }
    return (model, scores)
  }

  /// The chances of the customers of `sources`, by `predictions`; nil without any. Those of one plan are told together.
  func chances(
    _ predictions: [ProjectPrediction], _ sources: SourceSet, since: CalendarDate? = nil
  ) throws -> TargetChances? {
    try told(predictions, sources, since: since, names: predictions.flatMap(\.columns), plan: \.plan) { item, values in
      let scored = try item.prediction.score(values)
      return [(item.columns[0], scored.probabilities), (item.columns[1], scored.percentiles)]
    }
  }

  /// What `tell` says of the customers of `sources` by each of `items`; those of one plan are told together.
  func told<Item>(
    _ items: [Item], _ sources: SourceSet, since: CalendarDate?, names: [String], plan: (Item) -> FeaturePlan,
    _ tell: (Item, FeatureValues) throws -> [(String, [Double])]
  ) throws -> TargetChances? {
    guard !items.isEmpty else { return nil }
    var told = TargetChances(names: names)
    var left = items
    while let first = left.first.map(plan) {
      let own = left.filter { plan($0) == first }
      left.removeAll { plan($0) == first }
      progress?(PipelineProgress(stage: "scoring customers"))
      let table = try since.map { try sources.features(first, changedSince: $0) } ?? sources.features(first)
      try forEachBatch(of: table) { values in
        let customers = values.customers.texts
        for item in own {
          for (name, values) in try tell(item, values) { told.add(name, customers, values) }
        }
      }
    }
    return told
  }

  /// Reads `table` whole, or batch by batch where it is long; with who is in `lists`, by which a tree may begin.
  func forEachBatch(
    of table: FeatureTable, lists: [RuleList] = [], _ body: (FeatureValues) throws -> Void
  ) throws {
    let members = lists.isEmpty ? nil : try table.members(of: lists)
    guard table.rows > KeptTable.batchRows, connection.dialect.keepsRowNumbers else {
      return try body(table.values().adding(members))
    }
    var kept = try KeptTable(connection, table.relation, table.columns, weights: nil, source: "the features")
    // What stops a batch is told, whatever else the engine says.
    defer { try? kept.drop() }
    kept.lists = members
    for batch in kept.batches {
      if Interruption.isRequested { throw WarehouseError.interrupted }
      try body(try kept.values(batch))
    }
  }

  /// Tells each prediction of `learnt` how true it is in the segments that `model` gives customers on its last date.
  private func judged(_ learnt: LearntTargets, by model: SegmentModel) throws -> [ProjectPrediction] {
    guard let plan = model.features.plan else { return learnt.predictions }
    var segments: [CalendarDate: [String: String]] = [:]
    var predictions = learnt.predictions
    for (index, judged) in learnt.judged.enumerated() {
      if segments[judged.date] == nil {
        progress?(PipelineProgress(stage: "segments as of \(judged.date)"))
        let then = try judged.sources.at(judged.date, inDetail: false)
        let placed = try places(of: then, by: model, plan, learnt.predictions, takesScores: project.takesScores)
        segments[judged.date] = Dictionary(zip(placed.names, placed.paths)) { _, last in last }
      }
      let known = segments[judged.date] ?? [:]
      predictions[index].segments = GroupReliability.of(
        judged.probability, outcome: judged.outcome, groups: judged.customers.map { known[$0 ?? ""] ?? "0" })
    }
    return predictions
  }

  /// The customers of `sources` and the path of each one's segment by `model`, "0" for none.
  func places(
    of sources: SourceSet, by model: SegmentModel, _ plan: FeaturePlan, _ predictions: [ProjectPrediction],
    takesScores: Bool
  ) throws -> (names: [String], paths: [String]) {
    let table = try sources.features(plan)
      .adding(scores(of: predictions, sources, if: takesScores), of: predictions)
    let known = Dictionary(zip(model.segmentIDs, model.lines.map(\.segment))) { first, _ in first }
    var (names, paths): ([String], [String]) = ([], [])
    try forEachBatch(of: table, lists: project.lists) { values in
      let assigned = try model.score(values).assignments
      names += values.customers.texts.map { $0 ?? "" }
      paths += (assigned.tree?.ids ?? assigned.segments).map { known[$0] ?? "0" }
    }
    return (names, paths)
  }
}
