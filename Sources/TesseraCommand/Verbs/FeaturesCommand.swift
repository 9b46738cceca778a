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
      features.dictionary.csv (meaning, unit, source, SQL; the first two also windows). Records after the as-of
      date change nothing. What was found wrong with the sources goes to standard error, all of it to --json.

      With what happened next, to train predictions on or to back-test them, as of one date or of several:
        tessera features --as-of 2017-09-30 --labels 90 --output october.parquet
        tessera features --panel 2017-03-31..2017-09-30 --every month --labels 90 --output panel.parquet
      Labels (bought_next_90d …) are of the days after each date alone; the plan is that of the first date.

      Features of your own stand in tessera.yml, in SQL over features, or over the rows of a source:
        features:
          expressions:
            - {name: pace, sql: "orders / (tenure_days + 1)"}
            - {name: calls, over: visits, sql: "count(*) FILTER (WHERE type = 'call' AND age < 30)"}
      Columns of rows go by their roles (amount, category, type …), and age is days before the as-of date.
      """)

  @OptionGroup var projectOptions: ProjectOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("Where to: .parquet, .csv, .tsv or .jsonl.", valueName: "file"))
  var output = "features.parquet"

  @Option(
    help: ArgumentHelp("Compute as of every date of this range, such as 2017-03-31..2017-09-30.", valueName: "range"))
  var panel: String?

  @Option(
    help: ArgumentHelp(
      "How far apart the dates of --panel are: day, week, month, quarter, year or a number of days.", valueName: "step")
  )
  var every: String?

  @Option(help: ArgumentHelp("Tell what customers did in the N days after each date.", valueName: "n"))
  var labels: Int?

  @Flag(help: "Print one JSON object instead of words.")
  var json = false

  @OptionGroup var engine: EngineOptions

  func validate() throws { _ = try dates }

  /// What `--panel`, `--every` and `--labels` say together; nil without any.
  private var dates: PanelRequest? {
    get throws {
      let window = try labels.map { days in
        guard let window = LabelWindow(days: days) else { throw ValidationError("--labels must be 1 or more days.") }
        return window
      }
      guard let panel else {
        if every != nil { throw ValidationError("--every says how far apart the dates of --panel are; give that too.") }
        return window.map(PanelRequest.oneDate)
      }
      guard projectOptions.asOf == nil else { throw ValidationError("Give --as-of or --panel, not both.") }
      guard let step = FeaturePanel.Step(every ?? "month") else {
        throw ValidationError("--every must be day, week, month, quarter, year or a number of days.")
      }
      let ends = panel.split(separator: "..", omittingEmptySubsequences: false).map { CalendarDate(String($0)) }
      guard ends.count == 2, let first = ends[0], let last = ends[1] else {
        throw ValidationError("--panel must be two existing days: YYYY-MM-DD..YYYY-MM-DD.")
      }
      guard first <= last else { throw ValidationError("The range must go forwards: \(last)..\(first).") }
      guard let found = FeaturePanel(from: first, through: last, every: step, labels: window) else {
        throw ValidationError("That makes more than \(FeaturePanel.mostDates) dates; take a larger step with --every.")
      }
      return .dates(found)
    }
  }

  func run() throws {
    let project = try projectOptions.project(engine)
    let progress = ProgressLine()
    defer { progress.end() }
    let began = Date()
    let run = try ProjectRun(project, progress: progress.observer)
    let summary = try run.writeFeatures(to: output, asOf: try projectOptions.date(), over: dates)
    let seconds = Date().timeIntervalSince(began)
    progress.end()
    Report.quality(summary.quality)
    if json {
      try Terminal.printJSON(
        FeaturesJSON(
          customers: summary.customers, asOf: summary.asOf.description, dates: summary.dates.map(\.description),
          features: summary.plan.definitions.map(\.name), quality: summary.quality, seconds: seconds))
      return
    }
    families(summary.plan)
    let dictionary = FeaturePlan.markdownPath(beside: output)
    if summary.dates.count > 1 {
      Terminal.print(
        "\(ReadableNumber.grouped(summary.customers)) rows: \(summary.plan.definitions.count) features of customers as of "
          + "\(summary.dates.count) dates from \(summary.dates[0]) to \(summary.asOf), in \(output); what each means, in "
          + "\(dictionary).")
      return
    }
    Terminal.print(
      "\(summary.plan.definitions.count) features of \(ReadableNumber.grouped(summary.customers)) customers as of "
        + "\(summary.asOf), in \(output); what each means, in \(dictionary).")
  }

  /// A line a family: how many features, and the first of them.
  private func families(_ plan: FeaturePlan) {
    var table = TextTable([("family", .left), ("features", .right), ("such as", .left)])
    for family in FeatureFamily.allCases {
      let names = plan.definitions.filter { $0.family == family }.map(\.name)
      guard !names.isEmpty else { continue }
      table.add([
        family.rawValue, "\(names.count)", names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " …" : ""),
      ])
    }
    for line in table.lines { Terminal.print(line) }
    Terminal.print("")
  }

  private struct FeaturesJSON: Encodable {
    let customers: Int
    let asOf: String
    let dates: [String]
    let features: [String]
    let quality: DataQuality
    let seconds: Double
  }
}
