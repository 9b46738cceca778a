import Foundation

/// How one CSV file is written: found out once, stated at every read.
struct CSVDialect: Sendable, Hashable {
  var delimiter: String
  var quote: String
  var escape: String
  var comment: String
  var skippedLines: Int
  var hasHeader: Bool
  var dateFormat: String?
  var timestampFormat: String?
  var encoding: String?
  /// Columns that are numbers but for ``TableSource/missingMarksOfNumbers``.
  var markedNumbers: Set<String> = []
  /// Whether cells stand between runs of blanks, as in tables set for the eye; see ``spacedRelation(path:columns:)``.
  var isSpaced = false

  /// The table function that reads `path` this way.
  func relation(path: String, columns: [(name: String, type: String)]) -> String {
    if isSpaced { return spacedRelation(path: path, columns: columns) }
    // Marks are the file's, not a column's: these columns arrive as text and become numbers afterwards.
    let marked = columns.filter { markedNumbers.contains($0.name) && $0.type != "VARCHAR" }
    let types = columns.map { column in
      let type = markedNumbers.contains(column.name) ? "VARCHAR" : column.type
      return "\(SQL.literal(column.name)): \(SQL.literal(type))"
    }
    var arguments = [
      SQL.literal(path), "auto_detect = false", "delim = \(SQL.literal(delimiter))", "quote = \(SQL.literal(quote))",
      "escape = \(SQL.literal(escape))", "skip = \(skippedLines)", "header = \(hasHeader)",
      "columns = {\(types.joined(separator: ", "))}",
      "nullstr = [\(SQL.literals([""] + TableSource.missingMarks))]",
    ]
    if !comment.isEmpty { arguments.append("comment = \(SQL.literal(comment))") }
    if let dateFormat { arguments.append("dateformat = \(SQL.literal(dateFormat))") }
    if let timestampFormat { arguments.append("timestampformat = \(SQL.literal(timestampFormat))") }
    if let encoding { arguments.append("encoding = \(SQL.literal(encoding))") }
    let file = "read_csv(\(arguments.joined(separator: ", ")))"
    guard !marked.isEmpty else { return file }
    let replaced = marked.map { column in
      let name = SQL.identifier(column.name)
      let present = "CASE WHEN \(name) NOT IN (\(SQL.literals(TableSource.missingMarksOfNumbers))) THEN \(name) END"
      return "CAST(\(present) AS \(column.type)) AS \(name)"
    }
    return "(SELECT * REPLACE (\(replaced.joined(separator: ", "))) FROM \(file) AS cells)"
  }
}

extension Connection {
  /// Files up to this size are looked at whole before their types are settled; larger ones by their first rows.
  static let wholeFileSniff = 64 << 20

  func sniff(
    _ path: String, shown: String, encoding: String?
  ) throws(WarehouseError) -> (CSVDialect, [ColumnDescription]) {
    let size = fileSize(path)
    guard !isBlank(path, size: size) else { throw .fileEmpty(path: shown) }
    let isTSV = [".tsv", ".tsv.gz", ".tsv.zst", ".tab"].contains(where: path.lowercased().hasSuffix)
    let marks = [""] + TableSource.missingMarks
    var common = [SQL.literal(path), "sample_size = \(size <= Connection.wholeFileSniff ? -1 : 20480)"]
    if let encoding { common.append("encoding = \(SQL.literal(encoding))") }
    if isTSV { common.append("delim = '\t'") }
    let more = common + ["nullstr = [\(SQL.literals(marks + TableSource.missingMarksOfNumbers))]"]
    common.append("nullstr = [\(SQL.literals(marks))]")
    var found = try sniff(common, shown: shown, encoding: encoding)
    if found.columns.contains(where: { $0.kind == .text }),
      let other = try? sniff(more, shown: shown, encoding: encoding).columns,
      other.map(\.name) == found.columns.map(\.name)
    {
      for (index, column) in other.enumerated()
      where [.integer, .real].contains(column.kind) && found.columns[index].kind == .text {
        found.columns[index] = column
        found.dialect.markedNumbers.insert(column.name)
      }
    }
    try checkWidth(path, found, shown: shown)
    // DuckDB does not try spaces between cells, the form of many numeric tables.
    if found.columns.count == 1, !isTSV {
      if let spaced = try? sniff(common + ["delim = ' '"], shown: shown, encoding: encoding), spaced.columns.count > 1,
        spaced.columns.allSatisfy(\.kind.isNumeric)
      {
        found = spaced
      } else if let aligned = try sniffAligned(path, size: size, shown: shown, encoding: encoding) {
        found = aligned
      }
    }
    guard found.columns.count > 0 else { throw .fileEmpty(path: shown) }
    return found
  }

  /// Whether a small file holds nothing but white space, which the engine takes for a table of one column.
  private func isBlank(_ path: String, size: Int) -> Bool {
    guard size < 4096, !path.lowercased().hasSuffix(".gz"), let bytes = FileManager.default.contents(atPath: path)
    else {
      return false
    }
    return bytes.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
  }

  /// Refuses a file whose rows differ in length. The engine takes it for a table of one column, whose name is the whole
  /// header; reading it by the header's own delimiter shows the first row that does not fit.
  private func checkWidth(
    _ path: String, _ found: (dialect: CSVDialect, columns: [ColumnDescription]), shown: String
  ) throws(WarehouseError) {
    if found.dialect.skippedLines > 0 { try checkSkipped(path, found, shown: shown) }
    guard found.columns.count == 1, let header = found.columns.first?.name else { return }
    let counts = [",", ";", "\t", "|"].map { mark in (mark: mark, count: header.count { String($0) == mark }) }
    guard let likely = counts.max(by: { $0.count < $1.count }), likely.count > 0 else { return }
    var dialect = found.dialect
    dialect.delimiter = likely.mark
    dialect.hasHeader = false
    let columns = (0...likely.count).map { (name: "column\($0)", type: "VARCHAR") }
    do throws(WarehouseError) {
      try execute("SELECT count(*) FROM \(dialect.relation(path: path, columns: columns)) AS t", reading: shown)
    } catch {
      // A quoted name with a comma in it: one column indeed, and the first line already is shorter.
      if case .fileMalformed(_, let line?, _) = error, line > dialect.skippedLines + 1 { throw error }
    }
  }

  /// Refuses a file of whose first rows the engine made a preface, because a later one is longer: it would leave out
  /// the header and those rows without a word. A title above the header is a preface indeed.
  private func checkSkipped(
    _ path: String, _ found: (dialect: CSVDialect, columns: [ColumnDescription]), shown: String
  ) throws(WarehouseError) {
    let lines = CSVDialect.lines(encoding: found.dialect.encoding)
    let count = found.dialect.skippedLines
    let skipped = try query(
      "SELECT line FROM \(lines.relation(path: path, columns: [("line", "VARCHAR")])) AS t LIMIT \(count)",
      reading: shown)
    let delimiter = found.dialect.delimiter
    let widths = (skipped["line"]?.texts ?? []).map {
      ($0 ?? "").split(separator: delimiter, omittingEmptySubsequences: false).count
    }
    guard let expected = widths.first, expected > 1, Set(widths).count == 1, count > 1 || !found.dialect.hasHeader
    else {
      return
    }
    throw .fileMalformed(
      path: shown, row: count + 1, reason: "it has \(found.columns.count) cells where \(expected) are expected")
  }

  private func sniff(
    _ arguments: [String], shown: String, encoding: String?
  ) throws(WarehouseError) -> (dialect: CSVDialect, columns: [ColumnDescription]) {
    let call = "sniff_csv(\(arguments.joined(separator: ", ")))"
    let table: Table
    do {
      table = try query(
        """
        SELECT Delimiter, Quote, Escape, Comment, CAST(SkipRows AS BIGINT) AS skipped, HasHeader, DateFormat,
          TimestampFormat, column_entry.name AS column_name, column_entry.type AS column_type
        FROM (SELECT *, unnest(Columns) AS column_entry FROM \(call)) AS sniffed
        """, reading: shown)
    } catch .statement(let reason) {
      throw .fileMalformed(path: shown, row: nil, reason: reason)
    }
    func text(_ column: String) -> String? {
      let value = table[column]?.texts.first ?? nil
      return value == "(empty)" ? nil : value
    }
    let isHeader: Bool =
      if case .booleans(let flags)? = table["HasHeader"]?.values { flags.first ?? true } else { true }
    let skipped: Int = if case .integers(let rows)? = table["skipped"]?.values { Int(rows.first ?? 0) } else { 0 }
    // A sample without quotes does not mean a file without quotes.
    let dialect = CSVDialect(
      delimiter: text("Delimiter") ?? ",", quote: text("Quote") ?? "\"",
      escape: text("Escape") ?? text("Quote") ?? "\"",
      comment: text("Comment") ?? "", skippedLines: skipped, hasHeader: isHeader, dateFormat: text("DateFormat"),
      timestampFormat: text("TimestampFormat"), encoding: encoding)
    let columns = zip(table["column_name"]?.texts ?? [], table["column_type"]?.texts ?? []).map {
      ColumnDescription(name: $0 ?? "", type: $1 ?? "VARCHAR")
    }
    return (dialect, columns)
  }
}
