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

  /// The table function that reads `path` this way.
  func relation(path: String, columns: [(name: String, type: String)]) -> String {
    let types = columns.map { "\(SQL.literal($0.name)): \(SQL.literal($0.type))" }.joined(separator: ", ")
    var arguments = [
      SQL.literal(path), "auto_detect = false", "delim = \(SQL.literal(delimiter))", "quote = \(SQL.literal(quote))",
      "escape = \(SQL.literal(escape))", "skip = \(skippedLines)", "header = \(hasHeader)", "columns = {\(types)}",
      "nullstr = [\(SQL.literals([""] + TableSource.missingMarks))]",
    ]
    if !comment.isEmpty { arguments.append("comment = \(SQL.literal(comment))") }
    if let dateFormat { arguments.append("dateformat = \(SQL.literal(dateFormat))") }
    if let timestampFormat { arguments.append("timestampformat = \(SQL.literal(timestampFormat))") }
    if let encoding { arguments.append("encoding = \(SQL.literal(encoding))") }
    return "read_csv(\(arguments.joined(separator: ", ")))"
  }
}

extension Connection {
  /// Files up to this size are looked at whole before their types are settled; larger ones by their first rows.
  private static let wholeFileSniff = 64 << 20

  func sniff(
    _ path: String, shown: String, encoding: String?
  ) throws(WarehouseError) -> (CSVDialect, [ColumnDescription]) {
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? .max
    let isTSV = path.lowercased().contains(".tsv")
    var common = [
      SQL.literal(path), "nullstr = [\(SQL.literals([""] + TableSource.missingMarks))]",
      "sample_size = \(size <= Connection.wholeFileSniff ? -1 : 20480)",
    ]
    if let encoding { common.append("encoding = \(SQL.literal(encoding))") }
    var found = try sniff(common + (isTSV ? ["delim = '\t'"] : []), shown: shown, encoding: encoding)
    // DuckDB does not try spaces between cells, the form of many numeric tables.
    if found.columns.count == 1, !isTSV,
      let spaced = try? sniff(common + ["delim = ' '"], shown: shown, encoding: encoding),
      spaced.columns.count > 1, spaced.columns.allSatisfy(\.kind.isNumeric)
    {
      found = spaced
    }
    guard found.columns.count > 0 else { throw .fileEmpty(path: shown) }
    return found
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
      delimiter: text("Delimiter") ?? ",", quote: text("Quote") ?? "\"", escape: text("Escape") ?? "\"",
      comment: text("Comment") ?? "", skippedLines: skipped, hasHeader: isHeader, dateFormat: text("DateFormat"),
      timestampFormat: text("TimestampFormat"), encoding: encoding)
    let columns = zip(table["column_name"]?.texts ?? [], table["column_type"]?.texts ?? []).map {
      ColumnDescription(name: $0 ?? "", type: $1 ?? "VARCHAR")
    }
    return (dialect, columns)
  }
}
