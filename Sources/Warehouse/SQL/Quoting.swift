/// The only places where a name or a value becomes SQL text.
public enum SQL {
  /// `name` as a quoted identifier, whatever it holds.
  public static func identifier(_ name: String) -> String {
    "\"" + doubled("\"", in: name) + "\""
  }

  /// `text` as a string literal, whatever it holds.
  public static func literal(_ text: String) -> String {
    "'" + doubled("'", in: text) + "'"
  }

  /// `query` in brackets, to stand after FROM; a comment or semicolon at its end does no harm.
  public static func subquery(_ query: String) -> String {
    var trimmed = Substring(query)
    while let last = trimmed.last, last.isWhitespace || last == ";" { trimmed.removeLast() }
    return "(\(trimmed)\n)"
  }

  /// A list of string literals, `'a', 'b'`.
  public static func literals(_ texts: [String]) -> String { texts.map(literal).joined(separator: ", ") }

  /// `text` with every `quote` twice. By scalars: a quote that a combining mark follows is another Character to Swift,
  /// but the same quote to an engine.
  private static func doubled(_ quote: Unicode.Scalar, in text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      scalars.append(scalar)
      if scalar == quote { scalars.append(scalar) }
    }
    return String(scalars)
  }
}
