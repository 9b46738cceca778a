internal import Features

extension HTMLPage {
  private static let mostCompared = 15

  /// What scripts compare any two segments by.
  private struct Data: Encodable {
    let paths: [String]
    let names: [String]
    /// The places of the two that the page shows first.
    let first: [Int]
    let numbers: [ReportComparison.Number]
    let levels: [ReportComparison.Level]
  }

  /// The comparison of two segments, those with most customers first; nil where there are no two.
  var comparison: [String: Any]? {
    guard let comparison = content.comparison, comparison.paths.count > 1 else { return nil }
    let leaves = Set(content.leaves.map(\.path))
    let sizes = comparison.paths.map { content.segment($0)?.customers.number ?? 0 }
    let ranked = comparison.paths.indices.sorted { one, other in
      let (a, b) = (leaves.contains(comparison.paths[one]), leaves.contains(comparison.paths[other]))
      return a != b ? a : sizes[one] != sizes[other] ? sizes[one] > sizes[other] : one < other
    }
    let (one, other) = (ranked[0], ranked[1])
    let names = comparison.paths.map { self.names[$0] ?? $0 }
    let compared = compared(comparison, one, other)
    return [
      "oneName": names[one], "otherName": names[other], "compared": compared, "hasCompared": !compared.isEmpty,
      "data": EscapedText.script(
        Data(
          paths: comparison.paths, names: names, first: [one, other], numbers: comparison.numbers,
          levels: comparison.levels)
      ).html,
    ]
  }

  /// What differs most between two segments, as the page's script has it, too.
  private func compared(_ comparison: ReportComparison, _ one: Int, _ other: Int) -> [[String: Any]] {
    var lines: [(difference: Double, fields: [String: Any])] = []
    func text(_ own: [Double]) -> String {
      let half = "\(ReadableNumber.text(own[0]))–\(ReadableNumber.text(own[2]))"
      return "\(ReadableNumber.text(own[1])) (\(half))"
    }
    for number in comparison.numbers {
      guard let a = number.groups[one], let b = number.groups[other] else { continue }
      let all = number.everyone
      let (low, high) = (min(all[0], a[1], b[1]), max(all[4], a[1], b[1]))
      lines.append(
        (
          high > low ? abs(a[1] - b[1]) / (high - low) : 0,
          [
            "feature": number.feature, "one": text(a), "other": text(b), "everyone": ReadableNumber.text(all[2]),
            "plot": ComparisonStrip(low: low, high: high, one: a[1], other: b[1], band: (all[1], all[3])).markup.html,
          ]
        ))
    }
    for level in comparison.levels {
      guard let a = level.groups[one], let b = level.groups[other] else { continue }
      lines.append(
        (
          abs(a - b),
          [
            "feature": "\(level.feature) = \(level.level)", "one": ReadableNumber.wholePercent(a),
            "other": ReadableNumber.wholePercent(b), "everyone": ReadableNumber.wholePercent(level.everyone),
            "plot": ComparisonStrip(low: 0, high: 1, one: a, other: b, band: nil).markup.html,
          ]
        ))
    }
    return lines.enumerated().sorted {
      $0.element.difference != $1.element.difference
        ? $0.element.difference > $1.element.difference : $0.offset < $1.offset
    }.prefix(HTMLPage.mostCompared).map(\.element.fields)
  }

  private static let mostListed = 24
  private static let mostPairs = 30

  /// How lists share customers: a matrix of a few, of many the pairs that share most; nil where none do.
  var overlaps: [String: Any]? {
    guard let overlaps = content.overlaps, overlaps.names.count > 1 else { return nil }
    let pairs = overlaps.names.indices.flatMap { i in
      overlaps.names.indices.filter { $0 > i && overlaps.shared[i][$0] > 0 }.map { (i, $0, overlaps.jaccard(i, $0)) }
    }.sorted { $0.2 != $1.2 ? $0.2 > $1.2 : ($0.0, $0.1) < ($1.0, $1.1) }
    let isMatrix = overlaps.names.count <= HTMLPage.mostListed
    let words =
      pairs.isEmpty
      ? "No two lists share ten \(content.unit) or more."
      : "Whoever belongs to several segments, more or less, is listed in each; lists by rule stand beside them. "
        + "Counts are rounded to tens."
    return [
      "overlapWords": words, "matrix": Self.field(isMatrix && !pairs.isEmpty ? matrix(overlaps) : nil),
      "pairs": Self.field(isMatrix || pairs.isEmpty ? nil : table(strongest(overlaps, pairs))),
    ]
  }

  private func listName(_ name: String) -> String { names[name].map { "\(name) \($0)" } ?? name }

  private func matrix(_ overlaps: ReportOverlaps) -> [String: Any] {
    [
      "names": overlaps.names,
      "rows": overlaps.names.indices.map { row in
        [
          "list": listName(overlaps.names[row]),
          "shares": overlaps.names.indices.map { column -> [String: Any] in
            let share = row == column ? nil : overlaps.share(of: row, in: column)
            let isEmpty = (share ?? 0) == 0
            return [
              "shade": "\(isEmpty ? 0 : min(4, 1 + Int((share ?? 0) * 4)))",
              "text": row == column ? "" : isEmpty ? "·" : ReadableNumber.wholePercent(share ?? 0),
            ]
          },
        ]
      },
    ]
  }

  private func strongest(_ overlaps: ReportOverlaps, _ pairs: [(Int, Int, Double)]) -> ReportTable {
    ReportTable(
      caption: "The pairs of \(overlaps.names.count) lists that share most",
      columns: [
        .init("list"), .init("and"), .init("in both", isNumber: true), .init("of the first", isNumber: true),
        .init("of the second", isNumber: true),
      ],
      rows: pairs.prefix(HTMLPage.mostPairs).map { i, j, _ in
        [
          listName(overlaps.names[i]), listName(overlaps.names[j]), ReadableNumber.grouped(overlaps.shared[i][j]),
          overlaps.share(of: i, in: j).map(ReadableNumber.wholePercent) ?? "–",
          overlaps.share(of: j, in: i).map(ReadableNumber.wholePercent) ?? "–",
        ]
      })
  }
}
