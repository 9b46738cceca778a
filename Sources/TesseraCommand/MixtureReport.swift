internal import Features
internal import Pipeline

/// What `inspect` tells of a mixture's distributions.
enum MixtureReport {
  /// How much of a wide table is shown.
  private struct Limits {
    let segments: Int
    let numbers: Int
    let levels: Int

    static let usual = Limits(segments: 8, numbers: 12, levels: 24)
    static let none = Limits(segments: .max, numbers: .max, levels: .max)
  }

  /// Prints shares, means and standard deviations, rates of counts, and probabilities of levels.
  static func print(_ description: MixtureDescription, showsAll: Bool) {
    let limits = showsAll ? Limits.none : .usual
    let shown = min(limits.segments, description.shares.count)
    Terminal.print("\nThe mixture's own numbers: every row counts in each segment as far as it belongs there.")
    let noise = description.noise.map { "; noise \(ReadableNumber.percent($0))" } ?? ""
    var table = TextTable([("", .left)] + header(shown))
    table.add(["share in the model"] + description.shares.prefix(shown).map(ReadableNumber.percent))
    print(table, "shares (the table above counts rows by their most likely segment)\(noise):")
    let more = description.shares.count - shown
    if more > 0 { Terminal.print("and \(more) more segment\(more == 1 ? "" : "s"): --all") }

    numbers(description.numbers.filter { !$0.isCount }, "mean ± standard deviation", limits, shown)
    numbers(description.numbers.filter(\.isCount), "rate ± standard deviation of counts", limits, shown)
    levels(description.categories, limits, shown)
  }

  private static func numbers(
    _ columns: [MixtureDescription.Number], _ title: String, _ limits: Limits, _ shown: Int
  ) {
    guard !columns.isEmpty else { return }
    var table = TextTable([("", .left), ("all", .right)] + header(shown))
    for column in columns.prefix(limits.numbers) {
      let cells = zip(column.means, column.standardDeviations).prefix(shown).map {
        "\(ReadableNumber.text($0)) ± \(ReadableNumber.text($1))"
      }
      table.add(
        [column.isLogged ? "log(1 + \(column.feature))" : column.feature, ReadableNumber.text(column.mean)] + cells)
    }
    print(table, "\(title), the most separating columns first:")
    let more = columns.count - min(limits.numbers, columns.count)
    if more > 0 { Terminal.print("and \(more) more column\(more == 1 ? "" : "s"): --all") }
  }

  private static func levels(_ columns: [MixtureDescription.Category], _ limits: Limits, _ shown: Int) {
    guard !columns.isEmpty else { return }
    var table = TextTable([("", .left), ("all", .right)] + header(shown))
    var lines = 0
    var told = 0
    for column in columns {
      // Whole columns, and at least one.
      guard told == 0 || lines + column.levels.count <= limits.levels else { break }
      for (index, level) in column.levels.enumerated() {
        table.add(
          ["\(column.feature) = \(level)", ReadableNumber.percent(column.probabilities[index])]
            + column.segmentProbabilities[index].prefix(shown).map(ReadableNumber.percent))
      }
      lines += column.levels.count
      told += 1
    }
    print(table, "probability of each level in a segment, the most separating columns first:")
    let more = columns.count - told
    if more > 0 { Terminal.print("and \(more) more column\(more == 1 ? "" : "s"): --all") }
  }

  private static func header(_ segments: Int) -> [(String, TextTable.Alignment)] {
    (0..<segments).map { ("segment \($0 + 1)", TextTable.Alignment.right) }
  }

  private static func print(_ table: TextTable, _ title: String) {
    Terminal.print("\n\(title)")
    for line in table.lines { Terminal.print(line) }
  }
}
