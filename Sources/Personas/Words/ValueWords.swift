internal import Features
internal import Foundation

/// A feature's values as people read them: levels of ordered attributes by their names, shares in percent, years ungrouped.
struct ValueWords: Sendable {
  /// Of each ordered attribute its levels, lowest first; its values are 1 for the first, 2 for the second …
  let levels: [String: [String]]

  private static let (shares, years): (Set<String>, Set<String>) = (["share", "rate"], ["year", "birth"])

  /// Whether the values of `feature` are shares.
  func isShare(_ feature: String) -> Bool {
    guard levels[feature] == nil else { return false }
    let words = FeatureWords(feature).words
    // An affinity is a share, drawn to everybody's.
    return words.first == "affinity" || !ValueWords.shares.isDisjoint(with: words)
  }

  /// The exact value, for numbers that can be looked up.
  func exact(_ value: Double, of feature: String) -> String {
    level(value, of: feature) ?? (isShare(feature) ? ReadableNumber.percent(value) : ReadableNumber.text(value))
  }

  /// Two or three significant digits, which is what a sentence can bear.
  func rounded(_ value: Double, of feature: String) -> String {
    if let level = level(value, of: feature) { return level }
    if isShare(feature) { return ReadableNumber.wholePercent(value) }
    let places = abs(value) >= 10 ? 1.0 : abs(value) >= 1 ? 10 : 100
    var text = ReadableNumber.text((value * places).rounded() / places)
    while text.contains("."), text.hasSuffix("0") || text.hasSuffix(".") { text.removeLast() }
    let isYear = !ValueWords.years.isDisjoint(with: FeatureWords(feature).words)
    return isYear ? text.replacing(",", with: "") : text
  }

  /// From `low` to `high`: "25–34", "25-34 to 45-54" of levels, one where both are the same.
  func range(_ low: Double, _ high: Double, of feature: String) -> String {
    let (from, to) = (rounded(low, of: feature), rounded(high, of: feature))
    guard from != to else { return from }
    return levels[feature] != nil || low < 0 ? "\(from) to \(to)" : "\(from)–\(to)"
  }

  private func level(_ value: Double, of feature: String) -> String? {
    guard let levels = levels[feature] else { return nil }
    let place = value.rounded() - 1
    guard place >= 0, place < Double(levels.count) else { return nil }
    return Vocabulary.readable(levels[Int(place)])
  }
}
