internal import ArgumentParser
internal import CustomerValue
internal import LinearAlgebra
internal import Propensity

/// One logistic regression; the last column of the matrix is the outcome.
struct LogisticTask: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logistic", abstract: "Fits a logistic regression with a ridge of strength 1.")

  @OptionGroup var data: DataOptions

  func run() throws {
    let all = try data.load()
    let x = all.selectingColumns(Array(0..<data.columns - 1))
    let outcome = (0..<data.rows).map { all[$0, data.columns - 1] }
    let (fit, seconds) = try Report.timed { try LogisticRegression(penalty: .ridge(1)).fit(x, outcome: outcome) }
    try Report(
      task: "logistic", seconds: seconds, iterations: fit.iterations, converged: fit.converged,
      logLikelihood: fit.logLikelihood
    ).print()
  }
}

/// Matching of treated rows with controls; the columns of the matrix are the score and 1 for a treated row.
struct MatchingTask: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "matching", abstract: "Matches each treated row with the nearest free control.")

  @OptionGroup var data: DataOptions

  func run() throws {
    let all = try data.load()
    let scores = (0..<data.rows).map { all[$0, 0] }
    let isTreated = (0..<data.rows).map { all[$0, 1] == 1 }
    let (found, seconds) = try Report.timed { try ScoreMatching().match(scores, isTreated: isTreated) }
    let distance = found.pairs.reduce(0.0) { $0 + abs(scores[$1.treated] - scores[$1.controls[0]]) }
    // The mean distance within pairs is the quality of a matching.
    try Report(
      task: "matching", seconds: seconds, inertia: distance / Double(max(1, found.pairs.count)),
      fitted: found.pairs.count
    ).print()
  }
}

/// BG/NBD and Gamma-Gamma with ranges; the columns of the matrix are the customer, the day and the amount.
struct ValueTask: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "value", abstract: "Fits BG/NBD and Gamma-Gamma, and forecasts every customer with ranges.")

  @OptionGroup var data: DataOptions

  @Option(help: "The last day that the model knows.")
  var end: Int

  @Flag(help: "Fit and expect only: no back-tests, no ranges.")
  var plain = false

  func run() throws {
    let all = try data.load()
    let log = try OrderLog(
      (0..<data.rows).map { DatedOrder(customer: Int(all[$0, 0]), day: Int(all[$0, 1]), amount: all[$0, 2]) })
    let table = try log.table(through: end, unit: .week)
    if plain {
      let (fit, seconds) = try Report.timed {
        let fit = try OrderModelFitting(.bgnbd).fit(try PurchaseCounts(table.summaries))
        let expected = Parallel.map(rows: table.rows.count) { range in
          range.reduce(0.0) { $0 + fit.model.future(after: table.rows[$1].summary).expected(within: 39) }
        }
        return (fit, expected.reduce(0, +))
      }
      try Report(
        task: "value", seconds: seconds, converged: fit.0.converged, inertia: fit.1, logLikelihood: fit.0.logLikelihood
      ).print()
      return
    }
    let (found, seconds) = try Report.timed {
      let fit = try ValueTraining().fit(log, calibrationEnd: end)
      return (fit, ValueForecast(fit.model, fit.table, horizon: 39, draws: 100))
    }
    try Report(
      task: "value", seconds: seconds, converged: found.0.orders.converged, inertia: found.1.totalOrders.expected,
      logLikelihood: found.0.orders.logLikelihood
    ).print()
  }
}
