internal import Features
internal import Personas

extension HTMLPage {
  private static let mostStrips = 5

  /// The cards in the order of the segments.
  var cards: [[String: Any]] {
    let places = Dictionary(
      (content.comparison?.paths ?? []).enumerated().map { ($1, $0) }
    ) { first, _ in first }
    return content.personas.compactMap { card in
      content.segment(card.path).map { self.card(card, $0, place: places[card.path]) }
    }
  }

  private func card(_ card: ReportPersona, _ segment: ReportSegment, place: Int?) -> [String: Any] {
    let isSmall = segment.customers == .few
    return [
      "anchor": SegmentAnchor.id(segment.path), "kind": segment.isMacro ? "macro" : "micro",
      "place": self.place(segment), "name": segment.name, "isSmall": isSmall,
      "sentence": Self.field(card.sentence.isEmpty ? nil : card.sentence), "remark": Self.field(remark(card)),
      "stats": stats(segment), "body": Self.field(isSmall ? nil : body(card, segment, place: place)),
    ]
  }

  private func place(_ segment: ReportSegment) -> String {
    if segment.isMacro {
      let parts = content.leaves.count { $0.macro == segment.macro }
      return "Macro-segment \(segment.path) of \(parts) segments"
    }
    let macro = content.segments.first { $0.isMacro && $0.macro == segment.macro }
    return "Segment \(segment.path)" + (macro.map { " · part of \($0.name)" } ?? "")
  }

  private func remark(_ card: ReportPersona) -> String? {
    guard let remark = card.remark else { return nil }
    let parts = [
      remark.note, remark.owner.map { "Owner: \($0)" }, remark.due.map { "By: \($0)" },
      remark.foundName.map { "Found as: \($0)" },
    ].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: " · ")
  }

  private func stats(_ segment: ReportSegment) -> [[String: Any]] {
    var stats = [(content.unit, segment.customers.text)]
    if let share = segment.share { stats.append(("share", ReadableNumber.percent(share))) }
    if let revenue = segment.revenue {
      stats.append(("of revenue", ReadableNumber.percent(revenue.share)))
      stats.append(("a head", ReadableNumber.text(revenue.mean)))
      if let ahead = revenue.expected {
        let range = "\(ReadableNumber.text(ahead.low))–\(ReadableNumber.text(ahead.high))"
        stats.append(("expected in \(ahead.days) days", "\(ReadableNumber.text(ahead.expected)) (\(range))"))
      }
    }
    if let standing = segment.standing {
      stats.append(
        ("attractiveness", "\(ReadableNumber.hundredths(standing.attractiveness)) (rank \(standing.rank))"))
    }
    if let stability = segment.stability { stats.append(("stability", ReadableNumber.hundredths(stability))) }
    return stats.map { ["stat": $0.0, "value": $0.1] }
  }

  private func body(_ card: ReportPersona, _ segment: ReportSegment, place: Int?) -> [String: Any] {
    let strips = place.map { self.strips(card, $0) } ?? []
    let rests = card.nameFacts + card.sentenceFacts.filter { !card.nameFacts.contains($0) }
    let isChance = !card.chances.isEmpty
    return [
      "hasTraits": !card.traits.isEmpty, "traits": card.traits.map(trait), "hasStrips": !strips.isEmpty,
      "strips": strips, "hasTypical": !card.typical.isEmpty, "typical": Self.facts(card.typical),
      "hasActions": !card.actions.isEmpty, "actions": card.actions.map(action),
      "topics": card.topics.map { Self.facts($0.facts) + ["topic": $0.title] }, "hasChances": isChance,
      "chances": card.chances.map(chance), "hasEffects": !card.effects.isEmpty,
      "effects": card.effects.map { uplift($0, beside: card.effects) },
      "hasNeighbours": !card.neighbours.isEmpty,
      "neighbours": card.neighbours.map(neighbour), "rule": Self.field(card.rule.map(rule)),
      "rests": Self.field(rests.isEmpty ? nil : Self.facts(rests)), "hasPeople": !card.examples.isEmpty,
      "people": card.examples.map { $0.joined(separator: ", ") },
    ]
  }

  private func trait(_ trait: ReportTrait) -> [String: Any] {
    let siblings = trait.siblings.map { "; against its siblings \(EffectBar.signed($0))" } ?? ""
    let q = trait.q < 0.001 ? "below 0.001" : ReadableNumber.text(trait.q)
    return [
      "words": trait.words, "bar": EffectBar.markup(trait).html, "evidence": trait.evidence,
      "effect": "Effect \(EffectBar.signed(trait.delta)) (95% \(EffectBar.signed(trait.low)) to "
        + "\(EffectBar.signed(trait.high))), false discovery rate \(q)\(siblings)",
    ]
  }

  /// The numbers that set it apart most.
  private func strips(_ card: ReportPersona, _ place: Int) -> [[String: Any]] {
    guard let comparison = content.comparison else { return [] }
    var strips: [[String: Any]] = []
    for trait in card.traits where trait.level == nil && strips.count < HTMLPage.mostStrips {
      guard let number = comparison.numbers.first(where: { $0.feature == trait.feature }),
        let own = number.groups[place],
        let chart = QuartileStrip.markup(feature: trait.feature, own: own, everyone: number.everyone)
      else { continue }
      strips.append(["feature": trait.feature, "median": ReadableNumber.text(own[1]), "strip": chart.html])
    }
    return strips
  }

  private func action(_ action: ReportAction) -> [String: Any] {
    let how = [action.channel.map { "Channel: \($0)" }, action.moment.map { "When: \($0)" }].compactMap { $0 }
    return [
      "headline": "\(action.title).", "what": action.what,
      "why": action.why.isEmpty ? "It always applies." : "Because \(action.why)",
      "how": Self.field(how.isEmpty ? nil : how.joined(separator: " · ")),
    ]
  }

  private func chance(_ chance: ReportChance) -> [String: Any] {
    let most = max(chance.high ?? 0, chance.predicted, chance.all) * 1.05
    return [
      "target": chance.target, "percent": ReadableNumber.percent(chance.predicted),
      "plot": RateDot.markup(
        predicted: chance.predicted, observed: chance.observed, low: chance.low, high: chance.high, all: chance.all,
        most: most
      ).html,
    ]
  }

  private func uplift(_ effect: PersonaEffect, beside effects: [PersonaEffect]) -> [String: Any] {
    [
      "target": effect.target, "treatment": effect.treatment, "uplift": effect.text(effect.value),
      "evidence": effect.evidence, "plot": UpliftRange.markup(effect, beside: effects).html,
    ]
  }

  private func neighbour(_ neighbour: ReportNeighbour) -> [String: Any] {
    Self.facts(neighbour.differences) + [
      "nextAnchor": SegmentAnchor.id(neighbour.path), "nextName": neighbour.name,
      "distance": "distance \(ReadableNumber.hundredths(neighbour.distance))",
    ]
  }

  private func rule(_ rule: ReportRule) -> [String: Any] {
    let worth: String
    if let precision = rule.precision, let recall = rule.recall {
      worth =
        "On held-out \(content.unit): \(ReadableNumber.wholePercent(precision)) of whom it names are theirs (precision), "
        + "and it names \(ReadableNumber.wholePercent(recall)) of theirs (recall)."
    } else {
      worth = "Too few \(content.unit) were held out to say how good it is."
    }
    return [
      "ruleWords": rule.isRuleLike ? rule.words : "No short rule finds them well; the best: \(rule.words)",
      "worth": worth, "sql": rule.sql,
    ]
  }
}
