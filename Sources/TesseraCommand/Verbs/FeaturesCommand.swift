internal import ArgumentParser
internal import Features
internal import Foundation
internal import Pipeline
internal import Warehouse

struct FeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Computes one row of features a customer, and a dictionary of what they mean.",
    discussion: """
      Example:
        tessera features --output features.parquet
      writes features.parquet and its dictionary three times: features.md to read, features.json for programs and
      features.dictionary.csv (meaning, unit, source, window, what missing stands for, SQL). Records after the as-of
      date change nothing. What was found wrong with the sources goes to standard error, all of it to --json.
      """)

  @OptionGroup var projectOptions: ProjectOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("Where to: .parquet, .csv, .tsv or .jsonl.", valueName: "file"))
  var output = "features.parquet"

  @Flag(help: "Print one JSON object instead of words.")
  var json = false

  @OptionGroup var engine: EngineOptions

  func run() throws {
    let project = try projectOptions.project(engine)
    let progress = ProgressLine()
    defer { progress.end() }
    let began = Date()
    let summary = try ProjectRun(project, progress: progress.observer)
      .writeFeatures(to: output, asOf: try projectOptions.date())
    let seconds = Date().timeIntervalSince(began)
    progress.end()
    Report.quality(summary.quality)
    if json {
      try Terminal.printJSON(
        FeaturesJSON(
          customers: summary.customers, asOf: summary.asOf.description, features: summary.plan.definitions.map(\.name),
          quality: summary.quality, seconds: seconds))
      return
    }
    var table = TextTable([("feature", .left), ("unit", .left), ("meaning", .left)])
    for definition in summary.plan.definitions { table.add([definition.name, definition.unit, definition.meaning]) }
    for line in table.lines { Terminal.print(line) }
    Terminal.print("")
    Terminal.print(
      "\(summary.plan.definitions.count) features of \(ReadableNumber.grouped(summary.customers)) customers as of "
        + "\(summary.asOf), in \(output); what they mean, in \(FeaturePlan.markdownPath(beside: output)).")
  }

  private struct FeaturesJSON: Encodable {
    let customers: Int
    let asOf: String
    let features: [String]
    let quality: DataQuality
    let seconds: Double
  }
}
