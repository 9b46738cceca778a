internal import ArgumentParser
internal import Clustering
internal import LinearAlgebra

/// A Gaussian mixture of full covariances, in three matrix files of one stem.
struct MixtureOptions: ParsableArguments {
  @Option(help: ArgumentHelp("k, the number of components.", valueName: "k"))
  var clusters: Int

  @Option(
    help: ArgumentHelp(
      "The mixture: S.proportions (k), S.means (k x d) and S.covariances (k x d x d).", valueName: "s"))
  var start: String

  func load(columns: Int) throws -> MixtureModel {
    let (k, d) = (clusters, columns)
    let means = try RawFile.doubles(start + ".means", count: k * d)
    let covariances = try RawFile.doubles(start + ".covariances", count: k * d * d)
    return MixtureModel(
      gaussian: .vvv, proportions: try RawFile.doubles(start + ".proportions", count: k),
      means: Matrix(rows: k, columns: d, values: means),
      covariances: (0..<k).map {
        Matrix(rows: d, columns: d, values: Array(covariances[$0 * d * d..<($0 + 1) * d * d]))
      }
    )
  }
}

/// EM from a given start, for a given number of iterations.
struct MixtureTask: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mixture", abstract: "Fits a mixture of full covariances from a given start.")

  @OptionGroup var data: DataOptions
  @OptionGroup var mixture: MixtureOptions

  @Option(help: ArgumentHelp("Do N iterations.", valueName: "n"))
  var iterations: Int

  func run() throws {
    let start = try mixture.load(columns: data.columns)
    var settings = Mixture(components: mixture.clusters)
    settings.maxIterations = iterations
    settings.tolerance = 0
    let x = try data.load()
    let (fit, seconds) = try Report.timed { try settings.fit(x, from: start) }
    try data.write(labels: fit.labels)
    try Report(
      task: "mixture", seconds: seconds, iterations: fit.iterations, logLikelihood: fit.logLikelihood,
      labels: data.labelsOut
    ).print()
  }
}

/// The scoring of rows by a mixture that is there.
struct MixtureAssignTask: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mixture-assign", abstract: "Finds the likeliest component of a given mixture for each row.")

  @OptionGroup var data: DataOptions
  @OptionGroup var mixture: MixtureOptions

  func run() throws {
    let model = try mixture.load(columns: data.columns)
    let x = try data.load()
    let (assigned, seconds) = try Report.timed { try model.assign(x) }
    try data.write(labels: assigned.labels)
    try Report(
      task: "mixture-assign", seconds: seconds, logLikelihood: assigned.logDensities.reduce(0, +),
      labels: data.labelsOut
    ).print()
  }
}
