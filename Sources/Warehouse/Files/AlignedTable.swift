/// Tables set for the eye: cells of each line between runs of blanks, numbers throughout, often without a header.
extension CSVDialect {
  /// The lines of a file, each as one text.
  static func lines(encoding: String?, skipping skipped: Int = 0) -> CSVDialect {
    var lines = CSVDialect(
      delimiter: "\u{1F}", quote: "", escape: "", comment: "", skippedLines: skipped, hasHeader: false)
    lines.encoding = encoding
    return lines
  }

  /// The table function that takes each line of `path` apart at its blanks. A line of another length, or a cell that is
  /// no number where the column holds numbers, ends the query.
  func spacedRelation(path: String, columns: [(name: String, type: String)]) -> String {
    let lines = CSVDialect.lines(encoding: encoding, skipping: skippedLines + (hasHeader ? 1 : 0))
    let cells = columns.enumerated().map { index, column in
      let cell = "cells[\(index + 1)]"
      let name = SQL.identifier(column.name)
      let present = "CASE WHEN \(cell) NOT IN (\(SQL.literals(TableSource.missingMarks))) THEN"
      guard column.type != "VARCHAR" else { return "\(present) \(cell) END AS \(name)" }
      let failure = SQL.literal("a cell of column \(column.name) cannot be read as \(column.type)")
      // A cast to whole numbers would round 29.33.
      let number =
        column.type == "BIGINT"
        ? "CASE WHEN regexp_full_match(\(cell), '\(CSVDialect.wholeNumber)') THEN CAST(\(cell) AS BIGINT) END"
        : "TRY_CAST(\(cell) AS \(column.type))"
      return "\(present) coalesce(\(number), error(\(failure))) END AS \(name)"
    }
    let width = SQL.literal("a line has not the \(columns.count) cells that the others have")
    return """
      (SELECT \(cells.joined(separator: ", ")) FROM (
        SELECT CASE WHEN len(cells) = \(columns.count) THEN cells ELSE error(\(width)) END AS cells
        FROM \(CSVDialect.split(lines.relation(path: path, columns: [("line", "VARCHAR")]))) AS parts) AS aligned)
      """
  }

  static let wholeNumber = "[+-]?[0-9]{1,18}"

  /// Each line of `relation` that is not blank, as the list of its cells.
  static func split(_ relation: String) -> String {
    """
    (SELECT string_split_regex(trim(line, ' \t\r'), '[ \t]+') AS cells FROM \(relation) AS lines
      WHERE trim(line, ' \t\r') <> '')
    """
  }
}

extension Connection {
  /// How a file of lines that hold equally many numbers between blanks is to be read; nil for any other file.
  func sniffAligned(
    _ path: String, size: Int, shown: String, encoding: String?
  ) throws(WarehouseError) -> (dialect: CSVDialect, columns: [ColumnDescription])? {
    let lines = CSVDialect.lines(encoding: encoding).relation(path: path, columns: [("line", "VARCHAR")])
    let sample = size <= Connection.wholeFileSniff ? "" : " LIMIT 20480"
    let all = "(SELECT * FROM \(CSVDialect.split(lines)) AS parts\(sample))"
    guard
      let shape = try? query(
        "SELECT min(len(cells)) AS least, max(len(cells)) AS most FROM \(all) AS t", reading: shown),
      let width = shape["least"]?.doubles?.first, width == shape["most"]?.doubles?.first, width >= 2, width <= 1000
    else { return nil }
    let first = try query(
      "SELECT unnest(cells) AS cell FROM (SELECT cells FROM \(all) AS t LIMIT 1) AS f", reading: shown)
    let head = (first["cell"]?.texts ?? []).map { $0 ?? "" }
    let hasHeader =
      head.allSatisfy { Double($0) == nil } && Set(head.map { $0.lowercased() }).count == head.count
    // The header is left out as the first line of the file.
    let top = try query("SELECT line FROM \(lines) AS t LIMIT 1", reading: shown)["line"]?.texts.first ?? nil
    guard !hasHeader || !(top ?? "").allSatisfy(\.isWhitespace) else { return nil }
    let marks = SQL.literals(TableSource.missingMarks)
    // A cast to whole numbers would round 29.33.
    let tests = [
      ("BIGINT", "NOT regexp_full_match({}, '\(CSVDialect.wholeNumber)')"),
      ("DOUBLE", "TRY_CAST({} AS DOUBLE) IS NULL"),
    ]
    let counts = (1...Int(width)).flatMap { index in
      tests.map { type, fails in
        let cell = "cells[\(index)]"
        return """
          count(*) FILTER (WHERE \(fails.replacing("{}", with: cell)) AND \(cell) NOT IN (\(marks))) \
          AS \(type.lowercased())_\(index)
          """
      }
    }
    let rows = hasHeader ? "(SELECT * FROM \(all) AS t OFFSET 1)" : all
    let found = try query("SELECT \(counts.joined(separator: ", ")) FROM \(rows) AS t", reading: shown)
    let columns = (1...Int(width)).map { index in
      let fits = tests.map(\.0).first { found["\($0.lowercased())_\(index)"]?.doubles?.first == 0 }
      return ColumnDescription(name: hasHeader ? head[index - 1] : "column\(index - 1)", type: fits ?? "VARCHAR")
    }
    guard columns.allSatisfy(\.kind.isNumeric) else { return nil }
    var dialect = CSVDialect(
      delimiter: " ", quote: "", escape: "", comment: "", skippedLines: 0, hasHeader: hasHeader)
    dialect.encoding = encoding
    dialect.isSpaced = true
    return (dialect, columns)
  }
}
