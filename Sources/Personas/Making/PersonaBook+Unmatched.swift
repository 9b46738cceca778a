public import Features
internal import Warehouse

extension PersonaBook {
  /// What `settings` says in words and rules of features, levels and subjects that this model has not, a sentence each: a
  /// word that is never said, a rule that never applies.
  public func unmatched(_ settings: PersonaSettings) -> [String] {
    let words = settings.words.map(\.pattern).filter { !isMatched($0) }.map {
      "'personas.words.\($0)' in tessera.yml fits no feature of this model, nor a level that ten customers have, so it is "
        + "never said"
    }
    let known = Subjects(self, settings)
    let rules = settings.actions.enumerated().flatMap { place, rule in
      rule.when.map(\.subject).filter { !known.contains($0) }.map { subject in
        "'personas.actions[\(place + 1)]' in tessera.yml asks for '\(subject)', which is \(known.fault(subject)), so "
          + "'\(rule.title)' never applies"
      }
    }
    return words + rules
  }

  private func isMatched(_ pattern: String) -> Bool {
    let pattern = WordPattern(pattern)
    return profiles.numbers.contains { pattern.match(FeatureWords($0.feature), level: nil) != nil }
      || profiles.levels.contains { pattern.match(FeatureWords($0.feature), level: $0.level) != nil }
  }

  /// What a rule can ask for.
  private struct Subjects {
    let names: Set<String>
    let categories: Set<String>

    init(_ book: PersonaBook, _ settings: PersonaSettings) {
      let vocabulary = Vocabulary(settings, unit: "customers")
      var names: Set<String> = []
      for number in book.profiles.numbers {
        let wording = vocabulary.wording(number.feature, level: nil, isFlag: number.everyone.isFlag)
        if wording.isTold { names.formUnion([number.feature, wording.concept]) }
        if wording.concept == "recency" { names.insert(PersonaMaker.lapse) }
      }
      for level in book.profiles.levels { names.insert("\(level.feature) = \(level.level)") }
      for persona in book.personas {
        for chance in persona.chances { names.insert("chance of \(chance.target)") }
        for effect in persona.effects ?? [] {
          let whole = "\(PersonaEffect.subject) of \(effect.target)"
          names.formUnion([PersonaEffect.subject, whole, "\(whole) by \(effect.treatment)"])
        }
      }
      self.names = names
      categories = Set(book.profiles.levels.map(\.feature))
    }

    func contains(_ subject: String) -> Bool { names.contains(subject) }

    func fault(_ subject: String) -> String {
      if categories.contains(subject) { return "a category (ask for one of its levels: '\(subject) = LEVEL')" }
      if subject.hasPrefix("chance of ") { return "not known of any segment of this model" }
      if subject.hasPrefix(PersonaEffect.subject) { return "not known of any segment of this model" }
      let hint = NearestNames.to(subject, in: names.sorted(), limit: 1).first.map { " (did you mean '\($0)'?)" } ?? ""
      return "no feature, level or subject of this model" + hint
    }
  }
}
