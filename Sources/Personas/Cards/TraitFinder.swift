internal import Features

/// A trait and the words for it.
struct WordedTrait: Sendable {
  let trait: Trait
  let wording: Wording
  /// What of the wording applies: more, or less.
  let side: Wording.Side
  /// The place of its feature among all numbers and levels, for redundancy.
  let place: Int
  /// Whether the difference is large enough in the feature's own unit to be spoken of, too.
  let isMaterial: Bool
  /// Customers of the group of whom it is known.
  let known: Int
  /// Whether a name may speak of it.
  let isWide: Bool
  /// Whether it is known of nine in ten of them.
  let isOfNearlyAll: Bool
  /// Whether its number is a part of a whole: a share, or that of a level.
  let isPart: Bool
  /// How much it tells, in a name.
  var strength: Double { abs(trait.effect.delta) }
}

/// Finds where groups differ, and words it.
struct TraitFinder: Sendable {
  let profiles: GroupProfiles
  let vocabulary: Vocabulary
  let values: ValueWords
  private let numberWords: [Wording]
  private let levelWords: [Wording]
  private let isUnknown: [Bool]
  /// Columns that families of them say better.
  let covered: Set<String>

  /// Features that others say better, `covered`, are not told of.
  init(_ profiles: GroupProfiles, _ vocabulary: Vocabulary, _ values: ValueWords, covered: Set<String> = []) {
    self.profiles = profiles
    self.covered = covered
    self.vocabulary = vocabulary
    self.values = values
    numberWords = profiles.numbers.map { vocabulary.wording($0.feature, level: nil, isFlag: $0.everyone.isFlag) }
    isUnknown = profiles.numbers.map { vocabulary.isUnknown($0.feature) }
    levelWords = profiles.levels.map { vocabulary.wording($0.feature, level: $0.level) }
  }

  /// Less than this share of false ones is taken.
  static let greatestRate = 0.05

  /// Everything about `group` (its place among the groups), whether it differs or not, but for what has no words.
  func traits(_ group: Int) -> [WordedTrait] {
    let numbers = profiles.numbers.indices.compactMap {
      covered.contains(profiles.numbers[$0].feature) ? nil : number(group, $0)
    }
    let levels = profiles.levels.indices.compactMap { level(group, $0) }
    return numbers + levels
  }

  /// Where `group` differs: surely, and by more than a little; what differs most first, each feature and each concept
  /// once, for orders in 90 days and in 365 say the same of people.
  func distinctive(_ group: Int) -> [WordedTrait] {
    var (features, concepts): (Set<String>, Set<String>) = ([], [])
    return traits(group).filter {
      $0.isMaterial && $0.trait.effect.q <= TraitFinder.greatestRate && abs($0.trait.effect.delta) >= Effect.small
    }.sorted(by: TraitFinder.comesFirst).filter {
      features.insert($0.trait.feature).inserted && concepts.insert($0.wording.concept).inserted
    }
  }

  /// The traits that tell `group` from its siblings and from everybody: of one direction against both.
  func telling(_ group: Int) -> [WordedTrait] {
    distinctive(group).sorted {
      let (a, b) = (TraitFinder.telling($0), TraitFinder.telling($1))
      return a != b ? a > b : TraitFinder.comesFirst($0, $1)
    }
  }

  /// The features in which `group` differs surely, what differs most first, those that are not told of too.
  func apart(_ group: Int) -> [String] {
    var found: [(feature: String, size: Double)] = []
    func add(_ feature: String, _ effect: Effect?) {
      guard let effect, effect.q <= TraitFinder.greatestRate, abs(effect.delta) >= Effect.small else { return }
      found.append((feature, abs(effect.delta)))
    }
    for (number, words) in zip(profiles.numbers, numberWords) where words.isTold {
      add(number.feature, number.effects[group])
    }
    for level in profiles.levels { add(level.feature, level.effects[group]) }
    found.sort { $0.size != $1.size ? $0.size > $1.size : $0.feature < $1.feature }
    var seen: Set<String> = []
    return found.map(\.feature).filter { seen.insert($0).inserted }
  }

  /// What the middle one of `group` and of everybody spends; nil where nothing that varies tells.
  func spend(_ group: Int) -> (own: Double, all: Double)? {
    for (profile, wording) in zip(profiles.numbers, numberWords)
    where wording.concept == "spend" && wording.weight >= 0.9
      && profile.everyone.quantiles[0] < profile.everyone.quantiles[4]
      && !FeatureWords(profile.feature).isShortWindow
    {
      if let own = profile.groups[group] { return (own.median, profile.everyone.median) }
    }
    return nil
  }

  /// Words for what a group has as much of as most: "medium spenders", whose middle half lies inside everybody's.
  func middling(_ group: Int) -> [WordedTrait] {
    guard vocabulary.isEnglish else { return [] }
    return profiles.numbers.indices.compactMap { index in
      let (profile, wording) = (profiles.numbers[index], numberWords[index])
      guard wording.high.group == "big spenders", wording.weight == 1,
        !FeatureWords(profile.feature).isShortWindow, !covered.contains(profile.feature),
        let own = profile.groups[group], let effect = profile.effects[group],
        own.count >= ReportedGroups.least, own.missingShare <= 0.5,
        own.quantiles[1] >= profile.everyone.quantiles[1], own.quantiles[3] <= profile.everyone.quantiles[3],
        max(own.median, profile.everyone.median) <= 1.5 * min(own.median, profile.everyone.median)
      else { return nil }
      let (mine, all) = (own.quantiles, profile.everyone.quantiles)
      func told(_ value: Double) -> String { values.exact(value, of: profile.feature) }
      let trait = Trait(
        feature: profile.feature, level: nil, own: own.median, all: profile.everyone.median, measure: .median,
        effect: effect, siblings: profile.siblings[group], words: "spend about as much as most",
        evidence: "\(profile.feature): the middle half between \(told(mine[1])) and \(told(mine[3])) "
          + "(all \(told(all[1])) and \(told(all[3])))")
      return WordedTrait(
        trait: trait, wording: wording, side: Wording.Side(group: "medium spenders"), place: index, isMaterial: true,
        known: own.count, isWide: true, isOfNearlyAll: own.missingShare <= 0.1, isPart: false)
    }.prefix(1).map { $0 }
  }

  /// The mean size of both effects where they agree; where there are no siblings that against everybody.
  static func telling(_ item: WordedTrait) -> Double {
    let all = item.trait.effect.delta
    guard let own = item.trait.siblings else { return abs(all) }
    return own.delta * all > 0 ? (abs(all) + abs(own.delta)) / 2 : 0.35 * abs(all)
  }

  static func comesFirst(_ one: WordedTrait, _ other: WordedTrait) -> Bool {
    let (a, b) = (one.strength, other.strength)
    if abs(a - b) > 1e-12 { return a > b }
    // The two levels of a pair differ equally: the one there is more of.
    if one.trait.isHigh != other.trait.isHigh { return one.trait.isHigh }
    return (one.trait.feature, one.trait.level ?? "") < (other.trait.feature, other.trait.level ?? "")
  }

  private func number(_ group: Int, _ index: Int) -> WordedTrait? {
    let profile = profiles.numbers[index]
    // What is known of fewer than half tells nothing of them all.
    guard let effect = profile.effects[group], let own = profile.groups[group], numberWords[index].isTold,
      own.count >= ReportedGroups.least, own.missingShare <= 0.5
    else { return nil }
    let measure: Trait.Measure = own.median == profile.everyone.median ? .mean : .median
    if measure == .mean, !profile.everyone.isFlag, own.isOfFew { return nil }
    let (mine, all) =
      measure == .median
      ? (own.median, profile.everyone.median) : (own.toldMean(profile.everyone), profile.everyone.mean)
    let wording = numberWords[index]
    // Where the middle ones are the same, a mean tells of a few: that, only of what is seldom, and where it points the same way.
    let isTelling =
      measure == .median || (profile.everyone.median <= 10 && (mine - all) * effect.delta > 0)
      || isUnknown[index]
    let isShare = values.isShare(profile.feature) || wording.high.phrase?.contains("{own%}") ?? false
    let gap = NumberGap(
      mine, all, profile.everyone, wording, isShare: isShare, isUnknown: isUnknown[index],
      of: profile.feature)
    var side = side(wording, profile, own, mine, measure, effect, group)
    if !gap.names(effect) || FeatureWords(profile.feature).isShortWindow { side = Wording.Side(phrase: side.phrase) }
    let shown = measure == .median ? "median" : "mean"
    let trait = Trait(
      feature: profile.feature, level: nil, own: mine, all: all, measure: measure, effect: effect,
      siblings: profile.siblings[group],
      words: side.phrase ?? plain(wording, profile, own, effect),
      evidence: "\(profile.feature): \(shown) \(values.exact(mine, of: profile.feature)) "
        + "(all \(values.exact(all, of: profile.feature))); "
        + Phrases.odds(effect))
    return WordedTrait(
      trait: trait, wording: wording, side: side, place: index, isMaterial: gap.isMaterial && isTelling,
      known: own.count, isWide: true, isOfNearlyAll: own.missingShare <= 0.1, isPart: isShare)
  }

  /// A comparison, where no words are true.
  private func plain(
    _ wording: Wording, _ profile: GroupProfiles.Number, _ own: NumberLevel, _ effect: Effect
  ) -> String {
    let noun = wording.noun ?? FeatureWords(profile.feature).told
    guard profile.everyone.isFlag else { return Phrases.plain(noun, effect) }
    let share = ReportedGroups.percent(own.aboveZero, of: own.count)
    return often(wording.high.phrase ?? "have \(noun)", isMore: effect.delta >= 0, share)
  }

  private func level(_ group: Int, _ index: Int) -> WordedTrait? {
    let profile = profiles.levels[index]
    guard let effect = profile.effects[group], levelWords[index].isTold else { return nil }
    let wording = levelWords[index]
    let own = profile.groups[group]
    let known = profile.known[group]
    guard known >= ReportedGroups.least, 2 * known >= profiles.sizes[group] else { return nil }
    let told = ReportedGroups.percent(own, of: known)
    let ofKnown =
      known < profiles.sizes[group]
      ? " of the \(ReportedGroups.percent(Double(known) / Double(profiles.sizes[group]), of: profiles.sizes[group])) known"
      : ""
    let isExact = told.first.map { $0 != "<" && $0 != ">" && $0 != "–" } ?? false
    let relative = isExact ? own / max(profile.share, 1e-9) * 100 : 0
    let side = side(wording, profile, own, effect, told)
    let trait = Trait(
      feature: profile.feature, level: profile.level, own: own, all: profile.share, measure: .share, effect: effect,
      siblings: profile.siblings[group],
      words: side.phrase ?? Phrases.plain(profile, effect),
      evidence:
        "\(profile.feature) = \(profile.level): \(told)\(ofKnown) (all \(ReadableNumber.wholePercent(profile.share))"
        + (relative > 0 ? ", index \(ReadableNumber.text(relative.rounded()))" : "") + ")")
    return WordedTrait(
      trait: trait, wording: wording, side: side, place: profiles.numbers.count + index, isMaterial: true,
      known: known, isWide: own >= 1.5 * profile.share || 1 - profile.share >= 1.5 * (1 - own),
      isOfNearlyAll: 10 * known >= 9 * profiles.sizes[group], isPart: true)
  }
}

extension Wording {
  /// Whether anything is ever said of it; codes and scores are told by what they are made of.
  var isTold: Bool { weight > 0 || high != Side() || low != Side() }
  /// Whether one customer's number can be imagined: a column of the user's own is taken to be, of the vocabulary what does
  /// not weigh little.
  var isClear: Bool { weight >= 0.55 || (weight > 0 && pattern == concept) }
}

extension Wording.Side {
  /// The same with every text changed.
  func mapped(_ change: (String) -> String) -> Wording.Side {
    Wording.Side(
      adjective: adjective.map(change), group: group.map(change), place: place.map(change), phrase: phrase.map(change))
  }
}

/// Words with their numbers put in.
enum Phrases {
  /// Of `text` that tells the mean, `isMean`, that it does.
  static func filled(
    _ text: String, _ profile: GroupProfiles.Number, _ own: NumberLevel, _ shown: Double, isMean: Bool,
    _ values: ValueWords
  ) -> String {
    guard text.contains("{") else { return text }
    let name = profile.feature
    let percent = ReadableNumber.wholePercent(shown)
    // Of what is counted, the middle one may stand between two.
    let isCounted = profile.everyone.quantiles.allSatisfy { $0 == $0.rounded() }
    let number = values.rounded(isCounted && !isMean ? shown.rounded() : shown, of: name)
    let told = text.replacing(
      "only {own%} on",
      with: percent == "0%"
        ? "nothing on" : percent.hasPrefix("<") ? "less than \(percent.dropFirst()) on" : "only \(percent) on"
    )
    .replacing("{own%}", with: percent).replacing("{own}", with: number)
    .replacing("{all}", with: values.rounded(profile.everyone.median, of: name))
    .replacing("{range}", with: values.range(own.quantiles[1], own.quantiles[3], of: name))
    let read = counts.reduce(told) { $0.replacing($1.0, with: $1.1) }
    return isMean && own.aboveZero > 0 && text.contains("{own") ? "\(read) on average" : read
  }

  /// Numbers as people say them.
  private static let counts = [
    (" 1 times", " once"), (" 2 times", " twice"), ("have ordered 0 times", "have not ordered"),
    ("spent 0 in ", "spent nothing in "),
    ("bought 0 times", "never bought"), ("spend 0 on", "spend nothing on"), ("got 0 campaigns", "got no campaigns"),
    ("have 0 ", "have no "), (" 1 days", " one day"), (" 1 categories", " one category"),
    (" 1 campaigns", " one campaign"),
    ("use 1 stores", "use one store"), ("use 1 channels", "use one channel"),
  ]

  static func plain(_ noun: String, _ effect: Effect) -> String {
    "have \(isDegree(noun) ? "a " : "")\(comparative(effect.delta, noun)) than others"
  }

  /// Whether `noun` is a degree of something, which is high or low, and not an amount.
  private static func isDegree(_ noun: String) -> Bool {
    let degrees: Set<Substring> = [
      "concentration", "depth", "difference", "effect", "growth", "income", "lead", "liking", "recency", "salary",
      "share", "tenure", "unevenness", "year",
    ]
    return degrees.contains(noun.prefix { $0 != " " })
  }

  /// "more spend", "fewer orders", "higher growth of spend".
  static func comparative(_ difference: Double, _ noun: String) -> String {
    guard !isDegree(noun) else { return "\(difference >= 0 ? "higher" : "lower") \(noun)" }
    // "redeemed coupons in 90 days": what is counted is the last word before what says more of it.
    let after: Set<Substring> = [
      "a", "again", "an", "at", "between", "bought", "bounced", "by", "clicked", "for", "from", "in", "lately", "left",
      "of", "on", "opened", "per", "received", "replied", "sent", "since", "to", "until", "unused", "used", "with",
    ]
    let words = noun.split(separator: " ")
    let counted = (words.prefix(1) + words.dropFirst().prefix { !after.contains($0) }).last ?? ""
    let isPlural =
      (counted.hasSuffix("s") && !counted.hasSuffix("ss")) || counted == "people" || counted == "children"
    return "\(difference >= 0 ? "more" : isPlural ? "fewer" : "less") \(noun)"
  }

  static func plain(_ level: GroupProfiles.Level, _ effect: Effect) -> String {
    "\(Vocabulary.has(FeatureWords(level.feature).stem, level.level)) "
      + (effect.delta >= 0 ? "more often than others" : "less often than others")
  }

  /// "more than 81% of others".
  static func odds(_ effect: Effect) -> String {
    let share = (1 + abs(effect.delta)) / 2
    let told = share >= 0.995 ? "nearly all" : "\(ReadableNumber.wholePercent(share)) of"
    return "\(effect.delta >= 0 ? "more" : "less") than \(told) others"
  }

  /// "a, b and c".
  static func list(_ items: [String], and: String) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " \(and) " + last
  }

  static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
