internal import Pipeline

/// How attractive the segments are, as a table.
enum AttractivenessReport {
  /// The segments by rank, what each criterion counts and what it measures.
  static func print(_ attractiveness: Attractiveness, of model: SegmentModel) {
    let (header, rows) = attractiveness.table(of: model)
    var table = TextTable(header.map { ($0, .right) })
    for row in rows { table.add(row) }
    Terminal.print("\nattractiveness:")
    for line in table.lines { Terminal.print(line) }
    Terminal.print(Attractiveness.explanation)
    for sentence in attractiveness.sentences { Terminal.print("  \(sentence)") }
  }
}
