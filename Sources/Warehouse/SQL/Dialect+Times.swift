/// Times written another way than ISO 8601, by a pattern of `strptime`.
extension Dialect {
  /// The time that the text `expression` tells in `pattern`; NULL where it does not follow it. Nil for a pattern with
  /// parts that the engine cannot read.
  public func moment(_ expression: String, pattern: String) -> String? {
    if self == .duckDB { return "CAST(try_strptime(\(asText(expression)), \(SQL.literal(pattern))) AS TIMESTAMP)" }
    guard let parts = Dialect.parts(of: pattern) else { return nil }
    if self == .spark {
      let letters = parts.map { part in
        switch part {
        case .code(let code): Dialect.sparkLetters[code] ?? ""
        case .plain(let text):
          text.contains { $0.isLetter || "'#[]{}".contains($0) } ? "'" + text.replacing("'", with: "''") + "'" : text
        }
      }
      return "CAST(try_to_timestamp(\(asText(expression)), \(SQL.literal(letters.joined()))) AS TIMESTAMP)"
    }
    return Dialect.matchedTime(asText(expression), parts)
  }

  /// Seconds from 1970 to the time `expression`, whole.
  public func epoch(_ expression: String) -> String {
    self == .spark
      ? "unix_seconds(CAST(\(expression) AS TIMESTAMP_LTZ))"
      : "CAST(floor(extract(epoch FROM \(expression))) AS BIGINT)"
  }

  private enum Part {
    case code(Character)
    case plain(String)
  }

  /// The parts of a pattern; nil if one is not known here.
  private static func parts(of pattern: String) -> [Part]? {
    var parts: [Part] = []
    var plain = ""
    var rest = pattern[...]
    while let character = rest.popFirst() {
      guard character == "%" else {
        plain.append(character)
        continue
      }
      guard let code = rest.popFirst() else { return nil }
      if code == "%" {
        plain.append(code)
      } else if shapes[code] != nil {
        if !plain.isEmpty { parts.append(.plain(plain)) }
        plain = ""
        parts.append(.code(code))
      } else {
        return nil
      }
    }
    if !plain.isEmpty { parts.append(.plain(plain)) }
    return parts
  }

  private static let monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

  /// What each part looks like, as a regular expression.
  private static let shapes: [Character: String] = [
    "Y": "[0-9]{4}", "y": "[0-9]{2}", "m": "0?[1-9]|1[0-2]", "d": "0?[1-9]|[12][0-9]|3[01]",
    "H": "[01]?[0-9]|2[0-3]", "I": "0?[1-9]|1[0-2]", "M": "[0-5]?[0-9]", "S": "[0-5]?[0-9]", "f": "[0-9]{1,9}",
    "p": "[AaPp][Mm]", "b": "[A-Za-z]{3}", "B": "[A-Za-z]{3,9}",
  ]

  /// One letter takes one digit or two.
  private static let sparkLetters: [Character: String] = [
    "Y": "yyyy", "y": "yy", "m": "M", "d": "d", "H": "H", "I": "h", "M": "m", "S": "s", "f": "SSSSSS", "p": "a",
    "b": "MMM", "B": "MMMM",
  ]

  /// PostgreSQL's own reader fails on what does not fit, and overlooks much that should not: each part is cut out by a
  /// regular expression that the whole text must match, and the day is looked up in its month.
  private static func matchedTime(_ cell: String, _ parts: [Part]) -> String {
    func expression(capturing wanted: Character?) -> String {
      let shown = parts.map { part in
        switch part {
        case .code(let code): (code == wanted ? "(" : "(?:") + (shapes[code] ?? "") + ")"
        case .plain(let text):
          text.map {
            $0.isLetter || $0.isNumber || $0 == " " ? String($0) : "[\($0 == "^" || $0 == "\\" ? "\\" : "")\($0)]"
          }
          .joined()
        }
      }
      return SQL.literal("^" + shown.joined() + "$")
    }
    let codes = Set(parts.compactMap { if case .code(let code) = $0 { code } else { nil } })
    func text(_ code: Character) -> String { "substring(\(cell) FROM \(expression(capturing: code)))" }
    func number(_ code: Character, otherwise value: String) -> String {
      codes.contains(code) ? "CAST(\(text(code)) AS INT)" : value
    }
    var year = number("Y", otherwise: "1900")
    if codes.contains("y"), !codes.contains("Y") {
      let short = number("y", otherwise: "0")
      year = "(\(short) + CASE WHEN \(short) < 69 THEN 2000 ELSE 1900 END)"
    }
    var month = number("m", otherwise: "1")
    if let code: Character = codes.contains("b") ? "b" : codes.contains("B") ? "B" : nil, !codes.contains("m") {
      let names = monthNames.enumerated().map { "WHEN '\($1)' THEN \($0 + 1)" }.joined(separator: " ")
      month = "CASE lower(left(\(text(code)), 3)) \(names) END"
    }
    let day = number("d", otherwise: "1")
    var hour = number("H", otherwise: "0")
    if codes.contains("I"), !codes.contains("H") {
      let isLate = codes.contains("p") ? "lower(\(text("p"))) = 'pm'" : "FALSE"
      hour = "(\(number("I", otherwise: "0")) % 12 + CASE WHEN \(isLate) THEN 12 ELSE 0 END)"
    }
    var second = "CAST(\(number("S", otherwise: "0")) AS DOUBLE PRECISION)"
    if codes.contains("f") { second += " + CAST('0.' || \(text("f")) AS DOUBLE PRECISION)" }
    let time = "make_timestamp(\(year), \(month), \(day), \(hour), \(number("M", otherwise: "0")), \(second))"
    let exists = "\(year) > 0 AND " + monthHasDay(year: year, month: month, day: day)
    return
      "CASE WHEN \(cell) ~ \(expression(capturing: nil)) THEN CASE WHEN \(exists) THEN \(time) END END"
  }
}
