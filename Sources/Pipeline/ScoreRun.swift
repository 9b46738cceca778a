internal import Clustering
public import Features
internal import Foundation
public import Warehouse

/// What scoring did, for people and machines.
public struct ScoreSummary: Sendable {
  /// The customers scored.
  public private(set) var rows = 0
  /// The customers of each segment, in the order of the model's.
  public private(set) var sizes: [Int]
  /// The customers of none of them.
  public private(set) var none = 0
  /// What transforming met with.
  public private(set) var report = TransformReport()
  /// What was read of the sources; nil for a ready table.
  public internal(set) var quality: DataQuality?
  /// What of a ready table could not be told, in a sentence each.
  public internal(set) var notes: [String] = []

  init(_ model: SegmentModel) { sizes = [Int](repeating: 0, count: model.segments.k) }

  fileprivate mutating func add(_ assignments: SegmentAssignments, _ other: TransformReport) {
    let own = assignments.sizes(sizes.count)
    for (index, size) in own.segments.enumerated() { sizes[index] += size }
    rows += assignments.segments.count
    none += own.none
    report.add(other)
  }
}

extension TransformReport {
  /// Counts what was met in a further batch of the same table.
  fileprivate mutating func add(_ other: TransformReport) {
    absentFeatures = other.absentFeatures
    imputedCells += other.imputedCells
    unlistedLevels += other.unlistedLevels
    rowsWithoutValue += other.rowsWithoutValue
  }
}

/// What is wanted of scoring besides each customer's segment.
public struct ScoreWishes: Sendable, Hashable {
  /// Memberships in every segment.
  public var allMemberships = false
  /// Why each customer is in its segment and not in the second, which takes a tree.
  public var reasons = false

  /// Nothing besides.
  public init() {}
}

extension ProjectRun {
  /// Scores the customers of the sources with `model`, as of `asOf` (the project's date when nil), and writes where they
  /// are to `target`: a file, in the format of its ending, or `table:NAME` of the engine. Customers come in batches, so
  /// that memory does not grow with them, but for what a model foretells of each.
  /// - Parameter since: scores only customers with a record on or after this day; nil scores all.
  public func score(
    _ model: SegmentModel, asOf: CalendarDate? = nil, since: CalendarDate? = nil, _ wishes: ScoreWishes = ScoreWishes(),
    to target: String
  ) throws -> ScoreSummary {
    guard let plan = model.features.plan else { throw PipelineError.needsFeatureTable }
    if model.takesScores { try checkTakesTables() }
    let sources = try sources(asOf: asOf)
    report(computing: plan, sources)
    let chances = try chances(model.predictions ?? [], sources, since: since)
    let table = try (since.map { try sources.features(plan, changedSince: $0) } ?? sources.features(plan))
      .adding(model.takesScores ? chances : nil, of: model.predictions ?? [])
    let members = try model.lists.map { try table.members(of: $0.rules) }
    let (forecasts, note) = try forecasts(model, sources)
    let scores = CustomerScores(
      chances: chances, effects: try effects(model.effects ?? [], sources, since: since), forecasts: forecasts)
    progress?(PipelineProgress(stage: "assigning \(table.rows) customers"))
    let rows = try ScoredRows(connection, table.relation, table.columns, source: "the features", members)
    var summary = try connection.score(rows, by: model, wishes, to: target, progress) { _, customers in
      scores.columns(for: customers)
    }
    summary.quality = sources.quality
    summary.quality?.notes += (members?.notes ?? []) + [note].compactMap { $0 }
    return summary
  }
}

extension Connection {
  /// Scores the rows of one file of features with `model`, batch by batch, and writes where they are to `target`. Columns
  /// the file lacks are imputed.
  public func score(
    _ model: SegmentModel, file: String, identifier: String?, _ wishes: ScoreWishes = ScoreWishes(), to target: String,
    progress: ProgressObserver? = nil
  ) throws -> ScoreSummary {
    let (table, columns) = try columns(for: model, file: file, identifier: identifier)
    let texts = Set(columns.categories + [columns.identifier].compactMap { $0 })
    let members = try model.lists.map { try self.members(of: $0.rules, in: table, columns) }
    let rows = try ScoredRows(self, table.relation(asText: texts), columns, source: table.name, members)
    guard rows.count > 0 else { throw WarehouseError.fileEmpty(path: table.name) }
    let told = try foretold(model, file: file, identifier: identifier)
    var summary = try score(rows, by: model, wishes, takesWholeNumbers: true, to: target, progress) { batch, _ in
      told.columns.map { $0.reordered(Array(batch)) }
    }
    summary.notes = (members?.notes ?? []) + told.notes
    return summary
  }

  fileprivate func score(
    _ rows: ScoredRows, by model: SegmentModel, _ wishes: ScoreWishes, takesWholeNumbers: Bool = false,
    to target: String, _ progress: ProgressObserver?, foretold: (Range<Int>, Column) -> [Column]
  ) throws -> ScoreSummary {
    let isWhole = try takesWholeNumbers && rows.hasWholeNumbers()
    defer { rows.drop() }
    let files = StagedFiles()
    let engine = try engineTable(target)
    var summary = ScoreSummary(model)
    func assigned(_ batch: Range<Int>) throws -> Table {
      progress?(
        PipelineProgress(
          stage: "assigning \(rows.count) customers", fraction: Double(batch.lowerBound) / Double(max(1, rows.count))))
      let read = model.naming(try rows.values(batch))
      let values = FeatureValues(
        customers: isWhole ? read.customers.asWholeNumbersIfExact : read.customers, numbers: read.numbers,
        categories: read.categories
      ).adding(read.lists)
      var scored = try model.score(
        values, allMemberships: wishes.allMemberships, reasons: wishes.reasons, source: rows.source
      ) { batch.lowerBound + $0 + 1 }
      summary.add(scored.assignments, scored.report)
      scored.assignments.chances = foretold(batch, values.customers)
      return scored.assignments.adding(values.lists).table
    }
    if rows.batches.count == 1, let batch = rows.batches.first {
      let table = try assigned(batch)
      try engine?.stage(table)
      if engine == nil { try write(table, to: target, in: files) }
    } else {
      try write(rows.batches, to: engine == nil ? target : nil, and: engine, in: files, assigned)
    }
    try files.commit()
    try engine?.replace()
    return summary
  }
}

/// Rows to score: in batches that the engine keeps, or all at once where it does not number rows.
private struct ScoredRows {
  let source: String
  private let kept: KeptTable?
  private let whole: FeatureValues?

  init(
    _ connection: Connection, _ relation: String, _ columns: FeatureColumns, source: String, _ members: ListMembers?
  ) throws {
    self.source = source
    guard connection.dialect.keepsRowNumbers else {
      whole = try connection.featureValues(relation, columns, source: source).adding(members)
      kept = nil
      return
    }
    var table = try KeptTable(connection, relation, columns, weights: nil, source: source)
    table.lists = members
    (kept, whole) = (table, nil)
  }

  var count: Int { kept?.rows ?? whole?.rows ?? 0 }

  /// One at least, so that a table without rows has its columns.
  var batches: [Range<Int>] {
    let some = kept?.batches ?? [0..<count]
    return some.isEmpty ? [0..<0] : some
  }

  func values(_ batch: Range<Int>) throws -> FeatureValues {
    if let whole { return whole }
    return try kept?.values(batch)
      ?? FeatureValues(
        customers: Column(name: "row", values: .integers([])), numbers: NumberBlock(names: [], rows: 0, values: []),
        categories: [])
  }

  func hasWholeNumbers() throws -> Bool {
    try kept?.hasWholeNumbers() ?? true
  }

  /// Lets the engine forget them, also after an error: what it then says is less than that.
  func drop() { try? kept?.drop() }
}

extension SegmentModel {
  /// The values of a ready table, levels that are numbers written as in training.
  func naming(_ read: FeatureValues) -> FeatureValues {
    let flags = features.flags ?? []
    return FeatureValues(
      customers: read.customers, numbers: read.numbers,
      categories: read.categories.map { flags.contains($0.name) ? $0.withNumberTexts : $0 }, rowNumbers: read.rowNumbers
    ).adding(read.lists)
  }
}
