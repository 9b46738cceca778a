internal import ArgumentParser
internal import Features
internal import Foundation
internal import ModelFiles
internal import Pipeline
internal import Warehouse

struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Assigns customers to the segments of a saved model, or tells the chances that it predicts.",
    discussion: """
      From the sources of tessera.yml, or with --input from a ready table of features:
        tessera score models/shop.tessera --output assignments.parquet
        tessera score models/shop.tessera --as-of 2026-06-30 --output june.csv
        tessera score models/shop.tessera --input new-customers.csv --id customer_id --output new.csv
        tessera score models/shop.tessera --since 2026-06-24 --output changed.parquet   # who bought or clicked since
        tessera score models/shop.tessera --output table:customer_segments              # into the engine's database
        tessera score churn.tessera --input new-customers.csv --output chances.csv   # a model of 'tessera propensity'
        tessera score value.tessera --input later-orders.csv --output value.csv      # of 'tessera value', a log of orders
      Columns that are missing and categories that are new do not stop it: they are imputed, counted and reported.
      """)

  @Argument(help: ArgumentHelp("The model file.", valueName: "model"))
  var model: String

  @OptionGroup var projectOptions: ProjectOptions

  @Option(help: ArgumentHelp("Score the rows of this table of features instead of the sources.", valueName: "table"))
  var input: String?

  @Option(help: ArgumentHelp("The column that names rows of --input; the model's unless given.", valueName: "name"))
  var id: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where to: .parquet, .csv, .tsv or .jsonl, or table:NAME.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "Score only customers with a record on or after this day. Others' ages and windows move, too: score all at times.",
      valueName: "date"))
  var since: String?

  @Flag(help: "Write a column of memberships a segment, too.")
  var memberships = false

  @Flag(help: "Write a column of the few features that decided each customer's segment, or probability, too.")
  var why = false

  @Flag(help: "Print one JSON object instead of words.")
  var json = false

  @OptionGroup var engine: EngineOptions

  func validate() throws {
    if input != nil, since != nil { throw ValidationError("--since asks the sources for changes; leave out --input.") }
    if let since, CalendarDate(since) == nil {
      throw ValidationError("--since must be an existing day written YYYY-MM-DD, not '\(since)'.")
    }
    if input == nil, id != nil { throw ValidationError("--id names a column of --input; give that too.") }
  }

  func run() throws {
    let file = try ModelFile.read(from: URL(fileURLWithPath: model))
    if PredictionModel.isHeld(by: file) { return try predict(PredictionModel(file)) }
    if UpliftPrediction.isHeld(by: file) { return try uplift(UpliftPrediction(file)) }
    if ValuePrediction.isHeld(by: file) { return try forecast(ValuePrediction(file)) }
    let loaded = try SegmentModel(file)
    if why, loaded.tree == nil {
      throw UsageError(
        description: "--why tells of segments in a tree, as `tessera train` finds them; \(model) has one clustering.")
    }
    let progress = ProgressLine()
    defer { progress.end() }
    var wishes = ScoreWishes()
    (wishes.allMemberships, wishes.reasons) = (memberships, why)
    let scored: ScoreSummary
    if let input {
      // A table is written where the project keeps its own; files need no project.
      let hasDatabase = output.hasPrefix("table:") && FileManager.default.fileExists(atPath: projectOptions.config)
      let connection = hasDatabase ? try Connection(projectOptions.project(engine).engine) : try engine.connect()
      try connection.checkAssignments(output)
      scored = try connection.score(
        loaded, file: input, identifier: id, wishes, to: output, progress: progress.observer)
    } else {
      let run = try ProjectRun(try projectOptions.project(engine), progress: progress.observer)
      try run.checkOutput(output)
      scored = try run.score(
        loaded, asOf: try projectOptions.date(), since: since.flatMap { CalendarDate($0) }, wishes, to: output)
    }
    progress.end()
    let (rows, report, sizes, none) = (scored.rows, scored.report, scored.sizes, scored.none)
    if let quality = scored.quality { Report.quality(quality) }
    for note in scored.notes { Terminal.note("note: \(note)") }
    Report.transforms(report, form: loaded.transforms.form)
    if json {
      try Terminal.printJSON(
        ScoreJSON(
          rows: rows, sizes: sizes, none: loaded.segments.none.map { _ in none }, report: report,
          quality: scored.quality))
      return
    }
    var table = TextTable([("segment", .right), ("customers", .right), ("share", .right), ("in training", .right)])
    let trained = Double(max(1, loaded.provenance.rows))
    if none > 0 {
      table.add([
        "0", ReadableNumber.grouped(none),
        ReadableNumber.percent(Double(none) / Double(max(1, rows))),
        ReadableNumber.percent(Double(loaded.segments.none ?? 0) / trained),
      ])
    }
    let names = loaded.lines.map(\.segment)
    for (index, size) in sizes.enumerated() {
      table.add([
        names[index], ReadableNumber.grouped(size),
        ReadableNumber.percent(Double(size) / Double(max(1, rows))),
        ReadableNumber.percent(Double(loaded.segments.sizes[index]) / trained),
      ])
    }
    for line in table.lines { Terminal.print(line) }
    Terminal.print("")
    Terminal.print(
      "\(ReadableNumber.grouped(rows)) customers assigned\(since.map { ", those with a record since \($0)," } ?? ",") in \(output)."
    )
  }

  /// Writes the probabilities that a model of `propensity` gives.
  private func predict(_ loaded: PredictionModel) throws {
    guard let input else {
      throw UsageError(description: "\(model) predicts '\(loaded.target)' from a ready table. Give one with --input.")
    }
    if memberships { throw UsageError(description: "--memberships is of segments; \(model) holds a prediction.") }
    let connection = try engine.connect()
    try connection.checkOutput(output)
    let predicted = try connection.score(loaded, file: input, identifier: id, reasons: why)
    try connection.write(predicted, to: output)
    for name in predicted.report.absent { Terminal.note("feature '\(name)' is not there and counts as missing") }
    for (name, rows) in predicted.report.unknownLevels.sorted(by: { $0.key < $1.key }) {
      Terminal.note(
        "\(ReadableNumber.grouped(rows)) rows have a '\(name)' that training never saw; it counts as missing")
    }
    let rows = predicted.probabilities.count
    let mean = predicted.probabilities.reduce(0, +) / Double(max(1, rows))
    if json {
      try Terminal.printJSON(PredictionJSON(rows: rows, meanProbability: mean, report: predicted.report))
      return
    }
    Terminal.print(
      "\(ReadableNumber.grouped(rows)) rows scored, \(loaded.target) = \(loaded.positive) expected of "
        + "\(ReadableNumber.percent(mean)) (in training \(ReadableNumber.percent(Double(loaded.positives) / Double(max(1, loaded.rows))))), in \(output)."
    )
  }

  /// Writes the effects that a model of `propensity --treatment` gives.
  private func uplift(_ loaded: UpliftPrediction) throws {
    guard let input else {
      throw UsageError(
        description: "\(model) predicts the effect of '\(loaded.treatment)' from a ready table. Give one with --input.")
    }
    if memberships || why {
      throw UsageError(description: "--memberships and --why are not of effects; \(model) holds some.")
    }
    let connection = try engine.connect()
    try connection.checkOutput(output)
    let scored = try connection.score(loaded, file: input, identifier: id, to: output)
    for name in scored.report.absent { Terminal.note("feature '\(name)' is not there and counts as missing") }
    let means = scored.effects.map { $0.reduce(0, +) / Double(max(1, $0.count)) }
    if json {
      try Terminal.printJSON(UpliftScoreJSON(rows: scored.control.count, meanEffects: means, report: scored.report))
      return
    }
    Terminal.print("\(ReadableNumber.grouped(scored.control.count)) rows scored, in \(output).")
  }

  private struct UpliftScoreJSON: Encodable {
    let rows: Int
    let meanEffects: [Double]
    let report: PredictorReport
  }

  private struct PredictionJSON: Encodable {
    let rows: Int
    let meanProbability: Double
    let report: PredictorReport
  }

  private struct ScoreJSON: Encodable {
    let rows: Int
    let sizes: [Int]
    let none: Int?
    let report: TransformReport
    let quality: DataQuality?
  }
}
