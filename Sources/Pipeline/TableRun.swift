internal import Features
internal import Foundation
internal import ModelFiles
public import Warehouse

extension ProjectRun {
  /// Trains from a ready table of features, one row a customer; see ``TableLayout`` for its columns.
  public func train(
    file: String, include: [String], exclude: [String], identifier: String?, condition: String?,
    training: SegmentTraining
  ) throws -> TrainedSegments {
    progress?(PipelineProgress(stage: "reading \(file)"))
    try checkResults()
    let table = try connection.open(file: file)
    let columns = try TableLayout.columns(
      of: table, include: include, exclude: exclude, identifier: identifier, condition: condition)
    if let settings = training.tree, connection.dialect.keepsRowNumbers,
      try connection.rows(of: table, columns) > settings.sample
    {
      return try trainOnSample(of: table, columns, chosen: include + training.exclude, training, settings)
    }
    let members = try connection.members(of: project.lists, in: table, columns)
    var trained = try connection.train(
      table, columns, chosen: include + training.exclude, weights: nil, lists: members, training, progress)
    trained = try describing(trained.adding(project.lists, members))
    try write(trained, StagedFiles(), isOfSources: false)
    return trained
  }
}

extension TableSource {
  /// The columns that are neither numbers nor texts, but for those that `columns` have a use for.
  func notesOfTypes(_ columns: FeatureColumns) -> [String] {
    let used = Set(columns.numeric + columns.categories + [columns.identifier].compactMap { $0 })
    return self.columns.filter { $0.kind != .text && !$0.kind.isNumeric && !used.contains($0.name) }
      .map { "column '\($0.name)' was left out: its type \($0.type) forms no segment" }
  }
}

extension Connection {
  /// Clusters the rows of one file and writes what is asked for: all of it or nothing.
  public func cluster(
    file: String, include: [String], exclude: [String], categories: [String] = [], numbers: [String] = [],
    identifier: String?, condition: String?, weights: String?,
    training: SegmentTraining, output: String?, model: String?, progress: ProgressObserver?
  ) throws -> TrainedSegments {
    progress?(PipelineProgress(stage: "reading \(file)"))
    let table = try open(file: file)
    if let output { try checkOutput(output) }
    if let model { try checkResult(model) }
    let columns = try TableLayout.columns(
      of: table, include: include, exclude: exclude, categories: categories, numbers: numbers, identifier: identifier,
      condition: condition, weights: weights)
    if let need = try memoryBeyondLimit(table, columns, training) {
      return try clusterStream(
        table, columns, levels: categories, chosen: include + numbers, weights: weights, training, need: need,
        output: output, model: model, progress)
    }
    let trained = try train(
      table, columns, levels: categories, chosen: include + numbers, weights: weights, training, progress)
    let files = StagedFiles()
    if let output { try write(trained.assignments.table, to: output, in: files) }
    if let model { try files.write(try trained.model.file().encoded(), to: model) }
    try files.commit()
    return trained
  }

  func train(
    _ table: TableSource, _ columns: FeatureColumns, levels: [String] = [], chosen: [String], weights: String?,
    lists: ListMembers? = nil, _ training: SegmentTraining, _ progress: ProgressObserver?
  ) throws -> TrainedSegments {
    try checkTexts(table, columns.categories.filter { !levels.contains($0) })
    let read = try read(columns, of: table)
    guard read.rows > 0 else {
      if let condition = columns.condition { throw PipelineError.noRow(source: table.name, condition: condition) }
      throw WarehouseError.fileEmpty(path: table.name)
    }
    let settled = SettledColumns(
      read, of: table, chosen: Set(chosen + training.counts), takesFlags: training.method == .mixture)
    let values = settled.values.adding(lists)
    let row = try weights.map { name in
      var weighed = columns
      weighed.numeric = [name]
      weighed.categories = []
      return try self.read(weighed, of: table).numbers.values
    }
    if let weights, let row, let bad = row.firstIndex(where: { $0.isNaN || $0 < 0 }) {
      throw WarehouseError.badCell(
        source: table.name, row: values.rowNumber(bad), column: weights, needed: "weights of 0 or more, none missing")
    }
    var quality = DataQuality()
    quality.notes = settled.notes
    let counted = row.flatMap { scaledToRows($0, &quality) }
    let names = columns.identifier == nil ? [] : values.customers.texts
    let unnamed = names.count { $0 == nil }
    let repeated = names.count - unnamed - Set(names.compactMap { $0 }).count
    if unnamed > 0 { quality.notes.append("\(unnamed) rows have no '\(values.customers.name)'") }
    if repeated > 0 { quality.notes.append("\(repeated) rows repeat the '\(values.customers.name)' of an earlier row") }
    quality.notes += table.notesOfTypes(columns)
    var training = training
    (training.leftOut, training.flags) = (settled.leftOut, settled.flags)
    return try training.train(values, quality: quality, weights: counted, source: table.name, progress: progress)
  }

  /// Weights count rows. Those that sum to less than the rows they stand at are shares, and are scaled to the rows.
  func scaledToRows(_ weights: [Double], _ quality: inout DataQuality) -> [Double] {
    let rows = Double(weights.count { $0 > 0 })
    let sum = weights.reduce(0, +)
    guard sum > 0, sum < rows else { return weights }
    quality.notes.append("the weights sum to less than the rows: they were taken as shares and scaled to the rows")
    return weights.map { $0 * (rows / sum) }
  }

  /// Reads `columns` of `table`: names and levels as they are written, so that 007 is not 7, nor a level 1 a number.
  func read(_ columns: FeatureColumns, of table: TableSource) throws -> FeatureValues {
    let texts = Set(columns.categories + [columns.identifier].compactMap { $0 })
    do {
      let values = try featureValues(
        table.relation(asText: texts), columns, days: table.days(among: columns.numeric), source: table.name)
      return FeatureValues(
        customers: values.customers.asWholeNumbersIfExact, numbers: values.numbers, categories: values.categories,
        rowNumbers: values.rowNumbers)
    } catch {
      guard case .statement(let reason) = error, let condition = columns.condition else { throw error }
      throw RowCondition.error(reason, condition: condition, table: table)
    }
  }

  /// A text column of numbers but for a few cells is a column of numbers with mistakes in it, not one of categories.
  func checkTexts(_ table: TableSource, _ columns: [String]) throws(WarehouseError) {
    guard !columns.isEmpty else { return }
    let counts = columns.enumerated().flatMap { index, name in
      let text = SQL.identifier(name)
      let number = dialect.attempt(text, as: dialect.real)
      return [
        "count(\(dialect.attempt("replace(\(text), ',', '.')", as: dialect.real))) AS commas_\(index)",
        "count(\(number)) AS numbers_\(index)", "count(\(text)) AS present_\(index)",
        "min(CASE WHEN \(text) IS NOT NULL AND \(number) IS NULL AND lower(\(text)) <> 'none' THEN row_index END) AS first_\(index)",
      ]
    }
    let found = try query(
      """
      SELECT \(counts.joined(separator: ", "))
      FROM (SELECT *, \(dialect.rowNumber) AS row_index FROM \(table.relation) AS t) AS numbered
      """, reading: table.name)
    for (index, name) in columns.enumerated() {
      guard let numbers = found["numbers_\(index)"]?.doubles?.first,
        let present = found["present_\(index)"]?.doubles?.first,
        let commas = found["commas_\(index)"]?.doubles?.first,
        let first = found["first_\(index)"]?.doubles?.first, first.isFinite, numbers < present,
        commas >= 0.5 * present
      else { continue }
      if commas > numbers {
        throw .badCell(
          source: table.name, row: Int(first), column: name,
          needed: "numbers with a decimal point (it seems to have decimal commas: replace them)")
      }
      throw .badCell(source: table.name, row: Int(first), column: name, needed: "numbers, as most of its rows do")
    }
  }

  /// The features of `model` that one file has, as far as it has them, with the lists of `rules` that its rows are in.
  func values(
    for model: SegmentModel, file: String, identifier: String?, rules: [RuleList]
  ) throws -> (values: FeatureValues, table: TableSource) {
    let (table, columns) = try columns(for: model, file: file, identifier: identifier)
    let read = try read(columns, of: table)
    guard read.rows > 0 else { throw WarehouseError.fileEmpty(path: table.name) }
    return (model.naming(read).adding(try members(of: rules, in: table, columns)), table)
  }

  /// The columns of one file that `model` scores by, as far as it has them.
  func columns(
    for model: SegmentModel, file: String, identifier: String?
  ) throws -> (table: TableSource, columns: FeatureColumns) {
    let table = try open(file: file)
    let names = Set(table.columns.map(\.name))
    if let identifier { _ = try table.column(identifier) }
    let known = model.features.identifier
    var columns = FeatureColumns(
      identifier: identifier ?? (names.contains(known) ? known : nil),
      numeric: model.features.numeric.filter(names.contains),
      categories: model.features.categories.filter(names.contains))
    for name in columns.numeric where try !table.column(name).kind.isNumeric {
      // A column without a single value has no type of its own, and says as much as one that is not there.
      let text = SQL.identifier(name)
      let isOther = "\(text) IS NOT NULL AND \(dialect.attempt(dialect.asText(text), as: dialect.real)) IS NULL"
      let counted = try query(
        """
        SELECT count(\(text)) AS present, min(CASE WHEN \(isOther) THEN row_index END) AS first_row
        FROM (SELECT *, row_number() OVER () AS row_index FROM \(table.relation) AS t) AS numbered
        """, reading: table.name)
      guard counted["present"]?.doubles?.first == 0 else {
        let row = counted["first_row"]?.doubles?.first.flatMap { $0.isNaN ? nil : Int($0) }
        throw WarehouseError.badCell(source: table.name, row: row, column: name, needed: "numbers")
      }
      columns.numeric.removeAll { $0 == name }
    }
    return (table, columns)
  }
}
