internal import ArgumentParser
internal import Clustering
internal import LinearAlgebra

/// Every covariance family with every number of components.
struct SweepTask: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Fits the 14 families with 1, 2, … components and takes the one of least BIC.")

  @OptionGroup var data: DataOptions

  @Option(help: ArgumentHelp("The most components.", valueName: "k"))
  var most = 9

  @Flag(help: "Test the winner against one cloud too, which mclust does not do.")
  var tested = false

  func validate() throws {
    guard most >= 2 else { throw ValidationError("--most must be 2 or more.") }
  }

  func run() throws {
    let x = try data.load()
    // A range without 1 has nothing to test, nor has 1 alone.
    let ranges = tested ? [1...most] : [1...1, 2...most]
    let (choices, seconds) = try Report.timed { try ranges.map { try MixtureSearch(range: $0).fit(x) } }
    let candidates = choices.flatMap(\.candidates)
    let fitted = candidates.filter { $0.bic != nil }
    let best = fitted.min { ($0.bic ?? .infinity) < ($1.bic ?? .infinity) }
    if let last = choices.last { try data.write(labels: last.fit.labels) }
    try Report(
      task: "sweep", seconds: seconds, logLikelihood: best?.logLikelihood, family: best?.family?.rawValue,
      clusters: best?.clusters, bic: best?.bic, fits: candidates.count, fitted: fitted.count, labels: data.labelsOut
    ).print()
  }
}
