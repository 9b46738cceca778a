public import CustomerValue
internal import Features
internal import Foundation
internal import LinearAlgebra
public import Warehouse

/// Which columns of a table of customers tell their history.
public struct HistoryColumns: Sendable, Hashable {
  /// The customer; nil numbers the rows.
  public var customer: String?
  /// Renewals or opportunities that a customer has had: whole numbers.
  public var periods: String
  /// Whether a customer has left (a plan); nil of opportunities.
  public var left: String?
  /// At how many opportunities a customer ordered.
  public var frequency: String?
  /// The opportunity of the last order; 0 without one.
  public var recency: String?
  /// How many customers a row stands for; nil counts each once.
  public var weights: String?
  /// An SQL condition that rows must meet.
  public var condition: String?

  /// Histories that are `periods` long.
  public init(periods: String) { self.periods = periods }
}

/// How long customers of a plan stay.
public struct RenewalAnswer: Sendable {
  /// The fit.
  public let fit: RenewalFit
  /// The customers, and how many of them have left.
  public let customers: Double
  /// See ``customers``.
  public let left: Double
  /// The rate by which a period counts less than the one before.
  public let discount: Double
}

/// What customers with yearly, monthly … opportunities will do (BG/BB).
public struct OpportunityAnswer: Sendable {
  /// The fit.
  public let fit: OrderModelFit
  /// The customers.
  public let customers: Double
  /// How many opportunities ahead.
  public let horizon: Int
  /// Orders of all in them, with ranges; without back-tests the model may be off by a tenth.
  public let total: ValueRange
}

/// What one history lets expect.
private struct OpportunityOutlook: Sendable {
  let alive: Double
  let expected: Double
  /// The ends of the 80% range.
  let low: Int
  let high: Int

  init(_ future: FutureOrders, _ ahead: Int) {
    alive = future.probabilityAlive
    expected = future.expected(within: Double(ahead))
    low = future.quantile(0.1, within: Double(ahead))
    high = future.quantile(0.9, within: Double(ahead))
  }
}

extension Connection {
  /// Fits the shifted beta-geometric model to customers of a plan, one a row of `file`, and writes how long each is
  /// expected to stay where asked to.
  public func renewals(
    file: String, _ columns: HistoryColumns, discount: Double, output: String?
  ) throws -> RenewalAnswer {
    let read = try histories(file, columns)
    let fit = try RenewalFit(
      periods: read.periods, hasLeft: read.left ?? read.periods.map { _ in false },
      weights: read.weights)
    if let output {
      let stays = read.left?.map { !$0 } ?? []
      func told(_ value: (Int) -> Double?) -> (values: [Double], missing: [Bool]?) {
        let found = stays.indices.map { stays[$0] ? value(read.periods[$0]) : nil }
        return (found.map { $0 ?? 0 }, found.contains { $0 == nil } ? found.map { $0 == nil } : nil)
      }
      let next = told { fit.model.retention($0 + 1) }
      let ahead = told { fit.model.expectedPeriods(after: $0, discount: discount) }
      try write(
        Table([
          read.customers, Column(name: "periods", values: .integers(read.periods.map(Int64.init))),
          Column(name: "renews_probability", values: .reals(next.values), missing: next.missing),
          Column(name: "expected_periods", values: .reals(ahead.values), missing: ahead.missing),
        ]), alone: output)
    }
    let weights = read.weights ?? read.periods.map { _ in 1 }
    return RenewalAnswer(
      fit: fit, customers: weights.reduce(0, +),
      left: zip(weights, read.left ?? []).reduce(0) { $1.1 ? $0 + $1.0 : $0 }, discount: discount)
  }

  /// Fits BG/BB to histories of opportunities, one a row of `file`, and writes what each customer is expected to do in the
  /// next `horizon` (as many as the longest history when nil) where asked to.
  public func opportunities(
    file: String, _ columns: HistoryColumns, horizon: Int?, seed: UInt64, output: String?
  ) throws -> OpportunityAnswer {
    let read = try histories(file, columns)
    let ahead = horizon ?? max(1, read.periods.max() ?? 1)
    let customers = read.weights?.reduce(0, +) ?? Double(read.periods.count)
    try Self.check(customers: customers, ahead: ahead, weights: columns.weights)
    let summaries = zip(read.periods, zip(read.frequency ?? [], read.recency ?? [])).map {
      PurchaseSummary(orders: $1.0, recency: Double($1.1), observed: Double($0))
    }
    let fit = try OrderModelFitting(.bgbb).fit(try PurchaseCounts(summaries, weights: read.weights))
    let weights = read.weights ?? read.periods.map { _ in 1 }
    var everybody: [PurchaseSummary] = []
    for (summary, weight) in zip(summaries, weights) {
      everybody += Array(repeating: summary, count: Int(weight.rounded()))
    }
    let table = PurchaseTable(everybody)
    let forecast = ValueForecast(
      ValueModel(orders: fit.model), table, horizon: Double(ahead),
      draws: ValueForecast.draws(everybody.count),
      seed: seed)
    if let output {
      // Histories are few, however many customers there are.
      let different = Array(Set(summaries))
      let told = Dictionary(
        zip(
          different,
          Parallel.map(count: different.count) { OpportunityOutlook(fit.model.future(after: different[$0]), ahead) })
      ) { first, _ in first }
      let outlooks = summaries.map { told[$0] ?? OpportunityOutlook(fit.model.future(after: $0), ahead) }
      try write(
        Table([
          read.customers, Column(name: "probability_alive", values: .reals(outlooks.map(\.alive))),
          Column(name: "expected_orders", values: .reals(outlooks.map(\.expected))),
          Column(name: "orders_low", values: .integers(outlooks.map { Int64($0.low) })),
          Column(name: "orders_high", values: .integers(outlooks.map { Int64($0.high) })),
        ]), alone: output)
    }
    return OpportunityAnswer(
      fit: fit, customers: customers, horizon: ahead, total: forecast.totalOrders)
  }

  /// The most customers whose futures are drawn, and the most opportunities of all of them together.
  private static var most: (customers: Double, opportunities: Double) { (2e6, 1e8) }

  /// Throws where drawing the futures would take gigabytes or hours.
  private static func check(customers: Double, ahead: Int, weights: String?) throws(CustomerValueError) {
    guard customers <= most.customers else {
      throw .parameter(
        name: weights ?? "periods",
        requirement:
          "of at most \(ReadableNumber.grouped(Int(most.customers))) customers, and these are "
          + "\(ReadableNumber.grouped(Int(min(customers, 1e15)))): divide the weights by one number, or take a part of the rows"
      )
    }
    guard customers * Double(ahead) <= most.opportunities, ahead <= 1000 else {
      let needed = max(1, min(1000, Int(most.opportunities / max(1, customers))))
      throw .parameter(
        name: "horizon",
        requirement:
          "at most \(ReadableNumber.grouped(needed)) opportunities for \(ReadableNumber.grouped(Int(customers))) customers, and "
          + "it is \(ReadableNumber.grouped(ahead)) (the longest history, unless --horizon is given)")
    }
  }

  private func write(_ table: Table, alone target: String) throws(WarehouseError) {
    let files = StagedFiles()
    try write(table, to: target, in: files)
    try files.commit()
  }

  private struct Histories {
    let customers: Column
    let periods: [Int]
    let frequency: [Int]?
    let recency: [Int]?
    let left: [Bool]?
    let weights: [Double]?
  }

  private func histories(_ file: String, _ chosen: HistoryColumns) throws -> Histories {
    let table = try open(file: file)
    let names = [chosen.periods, chosen.frequency, chosen.recency, chosen.weights].compactMap { $0 }
    for name in names where try !table.column(name).kind.isNumeric {
      throw WarehouseError.badCell(source: table.name, row: nil, column: name, needed: "numbers")
    }
    if let customer = chosen.customer { _ = try table.column(customer) }
    if let left = chosen.left { _ = try table.column(left) }
    let read = try self.read(
      FeatureColumns(
        identifier: chosen.customer, numeric: names, categories: [chosen.left].compactMap { $0 },
        condition: chosen.condition), of: table)
    guard read.rows > 0 else {
      if let condition = chosen.condition {
        throw PipelineError.noRow(source: table.name, condition: condition)
      }
      throw WarehouseError.fileEmpty(path: table.name)
    }
    func numbers(_ name: String, _ needed: String, isWhole: Bool) throws -> [Double] {
      let values = read.numeric(name) ?? []
      if let row = values.firstIndex(where: {
        !($0 >= 0 && $0 <= 1e6) || (isWhole && $0 != $0.rounded())
      }) {
        throw WarehouseError.badCell(
          source: table.name, row: read.rowNumber(row), column: name, needed: needed)
      }
      return values
    }
    func whole(_ name: String?) throws -> [Int]? {
      try name.map {
        try numbers($0, "whole numbers from 0 to 1000000, none missing", isWhole: true).map {
          Int($0)
        }
      }
    }
    let left = try chosen.left.map { name -> [Bool] in
      guard let column = read.categories.first(where: { $0.name == name }) else { return [] }
      let outcome = try OutcomeColumn(column, positive: nil, source: table.name).values
      if let row = outcome.firstIndex(where: \.isNaN) {
        throw WarehouseError.badCell(
          source: table.name, row: read.rowNumber(row), column: name,
          needed: "1 or yes of who has left, else 0 or no")
      }
      return outcome.map { $0 == 1 }
    }
    return Histories(
      customers: read.customers, periods: try whole(chosen.periods) ?? [],
      frequency: try whole(chosen.frequency),
      recency: try whole(chosen.recency), left: left,
      weights: try chosen.weights.map {
        try numbers($0, "weights from 0 to 1000000, none missing", isWhole: true)
      })
  }
}
