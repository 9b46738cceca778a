public import Features
internal import Foundation
internal import Propensity
internal import Warehouse

/// What a treatment changes, learnt from an experiment of a project.
public struct ProjectEffect: Sendable, Hashable, Codable {
  /// What it is called.
  public let name: String
  /// The experiment's source.
  public let experiment: String
  /// The last day that its features know: the day before the first treatment, or the as-of date.
  public let date: String
  /// How its features are computed.
  public let plan: FeaturePlan
  /// What predicts, how surely, and the effects by segment.
  public let prediction: UpliftPrediction

  /// The columns that tell of it: what is expected without treatment, and the effect of each treatment.
  var columns: [String] {
    let arms = prediction.arms.count
    return ["\(name)_untreated"] + (arms == 1 ? ["\(name)_uplift"] : (1...max(1, arms)).map { "\(name)_uplift_\($0)" })
  }
}

extension ProjectRun {
  /// Learns the effects of the project's experiments, and tells them by the segments that customers had before; with
  /// the notes of the model and what there is to say besides.
  func learnEffects(
    _ model: SegmentModel, _ sources: SourceSet
  ) throws -> (effects: [ProjectEffect], notes: [String]) {
    var notes = model.quality.notes
    let effects = try project.effects.map { settings in
      if Interruption.isRequested { throw WarehouseError.interrupted }
      guard let experiment = sources.experiments.first(where: { $0.source == settings.experiment }) else {
        throw ProjectError(file: project.file, reason: "the effect '\(settings.name)' has no experiment.")
      }
      let before = try sources.firstDay(of: experiment).map { min($0.adding(days: -1), sources.asOf) }
      let past = try sources.at(before ?? sources.asOf, inDetail: false)
      progress?(PipelineProgress(stage: "\(settings.name): computing features as of \(past.asOf)"))
      let plan = try FeaturePlan(past)
      let (trials, unclear) = try past.trials(of: experiment).firstOfEach()
      if let note = try self.note(of: unclear, experiment) { notes.append(note) }
      let path = try campaign(settings, experiment, trials, plan, past, model)
      var columns = PredictionColumns()
      columns.identifier = plan.customer
      columns.exclude = withheld(plan)
      var request = TableUpliftRequest(target: path.outcome, treatment: path.treatment)
      (request.control, request.segment, request.segmentsArePaths) = (settings.control, path.segment, true)
      request.training.seed = model.provenance.seed
      request.training.isRandomised = !settings.isObservational
      do {
        let found = try Connection().uplift(
          file: path.file, columns, request: request, output: nil, model: nil, progress: progress)
        return ProjectEffect(
          name: settings.name, experiment: experiment.source, date: past.asOf.description, plan: plan,
          prediction: found.prediction)
      } catch let error as PropensityError {
        throw ProjectError(file: project.file, reason: "the effect '\(settings.name)' cannot be learnt: \(error)")
      } catch PipelineError.outcomeUnusable(let column, let reason, let advice) {
        throw ProjectError(
          file: project.file,
          reason: "the effect '\(settings.name)' cannot be learnt: of '\(column)', \(reason). "
            + advice.replacing("--control", with: "'control'"))
      }
    }
    return (effects, notes)
  }

  /// What to say of customers with several first rows that differ: with times they are left out; nil without any.
  /// - Throws: ``ProjectError`` where there are no times, by which alone it is known what came first.
  private func note(of unclear: Int, _ experiment: Experiment) throws -> String? {
    guard unclear > 0 else { return nil }
    let customers = "\(ReadableNumber.grouped(unclear)) customer\(unclear == 1 ? " has" : "s have")"
    guard experiment.isTimed else {
      throw ProjectError(
        file: project.file,
        reason:
          "\(customers) several rows in the experiment '\(experiment.source)' that differ, and no time tells which came "
          + "first. Name its column of times, or keep one row a customer.")
    }
    return
      "\(experiment.source): \(customers) several first treatments or outcomes at one time, and no part in what is learnt"
  }

  /// Writes the customers of an experiment to a file of the engine's folder: features, segment, treatment and outcome,
  /// under names that no feature has.
  private func campaign(
    _ settings: EffectSettings, _ experiment: Experiment, _ trials: Table, _ plan: FeaturePlan, _ past: SourceSet,
    _ model: SegmentModel
  ) throws -> (file: String, treatment: String, outcome: String, segment: String) {
    let place = settings.outcome.flatMap { experiment.outcomes.firstIndex(of: $0) } ?? 0
    guard let customers = trials["customer"], let arms = trials["treatment"],
      let outcomes = trials[place == 0 ? "outcome" : "outcome_\(place + 1)"], trials.rowCount > 0
    else {
      throw ProjectError(
        file: project.file,
        reason: "the experiment '\(experiment.source)' has no row after \(past.asOf) with a customer and a treatment.")
    }
    func free(_ name: String, beside others: [String] = []) -> String {
      let taken = Set((plan.definitions.map(\.name) + [plan.customer] + others).map { $0.lowercased() })
      var free = name
      while taken.contains(free.lowercased()) { free += "_" }
      return free
    }
    let treatment = free(experiment.treatment)
    let outcome = free(experiment.outcomes[place], beside: [treatment])
    let segment = free("segment", beside: [treatment, outcome])
    let table = try past.features(plan)
    let (names, segments) = try places(
      of: past, by: model, model.features.plan ?? plan, model.predictions ?? [], takesScores: model.takesScores)
    // The file lies here, whatever engine computed the features.
    let folder = connection.scratchFolder
    let raw = folder.appendingPathComponent("effect_\(settings.name)_features.parquet").path
    let files = StagedFiles()
    try connection.write("SELECT * FROM \(table.relation)", to: raw, in: files)
    try files.commit()
    let reader = try Connection()
    try reader.load(
      Table([
        Column(name: "customer", values: .texts(customers.texts.map { $0 ?? "" })),
        Column(name: "treatment", values: .texts(arms.texts.map { $0 ?? "" })),
        Column(name: "outcome", values: outcomes.values, missing: outcomes.missing),
      ]), as: "trials")
    try reader.load(
      Table([Column(name: "customer", values: .texts(names)), Column(name: "segment", values: .texts(segments))]),
      as: "segments")
    let path = folder.appendingPathComponent("effect_\(settings.name).parquet").path
    let done = StagedFiles()
    let customer = reader.dialect.asText("f.\(SQL.identifier(plan.customer))")
    // A part of very many customers tells as much.
    let most = project.segments.tree.sample
    let step = max(1, (trials.rowCount + most - 1) / most)
    try reader.write(
      """
      SELECT * EXCLUDE (place) FROM (
        SELECT f.*, trials.treatment AS \(SQL.identifier(treatment)), trials.outcome AS \(SQL.identifier(outcome)),
          segments.segment AS \(SQL.identifier(segment)), row_number() OVER (ORDER BY trials.customer) AS place
        FROM read_parquet(\(SQL.literal(raw))) AS f JOIN trials ON trials.customer = \(customer)
          LEFT JOIN segments ON segments.customer = \(customer)) AS joined
      WHERE place % \(step) = 0 ORDER BY place
      """, to: path, in: done)
    try done.commit()
    return (path, treatment, outcome, segment)
  }

  /// What `effects` say of the customers of `sources`; nil without any.
  func effects(
    _ effects: [ProjectEffect], _ sources: SourceSet, since: CalendarDate? = nil
  ) throws -> TargetChances? {
    try told(effects, sources, since: since, names: effects.flatMap(\.columns), plan: \.plan) { item, values in
      let scored = try item.prediction.score(values)
      return Array(zip(item.columns, [scored.control] + scored.effects))
    }
  }
}

extension Trials {
  /// The first row of each customer: what came later may follow from what came first. Customers whose first rows differ
  /// in treatment or outcome are left out, and counted.
  fileprivate func firstOfEach() -> (rows: Table, unclear: Int) {
    guard let customers = rows["customer"]?.texts else { return (rows, 0) }
    let times = rows["ts"]?.texts
    let others = rows.columns.filter { $0.name != "customer" && $0.name != "ts" }.map(\.texts)
    var (kept, unclear): ([Int], Int) = ([], 0)
    var first = 0
    while first < customers.count {
      var next = first + 1
      var isClear = true
      while next < customers.count, customers[next] == customers[first] {
        // Rows are in the order of customers and times.
        if times?[next] == times?[first], others.contains(where: { $0[next] != $0[first] }) { isClear = false }
        next += 1
      }
      if isClear { kept.append(first) } else { unclear += 1 }
      first = next
    }
    return (kept.count < customers.count ? Table(rows.columns.map { $0.reordered(kept) }) : rows, unclear)
  }
}
