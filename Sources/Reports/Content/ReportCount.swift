internal import Features
internal import Personas

/// How many customers there are somewhere, as far as that may be told.
///
/// Who tells that three customers are so and so tells of each of them. A count of 1 to 9 is not told, nor is one from which
/// such a count could be reckoned.
public enum ReportCount: Sendable, Hashable {
  /// None, or ten and more.
  case exactly(Int)
  /// From 1 to 9.
  case few
  /// Ten or more, but with it a count of 1 to 9 could be reckoned by subtraction.
  case withheld

  /// `count`, or that it is few.
  public init(_ count: Int) {
    self = count == 0 || count >= ReportedGroups.least ? .exactly(count) : .few
  }

  /// The number, where it is told.
  public var number: Int? { if case .exactly(let count) = self { count } else { nil } }

  /// `1,234`, `<10` or `10+`.
  public var text: String {
    switch self {
    case .exactly(let count): ReadableNumber.grouped(count)
    case .few: "<\(ReportedGroups.least)"
    case .withheld: "\(ReportedGroups.least)+"
    }
  }
}

extension ReportCount: Codable {
  /// A number as a number, all else as its text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let number { try container.encode(number) } else { try container.encode(text) }
  }

  /// Reads what ``encode(to:)`` wrote.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int.self) {
      self.init(number)
    } else {
      self = try container.decode(String.self) == ReportCount.few.text ? .few : .withheld
    }
  }
}
