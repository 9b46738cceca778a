internal import CustomerValue
internal import Features
internal import Pipeline
internal import Warehouse

extension ScoreCommand {
  /// Writes what a model of `value` expects of the customers of a log of orders.
  func forecast(_ loaded: ValuePrediction) throws {
    guard let input else {
      throw UsageError(description: "\(model) forecasts from a log of orders. Give one with --input.")
    }
    if memberships || why {
      throw UsageError(description: "--memberships and --why are not of forecasts; \(model) holds one.")
    }
    let connection = try engine.connect()
    try connection.checkOutput(output)
    let scored = try connection.score(loaded, file: input, customer: id, through: try projectOptions.date())
    try connection.write(scored, to: output)
    for note in scored.notes { Terminal.note(note) }
    let card = loaded.card
    if json {
      return try Terminal.printJSON(
        ValueScoreJSON(
          rows: scored.table.rowCount, asOf: scored.end.description, orders: scored.orders, revenue: scored.revenue))
    }
    let range = card.hasRevenue ? scored.revenue : scored.orders
    Terminal.print(
      "\(ReadableNumber.grouped(scored.table.rowCount)) customers forecast as of \(scored.end), "
        + "\(card.hasRevenue ? "revenue" : "orders") of the next \(ReadableNumber.text(card.horizon)) "
        + "\(card.model.unit.rawValue)s \(ReadableNumber.whole(range.expected)) (80% range "
        + "\(ReadableNumber.whole(range.low80))–\(ReadableNumber.whole(range.high80))), in \(output).")
  }

  private struct ValueScoreJSON: Encodable {
    let rows: Int
    let asOf: String
    let orders: ValueRange
    let revenue: ValueRange
  }
}
