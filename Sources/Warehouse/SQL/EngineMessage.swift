/// What an engine says of an error, made fit to show: without the customers' values it quotes.
///
/// Engines quote the very cell that did not fit. Words are therefore let through by what is known of them: sentences of
/// known form are said anew from their harmless parts (types, columns, line numbers); of the unknown ones, in the
/// classes of error that quote data, only what stands before the first value can be shown.
package enum EngineMessage {
  /// The error that an engine's `message` stands for.
  ///
  /// - Parameters:
  ///   - sqlState: the five letters some drivers send along; classes 22 and 23 are errors of data.
  ///   - source: names what was being read, when that is known.
  ///   - files: the CSV files that are open, by path, so that the one at fault can be called by the user's name for it.
  package static func error(
    _ message: String, sqlState: String = "", source: String? = nil, files: [String: OpenedCSV] = [:]
  ) -> WarehouseError {
    // DuckDB may wrap what went wrong on another thread in a sentence of its own.
    let wrapped = "Attempting to execute an unsuccessful or closed pending query result\nError: "
    let message = message.firstRange(of: wrapped).map { String(message[$0.upperBound...]) } ?? message
    let kind = errorClass(of: message)
    if kind == "INTERRUPT Error" || message == "Interrupted!" { return .interrupted }
    if kind == nil, let error = serverError(message, sqlState: sqlState) { return error }
    if kind == "Out of Memory Error" {
      let words = firstLine(message.dropFirst("Out of Memory Error: ".count))
      return .outOfMemory(reason: words.isEmpty ? "it says no more" : words)
    }
    let opening = (kind ?? "") + ": CSV Error on Line: "
    if message.hasPrefix(opening) {
      return csvError(message, line: leadingNumber(message.dropFirst(opening.count)), source: source, files: files)
    }
    if let problem = fileProblem(message) {
      return .fileMalformed(path: source ?? "the file", row: problem.line, reason: problem.reason)
    }
    return .statement(reason: redacted(message, sqlState: sqlState))
  }

  /// `message` on one line and without values of the data.
  package static func redacted(_ message: String, sqlState: String = "") -> String {
    let kind = errorClass(of: message)
    let quotesData = [
      "Conversion Error", "Invalid Input Error", "Out of Range Error", "Constraint Error", "Invalid Error",
      "Mismatch Type Error",
    ]
    let isOfData =
      kind.map(quotesData.contains) ?? false || ["22", "23"].contains { sqlState.hasPrefix($0) }
      || message.contains("SQLSTATE: 22") || message.contains("SQLSTATE: 23")
    // An engine that gives neither class nor state may be quoting anything.
    guard isOfData || (kind == nil && sqlState.allSatisfy({ $0 == "0" || $0 == "\0" })) else {
      return firstLine(message[...])
    }
    var words = kind.map { message.dropFirst($0.count + 2) } ?? message[...]
    // The statement follows the message; it is no part of what went wrong.
    if let statement = lastRange(of: "\n\nLINE ", in: words) { words = words[..<statement.lowerBound] }
    return (kind.map { $0 + ": " } ?? "") + (knownSentence(words) ?? beforeFirstValue(words))
  }

  // MARK: Sentences of known form

  /// What DuckDB's commonest errors of data say, without the data.
  private static func knownSentence(_ words: Substring) -> String? {
    let column = lastPart(of: words, after: " when casting from source column ", upTo: "\n").map { " (column '\($0)')" }
    let place = column ?? ""
    if words.hasPrefix("Could not convert string ") {
      // The type stands after the value, so the last mark is the right one, whatever the value holds.
      let type = lastPart(of: words, after: " to ", upTo: "\n")?.split(separator: " when casting").first ?? "its type"
      return "a text could not be converted to \(type)\(place)"
    }
    if words.hasPrefix("Type "), let range = words.firstRange(of: " with value ") {
      let type = words[words.index(words.startIndex, offsetBy: 5)..<range.lowerBound]
      let target = lastPart(of: words, after: "the destination type ", upTo: "\n")?.split(separator: " when casting")
        .first
      return "a value of type \(type) does not fit the type \(target ?? "it is cast to")\(place)"
    }
    let openings = [
      ("invalid date field format", "a text is not a date written YYYY-MM-DD"),
      ("date field value out of range", "a text is not a day of the calendar"),
      ("Date out of range", "a date is not a day of the calendar"),
      ("invalid timestamp field format", "a text is not a time written YYYY-MM-DD HH:MM:SS"),
      ("timestamp field value out of range", "a text is not a time of the calendar"),
      ("time field value out of range", "a text is not a time of day"),
      ("Malformed JSON", "a text is not JSON"),
      ("PRIMARY KEY or UNIQUE constraint violation", "PRIMARY KEY or UNIQUE constraint violation"),
      ("More than one row returned by a subquery", "a subquery used as a value returned more than one row"),
    ]
    if let (_, sentence) = openings.first(where: { words.hasPrefix($0.0) }) { return sentence + place }
    if words.hasPrefix("Could not parse string ") {
      return "a text does not follow the pattern of dates or times given for it"
    }
    // Names of tables and columns only.
    if words.hasPrefix("NOT NULL constraint failed") || words.hasPrefix("CHECK constraint failed") {
      return firstLine(words)
    }
    return nil
  }

  /// A sentence up to the first thing in it that may be a value; what follows is withheld.
  private static func beforeFirstValue(_ words: Substring) -> String {
    var line = words.prefix { !$0.isNewline }
    // Drivers put a class of error or their own name first, in square brackets.
    var tag = ""
    if line.first == "[", let end = line.firstIndex(of: "]") {
      let inside = line[line.index(after: line.startIndex)..<end]
      guard inside.allSatisfy({ $0.isASCII && ($0.isLetter || "_.".contains($0)) }) else { return withheld }
      tag = "[\(inside)] "
      line = line[line.index(after: end)...].drop { $0 == " " }
    }
    let safe = line.prefix { !"'\"`([{:=<".contains($0) }
    var shown: [Substring] = []
    for word in safe.split(separator: " ") {
      // INT32 and such are types; a word that starts with a digit or sign is a value.
      guard let first = word.first, first.isLetter else { break }
      shown.append(word)
    }
    let text = shown.joined(separator: " ")
    if text.count == words.count { return text }
    return text.isEmpty ? withheld : tag + text + " …"
  }

  private static let withheld = "what it says is withheld, for it may quote data"

  // MARK: Files

  /// An error of a CSV file, whose message quotes the whole line before it comes to the point.
  private static func csvError(
    _ message: String, line: Int?, source: String?, files: [String: OpenedCSV]
  ) -> WarehouseError {
    let file = lastPart(of: message[...], after: "\n  file = ", upTo: "\n").flatMap { files[$0] }
    let name = file?.name ?? source ?? "the file"
    // Read from the end: nothing of the data stands after these marks.
    if let end = lastRange(of: " is being converted as type ", in: message[...]),
      let start = lastRange(of: "\nColumn ", in: message[..<end.lowerBound])
    {
      // The engine counts records, a quoted line break being part of its record; skipped lines and the header come first.
      let row = line.map { max(1, $0 - (file?.linesBeforeData ?? 1)) }
      return .badCell(
        source: name, row: row, column: String(message[start.upperBound..<end.lowerBound]),
        needed: kind(of: firstLine(message[end.upperBound...])))
    }
    let facts = lastRange(of: "\n  file = ", in: message[...]).map { message[..<$0.lowerBound] } ?? message[...]
    let reason: String
    if let expected = lastPart(of: facts, after: "\nExpected Number of Columns: ", upTo: "\n") {
      let counts = expected.split(separator: " Found: ").compactMap { Int($0) }
      reason =
        counts.count == 2 ? "it has \(counts[1]) cells where \(counts[0]) are expected" : "its rows differ in length"
    } else if facts.contains("\nValue with unterminated quote found.") {
      reason = "a quote is opened but not closed, or text follows a closing quote"
    } else if facts.contains("\nInvalid unicode ") {
      reason = notUTF8
    } else if let size = lastPart(of: facts, after: "\nMaximum line size of ", upTo: " ") {
      reason = "a line is longer than \(size) bytes; is a quote opened and never closed?"
    } else {
      reason = "the line does not follow the form of the others"
    }
    return .fileMalformed(path: name, row: line, reason: reason)
  }

  private static let notUTF8 = "its text is not UTF-8; save it as UTF-8, or state its encoding"

  /// What is wrong with a file as such, and on which line when the engine says so.
  private static func fileProblem(_ message: String) -> (line: Int?, reason: String)? {
    let problems = [
      (
        "Error when sniffing file",
        "its delimiter, quotes and header cannot be made out; is it a text table, and whole?"
      ),
      (
        "The CSV Reader does not support the encoding", "its stated encoding is not known; use utf-8, utf-16 or latin-1"
      ),
      ("Input is not a GZIP stream", "its name ends in .gz, but it is not compressed with gzip"),
      ("No magic bytes found at end of file", "it is not a Parquet file, or its end is missing"),
      ("too small to be a Parquet file", "it is not a Parquet file, or its end is missing"),
      ("decompression failure", "its compressed content is damaged"),
      ("Corrupt snappy", "its compressed content is damaged"),
      ("Failed to decode gzip stream", "its compressed content is damaged or cut off"),
      ("sniff_csv does not operate on more than one file", "a pattern may stand for Parquet and JSON files only"),
      ("schema mismatch in glob", "the files of the pattern have different columns"),
      ("is not in UTF-8", notUTF8), ("not utf-8 encoded", notUTF8),
    ]
    // Only DuckDB's words about files: its errors of data may quote any text, these among them.
    let head = message.prefix { !$0.isNewline }
    guard
      head.hasPrefix("Invalid Input Error: ") || head.hasPrefix("IO Error: ")
        || head.hasPrefix("Not implemented Error: ")
    else { return nil }
    if let (_, reason) = problems.first(where: { head.contains($0.0) }) { return (nil, reason) }
    if head.hasPrefix("Invalid Input Error: Malformed JSON in file ") {
      let unit = ["in line ", "in record/value "].lazy.compactMap { lastPart(of: head, after: $0, upTo: ":") }.first
      return (unit.flatMap { Int($0) }, head.contains("invalid UTF-8") ? notUTF8 : "the JSON is malformed")
    }
    if head.hasPrefix("Invalid Input Error: JSON transform error in file "),
      let mark = head.firstRange(of: "\", in line ") ?? head.firstRange(of: "\", in record/value ")
    {
      return (leadingNumber(head[mark.upperBound...]), "a value is of another type than those on the lines before it")
    }
    if head.hasPrefix("Invalid Input Error: Failed to read file ") {
      return (nil, "its content is damaged, or does not follow its own schema")
    }
    return nil
  }

  private static func kind(of type: String) -> String {
    switch type {
    case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT":
      "whole numbers"
    case "DATE": "dates"
    case "TIME": "times of day"
    case "BOOLEAN": "true or false"
    default: type.hasPrefix("TIMESTAMP") ? "times" : "numbers"
    }
  }

  // MARK: Parts of texts

  /// DuckDB's name for the class of error, such as "Conversion Error"; nil when `message` does not start with one.
  private static func errorClass(of message: String) -> String? {
    guard let colon = message.firstIndex(of: ":") else { return nil }
    let head = message[..<colon]
    guard head.hasSuffix(" Error"), head.allSatisfy({ $0.isASCII && ($0.isLetter || $0 == " " || $0 == "-") }) else {
      return nil
    }
    return String(head)
  }

  private static func firstLine(_ text: Substring) -> String {
    let line = text.drop(while: \.isNewline).prefix { !$0.isNewline }
    return line.isEmpty ? "no message" : String(line)
  }

  private static func leadingNumber(_ text: Substring) -> Int? { Int(text.prefix { $0.isASCII && $0.isNumber }) }

  private static func lastRange(of mark: String, in text: Substring) -> Range<Substring.Index>? {
    text.ranges(of: mark).last
  }

  private static func lastPart(of text: Substring, after mark: String, upTo end: Character) -> String? {
    guard let range = lastRange(of: mark, in: text) else { return nil }
    return String(text[range.upperBound...].prefix { $0 != end })
  }
}

/// What an error message needs to know of a CSV file that was opened.
package struct OpenedCSV: Sendable, Hashable {
  /// What the user calls the file.
  package let name: String
  /// The header, if there is one, and the lines skipped before it.
  package let linesBeforeData: Int

  package init(name: String, linesBeforeData: Int) {
    self.name = name
    self.linesBeforeData = linesBeforeData
  }
}
