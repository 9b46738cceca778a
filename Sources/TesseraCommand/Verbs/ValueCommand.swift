public import ArgumentParser
public import CustomerValue
internal import Foundation
internal import Pipeline
internal import Warehouse

struct ValueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "value",
    abstract: "Forecasts orders and revenue of customers from a log of orders, with ranges.",
    discussion: """
      Examples:
        tessera value orders.csv --customer customer_id --date date --amount total
        tessera value orders.csv --customer id --date day --amount paid --horizon 26 --output customers.csv
        tessera value lines.csv --customer id --date day --amount "quantity * price" --model-family mbgnbd
        tessera value orders.csv --customer id --date day --amount paid --calibration-end 2026-03-31 --group country
        tessera value orders.csv --customer id --date day --amount paid --horizon 13 --model value.tessera
        tessera value plans.csv --customer id --periods months --left cancelled     # how long customers of a plan stay
        tessera value donors.csv --customer id --periods years --frequency gifts --recency last_year
        tessera score value.tessera --input later-orders.csv --output customers.csv
      One row an order line: lines of one customer on one day are one order, negative amounts are returns. With
      --calibration-end the model knows the log up to that day only, and is held against what came after. Ranges of
      totals are calibrated by back-tests inside the known days.
      """)

  @Argument(
    help: ArgumentHelp(
      "A log of orders: CSV, TSV, Parquet, JSON lines, .gz; '-' is CSV on standard input.", valueName: "orders")
  )
  var table: String

  @Option(help: ArgumentHelp("The column of the customer.", valueName: "column"))
  var customer: String?

  @Option(
    help: ArgumentHelp(
      "The column of the day: dates, times, or texts such as 2026-11-23 or 20261123.", valueName: "column"))
  var date: String?

  @Option(
    help: ArgumentHelp(
      "What was paid: a column or an SQL expression; without it orders alone are forecast.", valueName: "column"))
  var amount: String?

  @Option(
    help: ArgumentHelp(
      "Tell totals for each value of this column, instead of tenths by expected orders.", valueName: "column"))
  var group: String?

  @Option(help: ArgumentHelp("The last day the model knows; the last of the log unless given.", valueName: "date"))
  var calibrationEnd: String?

  @Option(
    help: ArgumentHelp(
      "How far ahead, in units; what the log holds after --calibration-end unless given.", valueName: "n"))
  var horizon: Double?

  @Option(
    help: ArgumentHelp(
      "Instead of --date, of a table with one row a customer: the renewals or opportunities that each has had.",
      valueName: "column"))
  var periods: String?

  @Option(
    help: ArgumentHelp(
      "With --periods: who has left (1, yes), for how long customers of a plan stay.", valueName: "column")
  )
  var left: String?

  @Option(
    help: ArgumentHelp(
      "With --periods: at how many opportunities each ordered (BG/BB); --recency tells the last of them.",
      valueName: "column"))
  var frequency: String?

  @Option(
    help: ArgumentHelp("With --frequency: the opportunity of the last order, 0 without one.", valueName: "column"))
  var recency: String?

  @Option(help: ArgumentHelp("With --periods: how many customers a row stands for.", valueName: "column"))
  var weights: String?

  @Option(help: ArgumentHelp("With --left: by how much a period counts less than the one before.", valueName: "share"))
  var discount = 0.01

  @Option(help: "The unit of time: day or week.")
  var unit = TimeUnit.week

  @Option(help: "How customers order and leave: bgnbd, mbgnbd, paretonbd or nbd.")
  var modelFamily = OrderFamily.bgnbd

  @Option(name: .customLong("where"), help: ArgumentHelp("Use rows that meet this SQL condition.", valueName: "sql"))
  var condition: String?

  @Option(help: "Where random numbers begin; the same seed gives the same ranges.")
  var seed: UInt64 = 0

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write one row a customer here: .parquet, .csv, .tsv or .jsonl.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp("Write the model here: FILE.tessera, which 'score' and 'inspect' read.", valueName: "file"))
  var model: String?

  @Flag(help: "Print one JSON object instead of words.")
  var json = false

  @OptionGroup var engine: EngineOptions

  func validate() throws {
    if let periods { return try validate(periods: periods) }
    if left != nil || frequency != nil || recency != nil || weights != nil {
      throw ValidationError("--left, --frequency, --recency and --weights go with --periods; give that too.")
    }
    guard customer != nil, date != nil else {
      throw ValidationError("Name the columns of the log with --customer and --date, or give --periods.")
    }
    if let calibrationEnd, CalendarDate(calibrationEnd) == nil {
      throw ValidationError("--calibration-end must be an existing day written YYYY-MM-DD, not '\(calibrationEnd)'.")
    }
    if let horizon, !(horizon > 0 && horizon <= 36_500) { throw ValidationError("--horizon must be above 0.") }
    if modelFamily == .bgbb {
      throw ValidationError(
        "--model-family bgbb counts opportunities, not dates; take bgnbd, mbgnbd, paretonbd or nbd, or give --periods, --frequency and --recency."
      )
    }
  }

  private func validate(periods: String) throws {
    if date != nil || amount != nil || group != nil || calibrationEnd != nil || model != nil {
      throw ValidationError(
        "--periods is of a table with one row a customer: leave out --date, --amount, --group, --calibration-end and --model."
      )
    }
    guard (left != nil) != (frequency != nil), (frequency != nil) == (recency != nil) else {
      throw ValidationError("With --periods give either --left, or --frequency and --recency.")
    }
    if !(discount > 0 && discount < 1) { throw ValidationError("--discount must be above 0 and below 1.") }
    if let horizon, !(horizon >= 1 && horizon <= 1000) {
      throw ValidationError("--horizon must be from 1 to 1000 opportunities.")
    }
  }

  func run() throws {
    let progress = ProgressLine()
    defer { progress.end() }
    if let periods { return try tellHistories(periods) }
    var columns = OrderColumns(customer: customer ?? "", date: date ?? "")
    (columns.amount, columns.group, columns.condition) = (amount, group, condition)
    var training = ValueTraining()
    (training.family, training.unit, training.seed) = (modelFamily, unit, seed)
    var outputs = ValueOutputs()
    (outputs.table, outputs.model) = (output, model)
    let found = try engine.connect().value(
      file: table, columns, calibrationEnd: calibrationEnd.flatMap { CalendarDate($0) }, horizon: horizon,
      training: training, outputs: outputs, progress: progress.observer)
    progress.end()
    for note in found.card.notes { Terminal.note(note) }
    if json {
      try Terminal.printJSON(ValueJSON(found.card, holdout: found.holdout))
      return
    }
    ValueReport.print(found.card, holdout: found.holdout)
    if let output { Terminal.print("\none row a customer in \(output)") }
    if let model { Terminal.print("model in \(model)") }
  }

  /// Plans and opportunities, from a table with one row a customer.
  private func tellHistories(_ periods: String) throws {
    var columns = HistoryColumns(periods: periods)
    (columns.customer, columns.left, columns.condition) = (customer, left, condition)
    (columns.frequency, columns.recency, columns.weights) = (frequency, recency, weights)
    let connection = try engine.connect()
    if let output { try connection.checkOutput(output) }
    if left != nil {
      let answer = try connection.renewals(file: table, columns, discount: discount, output: output)
      if json { return try Terminal.printJSON(RenewalJSON(answer)) }
      ValueReport.print(answer)
    } else {
      let answer = try connection.opportunities(
        file: table, columns, horizon: horizon.map { Int($0) }, seed: seed, output: output)
      if json { return try Terminal.printJSON(OpportunityJSON(answer)) }
      ValueReport.print(answer)
    }
    if let output { Terminal.print("\none row a customer in \(output)") }
  }
}

extension TimeUnit: ExpressibleByArgument {}

extension OrderFamily: ExpressibleByArgument {}
