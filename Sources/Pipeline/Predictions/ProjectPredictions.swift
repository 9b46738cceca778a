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
  /// How its features are computed.
  public let plan: FeaturePlan
  /// What predicts, and how well.
  public let prediction: PredictionModel
  /// Predicted and observed rates by the segments of the date it was judged on; empty where these are not known.
  public internal(set) var segments: [GroupReliability]
}

/// The chances of all targets for the customers of one date.
struct TargetChances {
  let customers: Column
  /// Probability and percentile of each target.
  let columns: [Column]

  /// One row a customer.
  var table: Table { Table([customers] + columns) }

  /// The columns in the order of `others`, missing for customers that are not here.
  func columns(for others: Column) -> [Column] {
    let places = Dictionary(customers.texts.enumerated().map { ($1 ?? "", $0) }) { first, _ in first }
    let order = others.texts.map { places[$0 ?? ""] }
    return columns.map { column in
      let values = column.doubles ?? []
      return Column(
        name: column.name, values: .reals(order.map { $0.map { values[$0] } ?? 0 }),
        missing: order.contains { $0 == nil } ? order.map { $0 == nil } : nil)
    }
  }
}

extension TrainedSegments {
  /// With the learnt targets in the model and the chances of all customers staged in `files`.
  func adding(
    _ learnt: ProjectRun.LearntTargets, _ run: ProjectRun, _ sources: SourceSet, _ files: StagedFiles
  ) throws -> TrainedSegments {
    guard !learnt.predictions.isEmpty else { return self }
    var model = model
    model.quality.notes += learnt.notes
    model.predictions = try run.judged(learnt, by: model, sources)
    try run.writeChances(learnt.predictions, sources, files)
    return TrainedSegments(model: model, assignments: assignments, values: values)
  }
}

extension ProjectRun {
  /// What learning the targets gives, before segments are known.
  struct LearntTargets {
    var predictions: [ProjectPrediction] = []
    /// Of each target the customers of the date it was judged on, their outcome and their probability.
    var judged: [(date: CalendarDate, customers: [String?], outcome: [Double], probability: [Double])] = []
    var notes: [String] = []
  }

  /// Learns the targets of the project from `sources`.
  func learnTargets(_ sources: SourceSet, seed: UInt64) throws -> LearntTargets {
    var learnt = LearntTargets()
    let guarded = GuardedAttributes(project.features.describeOnly)
    for target in project.targets {
      if Interruption.isRequested { throw WarehouseError.interrupted }
      let panel = try sources.panel(of: target) { date in
        progress?(PipelineProgress(stage: "\(target.name): computing features as of \(date)"))
      }
      let reader = try Connection()
      var columns = PredictionColumns()
      columns.identifier = panel.plan.customer
      columns.time = "as_of"
      // What must not sort customers must not score them; nor does what the project leaves out.
      let left = project.segments.exclude
      columns.exclude = panel.plan.definitions.filter { definition in
        guarded.contains(definition.name, attributes: definition.attributes) || left.contains(definition.name)
          || left.contains(definition.family.rawValue)
      }.map(\.name)
      var training = PredictionTraining(target: target.name)
      training.propensity.seed = seed
      let found: (trained: TrainedPrediction, notes: [String])
      do {
        found = try reader.predict(
          file: panel.path, columns, training: training, reasons: false, output: nil, model: nil, progress: progress)
      } catch let error as PropensityError {
        throw ProjectError(file: project.file, reason: "the target '\(target.name)' cannot be learnt: \(error)")
      }
      learnt.notes += found.trained.model.encoding.dropped.filter { $0.reason.contains("AUC") }
        .map { "\(target.name): '\($0.name)' was left out: \($0.reason)" }
      let fit = found.trained.fit
      let told = try reader.query(
        "SELECT \(reader.dialect.asText(SQL.identifier(panel.plan.customer))) AS customer, as_of, "
          + "\(SQL.identifier(target.name)) AS outcome FROM read_parquet(\(SQL.literal(panel.path)))")
      let (names, outcome) = (told["customer"]?.texts ?? [], told["outcome"]?.doubles ?? [])
      guard let last = panel.dates.last else { continue }
      // Judged on the last date; out of fold where there is one date only.
      var days: [Int32] = []
      if case .dates(let found)? = told["as_of"]?.values { days = found }
      let kept = fit.judgedRows.indices.filter { place in
        let row = fit.judgedRows[place]
        return !days.indices.contains(row) || Int(days[row]) == last.daysSince1970
      }
      let rows = kept.map { fit.judgedRows[$0] }
      learnt.judged.append(
        (
          last, rows.map { names[$0] }, rows.map { outcome[$0] }, kept.map { fit.judgedProbabilities[$0] }
        ))
      learnt.predictions.append(
        ProjectPrediction(
          name: target.name, meaning: target.meaning, dates: panel.dates.map(\.description), plan: panel.plan,
          prediction: found.trained.model, segments: []))
    }
    return learnt
  }

  /// The chances of the customers of `sources`, by `predictions`.
  func chances(
    _ predictions: [ProjectPrediction], _ sources: SourceSet, since: CalendarDate? = nil
  ) throws -> TargetChances? {
    var found: TargetChances?
    for prediction in predictions {
      progress?(PipelineProgress(stage: "\(prediction.name): scoring customers"))
      let plan = prediction.plan
      let table = try since.map { try sources.features(plan, changedSince: $0) } ?? sources.features(plan)
      let scored = try prediction.prediction.score(table.values())
      let own = TargetChances(
        customers: scored.customers,
        columns: [
          Column(name: "\(prediction.name)_probability", values: .reals(scored.probabilities)),
          Column(name: "\(prediction.name)_percentile", values: .reals(scored.percentiles)),
        ])
      found =
        found.map { TargetChances(customers: $0.customers, columns: $0.columns + own.columns(for: $0.customers)) }
        ?? own
    }
    return found
  }

  /// Stages the chances of all customers of `sources` in `files`; nothing without predictions.
  func writeChances(_ predictions: [ProjectPrediction], _ sources: SourceSet, _ files: StagedFiles) throws {
    guard let chances = try chances(predictions, sources) else { return }
    let path = outputFolder.appendingPathComponent("predictions.parquet").path
    try connection.write(chances.table, to: path, in: files)
  }

  /// Tells each prediction of `learnt` how true it is in the segments that `model` gives customers on its last date.
  func judged(_ learnt: LearntTargets, by model: SegmentModel, _ sources: SourceSet) throws -> [ProjectPrediction] {
    guard let plan = model.features.plan else { return learnt.predictions }
    var segments: [CalendarDate: [String: String]] = [:]
    let paths = Dictionary(zip(model.segmentIDs, model.lines.map(\.segment))) { first, _ in first }
    var predictions = learnt.predictions
    for (index, judged) in learnt.judged.enumerated() {
      if segments[judged.date] == nil {
        progress?(PipelineProgress(stage: "segments as of \(judged.date)"))
        let values = try sources.at(judged.date, inDetail: false).features(plan).values()
        let assigned = try model.score(values).assignments
        let names = assigned.segments.map { $0 == 0 ? "0" : paths[$0] ?? "\($0)" }
        segments[judged.date] = Dictionary(zip(values.customers.texts.map { $0 ?? "" }, names)) { first, _ in first }
      }
      let known = segments[judged.date] ?? [:]
      predictions[index].segments = GroupReliability.of(
        judged.probability, outcome: judged.outcome, groups: judged.customers.map { known[$0 ?? ""] ?? "0" })
    }
    return predictions
  }
}
