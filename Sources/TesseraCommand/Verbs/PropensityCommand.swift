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
        tessera score answer.tessera --input new-customers.csv --output chances.csv
      A logistic regression and boosted trees are tried, judged on rows they were not learnt from (out of fold; with
      --time on the latest), and calibrated, so that of customers given 20% one in five does it. Rows without an outcome
      are not learnt from, but scored. Columns that alone give the outcome away are left out and named.
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

  @Option(help: "How: logistic (a regression), boosted (trees), or auto, which takes trees only where they are better.")
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
