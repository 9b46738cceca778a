internal import Features
internal import Personas

extension ReportContent {
  /// The report as Markdown: what the page tells, without charts and without the comparison of any two segments.
  public func markdown() -> String { MarkdownReport(content: self).text }
}

/// A report as Markdown, part by part.
private struct MarkdownReport {
  let content: ReportContent

  private func line(_ text: String) -> String { MarkdownText.line(text) }

  var text: String {
    let asOf = content.asOf.map { " as of \($0)" } ?? ""
    var text = "# \(line(content.title))\n\n"
    text += line("\(content.leaves.count) segments of \(content.everybody.text) \(content.unit)\(asOf).") + "\n\n"
    text += overview + found + content.personas.map(card).joined() + overlaps
    text += content.predictions.isEmpty ? "" : "## What they will do\n\n"
    text += content.predictions.map(prediction).joined() + quality + method
    return text + "\n\(line(content.madeBy)). No customer is in this report.\n"
  }

  private var overview: String {
    let hasRevenue = content.segments.contains { $0.revenue != nil }
    let hasStanding = content.segments.contains { $0.standing != nil }
    let header =
      ["segment", "name", content.unit, "share"] + (hasRevenue ? ["of revenue", "a head", "expected"] : [])
      + (hasStanding ? ["attractiveness"] : []) + ["stability"]
    let rows = content.segments.map { segment in
      let revenue = segment.revenue
      let ahead = revenue?.expected.map {
        "\(ReadableNumber.text($0.expected)) (\(ReadableNumber.text($0.low))–\(ReadableNumber.text($0.high)))"
      }
      return [segment.path, segment.name, segment.customers.text, segment.share.map(ReadableNumber.percent) ?? "–"]
        + (hasRevenue
          ? [revenue.map { ReadableNumber.percent($0.share) } ?? "–", ReadableNumber.text(revenue?.mean), ahead ?? "–"]
          : [])
        + (hasStanding ? [segment.standing.map { ReadableNumber.hundredths($0.attractiveness) } ?? "–"] : [])
        + [segment.stability.map(ReadableNumber.hundredths) ?? "–"]
    }
    let none = content.none.map { "In none of them: \($0.text).\n\n" } ?? ""
    return "## Overview\n\n" + MarkdownText.table(header, rows, numbers: Set(2..<header.count)) + line(none) + "\n"
  }

  private var found: String {
    var text = "## How the segments were found\n\n"
    text += content.found.sentences.map { line($0) + "\n\n" }.joined()
    for node in content.found.nodes {
      let indent = String(repeating: "  ", count: node.depth)
      text += "\(indent)- \(line(node.title)): \(line(node.reason))\n"
    }
    return text + (content.found.nodes.isEmpty ? "" : "\n") + (content.found.criteria.map(MarkdownText.table) ?? "")
  }

  private func facts(_ facts: [ReportFact]) -> String {
    facts.map { "- \(line($0.words)) (\(line($0.evidence)))\n" }.joined() + "\n"
  }

  private func part(_ title: String, _ list: [ReportFact]) -> String {
    list.isEmpty ? "" : "### \(line(title))\n\n" + facts(list)
  }

  private func card(_ card: ReportPersona) -> String {
    guard let segment = content.segment(card.path) else { return "" }
    var text = "## \(line("\(segment.path) \(segment.name)"))\n\n"
    if segment.customers == .few { return text + line("Fewer than ten \(content.unit).") + "\n\n" }
    text += card.sentence.isEmpty ? "" : line(card.sentence) + "\n\n"
    let remark = card.remark.map { [$0.note, $0.owner, $0.due].compactMap { $0 } } ?? []
    text += remark.isEmpty ? "" : "> \(line(remark.joined(separator: " · ")))\n\n"
    text += part("What sets them apart", card.traits.map { ReportFact(words: $0.words, evidence: $0.evidence) })
    text += part("Typical, but not of them alone", card.typical)
    text += card.topics.map { part($0.title, $0.facts) }.joined()
    if !card.actions.isEmpty {
      text += "### What to do\n\n"
      for (place, action) in card.actions.enumerated() {
        let how = [action.channel, action.moment].compactMap { $0 }.map { " · \(line($0))" }.joined()
        let why = action.why.isEmpty ? "" : " (\(line(action.why)))"
        text += "\(place + 1). **\(line(action.title))**: \(line(action.what))\(why)\(how)\n"
      }
      text += "\n"
    }
    for chance in card.chances {
      text +=
        line(
          "Chance of \(chance.target): \(ReadableNumber.percent(chance.predicted)), observed "
            + "\(chance.observed.map(ReadableNumber.percent) ?? "in fewer than ten, or all but fewer"), all \(ReadableNumber.percent(chance.all))."
        ) + "\n\n"
    }
    for effect in card.effects {
      text += line("Uplift of \(effect.target) by \(effect.treatment): \(effect.evidence).") + "\n\n"
    }
    for neighbour in card.neighbours {
      text += part("Like \(neighbour.path) \(neighbour.name), apart from it by", neighbour.differences)
    }
    if let rule = card.rule {
      let worth = [
        rule.precision.map { "precision \(ReadableNumber.wholePercent($0))" },
        rule.recall.map { "recall \(ReadableNumber.wholePercent($0))" },
      ].compactMap { $0 }.joined(separator: ", ")
      text += "### As a rule\n\n" + line(rule.isRuleLike ? rule.words : "No short rule finds them well.")
      text += (worth.isEmpty ? "" : " (\(line(worth)))") + "\n\n" + MarkdownText.code(rule.sql, "sql")
    }
    if !card.examples.isEmpty {
      text += "### Invented examples\n\n"
      text += card.examples.map { "- \(line($0.joined(separator: ", ")))\n" }.joined() + "\n"
    }
    return text
  }

  private var overlaps: String {
    guard let overlaps = content.overlaps else { return "" }
    let rows = overlaps.names.indices.flatMap { i in
      overlaps.names.indices.filter { $0 > i && overlaps.shared[i][$0] > 0 }.map { j in
        [
          overlaps.names[i], overlaps.names[j], ReadableNumber.grouped(overlaps.shared[i][j]),
          overlaps.share(of: i, in: j).map(ReadableNumber.wholePercent) ?? "–",
        ]
      }
    }
    guard !rows.isEmpty else { return "" }
    return "## Overlap\n\nCounts are rounded to tens.\n\n"
      + MarkdownText.table(["list", "and", "in both", "of the first"], rows, numbers: [2, 3])
  }

  private func prediction(_ prediction: ReportPrediction) -> String {
    var text = "### \(line(prediction.name))\n\n\(line("\(prediction.meaning). \(prediction.judged)"))\n\n"
    text += MarkdownText.table(
      ["figure", "value", "low", "high"],
      prediction.figures.map {
        [$0.name, ReadableNumber.text($0.value), ReadableNumber.text($0.low), ReadableNumber.text($0.high)]
      }, numbers: [1, 2, 3])
    text += MarkdownText.table(
      ["down to", "predicted", "observed", "lift", "gain"],
      prediction.gains.map {
        [
          ReadableNumber.percent($0.depth), ReadableNumber.percent($0.predicted), ReadableNumber.percent($0.observed),
          ReadableNumber.hundredths($0.lift), ReadableNumber.percent($0.gain),
        ]
      }, numbers: [0, 1, 2, 3, 4])
    text += MarkdownText.table(
      ["segment", "predicted", "observed"],
      prediction.segments.map {
        [$0.path, ReadableNumber.percent($0.predicted), $0.observed.map(ReadableNumber.percent) ?? "–"]
      }, numbers: [1, 2])
    return text
  }

  private var quality: String {
    let notes = content.quality.notes.map { "- \(line($0))\n" }.joined()
    return "## Data quality\n\n" + (content.quality.sources.map(MarkdownText.table) ?? "") + notes + "\n"
  }

  private var method: String {
    "## Method\n\n" + Method.explanations(content.unit).map { line($0) + "\n\n" }.joined()
      + (content.method.isEmpty
        ? ""
        : MarkdownText.table(["", "setting", "value"], content.method.map { [$0.group, $0.name, $0.value] }))
  }
}
