/// Texts of the data as texts of Markdown (CommonMark 0.31, with GitHub's tables).
enum MarkdownText {
  private static let special: Set<Unicode.Scalar> = [
    "\\", "`", "*", "_", "{", "}", "[", "]", "<", ">", "#", "|", "&", "~", "!",
  ]

  /// `text` on one line, every sign that means something escaped.
  static func line(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      if isControl || scalar == "\u{2028}" || scalar == "\u{2029}" {
        escaped.append(" ")
        continue
      }
      if special.contains(scalar) { escaped.append("\\") }
      escaped.append(scalar)
    }
    return String(escaped)
  }

  /// A table of `rows` under `header`; texts are escaped.
  static func table(_ header: [String], _ rows: [[String]], numbers: Set<Int> = []) -> String {
    func row(_ cells: [String]) -> String { "| " + cells.map(line).joined(separator: " | ") + " |\n" }
    let rule = header.indices.map { numbers.contains($0) ? " ---: |" : " --- |" }.joined()
    return row(header) + "|" + rule + "\n" + rows.map(row).joined() + "\n"
  }

  static func table(_ table: ReportTable) -> String {
    "\(line(table.caption)):\n\n"
      + self.table(
        table.columns.map(\.title), table.rows,
        numbers: Set(table.columns.indices.filter { table.columns[$0].isNumber }))
  }

  /// `code` in a block whose fence is longer than any inside.
  static func code(_ code: String, _ language: String) -> String {
    var (longest, run) = (2, 0)
    for character in code {
      run = character == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    return "\(fence)\(language)\n\(code)\n\(fence)\n\n"
  }
}
