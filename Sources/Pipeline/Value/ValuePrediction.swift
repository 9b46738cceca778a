public import CustomerValue
internal import Features
internal import Foundation
public import ModelFiles
public import Warehouse

/// A model of customer value in a file of its own: what forecasts customers from a log of orders, whose columns it names.
public struct ValuePrediction: Sendable, Hashable, Codable {
  /// The model, what it expects, and how far it was right.
  public let card: ValueCard
  /// The columns of the log.
  public let columns: OrderColumns
  /// Where random numbers began.
  public let seed: UInt64
  /// A mark of the orders it was fitted to.
  public let dataFingerprint: String
  /// The version that made it.
  public let tessera: String

  private static let section = "value"

  init(card: ValueCard, columns: OrderColumns, seed: UInt64, dataFingerprint: String) {
    (self.card, self.columns, self.seed, self.dataFingerprint) = (card, columns, seed, dataFingerprint)
    tessera = Tessera.version
  }

  /// Whether `file` holds one model of customer value, rather than segments.
  public static func isHeld(by file: ModelFile) -> Bool { file.sectionNames.contains(section) }

  /// The model as a file's content.
  public func file() throws -> ModelFile {
    var file = ModelFile()
    try file.setSection(ValuePrediction.section, self)
    return file
  }

  /// Reads a model from a file's content.
  /// - Throws: ``ModelFileError`` and ``PipelineError`` when a part is missing or does not fit the others.
  public init(_ file: ModelFile) throws {
    self = try file.section(ValuePrediction.section, as: ValuePrediction.self)
    if let fault = card.fault { throw PipelineError.modelInconsistent(reason: fault) }
  }
}

/// What a model of customer value says of the customers of another log.
public struct ValueScores: Sendable {
  /// One row a customer.
  public let table: Table
  /// The last day known.
  public let end: CalendarDate
  /// What all are expected to do.
  public let orders: ValueRange
  /// See ``orders``.
  public let revenue: ValueRange
  /// What the reader must know.
  public let notes: [String]
}

extension Connection {
  /// What `model` expects of the customers of the log in `file`, known up to `end`, or the last day of the log.
  /// - Parameter customer: the customer's column where it is not called as in training.
  public func score(
    _ model: ValuePrediction, file: String, customer: String?, through end: CalendarDate?
  ) throws -> ValueScores {
    let table = try open(file: file)
    var columns = model.columns
    if let customer { columns.customer = customer }
    columns.group = nil
    let read = try orders(table, columns, through: end?.daysSince1970)
    let log = try OrderLog(read.orders)
    let last = end?.daysSince1970 ?? log.days.upperBound
    let card = model.card
    let known = try log.table(through: last, unit: card.model.unit)
    let forecast = ValueForecast(
      card.model, known, horizon: card.horizon, draws: ValueForecast.draws(known.rows.count), seed: model.seed)
    return ValueScores(
      table: TableValue.table(
        forecast, known, customers: known.rows.map { read.names[$0.customer] }, hasRevenue: card.hasRevenue),
      end: CalendarDate(daysSince1970: last), orders: forecast.totalOrders, revenue: forecast.totalRevenue,
      notes: read.notes)
  }
}

extension Connection {
  /// Writes forecasts to `target`, in the format of its ending.
  public func write(_ scores: ValueScores, to target: String) throws(WarehouseError) {
    let files = StagedFiles()
    try write(scores.table, to: target, in: files)
    try files.commit()
  }
}

extension DataFingerprint {
  /// The mark of orders of customers called `names`.
  static func of(_ orders: [DatedOrder], names: [String]) -> String {
    text(
      orders.reduce(0) { total, order in
        total &+ hash("\(names[order.customer])\u{1F}\(order.day)\u{1F}\(order.amount.bitPattern)")
      })
  }
}
