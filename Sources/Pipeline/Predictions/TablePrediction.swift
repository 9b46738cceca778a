internal import Features
internal import Foundation
internal import ModelFiles
internal import Propensity
public import Warehouse

/// Which columns of a table a prediction is learnt from.
public struct PredictionColumns: Sendable, Hashable {
  /// The columns to use; empty takes all that can be.
  public var include: [String] = []
  /// Columns to leave out.
  public var exclude: [String] = []
  /// Columns whose values are levels, though they look like numbers.
  public var categories: [String] = []
  /// The column that names rows.
  public var identifier: String?
  /// The column of weights.
  public var weights: String?
  /// Rows of one value are never both learnt from and predicted; nil takes the identifier, where it repeats.
  public var group: String?
  /// When each row was: the last part is what the model is judged on.
  public var time: String?
  /// An SQL condition that rows must meet.
  public var condition: String?

  /// All columns.
  public init() {}
}

extension Connection {
  /// Trains a prediction on one file, and writes what is asked for: all of it or nothing.
  ///
  /// Rows without an outcome are scored, too. Of the others the probabilities written are those of models that had not
  /// seen them, where there are any.
  public func predict(
    file: String, _ chosen: PredictionColumns, training: PredictionTraining, reasons: Bool, output: String?,
    model: String?, progress: ProgressObserver?
  ) throws -> (trained: TrainedPrediction, notes: [String]) {
    progress?(PipelineProgress(stage: "reading \(file)"))
    let table = try open(file: file)
    if let output { try checkOutput(output) }
    if let model { try checkResult(model) }
    _ = try table.column(training.target)
    let beside = [training.target, chosen.group, chosen.time].compactMap { $0 }
    for name in chosen.include where beside.contains(name) {
      throw PipelineError.columnUnusable(
        reason: "'\(name)' cannot be a feature and what is predicted, a group or a time at once.")
    }
    var row = PredictionTraining.Beside(outcome: [], positive: "")
    var columns = try TableLayout.columns(
      of: table, include: chosen.include, exclude: chosen.exclude + beside, categories: chosen.categories,
      identifier: chosen.identifier, condition: chosen.condition, weights: chosen.weights, takesDays: true)
    row.days = table.days(among: columns.numeric)
    try checkTexts(table, columns.categories.filter { !chosen.categories.contains($0) })
    columns.categories += beside
    let read = try self.read(columns, of: table)
    guard read.rows > 0 else {
      if let condition = columns.condition { throw PipelineError.noRow(source: table.name, condition: condition) }
      throw WarehouseError.fileEmpty(path: table.name)
    }
    func texts(_ name: String?) -> [String?]? {
      name.flatMap { name in read.categories.first { $0.name == name }?.texts }
    }
    let plain = FeatureValues(
      customers: read.customers, numbers: read.numbers,
      categories: read.categories.filter { !beside.contains($0.name) }, rowNumbers: read.rowNumbers)
    let settled = SettledColumns(plain, of: table, chosen: Set(chosen.include), takesFlags: false)
    guard let target = read.categories.first(where: { $0.name == training.target }) else {
      throw WarehouseError.fileEmpty(path: table.name)
    }
    let outcome = try OutcomeColumn(target, positive: training.positive, source: table.name)
    (row.outcome, row.positive) = (outcome.values, outcome.positive)
    row.weights = try chosen.weights.map { try self.weights($0, of: table, columns) }
    let repeated = chosen.identifier == nil ? nil : Connection.numbered(read.customers.texts)
    row.groups =
      texts(chosen.group).map { Connection.numbered($0).groups }
      ?? repeated.flatMap { $0.different < read.rows ? $0.groups : nil }
    row.periods = try chosen.time.map { name in
      let isNumber = try table.column(name).kind.isNumeric
      return try Connection.periods(texts(name) ?? [], isNumber: isNumber, name, source: table.name, read.rowNumber)
    }
    var training = training
    training.trusted.formUnion(chosen.include)
    let trained = try training.train(settled.values, row, source: table.name, progress: progress)
    var notes = settled.notes + table.notesOfTypes(columns).filter { !beside.contains(where: $0.contains) }
    notes += [table.noteOfDays(trained.model.encoding.days ?? [])].compactMap { $0 }
    notes += settled.leftOut.map { "column '\($0.name)' was left out: \($0.reason)" }
    let unknown = read.rows - trained.known.count
    if unknown > 0 {
      notes.append(
        "\(ReadableNumber.grouped(unknown)) rows have no '\(training.target)': nothing was learnt from them, and they "
          + "are scored")
    }
    if chosen.time != nil, !trained.fit.isJudgedLater {
      notes.append("too few rows of both outcomes in the last period or before it: judged out of fold instead")
    }
    let files = StagedFiles()
    if let output {
      try write(try scored(trained, settled.values, reasons: reasons).table, to: output, in: files)
    }
    if let model { try files.write(try trained.model.file().encoded(), to: model) }
    try files.commit()
    return (trained, notes)
  }

  /// All rows with the probabilities of the model, but of those it was judged on the ones it was judged by.
  private func scored(
    _ trained: TrainedPrediction, _ values: FeatureValues, reasons: Bool
  ) throws -> Predictions {
    let scored = try trained.model.score(values, reasons: reasons)
    var probabilities = scored.probabilities
    for (place, probability) in zip(trained.fit.judgedRows, trained.fit.judgedProbabilities) {
      probabilities[trained.known[place]] = probability
    }
    return Predictions(
      customers: scored.customers, probabilities: probabilities,
      percentiles: probabilities.map(trained.model.model.percentile), report: scored.report, reasons: scored.reasons)
  }

  /// Scores the rows of one file with `model`.
  public func score(
    _ model: PredictionModel, file: String, identifier: String?, reasons: Bool
  ) throws -> Predictions {
    try model.score(
      try predictors(model.encoding, file: file, identifier: identifier, known: model.identifier), reasons: reasons)
  }

  /// The features of `encoding` that one file has, as far as it has them.
  func predictors(
    _ encoding: PredictorEncoding, file: String, identifier: String?, known: String
  ) throws -> FeatureValues {
    let table = try open(file: file)
    let names = Set(table.columns.map(\.name))
    if let identifier { _ = try table.column(identifier) }
    let columns = FeatureColumns(
      identifier: identifier ?? (names.contains(known) ? known : nil),
      numeric: encoding.numeric.filter(names.contains),
      categories: encoding.categories.map(\.name).filter(names.contains))
    let days = encoding.days ?? []
    for name in columns.numeric {
      let kind = try table.column(name).kind
      guard days.contains(name) ? !kind.isDay : !kind.isNumeric else { continue }
      throw WarehouseError.badCell(
        source: table.name, row: nil, column: name, needed: days.contains(name) ? "dates" : "numbers")
    }
    let read = try self.read(columns, of: table)
    guard read.rows > 0 else { throw WarehouseError.fileEmpty(path: table.name) }
    return read
  }

  /// Writes predictions to `target`, in the format of its ending.
  public func write(_ predictions: Predictions, to target: String) throws(WarehouseError) {
    let files = StagedFiles()
    try write(predictions.table, to: target, in: files)
    try files.commit()
  }

  private func weights(_ name: String, of table: TableSource, _ columns: FeatureColumns) throws -> [Double] {
    var weighed = columns
    (weighed.numeric, weighed.categories) = ([name], [])
    let read = try self.read(weighed, of: table)
    if let bad = read.numbers.values.firstIndex(where: { $0.isNaN || $0 < 0 }) {
      throw WarehouseError.badCell(
        source: table.name, row: read.rowNumber(bad), column: name, needed: "weights of 0 or more, none missing")
    }
    return read.numbers.values
  }

  /// A number a text, equal for equal ones; what is missing is a group of its own each.
  private static func numbered(_ texts: [String?]) -> (groups: [Int], different: Int) {
    var numbers: [String: Int] = [:]
    var next = 0
    let groups = texts.map { text in
      if let text, let known = numbers[text] { return known }
      if let text { numbers[text] = next }
      next += 1
      return next - 1
    }
    return (groups, next)
  }

  /// The period of each row. Up to ``mostPeriods`` different times are periods; of more, the latest fifth of the rows is
  /// one and the others another.
  private static func periods(
    _ texts: [String?], isNumber: Bool, _ name: String, source: String, _ place: (Int) -> Int
  ) throws(WarehouseError) -> [Int] {
    if let missing = texts.firstIndex(where: { $0 == nil }) {
      throw .badCell(source: source, row: place(missing), column: name, needed: "a time in every row")
    }
    let times = texts.map { $0 ?? "" }
    let numbers = isNumber ? times.map { Double($0) ?? 0 } : []
    let order = times.indices.sorted { a, b in
      isNumber
        ? (numbers[a] != numbers[b] ? numbers[a] < numbers[b] : a < b)
        : (times[a] != times[b] ? times[a] < times[b] : a < b)
    }
    var periods = [Int](repeating: 0, count: times.count)
    var period = 0
    for (place, row) in order.enumerated() {
      if place > 0, times[order[place - 1]] != times[row] { period += 1 }
      periods[row] = period
    }
    guard period >= mostPeriods, let cut = order.dropFirst(order.count * 4 / 5).first.map({ periods[$0] }) else {
      return periods
    }
    return periods.map { $0 >= cut ? 1 : 0 }
  }

  private static var mostPeriods: Int { 36 }
}
