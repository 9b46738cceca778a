internal import Features

extension HTMLPage {
  /// Figures, tree and table of segments.
  var overview: [String: Any] {
    [
      "figures": figures, "icicle": Icicle(content).markup.html,
      "shading": Self.field(SegmentShades(content).meaning.map { "the higher their \($0)" }), "heads": heads,
      "lines": lines,
      "hasCriteria": !content.criteria.isEmpty, "criteria": table(criteria),
    ]
  }

  private var figures: [[String: Any]] {
    var figures: [(name: String, value: String, detail: String?)] = []
    figures.append((content.unit, content.everybody.text, nil))
    figures.append(("macro-segments", "\(content.macros)", nil))
    figures.append(("segments", "\(content.leaves.count)", nil))
    if let none = content.none {
      let share = none.number.flatMap { own in
        content.everybody.number.map { ReadableNumber.percent(Double(own) / Double(max(1, $0))) }
      }
      figures.append(("in none of them", none.text, share))
    }
    let sums = content.leaves.compactMap { leaf in leaf.revenue.map { $0.share > 0 ? $0.sum / $0.share : 0 } }
    if let total = sums.first(where: { $0 > 0 }), let feature = content.leaves.compactMap(\.revenue).first?.feature {
      figures.append(("spent in all", ReadableNumber.text(total), feature))
    }
    let stability = content.leaves.compactMap(\.stability)
    if let least = stability.min(), let most = stability.max() {
      let range = "\(ReadableNumber.hundredths(least))–\(ReadableNumber.hundredths(most))"
      figures.append(("stability", range, "1 = always the same"))
    }
    return figures.map { ["name": $0.name, "value": $0.value, "detail": Self.field($0.detail)] }
  }

  private struct Column {
    let title: String
    let isNumber: Bool
    let text: (ReportSegment) -> String
    /// By what rows are sorted; nil stands last.
    let value: (ReportSegment) -> Double?
  }

  private var columns: [Column] {
    func number(_ title: String, _ value: @escaping (ReportSegment) -> Double?, _ text: @escaping (Double) -> String)
      -> Column
    {
      Column(title: title, isNumber: true, text: { value($0).map(text) ?? "–" }, value: value)
    }
    var columns = [
      Column(title: "path", isNumber: false, text: \.path, value: { _ in nil }),
      Column(
        title: content.unit, isNumber: true, text: { $0.customers.text },
        value: { $0.customers.number.map(Double.init) }),
      number("share", \.share, ReadableNumber.percent),
    ]
    if content.segments.contains(where: { $0.revenue != nil }) {
      columns.append(number("of revenue", { $0.revenue?.share }, ReadableNumber.percent))
      columns.append(number("a head", { $0.revenue?.mean }, { ReadableNumber.text($0) }))
    }
    if content.segments.contains(where: { $0.standing != nil }) {
      columns.append(number("attractiveness", { $0.standing?.attractiveness }, ReadableNumber.hundredths))
    }
    if content.segments.contains(where: { $0.stability != nil }) {
      columns.append(number("stability", \.stability, ReadableNumber.hundredths))
    }
    return columns
  }

  private var heads: [[String: Any]] {
    [["head": "segment", "isNumber": false]] + columns.map { ["head": $0.title, "isNumber": $0.isNumber] }
  }

  private var lines: [[String: Any]] {
    let divided = Set(content.segments.filter(\.isMacro).map(\.macro))
    let sentences = Dictionary(content.personas.map { ($0.path, $0.sentence) }) { first, _ in first }
    let columns = columns
    return content.segments.map { segment in
      [
        "kind": segment.isMacro ? "macro" : divided.contains(segment.macro) ? "micro" : "alone",
        "anchor": SegmentAnchor.id(segment.path), "name": segment.name,
        "searched": "\(segment.path) \(segment.name) \(sentences[segment.path] ?? "")",
        "cells": columns.map { column in
          [
            "isNumber": column.isNumber, "text": column.text(segment),
            "sorted": column.isNumber ? column.value(segment).map { SVG.sorted($0) } ?? "" : column.text(segment),
          ] as [String: Any]
        },
      ]
    }
  }

  private var criteria: ReportTable {
    ReportTable(
      caption: "Each segment scores by its rank on each criterion, from 0 to 1; attractiveness is their weighted mean.",
      columns: [.init("criterion"), .init("counts", isNumber: true), .init("what it measures")],
      rows: content.criteria.map { [$0.name, ReadableNumber.wholePercent($0.share), $0.meaning] })
  }

  /// Why the segments are as they are.
  var found: [String: Any] {
    let found = content.found
    return [
      "sentences": found.sentences, "hasNodes": !found.nodes.isEmpty, "nodes": table(nodes),
      "tried": Self.field(found.criteria.map(table)),
    ]
  }

  private var nodes: ReportTable {
    ReportTable(
      caption: "From everybody down",
      columns: [.init("part"), .init("divided by"), .init("stability", isNumber: true), .init("why")],
      rows: content.found.nodes.map { node in
        let more = node.features.count > 6 ? " and \(node.features.count - 6) more" : ""
        return [
          String(repeating: "\u{2003}", count: node.depth) + node.title,
          node.features.prefix(6).joined(separator: ", ") + more,
          node.stability.map(ReadableNumber.hundredths) ?? "–", node.reason,
        ]
      })
  }
}

extension SVG {
  /// A number that a script can read.
  static func sorted(_ value: Double) -> String { value.isFinite ? "\(ReportComparison.rounded(value))" : "" }
}
