internal import Features
internal import Warehouse

extension PersonaMaker {
  private static let mostActions = 4
  /// What rules call having stopped: longer since the last order than others, and, where stages of the life-cycle are
  /// known, lapsed by one's own rhythm.
  static let lapse = "lapse"

  /// What to do for a group: the rules whose conditions hold, the user's first.
  func actions(_ persona: Persona, group: Int) -> [PersonaAction] {
    guard profiles.sizes[group] >= ReportedGroups.least else { return [] }
    let rules = input.settings.actions + (input.settings.usesDefaultActions ? ActionRule.defaults : [])
    let (channel, moment) = (favourite(group, "channel"), moment(group))
    var found: [PersonaAction] = []
    for rule in rules where found.count < PersonaMaker.mostActions {
      guard !found.contains(where: { $0.title == rule.title }) else { continue }
      let reasons = rule.when.compactMap { reason($0, persona, group) }
      guard reasons.count == rule.when.count else { continue }
      // What always applies is said only where nothing else is.
      guard !rule.when.isEmpty || found.isEmpty else { continue }
      var told: Set<String> = []
      let treatments = reasons.flatMap(\.treatments).filter { told.insert($0).inserted }
      found.append(
        PersonaAction(
          title: rule.title,
          what: rule.what.replacing(
            "{treatment}",
            with: treatments.isEmpty ? "what was tried" : Phrases.list(treatments, and: finder.vocabulary.and)),
          why: reasons.flatMap(\.texts).filter { told.insert($0).inserted }.joined(separator: "; "),
          channel: rule.channel ?? channel, moment: rule.moment ?? moment))
    }
    return found
  }

  /// Why a condition holds.
  private struct Reason {
    /// The numbers by which it does.
    let texts: [String]
    /// The treatments whose effect it asks for.
    var treatments: [String] = []
  }

  /// The numbers by which a condition holds; nil where it does not.
  private func reason(_ condition: ActionRule.Condition, _ persona: Persona, _ group: Int) -> Reason? {
    if let effects = persona.effects, let own = PersonaEffect.asked(condition.subject, of: effects) {
      let holding = own.filter { $0.meets(condition.test) }
      // That nothing is known to help has to be so of every treatment.
      guard !holding.isEmpty, !condition.test.isOfAll || holding.count == own.count else { return nil }
      return Reason(
        texts: holding.map { "\($0.treatment), \($0.evidence)" }, treatments: holding.map(\.treatment))
    }
    if condition.subject.hasPrefix("chance of ") {
      let target = condition.subject.dropFirst("chance of ".count)
      guard let chance = persona.chances.first(where: { $0.target == target }), holds(condition.test, chance) else {
        return nil
      }
      return Reason(texts: [
        "chance of \(target) \(ReadableNumber.wholePercent(chance.predicted)) "
          + "(all \(ReadableNumber.wholePercent(chance.all)))"
      ])
    }
    let isLapse = condition.subject == PersonaMaker.lapse
    let subject = isLapse ? "recency" : condition.subject
    let about = traits[group].filter { PersonaMaker.isAbout($0, subject) }
    guard let item = about.max(by: { TraitFinder.comesFirst($1, $0) }) else {
      // Where no last order is known, nobody is known to have stopped.
      return isLapse && condition.test == .usual ? Reason(texts: []) : nil
    }
    let lapsed = isLapse ? finder.lapsed(group) : nil
    guard (lapsed != nil && condition.test == .usual) || holds(condition.test, item, as: subject, group) else {
      return nil
    }
    guard let lapsed else { return Reason(texts: [item.trait.evidence]) }
    // Longer ago than others' is not lapsed where a usual gap has not gone by.
    guard condition.test.isOfMore == (lapsed.share >= 0.5) else { return nil }
    return Reason(texts: [
      item.trait.evidence, "lapsed by their own rhythm: \(ReportedGroups.percent(lapsed.share, of: lapsed.known))",
    ])
  }

  /// Whether a trait is of the feature, of the `feature = level` or of the concept that a condition names.
  private static func isAbout(_ item: WordedTrait, _ subject: String) -> Bool {
    if item.trait.feature == subject, item.trait.level == nil { return true }
    if let level = item.trait.level, "\(item.trait.feature) = \(level)" == subject { return true }
    return item.wording.concept == subject && item.trait.level == nil
  }

  private func holds(_ test: ActionRule.Test, _ item: WordedTrait, as subject: String, _ group: Int) -> Bool {
    let trait = item.trait
    let isSure = item.isMaterial && trait.effect.q <= TraitFinder.greatestRate
    // By its concept a rule goes by what may be said of them; by its own name by its number alone.
    let isSaid = isSure && (item.side != Wording.Side() || trait.feature == subject || trait.level != nil)
    // Asked for by its concept, a feature may run the other way; asked for by its own name, it does not.
    let isTurned = item.wording.isReversed && trait.feature != subject
    let delta = isTurned ? -trait.effect.delta : trait.effect.delta
    return switch test {
    case .high: isSaid && delta >= Effect.small
    case .veryHigh: isSaid && delta >= Effect.large
    case .low: isSaid && delta <= -Effect.small
    case .veryLow: isSaid && delta <= -Effect.large
    case .usual: !isSure || abs(delta) < Effect.small
    case .above(let value): finder.standing(item, group) > value
    case .below(let value): finder.standing(item, group) < value
    }
  }

  /// A chance is high where its observed interval lies above everybody's rate, very high at twice that rate too.
  private func holds(_ test: ActionRule.Test, _ chance: PersonaChance) -> Bool {
    // What came of fewer than ten is not told, and so decides nothing.
    switch test {
    case .high: chance.came.map { $0.low > chance.all } ?? false
    case .veryHigh: chance.came.map { $0.low > chance.all && chance.predicted >= 2 * chance.all } ?? false
    case .low: chance.came.map { $0.high < chance.all } ?? false
    case .veryLow: chance.came.map { $0.high < chance.all && chance.predicted <= chance.all / 2 } ?? false
    case .usual: chance.came.map { $0.low <= chance.all && $0.high >= chance.all } ?? false
    case .above(let value): chance.predicted > value
    case .below(let value): chance.predicted < value
    }
  }

  /// What a group has most above others of one concept, in words; nil where nothing of it is worth a name.
  private func favourite(_ group: Int, _ concept: String) -> String? {
    distinctive[group].first {
      ($0.wording.concept == concept || $0.wording.concept.hasPrefix(concept + " ")) && $0.trait.isHigh
        && $0.side.phrase != nil && $0.side.group != nil
    }?.trait.words
  }

  private func moment(_ group: Int) -> String? {
    let times = ["weekday", "daytime"].compactMap { favourite(group, $0) }
    return times.isEmpty ? nil : times.joined(separator: "; ")
  }
}

extension ActionRule.Test {
  /// Whether it asks for more than others have.
  fileprivate var isOfMore: Bool {
    switch self {
    case .high, .veryHigh, .above: true
    case .low, .veryLow, .below, .usual: false
    }
  }
}
