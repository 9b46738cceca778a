internal import Features

/// How far a group's level and everybody's lie apart in a number's own unit: what a sure difference may be too small for.
struct NumberGap {
  /// Whether they differ by a tenth of the larger or by half of the range in which the middle half of everybody stands; of
  /// numbers that may have no zero to count from, as a score or a year, by a tenth of that range.
  let isMaterial: Bool
  /// Whether one is half as much again as the other; of a share that, or its rest, is.
  private let isWide: Bool
  private let isShare: Bool
  /// Whether it is since when they are customers, which all may be for nearly as long.
  private let isTenure: Bool

  private static let parts = ["category ", "brand", "channel", "weekday", "daytime", "repeat"]
  private static let calendar: Set<String> = ["year", "birth"]

  /// What part a share has to be to name people: that of a time of day, of which there are four, more.
  private let isLarge: Bool

  /// The level of a group, `own`, and of everybody, `all`, in a number that `wording` is for; `isUnknown` where nothing
  /// built in says what that is.
  init(
    _ own: Double, _ all: Double, _ everyone: NumberLevel, _ wording: Wording, isShare: Bool, isUnknown: Bool,
    of feature: String
  ) {
    let (gap, most) = (abs(own - all), max(abs(own), abs(all)))
    let middle = everyone.quantiles[3] - everyone.quantiles[1]
    let hasZero =
      !isUnknown && everyone.quantiles[0] >= 0
      && !FeatureWords(feature).words.contains { NumberGap.calendar.contains($0) }
    // Of shares a hundredth is the least that is read.
    isMaterial =
      gap > 0 && (hasZero ? gap >= 0.1 * most || gap >= 0.5 * middle : gap >= 0.1 * middle) && (!isShare || gap >= 0.01)
    func ratio(_ one: Double, _ other: Double) -> Double { max(one, other) / max(min(one, other), 1e-12) }
    isWide = ratio(own, all) >= 1.5 || (isShare && most <= 1 && ratio(1 - own, 1 - all) >= 1.5)
    self.isShare = isShare
    isTenure = wording.concept == "tenure"
    let isOfPart =
      wording.high.phrase?.contains("{own%} on") ?? false || NumberGap.parts.contains { wording.concept.hasPrefix($0) }
    isLarge = !isOfPart || own < all || own >= (wording.concept == "daytime" ? 0.4 : 0.25)
  }

  /// Whether a name may speak of it: what most of the group have more of than most others (Romano et al., 2006: a medium
  /// difference); of shares what they do half as often again, or half as seldom, and of one of many parts a quarter.
  func names(_ effect: Effect) -> Bool {
    isMaterial && (isShare ? isWide && isLarge : abs(effect.delta) >= Effect.medium && (isWide || !isTenure))
  }
}

extension FeatureWords {
  /// Whether it is of less than half a year, which does not make anybody a big spender.
  var isShortWindow: Bool { days.map { $0 < 180 } ?? false }
}
