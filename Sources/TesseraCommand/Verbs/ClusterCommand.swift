public import ArgumentParser
internal import Clustering
internal import Features
internal import Foundation
public import Pipeline
internal import Warehouse

struct ClusterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cluster",
    abstract: "Groups the rows of one table by a Gaussian mixture or k-means.",
    discussion: """
      Uses every numeric column, and text columns as categories. Examples:
        tessera cluster customers.csv --exclude name,email --id customer_id --output segments.csv
        tessera cluster iris.csv --columns sepal_length,sepal_width --k 1..6 --covariance VEV,VVV --json
        tessera cluster customers.parquet --method kmeans --k 5 --model five.tessera
        zcat rows.csv.gz | tessera cluster - --noise --memberships --output memberships.csv
      A mixture tries every covariance family and k, and chooses by BIC; missing values are integrated out, and a row
      may belong to several clusters. k-means divides sharply, by distance; missing values are imputed.
      Constant columns and what else forms no cluster are reported.
      """)

  @Argument(
    help: ArgumentHelp("A table: CSV, TSV, Parquet, JSON lines, .gz; '-' is CSV on standard input.", valueName: "table")
  )
  var table: String

  @Option(help: "How: by a mixture of Gaussians or by k-means.")
  var method = SegmentMethod.mixture

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The number of clusters, or a range to choose from; 1..9 unless given.", valueName: "k or k..k"),
    transform: ClusterRange.read)
  var k = ClusterRange(lower: 1, upper: 9)

  @Option(
    help: ArgumentHelp(
      "Mixture: the covariance families to try, of EII VII EEI VEI EVI VVI EEE VEE EVE VVE EEV VEV EVV VVV.",
      valueName: "families or all"))
  var covariance = CovarianceList.all

  @Flag(
    help: ArgumentHelp(
      "Mixture: leave outliers to segment 0, 'none of these': at most 5% of the rows."))
  var noise = false

  @Option(
    help: ArgumentHelp(
      "Mixture: whole-number columns to take as counts (negative binomial): a,b,c.", valueName: "names"))
  var counts: String?

  @Option(
    help: ArgumentHelp("Columns whose values are categories, though they look like numbers: a,b,c.", valueName: "names")
  )
  var categories: String?

  @Option(
    help: ArgumentHelp(
      "Columns that are numbers, though they hold two values only or number the rows: a,b,c.", valueName: "names"))
  var numbers: String?

  @Option(help: "Bring columns to a common scale first: none, standard or robust.")
  var scale = Scaling.standard

  @Option(help: ArgumentHelp("Independent starts; the best is kept.", valueName: "n"))
  var restarts: Int?

  @Option(
    help: ArgumentHelp(
      "A column that tells how many rows each row stands for, 0 or more; shares are scaled to the rows.",
      valueName: "column"))
  var weights: String?

  @Option(help: "Where random numbers begin; the same seed gives the same clusters.")
  var seed: UInt64 = 0

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write each row's segment here: .parquet, .csv, .tsv or .jsonl.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Save the model here, for 'tessera score'.", valueName: "file.tessera"))
  var model: String?

  @Flag(help: "Write a column of memberships a segment, too.")
  var memberships = false

  @Option(
    help: ArgumentHelp("Fit again to N resamples and tell how stable each segment is.", valueName: "n"))
  var bootstrap: Int?

  @Flag(help: "Print one JSON object instead of words.")
  var json = false

  @OptionGroup var tableOptions: TableOptions
  @OptionGroup var engine: EngineOptions

  func validate() throws {
    if let restarts, restarts < 1 { throw ValidationError("--restarts must be 1 or more.") }
    if let bootstrap, bootstrap < 2 { throw ValidationError("--bootstrap must be 2 or more.") }
    if memberships, output == nil { throw ValidationError("--memberships goes into --output; give that too.") }
    try checkRoles()
    guard method == .kMeans else { return }
    if noise { throw ValidationError("--noise needs --method gmm: k-means gives every row a segment.") }
    if counts != nil { throw ValidationError("--counts needs --method gmm: k-means knows distances only.") }
    if covariance != .all { throw ValidationError("--covariance needs --method gmm: k-means has no covariances.") }
  }

  /// A column is one thing only.
  private func checkRoles() throws {
    var roles: [String: String] = [:]
    let given = [
      ("--counts", TableOptions.list(counts)), ("--categories", TableOptions.list(categories)),
      ("--numbers", TableOptions.list(numbers)), ("--exclude", TableOptions.list(tableOptions.exclude)),
      ("--id", [tableOptions.id].compactMap { $0 }), ("--weights", [weights].compactMap { $0 }),
    ]
    for (option, names) in given {
      for name in names {
        if let other = roles[name], other != option {
          throw ValidationError("'\(name)' stands under \(other) and under \(option): a column cannot be both.")
        }
        roles[name] = option
      }
    }
  }

  func run() throws {
    let progress = ProgressLine()
    defer { progress.end() }
    let began = Date()
    let trained = try engine.connect().cluster(
      file: table, include: TableOptions.list(tableOptions.columns), exclude: TableOptions.list(tableOptions.exclude),
      categories: TableOptions.list(categories), numbers: TableOptions.list(numbers), identifier: tableOptions.id,
      condition: tableOptions.condition, weights: weights, training: training, output: output, model: model,
      progress: progress.observer)
    let seconds = Date().timeIntervalSince(began)
    progress.end()
    Report.quality(trained.model.quality)
    Report.dropped(trained.model)
    if json {
      try Terminal.printJSON(ClusterJSON(trained.model, seconds: seconds))
      return
    }
    Report.segments(trained.model)
    Report.criteria(trained.model)
    if let output {
      Terminal.print("\nsegments of \(ReadableNumber.grouped(trained.model.provenance.rows)) rows in \(output)")
    }
    if let model { Terminal.print("model in \(model)") }
  }

  private var training: SegmentTraining {
    var training = SegmentTraining(name: "cluster", range: k.lower...k.upper)
    training.method = method
    training.transforms.scaling = scale
    training.transforms.logAboveSkewness = nil
    training.transforms.balanceFamilies = false
    training.transforms.maximumMissingShare = 1
    if let restarts {
      training.kmeans.restarts = restarts
      training.mixture.randomStarts = restarts
    }
    training.kmeans.seed = seed
    training.mixture.seed = seed
    if noise { training.mixture.noise = UniformNoise() }
    training.families = covariance.families
    training.counts = TableOptions.list(counts)
    training.wantsAllMemberships = memberships
    training.resamples = bootstrap
    training.memoryLimit = engine.memoryBytes
    return training
  }
}

extension SegmentMethod: ExpressibleByArgument {
  /// The methods that one table is clustered by; trees are grown by `train`.
  public static var allValueStrings: [String] { [kMeans.rawValue, mixture.rawValue] }

  /// Reads a method of `cluster`.
  public init?(argument: String) {
    guard SegmentMethod.allValueStrings.contains(argument) else { return nil }
    self.init(rawValue: argument)
  }
}

/// Covariance families as they are written: `VVV`, `EEE,VVV` or `all`.
struct CovarianceList: ExpressibleByArgument, Hashable, CustomStringConvertible {
  static let all = CovarianceList(families: CovarianceFamily.allCases)

  let families: [CovarianceFamily]

  init(families: [CovarianceFamily]) { self.families = families }

  init?(argument: String) {
    if argument.lowercased() == "all" {
      self = .all
      return
    }
    var families: [CovarianceFamily] = []
    for name in TableOptions.list(argument) {
      guard let family = CovarianceFamily(rawValue: name.uppercased()) else { return nil }
      if !families.contains(family) { families.append(family) }
    }
    guard !families.isEmpty else { return nil }
    self.families = families
  }

  var description: String { self == .all ? "all" : families.map(\.rawValue).joined(separator: ",") }
}
