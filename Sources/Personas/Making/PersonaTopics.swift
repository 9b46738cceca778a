internal import Features
internal import Warehouse

extension PersonaMaker {
  /// The subjects of a card and the concepts that belong to each.
  private static let subjects: [(title: String, concepts: Set<String>)] = [
    ("Life-cycle", ["recency", "stage", "tenure", "trend"]),
    ("How often and how much", ["frequency", "rhythm", "spend", "basket", "volume", "volatility", "concentration"]),
    ("When", ["weekday", "daytime", "season"]),
    ("Channel", ["channel", "channels", "stores", "browsing"]),
    ("Discounts", ["discount", "discount depth", "discount count", "coupons"]),
    ("Contact", ["contact", "followed", "response", "campaign response", "email", "lead", "carts"]),
    (
      "Who they are",
      [
        "gender", "marital", "age", "place", "home", "household", "children", "teenagers", "income", "education",
        "industry", "plan",
      ]
    ),
  ]
  private static let mostFacts = 4
  /// What so many have counts as typical.
  private static let mostlyShare = 0.6

  /// What the card of `group` tells by subject: where it differs, else where most of it stands.
  func topics(_ group: Int) -> [Persona.Topic] {
    let found = distinctive[group]
    func facts(_ items: [WordedTrait]) -> [Persona.Fact] {
      var said: Set<String> = []
      return items.filter { $0.side.phrase != nil && said.insert($0.trait.words).inserted }
        .prefix(PersonaMaker.mostFacts).map { Persona.Fact(words: $0.trait.words, evidence: $0.trait.evidence) }
    }
    let choices = found.filter { PersonaMaker.isChoice($0.wording.concept) }
    var topics = [
      Persona.Topic(title: "What they buy", facts: facts(choices.filter { !PersonaMaker.isLess($0) })),
      Persona.Topic(title: "What not to show them", facts: facts(choices.filter { isShunned($0, group) })),
    ]
    for subject in PersonaMaker.subjects {
      var told = facts(
        found.filter {
          subject.concepts.contains($0.wording.concept)
            || ($0.wording.concept.hasPrefix("channel ") && subject.concepts.contains("channel"))
        })
      if told.isEmpty {
        // As everybody: the commonest level tells at least where they stand.
        told = facts(
          traits[group].filter {
            subject.concepts.contains($0.wording.concept) && $0.trait.level != nil
              && $0.trait.own >= PersonaMaker.mostlyShare
          })
      }
      topics.append(Persona.Topic(title: subject.title, facts: told))
    }
    return topics.filter { !$0.facts.isEmpty }
  }

  /// Whether a concept is about what is bought.
  static func isChoice(_ concept: String) -> Bool {
    concept.hasPrefix("category ") || concept.hasPrefix("amount ") || concept.hasSuffix(" goods")
      || ["brand", "favourite", "variety", "repeat"].contains(concept)
  }

  private static func isLess(_ item: WordedTrait) -> Bool {
    !item.trait.isHigh && (item.wording.concept.hasPrefix("category ") || item.wording.concept == "brand")
  }

  /// Whether it is a small part of what they buy, at most two thirds of what it is of everybody's, and no more in all: that
  /// they buy less of everything is no reason to hide it, nor that they buy more of the rest.
  private func isShunned(_ item: WordedTrait, _ group: Int) -> Bool {
    let spend = finder.spend(group)
    return PersonaMaker.isLess(item) && item.isPart && item.trait.own < 0.1 && item.trait.all >= 0.02
      && item.trait.own <= 2 * item.trait.all / 3
      && item.trait.own * (spend?.own ?? 1) <= item.trait.all * (spend?.all ?? 1)
  }

  private static let mostTypical = 6

  /// What most of a group share, and others may share too: levels of most, and where the middle half stands in the
  /// numbers that do not set it apart.
  func typical(_ group: Int) -> [Persona.Fact] {
    let apart = Set(distinctive[group].map(\.trait.feature))
    let levels = traits[group].filter {
      $0.trait.level != nil && $0.trait.own >= PersonaMaker.mostlyShare && !apart.contains($0.trait.feature)
    }.sorted { $0.trait.own > $1.trait.own }.map { item in
      Persona.Fact(
        words: "\(FeatureWords(item.trait.feature).stem) \(Vocabulary.readable(item.trait.level ?? "")): "
          + ReportedGroups.percent(item.trait.own, of: item.known),
        evidence: item.trait.evidence)
    }
    var said = Set(distinctive[group].map(\.wording.concept))
    let numbers = profiles.numbers.filter { !apart.contains($0.feature) }.compactMap { profile -> Persona.Fact? in
      let (name, values) = (profile.feature, finder.values)
      let wording = finder.vocabulary.wording(name, level: nil)
      guard !finder.covered.contains(name), let own = profile.groups[group], own.count >= ReportedGroups.least,
        wording.isClear,
        !["trend", "volatility", "concentration"].contains(wording.concept), own.missingShare <= 0.5,
        profile.everyone.quantiles[1] < profile.everyone.quantiles[3],
        said.insert(wording.concept).inserted
      else { return nil }
      if profile.everyone.isFlag {
        let share = ReportedGroups.percent(own.aboveZero, of: own.count)
        return Persona.Fact(
          words: "\(wording.noun ?? FeatureWords(name).told): \(share)", evidence: "\(name): \(share)")
      }
      let quartiles = own.quantiles[1...3].map { values.exact($0, of: name) }
      return Persona.Fact(
        words: "\(wording.noun ?? FeatureWords(name).told): "
          + "\(values.range(own.quantiles[1], own.quantiles[3], of: name)) for half of them",
        evidence: "\(name): quartiles \(quartiles[0]), \(quartiles[1]) and \(quartiles[2])")
    }
    let half = PersonaMaker.mostTypical / 2
    let shown = max(half, PersonaMaker.mostTypical - numbers.count)
    let told = Array(levels.prefix(shown))
    return told + numbers.prefix(PersonaMaker.mostTypical - told.count)
  }
}
