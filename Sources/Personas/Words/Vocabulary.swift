public import Features

/// The words for features: what the user says first, then what is built in, then what a feature's own name gives.
public struct Vocabulary: Sendable {
  private let entries: [Entry]
  private let settings: PersonaSettings
  /// What customers are called where nothing better is known.
  public let customers: String

  private struct Entry: Sendable {
    let wording: Wording
    let pattern: WordPattern
  }

  /// The vocabulary of a project whose rows are called `unit`.
  public init(_ settings: PersonaSettings, unit: String) {
    self.settings = settings
    customers = settings.customers ?? unit
    entries = (settings.words + Vocabulary.english).map { Entry(wording: $0, pattern: WordPattern($0.pattern)) }
  }

  /// What joins a subject and what it does.
  var who: String { settings.who ?? "who" }
  /// What joins the last two of a list.
  var and: String { settings.and ?? "and" }
  var putsAdjectivesLast: Bool { settings.putsAdjectivesLast }

  /// Whether nothing says that cards are in another language.
  var isEnglish: Bool { settings.who == nil && settings.and == nil && settings.window == nil }

  /// The words for `feature`, of which `isFlag` says that it is 0 or 1, or for its `level`. Where the user words one side
  /// only, the other is told as it is without.
  public func wording(_ feature: String, level: String?, isFlag: Bool = false) -> Wording {
    let name = FeatureWords(feature)
    var own: Wording?
    for (place, entry) in entries.enumerated() {
      guard let rest = entry.pattern.match(name, level: level) else { continue }
      let found = entry.wording.filling(rest)
      guard place < settings.words.count, own == nil,
        found.high == Wording.Side() || found.low == Wording.Side() || found.noun == nil
      else {
        return windowed(own.map { $0.completed(by: found) } ?? found, name)
      }
      own = found
    }
    let plain = Vocabulary.unknown(name, level: level, isFlag: isFlag)
    return windowed(own.map { $0.completed(by: plain) } ?? plain, name)
  }

  /// Whether nothing built in says what `feature` is.
  func isUnknown(_ feature: String) -> Bool {
    let name = FeatureWords(feature)
    return !entries.dropFirst(settings.words.count).contains { $0.pattern.match(name, level: nil) != nil }
  }

  /// The same with the window of days that a feature is of, where its phrases count something.
  private func windowed(_ wording: Wording, _ name: FeatureWords) -> Wording {
    guard let days = name.days else { return wording }
    let words = (settings.window ?? "in {days} days").replacing("{days}", with: "\(days)")
    func told(_ side: Wording.Side) -> Wording.Side {
      var side = side
      side.phrase = side.phrase.map { "\($0) \(words)" }
      return side
    }
    return Wording(
      wording.pattern, wording.concept, noun: "\(wording.noun ?? name.stem) \(words)", high: told(wording.high),
      low: told(wording.low), weight: wording.weight, isReversed: wording.isReversed)
  }

  /// Words made of a feature's own name.
  private static func unknown(_ name: FeatureWords, level: String?, isFlag: Bool) -> Wording {
    let shown = name.stem
    if level == nil, isFlag {
      return Wording(
        shown, shown, noun: shown, high: .init(place: "with \(shown)", phrase: "have \(shown)"),
        low: .init(place: "without \(shown)", phrase: "have no \(shown)"), weight: name.words.count > 1 ? 0.4 : 0.7)
    }
    guard let level else {
      return Wording(
        shown, shown, noun: shown,
        high: .init(adjective: "high-\(dashed(shown))", phrase: "are higher in \(shown) than others"),
        low: .init(adjective: "low-\(dashed(shown))", phrase: "are lower in \(shown) than others"),
        // A name bears one word of a column, not a string of them.
        weight: name.words.count > 1 ? 0.4 : 0.7)
    }
    // A bare yes or no says nothing without its feature.
    if let says = bareLevels[level.lowercased()] {
      let (high, low) = says ? ("have \(shown)", "seldom have \(shown)") : ("have no \(shown)", "mostly have \(shown)")
      return Wording(shown, shown, high: .init(phrase: "\(high) ({share})"), low: .init(phrase: low), weight: 0.7)
    }
    return Wording(
      shown, shown, high: .init(adjective: readable(level), phrase: has(shown, level)),
      low: .init(phrase: "seldom \(has(shown, level))"), weight: 0.7)
  }

  /// "have 'Homeowner' as home ownership".
  static func has(_ feature: String, _ level: String) -> String { "have '\(readable(level))' as \(feature)" }

  /// Levels that say whether, and not what.
  static let bareLevels: [String: Bool] = [
    "yes": true, "true": true, "y": true, "1": true, "no": false, "false": false, "n": false, "0": false,
  ]

  /// "Mnt Wines" as one word of a name.
  private static func dashed(_ text: String) -> String { text.replacing(" ", with: "-") }

  /// "Month-to-month" as it stands inside a name: "month-to-month"; "DSL" stays.
  static func softened(_ word: String) -> String {
    word.dropFirst().contains(where: \.isUppercase) ? word : word.prefix(1).lowercased() + word.dropFirst()
  }

  /// "wines" as it stands before a noun: "wine".
  static func singular(_ word: String) -> String {
    let kept = [
      "ss", "us", "is", "as", "ics", "news", "goods", "clothes", "jeans", "series", "species", "sports", "lens",
    ]
    guard word.count > 3, word.hasSuffix("s"), !kept.contains(where: { word.lowercased().hasSuffix($0) }) else {
      return word
    }
    if ["ches", "shes", "xes", "sses", "oes"].contains(where: word.hasSuffix) { return String(word.dropLast(2)) }
    if word.hasSuffix("ies"), word.count > 4, !["movies", "cookies"].contains(where: word.lowercased().hasSuffix) {
      return word.dropLast(3) + "y"
    }
    return String(word.dropLast())
  }

  /// A level as it is read: capitals of whole words softened, no more than 24 characters.
  static func readable(_ level: String) -> String {
    let words = level.split { $0 == " " || $0.isNewline || $0 == "_" }.map { word in
      word.count > 3 && word == word.uppercased() && word != word.lowercased() ? word.capitalizedFirst : String(word)
    }
    let text = words.joined(separator: " ")
    return text.count <= 24 ? text : text.prefix(23) + "…"
  }
}

extension StringProtocol {
  /// "GROCERY" as "Grocery".
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst().lowercased() }
}

/// A feature's name in words, its window apart: `orders_90d` is "orders" of 90 days.
struct FeatureWords: Sendable, Hashable {
  let words: [String]
  let days: Int?

  init(_ name: String) {
    var words = ColumnName(name).words
    if let last = words.last, last.count > 1, last.hasSuffix("d"), let days = Int(last.dropLast()), words.count > 1 {
      words.removeLast()
      self.days = days
    } else {
      days = nil
    }
    self.words = words
  }

  /// The words without the window.
  var stem: String { words.joined(separator: " ") }
  /// The words and the window: "orders in 90 days".
  var told: String { days.map { "\(stem) in \($0) days" } ?? stem }
}

/// Words of a feature's name, and of its level: "share *", "marital = single".
struct WordPattern: Sendable {
  private let words: [String]
  private let level: String?
  /// Whether the words may stand anywhere in a name, rather than be all of it.
  private let isPart: Bool

  init(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    let name = parts.first ?? ""
    isPart = name.hasPrefix("…")
    // "share_*" is two words, "*" one of them.
    words = name.replacing("*", with: " * ").split { $0 == " " || $0 == "_" }.flatMap { part -> [String] in
      part == "*" ? ["*"] : part == "…" ? [] : ColumnName(String(part)).words
    }
    level = parts.count > 1 ? parts[1].split(separator: " ").joined(separator: " ") : nil
  }

  /// What `*` stands for where the pattern fits; nil where it does not, empty without a `*`.
  func match(_ name: FeatureWords, level: String?) -> String? {
    if let own = self.level {
      guard let level else { return nil }
      if own != "*", own.lowercased() != level.lowercased() { return nil }
      if own == "*", Vocabulary.bareLevels[level.lowercased()] != nil { return nil }
      guard fits(name.words) != nil else { return nil }
      return Vocabulary.readable(level)
    }
    guard level == nil else { return nil }
    return fits(name.words)
  }

  private func fits(_ name: [String]) -> String? {
    if isPart {
      guard words.count <= name.count else { return nil }
      for start in 0...(name.count - words.count) where Array(name[start..<start + words.count]) == words { return "" }
      return nil
    }
    guard let star = words.firstIndex(of: "*") else { return name == words ? "" : nil }
    let (head, tail) = (words[..<star], words[(star + 1)...])
    guard name.count > head.count + tail.count, name.starts(with: head), name.suffix(tail.count) == tail else {
      return nil
    }
    return name[head.count..<(name.count - tail.count)].joined(separator: " ")
  }
}

extension Wording {
  /// The same, a side without words having those of `other`.
  fileprivate func completed(by other: Wording) -> Wording {
    Wording(
      pattern, concept, noun: noun ?? other.noun, high: high == Side() ? other.high : high,
      low: low == Side() ? other.low : low,
      weight: weight, isReversed: isReversed)
  }

  /// The same with `*` filled in.
  fileprivate func filling(_ rest: String) -> Wording {
    func filled(_ text: String) -> String {
      // "wine buyers" buy wines.
      let names = [
        "*~": Vocabulary.softened(rest), "*-free": "\(Vocabulary.singular(rest))-free",
        "* buyers": "\(Vocabulary.singular(rest)) buyers",
      ]
      return names.reduce(text) { $0.replacing($1.key, with: $1.value) }.replacing("*", with: rest)
    }
    return Wording(
      pattern, filled(concept), noun: noun.map(filled), high: high.mapped(filled), low: low.mapped(filled),
      weight: weight,
      isReversed: isReversed)
  }
}
