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
  /// As of how many dates customers are looked at, at most; the latest is what the model is judged on.
  public let dates: Int

  /// In words: "1 or more orders in the next 90 days".
  public var meaning: String {
    switch event {
    case .buy: "\(atLeast) or more orders in the next \(days) days"
    case .noBuy where atLeast == 1: "no order in the next \(days) days"
    case .noBuy: "fewer than \(atLeast) orders in the next \(days) days"
    case .source(let name): "\(atLeast) or more rows of \(name) in the next \(days) days"
    }
  }
}

extension TargetSettings {
  static let keys = ["event", "days", "at_least", "dates"]

  /// Reads `targets`, in the order of the file.
  static func targets(_ top: YAMLSection, _ sources: [Source]) throws(ProjectError) -> [TargetSettings] {
    guard let all = try top.section("targets", allowed: nil) else { return [] }
    var targets: [TargetSettings] = []
    for name in all.keys {
      guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
        throw all.error(name, "a target's name becomes a column: write it with letters, digits and '_'.")
      }
      guard let section = try all.section(name, allowed: keys) else {
        throw all.error(name, "target '\(name)' is empty: say what to foretell, such as {event: buy, days: 90}.")
      }
      guard let text = try section.text("event") else {
        throw section.error(nil, "target '\(name)' names no event: buy, no buy, or a source of events.")
      }
      guard let days = try section.integer("days", in: 1...3650) else {
        throw section.error(nil, "target '\(name)' has no 'days': how many days after a date are looked at?")
      }
      targets.append(
        TargetSettings(
          name: name, event: try event(text, section, sources), days: days,
          atLeast: try section.integer("at_least", in: 1...1_000_000) ?? 1,
          dates: try section.integer("dates", in: 1...36) ?? 4))
    }
    return targets
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
