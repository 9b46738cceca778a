internal import ArgumentParser
internal import Clustering
internal import LinearAlgebra

/// One k-means fit.
struct KMeansTask: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "kmeans", abstract: "Fits k-means.")

  @OptionGroup var data: DataOptions

  @Option(help: ArgumentHelp("k, the number of clusters.", valueName: "k"))
  var clusters: Int

  @Option(help: ArgumentHelp("Stop after N iterations.", valueName: "n"))
  var iterations: Int?

  @Option(help: ArgumentHelp("Stop when an iteration lowers the inertia by no more than this part.", valueName: "t"))
  var tolerance: Double?

  @Option(help: ArgumentHelp("Independent starts.", valueName: "n"))
  var restarts: Int?

  @Option(help: ArgumentHelp("Tries to move one centre elsewhere, for each start.", valueName: "n"))
  var swaps: Int?

  @Option(help: ArgumentHelp("Begin with these centres, a k x d matrix file.", valueName: "file"))
  var start: String?

  @Option(help: ArgumentHelp("Where the random numbers begin.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Write the final centres there, as a matrix file.", valueName: "file"))
  var centersOut: String?

  func run() throws {
    var settings = KMeans(clusters: clusters)
    if let iterations { settings.maxIterations = iterations }
    if let tolerance { settings.tolerance = tolerance }
    if let restarts { settings.restarts = restarts }
    if let swaps { settings.swaps = swaps }
    settings.seed = seed

    let x = try data.load()
    let given = try start.map { path in
      let values = try RawFile.doubles(path, count: clusters * data.columns)
      return KMeansModel(centroids: Matrix(rows: clusters, columns: data.columns, values: values))
    }
    let (fit, seconds) = try Report.timed {
      if let given { try settings.fit(x, from: given) } else { try settings.fit(x) }
    }
    try data.write(labels: fit.labels)
    if let centersOut { try RawFile.write(fit.model.centroids.values, to: centersOut) }
    try Report(
      task: "kmeans", seconds: seconds, iterations: fit.iterations, converged: fit.converged, inertia: fit.inertia,
      labels: data.labelsOut
    ).print()
  }
}

/// The scoring of rows by centres that are there.
struct AssignTask: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assign", abstract: "Finds the nearest of given centres for each row.")

  @OptionGroup var data: DataOptions

  @Option(help: ArgumentHelp("k, the number of centres.", valueName: "k"))
  var clusters: Int

  @Option(help: ArgumentHelp("The centres, a k x d matrix file.", valueName: "file"))
  var centers: String

  func run() throws {
    let values = try RawFile.doubles(centers, count: clusters * data.columns)
    let model = KMeansModel(centroids: Matrix(rows: clusters, columns: data.columns, values: values))
    let x = try data.load()
    let (assigned, seconds) = try Report.timed { try model.assign(x) }
    try data.write(labels: assigned.labels)
    let inertia = assigned.distances.reduce(0) { $0 + $1 * $1 }
    try Report(task: "assign", seconds: seconds, inertia: inertia, labels: data.labelsOut).print()
  }
}
