public import ArgumentParser
internal import Foundation
internal import Pipeline
public import Propensity

struct PropensityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "propensity",
    abstract: "Learns the chance of an outcome from the other columns of one table.",
    discussion: """
      Examples:
        tessera propensity customers.csv --id customer_id --target churned
        tessera propensity customers.csv --target answer --positive yes --exclude duration --model answer.tessera
        tessera propensity panel.parquet --target bought_next_90d --time as_of --id customer --output chances.parquet
        tessera propensity campaign.csv --target visit --treatment mailing --control none --output uplift.csv
        tessera propensity campaign.csv --target spend --treatment mailing --worth 0.4 --cost 0.15 --budget 500 -o who.csv
        tessera propensity trainees.csv --target pay --treatment trained --observational --estimand ATT --match 1
        tessera score answer.tessera --input new-customers.csv --output chances.csv
      A logistic regression and boosted trees are tried, judged on rows they were not learnt from (out of fold; with
      --time on the latest), and calibrated, so that of customers given 20% one in five does it. Rows without an outcome
      are not learnt from, but scored. Columns that alone give the outcome away are left out and named. Dates count as days.
      """)

  @Argument(
    help: ArgumentHelp("A table: CSV, TSV, Parquet, JSON lines, .gz; '-' is CSV on standard input.", valueName: "table")
  )
  var table: String

  @Option(help: ArgumentHelp("The column to predict: 0 and 1, true and false, or yes and no.", valueName: "column"))
  var target: String

  @Option(
    help: ArgumentHelp("The value of the target that is predicted, where it is not 1, true or yes.", valueName: "value")
  )
  var positive: String?

  @Option(
    help: ArgumentHelp(
      "The column of who had which treatment: learns its effect (uplift) instead.", valueName: "column"))
  var treatment: String?

  @Option(
    help: ArgumentHelp("The treatment of those left alone, where it is not 0, no, none or control.", valueName: "value")
  )
  var control: String?

  @Flag(help: "With --treatment: it was not given by lot, so learn who was treated from the features, too.")
  var observational = false

  @Option(
    help: ArgumentHelp("With --treatment: tell the effect for each value of this column, too.", valueName: "column"))
  var segment: String?

  @Option(
    help: ArgumentHelp(
      "With --treatment: what one unit of the target is worth; tells whom to treat under --cost and --budget.",
      valueName: "n"))
  var worth: Double?

  @Option(
    help: ArgumentHelp("What a treatment costs a customer; one for all, or one each by name: a,b.", valueName: "n"))
  var cost: String?

  @Option(help: ArgumentHelp("What may be spent on treatments; whatever pays unless given.", valueName: "n"))
  var budget: Double?

  @Option(
    help: ArgumentHelp(
      "With --treatment: list persuadables, sure things, lost causes and sleeping dogs, effects counting from this on.",
      valueName: "n"))
  var lists: Double?

  @Option(
    help: ArgumentHelp(
      "With --observational: weigh both sides alike, with balance, for everybody (ATE), the treated (ATT) or those of even chances (ATO).",
      valueName: "whom"))
  var estimand: Estimand?

  @Option(help: ArgumentHelp("Leave out chances of treatment nearer to 0 or 1 than this.", valueName: "n"))
  var trim: Double?

  @Option(
    help: ArgumentHelp("With --observational: match each treated row with so many controls, too.", valueName: "k"))
  var match: Int?

  @Option(help: "How: logistic (a regression), boosted (trees), or auto, which takes the one of less log loss.")
  var learner = LearnerChoice.auto

  @Option(help: "What makes scores true probabilities: automatic, none, platt, beta or isotonic.")
  var calibration = CalibrationChoice.automatic

  @Option(help: ArgumentHelp("Folds of the out-of-fold figures.", valueName: "n"))
  var folds = 5

  @Option(help: ArgumentHelp("When each row was; the model is judged on the latest.", valueName: "column"))
  var time: String?

  @Option(
    help: ArgumentHelp(
      "Rows of one value here are never both learnt from and predicted; the id unless given.", valueName: "column"))
  var group: String?

  @Option(help: ArgumentHelp("The one feature whose model stands beside; a recency unless given.", valueName: "column"))
  var baseline: String?

  @Option(
    help: ArgumentHelp("Columns whose values are categories, though they look like numbers: a,b,c.", valueName: "names")
  )
  var categories: String?

  @Option(help: ArgumentHelp("A column that tells how many rows each row stands for, 0 or more.", valueName: "column"))
  var weights: String?

  @Option(help: "Where random numbers begin; the same seed gives the same model.")
  var seed: UInt64 = 0

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write each row's probability here: .parquet, .csv, .tsv or .jsonl.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Save the model here, for 'tessera score'.", valueName: "file.tessera"))
  var model: String?

  @Flag(help: "Write a column of the features that did most for each row's probability, too.")
  var why = false

  @Flag(help: "Print one JSON object instead of words.")
  var json = false

  @OptionGroup var tableOptions: TableOptions
  @OptionGroup var engine: EngineOptions

  func validate() throws {
    if folds < 2 { throw ValidationError("--folds must be 2 or more.") }
    if treatment == nil, control != nil || observational || segment != nil {
      throw ValidationError("--control, --observational and --segment go with --treatment; give that too.")
    }
    if treatment == nil, worth != nil || cost != nil || budget != nil || lists != nil {
      throw ValidationError("--worth, --cost, --budget and --lists go with --treatment; give that too.")
    }
    if !observational, estimand != nil || trim != nil || match != nil {
      throw ValidationError("--estimand, --trim and --match go with --observational; give that too.")
    }
    if worth == nil, cost != nil || budget != nil {
      throw ValidationError("--cost and --budget need --worth: what one unit of the target is worth.")
    }
    if cost != nil, try costs().isEmpty {
      throw ValidationError("--cost must be a number of 0 or more, or several: a,b.")
    }
    if let budget, !(budget >= 0) { throw ValidationError("--budget must be 0 or more.") }
    if let lists, !(lists > 0 && lists.isFinite) { throw ValidationError("--lists must be above 0.") }
    if let trim, !(trim >= 0 && trim < 0.5) { throw ValidationError("--trim must be 0 or more and below 0.5.") }
    if let match, !(1...100).contains(match) { throw ValidationError("--match must be from 1 to 100.") }
    if treatment != nil {
      let unfit = [
        ("--why", why), ("--time", time != nil), ("--group", group != nil), ("--weights", weights != nil),
        ("--baseline", baseline != nil),
      ]
      if let name = unfit.first(where: \.1)?.0 { throw ValidationError("\(name) does not go with --treatment.") }
    }
    if why, output == nil { throw ValidationError("--why goes into --output; give that too.") }
  }

  func run() throws {
    let progress = ProgressLine()
    defer { progress.end() }
    var columns = PredictionColumns()
    columns.include = TableOptions.list(tableOptions.columns)
    columns.exclude = TableOptions.list(tableOptions.exclude)
    columns.categories = TableOptions.list(categories)
    columns.identifier = tableOptions.id
    columns.condition = tableOptions.condition
    (columns.weights, columns.group, columns.time) = (weights, group, time)
    let began = Date()
    if let treatment {
      var request = TableUpliftRequest(target: target, treatment: treatment)
      (request.positive, request.control, request.segment) = (positive, control, segment)
      request.training.learner = learner == .boosted ? .boosted : .logistic
      (request.training.folds, request.training.seed) = (folds, seed)
      request.training.isRandomised = !observational
      request.policy = try worth.map { TreatmentPolicy(worth: $0, costs: try costs(), budget: budget) }
      request.listThreshold = lists
      if estimand != nil || trim != nil || match != nil {
        var comparison = ComparisonRequest()
        (comparison.estimand, comparison.trim) = (estimand ?? .treated, trim ?? 0)
        comparison.controls = match
        request.comparison = comparison
      }
      let found = try engine.connect().uplift(
        file: table, columns, request: request, output: output, model: model, progress: progress.observer)
      progress.end()
      for note in found.notes { Terminal.note(note) }
      for dropped in found.prediction.encoding.dropped {
        Terminal.note("column '\(dropped.name)' was left out: \(dropped.reason)")
      }
      if json {
        return try Terminal.printJSON(
          UpliftJSON(found.prediction, answer: found, seconds: Date().timeIntervalSince(began)))
      }
      UpliftReport.print(found.prediction)
      UpliftReport.print(found)
      if let output { Terminal.print("\neffects in \(output)") }
      if let model { Terminal.print("\(output == nil ? "\n" : "")model in \(model)") }
      return
    }
    let found = try engine.connect().predict(
      file: table, columns, training: training, reasons: why, output: output, model: model, progress: progress.observer)
    let seconds = Date().timeIntervalSince(began)
    progress.end()
    for note in found.notes { Terminal.note(note) }
    for dropped in found.trained.model.encoding.dropped {
      Terminal.note("column '\(dropped.name)' was left out: \(dropped.reason)")
    }
    if json {
      try Terminal.printJSON(PropensityJSON(found.trained.model, seconds: seconds))
      return
    }
    PropensityReport.print(found.trained.model)
    if let output { Terminal.print("\nprobabilities in \(output)") }
    if let model { Terminal.print("\(output == nil ? "\n" : "")model in \(model)") }
  }

  /// The costs of treatments; 0 unless given.
  private func costs() throws -> [Double] {
    let words = cost.map { TableOptions.list($0) } ?? ["0"]
    let costs = words.compactMap { Double($0) }.filter { $0 >= 0 && $0.isFinite }
    return costs.count == words.count ? costs : []
  }

  private var training: PredictionTraining {
    var training = PredictionTraining(target: target)
    training.positive = positive
    training.baseline = baseline
    training.propensity.learners = learner.kinds
    training.propensity.calibration = calibration
    training.propensity.folds = folds
    training.propensity.seed = seed
    return training
  }
}

/// Which learners to try.
enum LearnerChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, logistic, boosted

  var kinds: [LearnerKind] {
    switch self {
    case .auto: LearnerKind.allCases
    case .logistic: [.logistic]
    case .boosted: [.boosted]
    }
  }
}

extension CalibrationChoice: ExpressibleByArgument {}

extension Estimand: ExpressibleByArgument {}
