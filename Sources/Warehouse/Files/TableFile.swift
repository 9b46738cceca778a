internal import CArrowADBC
public import Foundation

/// What kind of values a column holds, whatever the engine calls their type.
public enum ColumnKind: String, Sendable, Hashable, Codable {
  case integer, real, boolean, date, time, text, other

  /// Whether it can be reckoned with; true and false count as 1 and 0.
  public var isNumeric: Bool { self == .integer || self == .real || self == .boolean }

  init(engineType type: String) {
    let name = type.uppercased()
    let integers = [
      "TINYINT", "SMALLINT", "INTEGER", "INT", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
    ]
    let reals = ["DOUBLE", "DOUBLE PRECISION", "FLOAT", "REAL"]
    let texts = ["VARCHAR", "UUID", "TEXT", "STRING", "CHARACTER VARYING", "CHARACTER", "NAME"]
    self =
      if integers.contains(name) {
        .integer
      } else if reals.contains(name) || name.hasPrefix("DECIMAL") || name.hasPrefix("NUMERIC") {
        .real
      } else if name == "BOOLEAN" {
        .boolean
      } else if name == "DATE" {
        .date
      } else if name.hasPrefix("TIMESTAMP") {
        .time
      } else if texts.contains(name) || name.hasPrefix("VARCHAR(") || name.hasPrefix("CHAR(") || name.hasPrefix("ENUM")
      {
        .text
      } else {
        .other
      }
  }
}

/// A column as a file or table offers it.
public struct ColumnDescription: Sendable, Hashable {
  /// What the file or table calls it.
  public let name: String
  /// The engine's name of its type.
  public let type: String
  /// What that type means here.
  public let kind: ColumnKind

  /// A column of the engine's `type`, from which its kind follows.
  public init(name: String, type: String) {
    self.name = name
    self.type = type
    kind = ColumnKind(engineType: type)
  }
}

/// Anything that can stand after FROM: a file the engine reads, a table in its database, or a query.
///
/// A CSV file's delimiter, quotes, header and types are looked at once, when it is opened; every later read states them,
/// so that two reads cannot see two different tables.
public struct TableSource: Sendable, Hashable {
  /// What to call it in messages: the path or name as the user gave it.
  public let name: String
  /// In the order of the file or table.
  public let columns: [ColumnDescription]
  let shape: Shape

  enum Shape: Sendable, Hashable {
    case relation(String)
    case csv(path: String, dialect: CSVDialect)
  }

  /// Texts that stand for a missing value in CSV files, besides an empty cell.
  public static let missingMarks = ["NA", "N/A", "#N/A", "NULL", "null", "NaN", "nan"]

  /// Texts that stand for a missing value in columns of numbers only: elsewhere "None" may be a level.
  static let missingMarksOfNumbers = ["None", "none"]

  /// SQL to stand after FROM, its columns typed as ``columns`` says.
  public var relation: String { relation(asText: []) }

  /// SQL to stand after FROM, with the columns in `texts` read as text where the source is a text file, so that an
  /// identifier such as 007 keeps its zeros and an unreadable number can be counted instead of ending the query.
  public func relation(asText texts: Set<String>) -> String {
    switch shape {
    case .relation(let sql): sql
    case .csv(let path, let dialect):
      dialect.relation(
        path: path, columns: columns.map { ($0.name, texts.contains($0.name) ? "VARCHAR" : $0.type) })
    }
  }

  /// Whether `column` arrives as text when asked to by ``relation(asText:)``.
  public func isText(_ column: String, asText texts: Set<String>) -> Bool {
    if case .csv = shape, texts.contains(column) { return true }
    return columns.first { $0.name == column }?.kind == .text
  }

  /// The column called `name`.
  /// - Throws: ``WarehouseError/unknownColumn(name:source:nearest:)`` with the nearest real names.
  public func column(_ name: String) throws(WarehouseError) -> ColumnDescription {
    if let column = columns.first(where: { $0.name == name }) { return column }
    throw .unknownColumn(name: name, source: self.name, nearest: NearestNames.to(name, in: columns.map(\.name)))
  }
}

extension Connection {
  /// Opens the file at `path` (CSV, TSV, Parquet, JSON lines; plain or `.gz`; `-` for CSV on standard input) as a table.
  ///
  /// - Parameters:
  ///   - name: what to call it in messages; the path when nil.
  ///   - folder: what a relative path is relative to; the current folder when nil.
  ///   - encoding: a CSV file's text encoding, when it is not UTF-8: "latin-1" or "utf-16".
  /// - Throws: ``WarehouseError`` when there is no such file, it is empty, or it is no table.
  public func open(
    file path: String, name: String? = nil, relativeTo folder: URL? = nil, encoding: String? = nil
  ) throws(WarehouseError) -> TableSource {
    guard self.dialect == .duckDB else {
      throw .statement(
        reason: "\(self.dialect.name) reads no files of this machine; load them into a table of it first")
    }
    let shown = name ?? (path == "-" ? "standard input" : path)
    if path != "-" {
      let place = URL(fileURLWithPath: path, relativeTo: folder?.appendingPathComponent("", isDirectory: true))
      inputs.insert(place.resolvingSymlinksInPath().standardizedFileURL.path)
    }
    let place = folder.flatMap { path.hasPrefix("/") ? nil : $0.appendingPathComponent(path) }
    var full = path == "-" ? try spoolStandardInput() : (place ?? URL(fileURLWithPath: path)).path
    if PathKind(full) == .nothing, full.contains("*") {
      try checkPattern(full, shown: shown)
    } else {
      full = try readable(full, shown: shown)
      try checkCompression(full, shown: shown)
    }
    switch FileFormat(path: full) {
    case .csv:
      let (dialect, columns) = try sniff(full, shown: shown, encoding: encoding)
      note(opened: full, name: shown, linesBeforeData: dialect.skippedLines + (dialect.hasHeader ? 1 : 0))
      return TableSource(name: shown, columns: columns, shape: .csv(path: full, dialect: dialect))
    case .parquet:
      return try describe("read_parquet(\(SQL.literal(full)))", name: shown, file: true)
    case .json:
      // Types are settled by the whole of a file of usual size, so that a late exception does not end a run.
      let sample = fileSize(full) <= Connection.wholeFileSniff ? -1 : 20480
      return try describe("read_json_auto(\(SQL.literal(full)), sample_size = \(sample))", name: shown, file: true)
    }
  }

  /// A table or view of the engine's database, named `name` or `schema.name`.
  /// - Throws: ``WarehouseError/statement(reason:)`` when there is none.
  public func open(table name: String) throws(WarehouseError) -> TableSource {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { SQL.identifier(String($0)) }
    return try describe(parts.joined(separator: "."), name: name)
  }

  /// The result of a query of the user's own, called `name` in messages.
  /// - Throws: ``WarehouseError`` when the engine cannot carry it out.
  public func open(query sql: String, name: String) throws(WarehouseError) -> TableSource {
    try describe(SQL.subquery(sql), name: name)
  }

  private func describe(_ relation: String, name: String, file: Bool = false) throws(WarehouseError) -> TableSource {
    let table: Table
    do {
      let asked = dialect.describe(relation, probe: "tessera_probe_\(UUID().uuidString.prefix(8))")
      for statement in asked.before { try execute(statement, reading: name) }
      table = try query(asked.query, reading: name)
      for statement in asked.after { try execute(statement, reading: name) }
    } catch .statement(let reason) where file {
      throw .fileMalformed(path: name, row: nil, reason: reason)
    }
    let names = table.columns.first?.texts ?? []
    let types = table.columns.dropFirst().first?.texts ?? []
    let columns = zip(names, types).map { ColumnDescription(name: $0 ?? "", type: $1 ?? "") }
    return TableSource(name: name, columns: columns, shape: .relation(relation))
  }

  /// The path to read for the file at `path`: itself, or a copy of what a pipe or device gives once only.
  private func readable(_ path: String, shown: String) throws(WarehouseError) -> String {
    switch PathKind(path) {
    case .nothing: throw .fileNotFound(path: shown)
    case .folder: throw .fileUnreadable(path: shown, reason: "it is a folder, not a file")
    case .other:
      let target = scratchFolder.appendingPathComponent("\(UUID().uuidString).csv")
      guard let pipe = FileHandle(forReadingAtPath: path) else {
        throw .fileUnreadable(path: shown, reason: "permission is denied")
      }
      try spool(pipe, to: target, shown: shown)
      return try readable(target.path, shown: shown)
    case .file(let bytes): guard bytes > 0 else { throw .fileEmpty(path: shown) }
    }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw .fileUnreadable(path: shown, reason: "permission is denied")
    }
    return path
  }

  private func checkPattern(_ path: String, shown: String) throws(WarehouseError) {
    let found = try query("SELECT file FROM glob(\(SQL.literal(path)))")
    let files = (found["file"]?.texts ?? []).compactMap { $0 }
    guard !files.isEmpty else { throw .fileNotFound(path: shown) }
    for file in files {
      inputs.insert(URL(fileURLWithPath: file).resolvingSymlinksInPath().standardizedFileURL.path)
      try checkCompression(file, shown: file)
    }
  }

  /// Throws unless a `.gz` file is whole: the engine reads one that was cut off as far as it goes and says nothing of
  /// the rows that are gone.
  private func checkCompression(_ path: String, shown: String) throws(WarehouseError) {
    guard path.lowercased().hasSuffix(".gz"), unsafe tessera_gzip_check(path) == 1 else { return }
    let start = FileHandle(forReadingAtPath: path).flatMap { try? $0.read(upToCount: 2) }
    throw .fileMalformed(
      path: shown, row: nil,
      reason: start == Data([0x1F, 0x8B])
        ? "its compressed content is damaged or cut off"
        : "its name ends in .gz, but it is not compressed with gzip")
  }

  /// The size of a file in bytes; a number above all limits for a pattern.
  func fileSize(_ path: String) -> Int {
    if case .file(let bytes) = PathKind(path) { return bytes }
    return .max
  }

  /// Standard input can be read once only, but a table is read several times: it goes to the scratch folder first.
  private func spoolStandardInput() throws(WarehouseError) -> String {
    if let spooledInput { return spooledInput }
    let target = scratchFolder.appendingPathComponent("standard-input.csv")
    try spool(.standardInput, to: target, shown: "standard input")
    spooledInput = target.path
    return target.path
  }

  private func spool(_ input: FileHandle, to target: URL, shown: String) throws(WarehouseError) {
    do {
      try Data().write(to: target)
      let file = try FileHandle(forWritingTo: target)
      defer { try? file.close() }
      while let chunk = try input.read(upToCount: 1 << 20), !chunk.isEmpty {
        if Interruption.isRequested { throw WarehouseError.interrupted }
        try file.write(contentsOf: chunk)
      }
    } catch WarehouseError.interrupted {
      throw .interrupted
    } catch {
      throw .notWritten(path: target.path, reason: "\(shown) could not be copied there (\(StagedFiles.reason(error)))")
    }
  }
}

/// The formats of tables, read off a file's ending.
enum FileFormat: Hashable {
  case csv, parquet, json

  init(path: String) {
    var name = path.lowercased()
    for ending in [".gz", ".zst"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
    self =
      if name.hasSuffix(".parquet") || name.hasSuffix(".pq") {
        .parquet
      } else if [".json", ".jsonl", ".ndjson"].contains(where: name.hasSuffix) {
        .json
      } else {
        .csv
      }
  }
}

extension TableSource {
  /// How a text file writes the times of `column`, when not as ISO 8601 (a `strptime` pattern).
  public func timeFormat(_ column: String) -> String? {
    guard case .csv(_, let dialect) = shape else { return nil }
    switch columns.first(where: { $0.name == column })?.kind {
    case .date: return dialect.dateFormat
    case .time: return dialect.timestampFormat
    default: return nil
    }
  }

  /// Whether reading it again costs a parse of text, so that one who reads twice should keep a copy.
  public var isSlowToRead: Bool {
    if case .csv = shape { return true }
    if case .relation(let sql) = shape { return sql.hasPrefix("read_json") }
    return false
  }
}
