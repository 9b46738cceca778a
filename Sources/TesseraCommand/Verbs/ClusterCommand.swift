internal import ArgumentParser
internal import Clustering
internal import Features
internal import Foundation
internal import Pipeline
internal import Warehouse

struct ClusterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cluster",
    abstract: "Groups the rows of one table by k-means.",
    discussion: """
      Uses every numeric column, and text columns as categories. Examples:
        tessera cluster customers.csv --exclude name,email --id customer_id --output segments.csv
        tessera cluster iris.csv --columns sepal_length,sepal_width --k 3 --scale none --json
        zcat rows.csv.gz | tessera cluster - --k 2..12 --model rows.tessera
      Text columns, missing values and constant columns are handled as in training, and reported.
      """)

  enum Method: String, ExpressibleByArgument, CaseIterable, Encodable {
    case kmeans
  }

  @Argument(
    help: ArgumentHelp("A table: CSV, TSV, Parquet, JSON lines, .gz; '-' is CSV on standard input.", valueName: "table")
  )
  var table: String

  @Option(help: "How: kmeans.")
  var method = Method.kmeans

  @Option(help: ArgumentHelp("The number of clusters, or a range to choose from.", valueName: "k or k..k"))
  var k = ClusterRange(lower: 1, upper: 9)

  @Option(help: "Bring columns to a common scale first: none, standard or robust.")
  var scale = Scaling.standard

  @Option(help: ArgumentHelp("Independent starts; the best is kept.", valueName: "n"))
  var restarts: Int?

  @Option(help: ArgumentHelp("A column of weights, 0 or more: how much each row counts.", valueName: "column"))
  var weights: String?

  @Option(help: "Where random numbers begin; the same seed gives the same clusters.")
  var seed: UInt64 = 0

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write each row's segment here: .parquet, .csv, .tsv or .jsonl.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Save the model here, for 'tessera score'.", valueName: "file.tessera"))
  var model: String?

  @Flag(help: "Print one JSON object instead of words.")
  var json = false

  @OptionGroup var tableOptions: TableOptions
  @OptionGroup var engine: EngineOptions

  func validate() throws {
    if let restarts, restarts < 1 { throw ValidationError("--restarts must be 1 or more.") }
  }

  func run() throws {
    var training = SegmentTraining(name: "cluster", range: k.lower...k.upper)
    training.transforms.scaling = scale
    training.transforms.logAboveSkewness = nil
    training.transforms.balanceFamilies = false
    training.transforms.maximumMissingShare = 1
    if let restarts { training.kmeans.restarts = restarts }
    training.kmeans.seed = seed
    let progress = ProgressLine()
    defer { progress.end() }
    let began = Date()
    let trained = try engine.connect().cluster(
      file: table, include: TableOptions.list(tableOptions.columns), exclude: TableOptions.list(tableOptions.exclude),
      identifier: tableOptions.id, condition: tableOptions.condition, weights: weights, training: training,
      output: output, model: model, progress: progress.observer)
    let seconds = Date().timeIntervalSince(began)
    progress.end()
    Report.quality(trained.model.quality)
    Report.dropped(trained.model)
    if json {
      try Terminal.printJSON(ClusterJSON(trained.model, seconds: seconds))
      return
    }
    Report.segments(trained.model)
    if let output {
      Terminal.print("\nsegments of \(ReadableNumber.grouped(trained.assignments.segments.count)) rows in \(output)")
    }
    if let model { Terminal.print("model in \(model)") }
  }
}
