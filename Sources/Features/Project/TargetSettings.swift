/// Something that customers may do in the days to come, whose chance is to be learnt.
public struct TargetSettings: Sendable, Hashable, Codable {
  /// What is counted in the days after a date.
  public enum Event: Sendable, Hashable, Codable {
    /// Orders.
    case buy
    /// No orders: what others call churn or lapse.
    case noBuy
    /// Rows of a source of events.
    case source(String)
  }

  /// What it is called.
  public let name: String
  /// What is counted.
  public let event: Event
  /// How many days after the date.
  public let days: Int
  /// How many there must be; of no orders, how many would be too many.
  public let atLeast: Int
  /// As of how many dates customers are looked at, at most; the latest are what the model is judged on.
  public let dates: Int
  /// What a row must pass to count: all of them.
  public var tests: [RuleTest] = []
  /// The source of campaigns whose addressees are looked at, as of the day before a campaign begins; nil looks at
  /// everybody.
  public var campaigns: String?
  /// How much must be spent instead of how often; nil counts.
  public var spend: Double?

  /// What the count, or the sum of money, must reach.
  var bound: Double { spend ?? Double(atLeast) }

  /// In words: "1 or more orders with category = Toys in the next 90 days".
  public var meaning: String {
    let rows = tests.map { "\($0.field) \($0.comparison.rawValue) \($0.values.joined(separator: ", "))" }
    let with = rows.isEmpty ? "" : " with \(rows.joined(separator: " and "))"
    let when =
      campaigns == nil
      ? "\(with) in the next \(days) days" : "\(with) in the first \(days) days of a campaign that addresses them"
    if let spend {
      let money = spend == spend.rounded() ? "\(Int(spend))" : "\(spend)"
      return event == .noBuy ? "less than \(money) spent\(when)" : "\(money) or more spent\(when)"
    }
    return switch event {
    case .buy: "\(atLeast) or more orders\(when)"
    case .noBuy where atLeast == 1: "no order\(when)"
    case .noBuy: "fewer than \(atLeast) orders\(when)"
    case .source(let name): "\(atLeast) or more rows of \(name)\(when)"
    }
  }
}

extension TargetSettings {
  static let keys = ["event", "days", "at_least", "spend", "where", "dates", "campaigns"]

  /// Reads `targets`, in the order of the file.
  static func targets(_ top: YAMLSection, _ sources: [Source]) throws(ProjectError) -> [TargetSettings] {
    guard let all = try top.section("targets", allowed: nil) else { return [] }
    var targets: [TargetSettings] = []
    for name in all.keys {
      guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
        throw all.error(name, "a target's name becomes a column: write it with letters, digits and '_'.")
      }
      if try all.section(name, allowed: nil)?.node("experiment") != nil { continue }
      guard let section = try all.section(name, allowed: keys) else {
        throw all.error(name, "target '\(name)' is empty: say what to foretell, such as {event: buy, days: 90}.")
      }
      guard let text = try section.text("event") else {
        throw section.error(nil, "target '\(name)' names no event: buy, no buy, or a source of events.")
      }
      guard let days = try section.integer("days", in: 1...3650) else {
        throw section.error(nil, "target '\(name)' has no 'days': how many days after a date are looked at?")
      }
      var target = TargetSettings(
        name: name, event: try event(text, section, sources), days: days,
        atLeast: try section.integer("at_least", in: 1...1_000_000) ?? 1,
        dates: try section.integer("dates", in: 1...36) ?? (section.node("campaigns") == nil ? 4 : 24))
      target.campaigns = try campaigns(section, sources)
      target.tests = try tests(section)
      target.spend = try spend(section, target.event, sources)
      targets.append(target)
    }
    return targets
  }

  /// The tests of rows, written as those of rules.
  private static func tests(_ section: YAMLSection) throws(ProjectError) -> [RuleTest] {
    var tests: [RuleTest] = []
    for text in try section.texts("where") ?? [] {
      guard let test = RuleTest(text) else {
        throw section.error(
          "where",
          "'\(section.path).where' holds '\(text)'; a test is a column, one of = != < <= > >= in contains, and a value, "
            + "such as: category = Toys. Several tests stand in a list.")
      }
      tests.append(test)
    }
    return tests
  }

  private static func campaigns(_ section: YAMLSection, _ sources: [Source]) throws(ProjectError) -> String? {
    guard let name = try section.text("campaigns") else { return nil }
    let known = sources.filter { $0.role == .campaigns }.map(\.name)
    guard known.contains(name) else {
      let told = known.isEmpty ? "there is none" : "known are \(known.map { "'\($0)'" }.joined(separator: ", "))"
      throw section.error("campaigns", "'\(name)' is no source of role campaigns; \(told).")
    }
    return name
  }

  private static func spend(
    _ section: YAMLSection, _ event: Event, _ sources: [Source]
  ) throws(ProjectError) -> Double? {
    guard let text = try section.text("spend") else { return nil }
    guard let spend = Double(text), spend > 0, spend <= 1e11 else {
      throw section.error("spend", "'\(section.full("spend"))' must be an amount above 0.")
    }
    guard section.node("at_least") == nil else {
      throw section.error("spend", "'\(section.path)' has both 'spend' and 'at_least'; give one of them.")
    }
    if case .source(let name) = event {
      throw section.error("spend", "'\(name)' tells no money: 'spend' goes with 'buy' and 'no buy'.")
    }
    guard sources.contains(where: { $0.role == .transactions && ($0.column(.amount) ?? $0.column(.price)) != nil })
    else {
      throw section.error("spend", "'spend' needs transactions with a column of role amount or price.")
    }
    return spend
  }

  private static func event(
    _ text: String, _ section: YAMLSection, _ sources: [Source]
  ) throws(ProjectError) -> Event {
    let events = sources.filter { $0.role == .events }.map(\.name)
    switch text {
    case "buy", "no buy", "no_buy":
      guard sources.contains(where: { $0.role == .transactions }) else {
        throw section.error("event", "'\(text)' needs a source of role transactions.")
      }
      return text == "buy" ? .buy : .noBuy
    default:
      guard events.contains(text) else {
        let known = ["buy", "no buy"] + events
        throw section.error(
          "event", "'\(text)' is no event; known are \(known.map { "'\($0)'" }.joined(separator: ", ")).")
      }
      return .source(text)
    }
  }
}
