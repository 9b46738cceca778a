internal import Features

/// What words say of the customers of a group themselves, beyond how these compare with others.
///
/// A word about people has to hold for at least half of them: "growing" wants a median above 0, not only one above that of
/// others, and "have children" wants that half of them have some.
enum WordClaim: Sendable, Hashable {
  /// That the middle one has more, or less, than the middle one of everybody.
  case comparison
  /// The same, and on which side of a value the middle one stands.
  case above(Double), below(Double), atLeast(Double), atMost(Double)
  /// That they have it at all, or that they do not.
  case has, hasNot

  /// Whether it holds for half of those who stand at `own`, of whom the median or, where it is everybody's too, the mean
  /// is told.
  func holds(_ own: NumberLevel, _ measure: Trait.Measure) -> Bool {
    let isApart = measure == .median
    return switch self {
    case .comparison: isApart
    case .above(let value): isApart && own.median > value
    case .below(let value): isApart && own.median < value
    case .atLeast(let value): isApart && own.median >= value
    case .atMost(let value): isApart && own.median <= value
    case .has: own.aboveZero >= 0.5
    case .hasNot: own.aboveZero <= 0.5
    }
  }

  /// What the words of `wording` for more, or for less, say of a number that is 0 or 1 (`isFlag`), or any.
  static func of(_ wording: Wording, isMore: Bool, isFlag: Bool) -> WordClaim {
    if isFlag { return isMore ? .has : .hasNot }
    guard let both = claims[wording.pattern] else { return .comparison }
    return isMore ? both.more : both.less
  }

  private typealias Both = (more: WordClaim, less: WordClaim)
  private static let presence: Both = (.has, .hasNot)
  private static let sign: Both = (.above(0), .below(0))
  private static let fullPrice: Both = (.comparison, .atMost(0.5))
  private static let newcomers: Both = (.comparison, .atMost(183))

  /// Of the built-in words, by their pattern; others compare.
  private static let claims: [String: Both] = [
    "monetary_trend": sign, "orders_trend": sign, "* trend": sign, "recency_gaps": (.above(1), .atMost(1)),
    "… response factor": (.above(1), .atMost(1)), "replenishment_due_days": (.atLeast(0), .below(0)),
    "stores_used": (.atLeast(2), .comparison), "channels_used": (.atLeast(2), .atMost(1)), "… profits": sign,
    "lead_score": (.above(0), .atMost(0)), "tenure_days": newcomers, "… customer days": newcomers,
    "share_of_num_deals_purchases": fullPrice, "largest_order_share": (.atLeast(0.5), .atMost(0.5)),
    "full_price_share": (.atLeast(0.5), .comparison),
    "category_concentration": (.atLeast(0.5), .comparison), "discount_share": fullPrice,
    "discount_line_share": fullPrice, "orders_on_offer_share": fullPrice,
    "only_on_offer": presence, "newbie": presence, "mens": presence, "womens": presence, "accepted_*": presence,
    "… response": presence, "… complain": presence, "… visit": presence, "… discount": presence,
    "… newsletter": presence, "… kids": presence, "… kidhome": presence, "… children": presence,
    "… teenhome": presence,
  ]
}

extension TraitFinder {
  /// A share of less is not what a group does, though others do it even less: no words speak of it.
  private static let leastToldShare = 0.1
  /// A share of more is not done seldom, though others do it more.
  private static let mostSeldomShare = 0.3

  /// The words that are true of at least half of a group: none where most of it is not known, or where a share is small,
  /// though larger than that of others; what holds for fewer is told as a comparison, and names nobody.
  func side(
    _ wording: Wording, _ profile: GroupProfiles.Number, _ own: NumberLevel, _ shown: Double, _ measure: Trait.Measure,
    _ effect: Effect, _ group: Int
  ) -> Wording.Side {
    let isMore = effect.delta >= 0
    let raw = isMore ? wording.high : wording.low
    guard own.missingShare <= 0.5, raw != Wording.Side(),
      !(TraitFinder.ofSeveral.contains(wording.pattern) && hasOneOrder(group))
    else { return Wording.Side() }
    let noun = wording.noun ?? FeatureWords(profile.feature).told
    if values.isShare(profile.feature) {
      if isMore, shown < TraitFinder.leastToldShare { return Wording.Side() }
      if !isMore, shown > TraitFinder.mostSeldomShare {
        return Wording.Side(phrase: "\(Phrases.plain(noun, effect)) (\(ReadableNumber.wholePercent(shown)))")
      }
    }
    let claim = WordClaim.of(wording, isMore: isMore, isFlag: profile.everyone.isFlag)
    guard claim.holds(own, measure) else {
      // What tells its number can be held against it.
      if let phrase = raw.phrase, phrase.contains("{own") {
        return Wording.Side(phrase: Phrases.filled(phrase, profile, own, shown, isMean: measure == .mean, values))
      }
      guard claim == .has || claim == .hasNot else { return Wording.Side(phrase: Phrases.plain(noun, effect)) }
      if isMore, own.aboveZero < TraitFinder.leastToldShare { return Wording.Side() }
      let told = ReportedGroups.percent(own.aboveZero, of: own.count)
      return Wording.Side(phrase: often(wording.high.phrase ?? "have \(noun)", isMore: isMore, told))
    }
    return exact(raw, wording, own, shown, group).mapped {
      Phrases.filled($0, profile, own, shown, isMean: measure == .mean && !profile.everyone.isFlag, values)
    }
  }

  /// The words for a level that at least half of a group have; of what fewer have, its share, and nobody's name; of what
  /// is not seldom, that it is less often so.
  func side(_ wording: Wording, _ level: GroupProfiles.Level, _ own: Double, _ effect: Effect, _ told: String)
    -> Wording.Side
  {
    func filled(_ text: String) -> String { text.replacing("{share}", with: told) }
    let does = wording.high.phrase ?? Vocabulary.has(FeatureWords(level.feature).stem, level.level)
    if effect.delta >= 0 {
      guard own < 0.5, wording.high != Wording.Side() else { return wording.high.mapped(filled) }
      return Wording.Side(phrase: does.contains("{share}") ? filled(does) : often(does, isMore: true, told))
    }
    guard own > TraitFinder.mostSeldomShare, wording.low != Wording.Side() else { return wording.low.mapped(filled) }
    return Wording.Side(phrase: often(does.replacing(" ({share})", with: ""), isMore: false, told))
  }

  /// "use coupons more often than others (33%)"; in the words of other languages the share alone.
  func often(_ phrase: String, isMore: Bool, _ share: String) -> String {
    vocabulary.isEnglish ? "\(phrase) \(isMore ? "more" : "less") often than others (\(share))" : "\(phrase) (\(share))"
  }

  /// Words that say more than a comparison in one case, in that case alone.
  private func exact(
    _ side: Wording.Side, _ wording: Wording, _ own: NumberLevel, _ shown: Double, _ group: Int
  ) -> Wording.Side {
    var side = side
    if wording.pattern == "share_*", shown >= 0.005, let word = side.adjective, word.hasSuffix("-free") {
      side.adjective = "low-" + word.dropLast("-free".count)
    }
    if side.adjective == "seldom-contacted", own.median == 0 { side.adjective = "uncontacted" }
    // Longer ago than others' is not lapsed by one's own rhythm.
    if side.adjective == "lapsed", let stage = lapsed(group), stage.share < 0.5 { side.adjective = "quiet" }
    // Who came long ago and was not seen since stands nowhere.
    if side.adjective == "long-standing", let last = profiles.number("recency_days")?.groups[group]?.median,
      last > own.median / 2
    {
      side.adjective = nil
    }
    // Who has lapsed is new no more.
    if wording.concept == "tenure", side.adjective == "new" || side.group == "newcomers",
      lapsed(group)?.share ?? 0 >= 0.5
    {
      (side.adjective, side.group) = (nil, nil)
    }
    // Two orders close together make nobody frequent.
    if side.adjective == "frequent", wording.concept == "rhythm", let orders = profiles.number("orders"),
      let mine = orders.groups[group], mine.median <= orders.everyone.median
    {
      side.adjective = nil
    }
    if side.adjective == "one-store", own.median > 1 { side.adjective = nil }
    return side
  }

  /// What takes several orders to show.
  private static let ofSeveral: Set<String> = ["repeat_line_share", "monetary_trend", "orders_trend"]

  /// Whether at least half of a group have ordered once; false where orders are not known.
  private func hasOneOrder(_ group: Int) -> Bool {
    profiles.number("orders")?.groups[group].map { $0.median < 2 } ?? false
  }

  /// The share of `group` that has lapsed by its own rhythm, of so many of whom the stage is known; nil where of too few.
  func lapsed(_ group: Int) -> (share: Double, known: Int)? {
    let stages = profiles.levels(of: "lifecycle_stage")
    guard let known = stages.first?.known[group], known >= ReportedGroups.least, 2 * known >= profiles.sizes[group]
    else { return nil }
    return (stages.first { $0.level == "lapsed" }?.groups[group] ?? 0, known)
  }

  /// Where a group stands in a trait's own unit: the median, of a flag or a level the share.
  func standing(_ item: WordedTrait, _ group: Int) -> Double {
    guard item.trait.level == nil, let profile = profiles.number(item.trait.feature), !profile.everyone.isFlag,
      let own = profile.groups[group]
    else { return item.trait.own }
    return own.median
  }
}
