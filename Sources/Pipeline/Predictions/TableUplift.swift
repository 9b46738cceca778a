public import Features
internal import Foundation
internal import LinearAlgebra
public import ModelFiles
public import Propensity
public import Warehouse

/// How an uplift is learnt from a table.
public struct TableUpliftRequest: Sendable {
  /// The outcome.
  public var target: String
  /// The value of the outcome that counts as 1; nil takes 1, true or yes, and a column of other numbers as it is.
  public var positive: String?
  /// The column that tells who had which treatment.
  public var treatment: String
  /// Its value for those left alone; nil takes one that says so: 0, no, none or control.
  public var control: String?
  /// How effects are learnt.
  public var training = UpliftTraining()
  /// Effects are told for each value of this column, too.
  public var segment: String?
  /// What treatments cost and outcomes are worth; nil decides nothing.
  public var policy: TreatmentPolicy?
  /// From which effect on a customer counts as persuaded; nil lists no types.
  public var listThreshold: Double?
  /// How both sides are made comparable; nil compares nothing.
  public var comparison: ComparisonRequest?
  /// Whether these values are paths of a tree ("2/7"), so that each is drawn to its macro-segment.
  var segmentsArePaths = false

  /// The effect of `treatment` on `target`.
  public init(target: String, treatment: String) { (self.target, self.treatment) = (target, treatment) }
}

/// A trained uplift: what predicts the effect of each treatment on a customer, and how surely. No row of a customer is in
/// it.
public struct UpliftPrediction: Sendable, Hashable, Codable {
  /// One treatment against the control.
  public struct Arm: Sendable, Hashable, Codable {
    /// The value of the treatment column.
    public let treatment: String
    /// The rows that had it.
    public let rows: Int
    /// The mean outcome of those rows.
    public let mean: Double
    /// The average effect, doubly robust.
    public let average: Estimate
    /// What the data say.
    public let verdict: UpliftFit.Verdict
    /// The learner whose effects are used.
    public let learner: EffectLearner
    /// The slope of the scores on the effects.
    public let slope: Estimate
    /// The gain of treating by effects over treating at random, from doubly robust scores.
    public let ranking: Estimate
    /// The Qini curve against the control.
    public let qini: QiniCurve?
    /// The average effect by tenths of the customers, the highest effects first.
    public let tenths: [Estimate]
    /// The average effect by segment; empty without.
    public let segments: [UpliftFit.GroupEffect]
    /// The average effect by macro-segment, where segments are those of a tree; nil otherwise.
    public let macros: [UpliftFit.GroupEffect]?
  }

  /// The outcome.
  public let target: String
  /// The value that counts as 1; nil where the outcome is an amount.
  public let positive: String?
  /// The treatment column.
  public let treatment: String
  /// Its value for those left alone.
  public let control: String
  /// The rows left alone, and their mean outcome.
  public let controlRows: Int
  /// See ``controlRows``.
  public let controlMean: Double
  /// The treatments.
  public let arms: [Arm]
  /// How features become columns.
  public let encoding: PredictorEncoding
  /// What predicts.
  public let model: UpliftModel
  /// The identifier column.
  public let identifier: String
  /// Where random numbers began.
  public let seed: UInt64
  /// A mark of the training data.
  public let dataFingerprint: String
  /// The version that trained it.
  public let tessera: String

  static let section = "uplift"

  /// Whether `file` holds an uplift.
  public static func isHeld(by file: ModelFile) -> Bool { file.sectionNames.contains(section) }

  /// The model as a file's content.
  public func file() throws -> ModelFile {
    var file = ModelFile()
    try file.setSection(UpliftPrediction.section, self)
    return file
  }

  /// Reads a model from a file's content.
  public init(_ file: ModelFile) throws {
    self = try file.section(UpliftPrediction.section, as: UpliftPrediction.self)
    if let fault { throw PipelineError.modelInconsistent(reason: fault) }
  }

  /// What contradicts itself; nil if nothing does.
  var fault: String? {
    let columns = Matrix(rows: 1, columns: encoding.columns.count)
    guard encoding.fault == nil, model.arms.count == arms.count, (try? model.effects(columns)) != nil,
      (try? model.control.expected(columns)) != nil
    else { return "its effects are not of its columns" }
    return nil
  }

  /// The expected outcome without treatment and the effect of each treatment, for each row of `values`.
  public func score(_ values: FeatureValues) throws -> UpliftScores {
    let (matrix, report) = encoding.apply(values)
    guard report.absent.count < encoding.features.count else {
      throw PipelineError.noFeatureFound(needed: encoding.features)
    }
    return UpliftScores(
      customers: values.customers, treatments: arms.map(\.treatment), control: try model.control.expected(matrix),
      effects: try model.effects(matrix), report: report)
  }

  init(
    _ request: TableUpliftRequest, _ fit: UpliftFit, _ encoding: PredictorEncoding, rows: FeatureValues,
    outcome: [Double], positive: String?, arm: [Int], arms names: [String], segments: [String]?
  ) {
    func mean(_ a: Int) -> (rows: Int, mean: Double) {
      let own = arm.indices.filter { arm[$0] == a }
      return (own.count, own.reduce(0) { $0 + outcome[$1] } / Double(max(1, own.count)))
    }
    target = request.target
    self.positive = positive
    treatment = request.treatment
    control = names[0]
    (controlRows, controlMean) = mean(0)
    // A path's macro-segment stands before the stroke; "0" is its own.
    let parents = request.segmentsArePaths ? segments?.map { String($0.prefix { $0 != "/" }) } : nil
    arms = fit.treatments.map { treatment in
      let own = mean(treatment.arm)
      let parts = segments.flatMap { own in parents.map { treatment.byGroup(own, within: $0) } }
      return Arm(
        treatment: names[treatment.arm], rows: own.rows, mean: own.mean, average: treatment.average,
        verdict: treatment.verdict, learner: treatment.learner, slope: treatment.slope, ranking: treatment.ranking,
        qini: treatment.qini, tenths: treatment.byTenths(),
        segments: parts?.groups ?? segments.map { treatment.byGroup($0) } ?? [], macros: parts?.parents)
    }
    self.encoding = encoding
    model = fit.model
    identifier = rows.customers.name
    seed = request.training.seed
    dataFingerprint = DataFingerprint.of(rows)
    tessera = Tessera.version
  }
}

/// Effects of treatments on customers.
public struct UpliftScores: Sendable {
  /// The identifiers, in row order.
  public let customers: Column
  /// The treatments.
  public let treatments: [String]
  /// The expected outcome without treatment (n).
  public let control: [Double]
  /// The effect of each treatment (one array of n each).
  public let effects: [[Double]]
  /// What was not as in training.
  public let report: PredictorReport

  /// The table that is written: the identifier, `expected_untreated`, `uplift_1` … a treatment, and `best`, the treatment
  /// of the greatest effect above 0, else empty.
  public var table: Table {
    var columns = [customers, Column(name: "expected_untreated", values: .reals(control))]
    for (index, effect) in effects.enumerated() {
      columns.append(
        Column(name: effects.count == 1 ? "uplift" : "uplift_\(index + 1)", values: .reals(effect)))
    }
    let best = control.indices.map { row -> String? in
      let arms = effects.indices.filter { effects[$0][row] > 0 }
      return arms.max { effects[$0][row] < effects[$1][row] }.map { treatments[$0] }
    }
    columns.append(Column(name: "best", values: .texts(best.map { $0 ?? "" }), missing: best.map { $0 == nil }))
    return Table(columns)
  }
}

extension Connection {
  /// Learns the effect of treatments on one file, and writes what is asked for: all of it or nothing.
  ///
  /// Effects written are those of models that had not seen the row; rows without treatment or outcome are scored, too.
  public func uplift(
    file: String, _ chosen: PredictionColumns, request: TableUpliftRequest, output: String?, model: String?,
    progress: ProgressObserver?
  ) throws -> UpliftAnswer {
    progress?(PipelineProgress(stage: "reading \(file)"))
    let table = try open(file: file)
    if let output { try checkOutput(output) }
    if let model { try checkResult(model) }
    let beside = [request.target, request.treatment]
    guard Set(beside + [request.segment].compactMap { $0 }).count == beside.count + (request.segment == nil ? 0 : 1),
      !chosen.include.contains(where: beside.contains)
    else {
      throw PipelineError.columnUnusable(
        reason: "One column cannot be two of the outcome, the treatment, the segment and a feature. Give each its own.")
    }
    for name in beside + [request.segment].compactMap({ $0 }) { _ = try table.column(name) }
    var columns = try TableLayout.columns(
      of: table, include: chosen.include, exclude: chosen.exclude + beside, categories: chosen.categories,
      identifier: chosen.identifier, condition: chosen.condition, takesDays: true)
    let days = table.days(among: columns.numeric)
    let others = [request.segment].compactMap { $0 }.filter { !columns.categories.contains($0) }
    columns.categories += beside + others
    let read = try self.read(columns, of: table)
    guard read.rows > 0 else { throw WarehouseError.fileEmpty(path: table.name) }
    func column(_ name: String) throws -> Column {
      guard let found = read.categories.first(where: { $0.name == name }) else {
        throw WarehouseError.fileEmpty(path: table.name)
      }
      return found
    }
    let plain = FeatureValues(
      customers: read.customers, numbers: read.numbers,
      categories: read.categories.filter { !beside.contains($0.name) && !others.contains($0.name) },
      rowNumbers: read.rowNumbers)
    let settled = SettledColumns(plain, of: table, chosen: Set(chosen.include), takesFlags: false)
    let (outcome, kind, positive) = try outcome(try column(request.target), request, table)
    let (arm, names) = try arms(try column(request.treatment), request)
    let known = read.customers.texts.indices.filter { !outcome[$0].isNaN && arm[$0] != nil }
    var notes = settled.notes + settled.leftOut.map { "column '\($0.name)' was left out: \($0.reason)" }
    if known.count < read.rows {
      notes.append(
        "\(ReadableNumber.grouped(read.rows - known.count)) rows have no '\(request.target)' or '\(request.treatment)': "
          + "nothing was learnt from them, and they are scored")
    }
    let rows = settled.values.gatheringRows(known)
    let encoding = PredictorEncoding(rows, days: days)
    notes += [table.noteOfDays(encoding.days ?? [])].compactMap { $0 }
    guard !encoding.columns.isEmpty else { throw PipelineError.nothingToLearnFrom(encoding.dropped) }
    let segments = try request.segment.map { name in
      let texts = try column(name).texts
      return known.map { texts[$0] ?? "(missing)" }
    }
    let (truth, treated) = (known.map { outcome[$0] }, known.map { arm[$0] ?? 0 })
    let fit: UpliftFit
    let matrix = encoding.apply(rows).matrix
    do {
      fit = try request.training.fit(
        matrix, outcome: truth, kind: kind, arm: treated, arms: names.count
      ) { stage, share in
        progress?(PipelineProgress(stage: stage, fraction: share))
        return !Interruption.isRequested
      }
    } catch {
      throw PredictionTraining.named(error, encoding, source: table.name) { read.rowNumber(known[$0]) }
    }
    let prediction = UpliftPrediction(
      request, fit, encoding, rows: rows, outcome: truth, positive: positive, arm: treated, arms: names,
      segments: segments)
    let targeting = try request.policy.map { try fit.targeting($0) }
    let lists = request.listThreshold.map { threshold in fit.treatments.map { $0.lists(threshold: threshold) } } ?? []
    var comparisons: [CampaignComparison] = []
    if let comparison = request.comparison {
      for arm in 1..<names.count {
        let own = treated.indices.filter { treated[$0] == arm || treated[$0] == 0 }
        comparisons.append(
          try CampaignComparison(
            comparison, names[arm], matrix.gatheringRows(own), columns: encoding.columns,
            outcome: own.map { truth[$0] }, isTreated: own.map { treated[$0] == arm }))
      }
    }
    let files = StagedFiles()
    if let output {
      let all = try prediction.score(settled.values)
      var effects = all.effects
      for (index, treatment) in fit.treatments.enumerated() {
        for (place, row) in known.enumerated() { effects[index][row] = treatment.effects[place] }
      }
      var control = all.control
      if let first = fit.treatments.first {
        for (place, row) in known.enumerated() { control[row] = first.control[place] }
      }
      let scores = UpliftScores(
        customers: all.customers, treatments: all.treatments, control: control, effects: effects, report: all.report)
      var columns = scores.table.columns
      if let targeting {
        columns.append(UpliftAnswer.column("give", known, read.rows) { names[targeting.arms[$0]] })
      }
      for (index, list) in lists.enumerated() {
        var types: [Int: ResponseType] = [:]
        for own in list { for row in own.rows { types[row] = own.type } }
        columns.append(
          UpliftAnswer.column(lists.count == 1 ? "type" : "type_\(index + 1)", known, read.rows) {
            types[$0]?.rawValue ?? ""
          })
      }
      try write(Table(columns), to: output, in: files)
    }
    if let model { try files.write(try prediction.file().encoded(), to: model) }
    try files.commit()
    return UpliftAnswer(
      prediction: prediction,
      policy: targeting.map { PolicyOutcome($0, treatments: fit.treatments.count) },
      lists: lists.map { own in
        own.map { ResponseShare(type: $0.type, rows: $0.rows.count, average: $0.average, errorRate: $0.errorRate) }
      }, comparisons: comparisons, notes: notes)
  }

  /// Scores the rows of one file with an uplift, and writes them.
  public func score(
    _ model: UpliftPrediction, file: String, identifier: String?, to target: String
  ) throws -> UpliftScores {
    let read = try predictors(model.encoding, file: file, identifier: identifier, known: model.identifier)
    let scores = try model.score(read)
    let files = StagedFiles()
    try write(scores.table, to: target, in: files)
    try files.commit()
    return scores
  }

  /// The outcome of each row, NaN where missing: 0 and 1, or numbers as they are.
  private func outcome(
    _ column: Column, _ request: TableUpliftRequest, _ table: TableSource
  ) throws -> ([Double], OutcomeKind, String?) {
    let levels = Set(column.texts.compactMap { $0.map(NumberText.of) })
    let isAmount =
      try table.column(request.target).kind.isNumeric && request.positive == nil
      && !levels.isSubset(of: ["0", "1"])
    guard isAmount else {
      let read = try OutcomeColumn(column, positive: request.positive, source: table.name)
      return (read.values, .probability, read.positive)
    }
    return (column.texts.map { $0.flatMap { Double($0) } ?? .nan }, .mean, nil)
  }

  /// The arm of each row, nil where missing, and the name of each, the control first.
  private func arms(_ column: Column, _ request: TableUpliftRequest) throws(PipelineError) -> ([Int?], [String]) {
    let texts = column.texts
    let levels = Set(texts.compactMap { $0 }).sorted()
    let control: String
    if let asked = request.control {
      guard let found = levels.first(where: { $0 == asked || NumberText.of($0) == NumberText.of(asked) }) else {
        throw .outcomeUnusable(
          column: column.name, reason: "no row has the control '\(asked)'",
          advice: "It has \(levels.prefix(6).map { "'\($0)'" }.joined(separator: ", ")).")
      }
      control = found
    } else {
      let words: Set<String> = [
        "0", "none", "control", "no treatment", "untreated", "holdout", "no e-mail", "no email",
      ]
      let found = levels.filter { words.contains(NumberText.of($0).lowercased()) }
      guard found.count == 1 else {
        throw .outcomeUnusable(
          column: column.name,
          reason: "which of \(levels.prefix(6).map { "'\($0)'" }.joined(separator: ", ")) was left alone is not clear",
          advice: "Name it with --control.")
      }
      control = found[0]
    }
    guard levels.count <= 20 else {
      throw .outcomeUnusable(
        column: column.name, reason: "it has \(levels.count) different treatments, and at most 20 can be told apart",
        advice: "Give a column of treatments.")
    }
    let names = [control] + levels.filter { $0 != control }
    let places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
    return (texts.map { $0.flatMap { places[$0] } }, names)
  }
}
