internal import Features
public import Personas

extension ReportPersona {
  private static let mostTraits = 12

  /// What a report tells of `persona`.
  public init(_ persona: Persona) {
    self.init(path: persona.path)
    remark = ReportRemark(persona)
    nameFacts = persona.nameTraits.map(ReportFact.init)
    sentence = persona.sentence
    sentenceFacts = persona.sentenceTraits.map(ReportFact.init)
    traits = persona.distinctive.prefix(ReportPersona.mostTraits).map(ReportTrait.init)
    typical = persona.typical.map(ReportFact.init)
    topics = persona.topics.map { ReportTopic(title: $0.title, facts: $0.facts.map(ReportFact.init)) }
    chances = persona.chances.map(ReportChance.init)
    effects = persona.effects ?? []
    rule = ReportRule(persona.rule)
    neighbours = persona.neighbours.map {
      ReportNeighbour(
        path: $0.path, name: $0.name, distance: $0.distance, differences: $0.differences.map(ReportFact.init))
    }
    examples = persona.examples.map { $0.map(\.words) }
    actions = persona.actions.map {
      ReportAction(title: $0.title, what: $0.what, why: $0.why, channel: $0.channel, moment: $0.moment)
    }
  }
}

extension ReportRemark {
  fileprivate init?(_ persona: Persona) {
    let found = persona.foundName == persona.name ? nil : persona.foundName
    guard found != nil || persona.remark != nil else { return nil }
    (foundName, note, owner, due) = (found, persona.remark?.note, persona.remark?.owner, persona.remark?.due)
  }
}

extension ReportFact {
  fileprivate init(_ fact: Persona.Fact) { self.init(words: fact.words, evidence: fact.evidence) }
  fileprivate init(_ trait: Trait) { self.init(words: trait.words, evidence: trait.evidence) }
}

extension ReportTrait {
  fileprivate init(_ trait: Trait) {
    (feature, level, words, evidence) = (trait.feature, trait.level, trait.words, trait.evidence)
    (delta, low, high) = (trait.effect.delta, trait.effect.low, trait.effect.high)
    (q, siblings) = (trait.effect.q, trait.siblings?.delta)
  }
}

extension ReportChance {
  fileprivate init(_ chance: PersonaChance) {
    (target, meaning, predicted) = (chance.target, chance.meaning, chance.predicted)
    (observed, low, high, all) = (chance.came?.rate, chance.came?.low, chance.came?.high, chance.all)
  }
}

extension ReportRule {
  /// Nil where no rule was sought.
  fileprivate init?(_ finding: RuleFinding) {
    guard !finding.rule.conditions.isEmpty else { return nil }
    // Shares of a handful would tell of single customers, and nothing surely.
    let isKnown = finding.heldOutMembers >= ReportedGroups.least
    (words, sql) = (finding.words, finding.sql)
    (precision, recall) = isKnown ? (finding.precision, finding.recall) : (nil, nil)
    isRuleLike = isKnown && finding.isRuleLike
  }
}
