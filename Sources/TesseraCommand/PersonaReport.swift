internal import Features
internal import Personas
internal import Pipeline

/// Segments as people, for a terminal of 80 columns.
enum PersonaReport {
  /// A name and a sentence for every segment, macro-segments before theirs.
  static func printNames(_ book: PersonaBook) {
    Terminal.print("")
    for persona in book.personas {
      let indent = persona.isMacro || book.persona("\(persona.macro)") == nil ? "" : "  "
      Terminal.print("\(indent)\(persona.path)  \(persona.name)")
      guard !persona.sentence.isEmpty else { continue }
      write(persona.sentence, after: indent + "     ")
    }
  }

  /// All that is known of one segment; `hasNumbers` tells the numbers behind every word.
  static func print(_ persona: Persona, unit: String, hasNumbers: Bool) {
    let kind = persona.isMacro ? "macro-segment" : "segment"
    Terminal.print("")
    Terminal.print("\(persona.name)  (\(kind) \(persona.path))")
    Terminal.print(String(repeating: "-", count: min(Paragraph.columns, persona.name.count)))
    if !persona.sentence.isEmpty { write(persona.sentence, after: "") }
    if persona.foundName != persona.name { write(persona.foundName, after: "found name   ") }
    let stability = persona.stability.map { ", stability \(ReadableNumber.hundredths($0))" } ?? ""
    write(
      "\(ReadableNumber.grouped(persona.customers)) \(unit) (\(ReadableNumber.percent(persona.share)))\(stability)",
      after: "size         ")
    if let revenue = persona.revenue { write(words(revenue), after: "revenue      ") }
    for chance in persona.chances { write(words(chance), after: "chance       ") }
    for effect in persona.effects ?? [] {
      write("\(effect.target) by \(effect.treatment): \(effect.evidence)", after: "uplift       ")
    }
    print("sets apart", persona.distinctive.prefix(hasNumbers ? 20 : 6).map { hasNumbers ? $0.evidence : $0.words })
    for topic in persona.topics { print(topic.title.lowercased(), topic.facts, hasNumbers) }
    print("typical", persona.typical, hasNumbers)
    let rule = persona.rule
    if rule.isRuleLike {
      print("rule", [rule.words + quality(rule)])
      if hasNumbers { print("as SQL", [rule.sql]) }
    } else if persona.customers >= ReportedGroups.least {
      print("rule", ["not rule-like: no short rule finds it" + quality(rule)])
    }
    for neighbour in persona.neighbours {
      print(
        "nearest",
        [
          "\(neighbour.name) (\(neighbour.path)): "
            + neighbour.differences.map { hasNumbers ? $0.evidence : $0.words }.joined(separator: "; ")
        ])
    }
    for (place, example) in persona.examples.enumerated() {
      print("invented \(place + 1)", [example.map(\.words).joined(separator: ", ")])
    }
    for action in persona.actions {
      let how = [action.channel, action.moment].compactMap { $0 }.joined(separator: "; ")
      print("to do", ["\(action.title): \(action.what)" + (how.isEmpty ? "" : " (\(how))")])
      if hasNumbers, !action.why.isEmpty { print("  because", [action.why]) }
    }
    if let remark = persona.remark {
      for (title, text) in [("note", remark.note), ("owner", remark.owner), ("due", remark.due)] {
        if let text { print(title, [text]) }
      }
    }
  }

  private static func print(_ title: String, _ facts: [Persona.Fact], _ hasNumbers: Bool) {
    print(title, facts.map { hasNumbers ? "\($0.words) [\($0.evidence)]" : $0.words })
  }

  /// A line an item, the title before the first.
  private static func print(_ title: String, _ items: [String]) {
    for (index, item) in items.enumerated() {
      let lead = index == 0 ? title : ""
      let wide = lead.count > 12 ? lead + " " : lead + String(repeating: " ", count: 13 - lead.count)
      if lead.count > 12 {
        Terminal.print(lead)
        write(item, after: String(repeating: " ", count: 13))
      } else {
        write(item, after: wide)
      }
    }
  }

  private static func write(_ text: String, after lead: String) {
    for line in Paragraph.lines(text, after: lead) { Terminal.print(line) }
  }

  private static func words(_ revenue: PersonaRevenue) -> String {
    var text =
      "\(ReadableNumber.text(revenue.sum)) (\(ReadableNumber.percent(revenue.share))), "
      + "\(ReadableNumber.text(revenue.mean)) each"
    if let next = revenue.expected {
      text +=
        "; next \(next.days) days \(ReadableNumber.text(next.expected)), 80% range "
        + "\(ReadableNumber.text(next.low)) to \(ReadableNumber.text(next.high))"
    }
    return text
  }

  private static func words(_ chance: PersonaChance) -> String {
    let came = chance.came.map {
      "\(ReadableNumber.percent($0.rate)), 95% \(ReadableNumber.percent($0.low)) to \(ReadableNumber.percent($0.high))"
    }
    return "\(chance.target) \(ReadableNumber.percent(chance.predicted)) "
      + "(came: \(came ?? "in fewer than ten, or all but fewer"); all \(ReadableNumber.percent(chance.all)))"
  }

  private static func quality(_ rule: RuleFinding) -> String {
    guard let precision = rule.precision, let recall = rule.recall else { return "" }
    return " (precision \(ReadableNumber.wholePercent(precision)), recall \(ReadableNumber.wholePercent(recall)) on "
      + "\(ReadableNumber.grouped(rule.heldOut)) held out)"
  }
}
