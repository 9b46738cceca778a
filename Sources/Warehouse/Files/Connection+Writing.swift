internal import Foundation

extension Connection {
  /// Writes the result of `sql` to `target`, in the format of its ending: `.parquet`, `.csv`, `.tsv`, `.jsonl`, and
  /// `.csv.gz`; staged in `files`.
  ///
  /// In CSV and TSV a missing value is an empty cell, and empty text is a pair of quotes.
  /// - Returns: the number of rows written.
  /// - Throws: ``WarehouseError/notWritten(path:reason:)`` for an ending that names no format and when writing fails;
  ///   other ``WarehouseError``s when the query fails.
  @discardableResult
  public func write(_ sql: String, to target: String, in files: StagedFiles) throws(WarehouseError) -> Int {
    guard !Connection.servers.contains(dialect) else {
      // A server's result passes through this machine: the embedded engine writes it here.
      let result = try query(sql)
      try Connection().write(result, to: target, in: files)
      return result.rowCount
    }
    let options = try outputOptions(target)
    try checkIsNoInput(target)
    let temporary = try files.stage(target)
    do throws(WarehouseError) {
      let copied = try query("COPY \(SQL.subquery(sql)) TO \(SQL.literal(temporary)) (\(options), USE_TMP_FILE false)")
      return Int(copied.columns.first?.doubles?.first ?? 0)
    } catch .statement(let reason) where reason.contains(temporary) {
      throw .notWritten(
        path: target,
        reason: reason.contains("No space") || reason.contains("not enough space")
          ? "no space left on the device" : reason.replacing(temporary, with: target))
    }
  }

  /// Writes `table` to `target`, in the format of its ending; staged in `files`.
  /// - Throws: ``WarehouseError`` as ``write(_:to:in:)-(String,_,_)`` does.
  public func write(_ table: Table, to target: String, in files: StagedFiles) throws(WarehouseError) {
    guard !Connection.servers.contains(dialect) else {
      try checkIsNoInput(target)
      return try Connection().write(table, to: target, in: files)
    }
    _ = try outputOptions(target)
    let name = "tessera_output"
    try execute("DROP TABLE IF EXISTS temp.\(SQL.identifier(name))")
    try load(table, as: name)
    try write("SELECT * FROM temp.\(SQL.identifier(name))", to: target, in: files)
    try execute("DROP TABLE IF EXISTS temp.\(SQL.identifier(name))")
  }

  /// Throws ``WarehouseError/notWritten(path:reason:)`` when a table could not be written to `target` because its ending
  /// names no format or this connection reads it: before long work rather than after.
  public func checkOutput(_ target: String) throws(WarehouseError) {
    _ = try outputOptions(target)
    try checkResult(target)
  }

  /// Throws ``WarehouseError/notWritten(path:reason:)`` when no file could be written to `target`: this connection reads
  /// it, something else stands there, or its folder cannot be written or made. Nothing is made yet.
  public func checkResult(_ target: String) throws(WarehouseError) {
    try checkIsNoInput(target)
    try StagedFiles.checkPlace(target)
  }

  /// Throws ``WarehouseError/notWritten(path:reason:)`` when `target` is a file that this connection reads.
  public func checkIsNoInput(_ target: String) throws(WarehouseError) {
    let place = URL(fileURLWithPath: target).resolvingSymlinksInPath().standardizedFileURL.path
    guard !inputs.contains(place) else {
      throw .notWritten(path: target, reason: "this run reads it; name another file")
    }
  }

  /// Engines that run elsewhere, whose results DuckDB writes.
  private static let servers: [Dialect] = [.postgreSQL, .spark]

  private func outputOptions(_ target: String) throws(WarehouseError) -> String {
    guard dialect == .duckDB || Connection.servers.contains(dialect) else {
      throw .notWritten(path: target, reason: "\(dialect.name) writes no files of this machine")
    }
    let name = target.lowercased()
    let isCompressed = name.hasSuffix(".gz")
    let plain = isCompressed ? String(name.dropLast(3)) : name
    let compression = isCompressed ? ", COMPRESSION gzip" : ", COMPRESSION none"
    if plain.hasSuffix(".parquet"), !isCompressed { return "FORMAT parquet, COMPRESSION zstd" }
    if plain.hasSuffix(".csv") { return "FORMAT csv, HEADER" + compression }
    if plain.hasSuffix(".tsv") { return "FORMAT csv, HEADER, DELIMITER '\t'" + compression }
    if [".json", ".jsonl", ".ndjson"].contains(where: plain.hasSuffix) { return "FORMAT json" + compression }
    throw .notWritten(
      path: target, reason: "its ending names no format; use .parquet, .csv, .tsv or .jsonl (and .gz for text)")
  }
}
