/// A feature of 1 and 0 by the project's own rule: "3 or more orders in category X within 150 days".
public struct CountRule: Sendable, Hashable, Codable {
  /// The name of the feature.
  public var name: String
  /// What must hold.
  public var condition: RuleCondition
  /// The line of the project file that begins it.
  public var line: Int?

  /// A rule called `name`, in letters, digits and underscores.
  public init(name: String, condition: RuleCondition, line: Int? = nil) {
    self.name = name
    self.condition = condition
    self.line = line
  }
}

/// What a rule demands: a count, another rule, or several of them together.
public indirect enum RuleCondition: Sendable, Hashable, Codable {
  /// So many rows of one kind.
  case count(RuleCount)
  /// Another rule of the project.
  case rule(String)
  /// Every one of these.
  case all([RuleCondition])
  /// At least one of these.
  case any([RuleCondition])
  /// The opposite.
  case not(RuleCondition)
}

/// How much of something a customer did, and the bounds it must keep.
public struct RuleCount: Sendable, Hashable, Codable {
  /// What is counted.
  public enum Measure: String, Sendable, Hashable, Codable, CaseIterable {
    /// Distinct orders with a line that counts; transactions alone.
    case orders
    /// Rows.
    case lines
    /// The sum of quantities; transactions alone.
    case items
    /// Distinct days with a row that counts.
    case days
    /// The sum of money; transactions alone.
    case amount
  }

  /// What is counted.
  public var measure: Measure
  /// The source whose rows count; nil means the transactions.
  public var source: String?
  /// What a row must pass to count: all of them.
  public var tests: [RuleTest] = []
  /// An SQL condition besides, on the columns as the project names them (`category`, `amount`, `ts`).
  public var sql: String?
  /// Rows younger than so many days at the as-of date; nil takes all.
  public var within: Int?
  /// Rows of at least so many days.
  public var olderThan: Int?
  /// The count is at least this, at most this, or this exactly; one or more of them.
  public var atLeast: Double?
  /// See ``atLeast``.
  public var atMost: Double?
  /// See ``atLeast``.
  public var exactly: Double?
  /// The line of the project file that begins it.
  public var line: Int?

  /// A count without bounds yet.
  public init(_ measure: Measure) { self.measure = measure }
}

/// `category = "Shirts"`: a test of one row. A missing value passes none.
public struct RuleTest: Sendable, Hashable, Codable {
  /// How a value is compared.
  public enum Comparison: String, Sendable, Hashable, Codable, CaseIterable {
    case equal = "="
    case different = "!="
    case less = "<"
    case atMost = "<="
    case more = ">"
    case atLeast = ">="
    case isIn = "in"
    case contains
  }

  /// The column, as the project names it: `category`, `category_2`, `amount`.
  public var field: String
  /// How it is compared.
  public var comparison: Comparison
  /// With what: one value, or those of a list.
  public var values: [String]

  /// A test of `field`.
  public init(_ field: String, _ comparison: Comparison, _ values: [String]) {
    self.field = field
    self.comparison = comparison
    self.values = values
  }
}

extension RuleTest {
  /// Reads `field operator value`; texts may stand in quotes of either kind, a list in brackets of either kind.
  init?(_ text: String) {
    let trimmed = text.drop { $0 == " " }
    let field = trimmed.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    guard !field.isEmpty else { return nil }
    var rest = trimmed.dropFirst(field.count).drop { $0 == " " }
    // The longer signs first, so that "<=" is not taken for "<".
    let signs: [Comparison] = [.different, .atMost, .atLeast, .equal, .less, .more, .isIn, .contains]
    guard let sign = signs.first(where: { rest.hasPrefix($0.rawValue) }) else { return nil }
    rest = rest.dropFirst(sign.rawValue.count)
    if sign == .isIn || sign == .contains {
      guard let next = rest.first, !next.isLetter, !next.isNumber, next != "_" else { return nil }
    }
    guard let values = RuleTest.values(rest, isList: sign == .isIn), !values.isEmpty else { return nil }
    self.init(String(field), sign, values)
  }

  /// Whether an unquoted value goes on with AND or OR and another test, which would never match as a text.
  private static func holdsAnotherTest(_ value: Substring) -> Bool {
    let words = value.split(separator: " ").map { $0.lowercased() }
    guard let place = words.firstIndex(where: { $0 == "and" || $0 == "or" }) else { return false }
    return words[place...].contains { $0.contains { "=<>".contains($0) } }
  }

  private static func values(_ text: Substring, isList: Bool) -> [String]? {
    var rest = text.drop { $0 == " " }
    while rest.last == " " { rest.removeLast() }
    if isList, let first = rest.first, let last = rest.last, (first, last) == ("[", "]") || (first, last) == ("(", ")")
    {
      rest = rest.dropFirst().dropLast()
    }
    var values: [String] = []
    while true {
      rest = rest.drop { $0 == " " }
      if let quote = rest.first, quote == "\"" || quote == "'" {
        rest = rest.dropFirst()
        guard let end = rest.firstIndex(of: quote) else { return nil }
        values.append(String(rest[..<end]))
        rest = rest[rest.index(after: end)...].drop { $0 == " " }
      } else {
        var plain = isList ? rest.prefix { $0 != "," } : rest
        rest = rest.dropFirst(plain.count)
        while plain.last == " " { plain.removeLast() }
        guard !plain.isEmpty, !holdsAnotherTest(plain) else { return nil }
        values.append(String(plain))
      }
      if rest.isEmpty { return values }
      guard isList, rest.first == "," else { return nil }
      rest = rest.dropFirst()
    }
  }
}
