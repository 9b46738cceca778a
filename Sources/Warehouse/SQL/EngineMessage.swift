/// What an engine says of an error, made fit to show: without the customers' values it quotes.
enum EngineMessage {
  /// The error that an engine's `message` stands for. `source` names what was being read, when that is known.
  static func error(_ message: String, source: String? = nil) -> WarehouseError {
    let lines = message.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    let first = lines.first ?? "no message"
    if first.contains("INTERRUPT Error") || first.contains("Interrupted!") { return .interrupted }
    if first.contains("Out of Memory Error") || first.contains("could not allocate block") {
      return .outOfMemory(reason: redacted(first.replacing("Out of Memory Error: ", with: "")))
    }
    if message.contains("CSV Error on Line") {
      let row = firstNumber(after: "CSV Error on Line: ", in: message)
      let column = between("Error when converting column \"", "\"", in: message)
      if let column {
        let type = between("' to '", "'", in: message) ?? between("\" to '", "'", in: message) ?? "its type"
        // DuckDB counts the header as line 1; data rows count from 1.
        return .badCell(
          source: source ?? "the file", row: row.map { max(1, $0 - 1) }, column: column, needed: kind(of: type))
      }
      let reason = lines.first { !$0.contains("CSV Error on Line") && !$0.hasPrefix("Original Line") } ?? "malformed"
      return .fileMalformed(path: source ?? "the file", row: row, reason: redacted(reason))
    }
    if first.contains("Invalid unicode") || first.contains("not utf-8 encoded") || first.contains("UTF-8") {
      return .fileMalformed(
        path: source ?? "the file", row: nil, reason: "its text is not UTF-8; save it as UTF-8, or state its encoding")
    }
    return .statement(reason: redacted(first))
  }

  /// `message` without quoted or bracketed values, in the classes of error that quote data.
  static func redacted(_ message: String) -> String {
    let quotesData = ["Conversion Error", "Invalid Input Error", "Out of Range Error", "Constraint Error"]
    guard quotesData.contains(where: message.contains) else { return message }
    var shown = ""
    var closing: Character?
    for character in message {
      if let end = closing {
        if character == end {
          closing = nil
          shown.append("…")
          shown.append(end)
        }
        continue
      }
      shown.append(character)
      switch character {
      case "\"": closing = "\""
      case "'": closing = "'"
      case "(": closing = ")"
      default: break
      }
    }
    return shown
  }

  private static func kind(of type: String) -> String {
    switch type {
    case "BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT": "whole numbers"
    case "DATE": "dates"
    case "BOOLEAN": "true or false"
    default: type.hasPrefix("TIMESTAMP") ? "times" : "numbers"
    }
  }

  private static func firstNumber(after mark: String, in text: String) -> Int? {
    guard let range = text.firstRange(of: mark) else { return nil }
    return Int(text[range.upperBound...].prefix { $0.isNumber })
  }

  private static func between(_ start: String, _ end: Character, in text: String) -> String? {
    guard let range = text.firstRange(of: start) else { return nil }
    return String(text[range.upperBound...].prefix { $0 != end })
  }
}
