/// Text for reading in a terminal, in lines of no more than 80 columns where words allow.
enum Paragraph {
  static let columns = 80

  /// The lines of `text`, the first after `lead`, the others indented as far as its width.
  static func lines(_ text: String, after lead: String = "") -> [String] {
    let indent = String(repeating: " ", count: lead.count)
    var lines: [String] = []
    var line = lead
    var isEmpty = true
    for word in text.split(whereSeparator: \.isWhitespace) {
      if !isEmpty, line.count + 1 + word.count > columns {
        lines.append(line)
        (line, isEmpty) = (indent, true)
      }
      line += isEmpty ? String(word) : " \(word)"
      isEmpty = false
    }
    return lines + [line]
  }
}
