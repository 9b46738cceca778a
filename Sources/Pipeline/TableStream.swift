internal import Clustering
internal import Features
internal import Foundation
internal import LinearAlgebra
internal import ModelFiles
internal import Warehouse

extension Connection {
  /// The bytes that the chosen rows of `table` need in memory, when that is more than `training` may take; else nil.
  ///
  /// Costs a count of the rows, and nothing without a limit.
  /// - Throws: ``PipelineError/tooLarge(source:rows:columns:needed:limit:)`` when the method needs all rows in memory.
  func memoryBeyondLimit(
    _ table: TableSource, _ columns: FeatureColumns, _ training: SegmentTraining
  ) throws -> Int? {
    guard let limit = training.memoryLimit else { return nil }
    let rows = try rows(of: table, columns)
    let width = columns.numeric.count + columns.categories.count
    // Besides what the fit takes: the values as they were read.
    var perRow = 8 * width + 32 * columns.categories.count
    switch training.method {
    case .kMeans: perRow += KMeans.memoryNeeded(rows: 1, columns: width)
    // Rows as given and in tiles, responsibilities twice, labels.
    case .mixture, .tree: perRow += 8 * (2 * width + 2 * training.range.upperBound) + 96
    }
    let (needed, overflow) = perRow.multipliedReportingOverflow(by: rows)
    guard overflow || needed > limit else { return nil }
    guard training.method == .kMeans else {
      throw PipelineError.tooLarge(source: table.name, rows: rows, columns: width, needed: needed, limit: limit)
    }
    return needed
  }

  /// The rows of `table` that meet the condition of `columns`. The engine looks at no more than that takes.
  func rows(of table: TableSource, _ columns: FeatureColumns) throws -> Int {
    let condition = columns.condition.map { " WHERE (\($0)\n)" } ?? ""
    let counted = try query("SELECT count(*) AS n FROM \(table.relation) AS t\(condition)", reading: table.name)
    return Int(counted["n"]?.doubles?.first ?? 0)
  }

  /// Clusters rows that do not fit in memory, by k-means, and writes what is asked for: all of it or nothing.
  ///
  /// The rows are read once and kept by the engine, which spills them; transformed rows go to the scratch folder. The
  /// assignments are written batch by batch, in the order of the rows; those returned are empty.
  func clusterStream(
    _ table: TableSource, _ columns: FeatureColumns, levels: [String], chosen: [String], weights: String?,
    _ training: SegmentTraining, need: Int, output: String?, model: String?, _ progress: ProgressObserver?
  ) throws -> TrainedSegments {
    try checkTexts(table, columns.categories.filter { !levels.contains($0) })
    let limit = training.memoryLimit ?? need
    // The engine and the fit share the memory; below this the engine cannot work at all.
    let share = max(limit / 2, 128 << 20)
    if dialect == .duckDB { try execute("SET memory_limit = '\(share >> 20)MiB'") }
    let texts = Set(columns.categories + [columns.identifier].compactMap { $0 })
    let kept = try KeptTable(self, table.relation(asText: texts), columns, weights: weights, source: table.name)
    guard kept.rows > 0 else {
      if let condition = columns.condition { throw PipelineError.noRow(source: table.name, condition: condition) }
      throw WarehouseError.fileEmpty(path: table.name)
    }
    var quality = DataQuality()
    let row = try kept.weights()
    let counted = row.flatMap { scaledToRows($0, &quality) }
    let survey = try survey(kept)
    var training = training
    try settle(kept, of: table, chosen: chosen, &training, &quality)
    quality.notes.append(
      "the rows need about \(ReadableNumber.grouped(need >> 20)) MiB in memory and may take "
        + "\(ReadableNumber.grouped(limit >> 20)): they were streamed, and looked at as a whole only by k-means itself")
    let trained = try training.trainStream(
      kept, fingerprint: survey.fingerprint, quality: quality, weights: counted, folder: scratchFolder.path,
      progress: progress)
    let files = StagedFiles()
    if let output {
      progress?(PipelineProgress(stage: "writing \(output)"))
      try write(
        trained, of: kept, allMemberships: training.wantsAllMemberships, wholeNumbers: survey.hasWholeNumbers,
        to: output, in: files)
    }
    if let model { try files.write(try trained.model.file().encoded(), to: model) }
    try kept.drop()
    try files.commit()
    let none = SegmentAssignments(
      customers: Column(name: trained.model.features.identifier, values: .integers([])), segments: [], memberships: [],
      distances: [], allMemberships: nil)
    return TrainedSegments(model: trained.model, assignments: none)
  }

  /// Leaves out of `training` what forms no segment in a table that does not stand in memory, and notes it.
  func settle(
    _ kept: KeptTable, of table: TableSource, chosen: [String], _ training: inout SegmentTraining,
    _ quality: inout DataQuality
  ) throws {
    let columns = kept.columns
    for name in columns.numeric where !chosen.contains(name) {
      let alone = FeatureColumns(identifier: columns.identifier, numeric: [name], categories: [])
      let settled = SettledColumns(try kept.values(alone), of: table, chosen: [], takesFlags: false)
      guard let dropped = settled.leftOut.first else { continue }
      training.exclude.append(name)
      quality.notes.append("'\(name)' forms no segment: \(dropped.reason)")
    }
    quality.notes += try kept.notesOfIdentifier()
    quality.notes += table.notesOfTypes(columns)
  }

  /// The mark of all rows, and whether every identifier is a whole number: one reading, which finds unusable values.
  private func survey(_ kept: KeptTable) throws -> (fingerprint: UInt64, hasWholeNumbers: Bool) {
    var fingerprint: UInt64 = 0
    var hasWholeNumbers = true
    for batch in kept.batches {
      let values = try kept.values(batch)
      fingerprint &+= DataFingerprint.sum(values)
      if case .texts = values.customers.asWholeNumbersIfExact.values {
        hasWholeNumbers = hasWholeNumbers && values.customers.missingCount == values.rows
      }
    }
    return (fingerprint, hasWholeNumbers)
  }

  /// Writes the segment of each row.
  private func write(
    _ trained: StreamedSegments, of kept: KeptTable, allMemberships: Bool, wholeNumbers: Bool, to target: String,
    in files: StagedFiles
  ) throws {
    guard let assigner = trained.model.assigner else {
      throw PipelineError.modelInconsistent(reason: "rows of a stream are assigned by one clustering, not by a tree")
    }
    try write(kept.batches, to: target, in: files) { batch in
      let customers = try kept.customers(batch)
      return try assigner.assign(
        try trained.rows.file.read(batch), customers: wholeNumbers ? customers.asWholeNumbersIfExact : customers,
        allMemberships: allMemberships
      ).table
    }
  }

  /// Writes the table that each of `batches` gives, one after the other, through a table of the engine, to a file and to
  /// `engineTable`, whichever there is.
  func write(
    _ batches: [Range<Int>], to target: String?, and engineTable: EngineTable? = nil, in files: StagedFiles,
    _ table: (Range<Int>) throws -> Table
  ) throws {
    let (name, part) = ("temp.tessera_segments", "temp.tessera_segments_part")
    for table in [name, part] { try execute("DROP TABLE IF EXISTS \(table)") }
    for (index, batch) in batches.enumerated() {
      if Interruption.isRequested { throw WarehouseError.interrupted }
      try load(try table(batch), as: "tessera_segments_part")
      try execute(
        index == 0
          ? "CREATE TEMP TABLE tessera_segments AS SELECT * FROM \(part)" : "INSERT INTO \(name) SELECT * FROM \(part)")
      try execute("DROP TABLE \(part)")
    }
    if let target { try write("SELECT * FROM \(name)", to: target, in: files) }
    try engineTable?.stage("SELECT * FROM \(name)")
    try execute("DROP TABLE \(name)")
  }
}
