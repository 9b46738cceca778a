/// Customers by a rule of the project's own, under a name: "Frequent Shoppers: Men's Shirts".
///
/// A customer may be in any number of lists. Lists stand beside the segments and form none.
public struct RuleList: Sendable, Hashable, Codable {
  /// What the list is called; see ``fault(inName:)``.
  public var name: String
  /// Who is in it.
  public var condition: ListCondition
  /// The line of the project file that begins it.
  public var line: Int?

  /// A list called `name`.
  public init(name: String, condition: ListCondition, line: Int? = nil) {
    self.name = name
    self.condition = condition
    self.line = line
  }

  /// What keeps `name` from being a list's; nil when nothing does.
  ///
  /// Names stand beside the paths of segments, joined by semicolons, and must be told from both.
  public static func fault(inName name: String) -> String? {
    if name.isEmpty { return "a list needs a name." }
    if name.count > 100 { return "it has \(name.count) characters; a list's name may have 100." }
    if name.contains(";") { return "it holds ';', which stands between the names of lists." }
    if name.contains(where: \.isNewline) { return "it holds a line break; a list's name is one line." }
    if name.first?.isWhitespace == true || name.last?.isWhitespace == true {
      return "it begins or ends with a blank; leave that out."
    }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count > 1, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }) {
      return "it looks like the path of a segment; add a word to it."
    }
    return nil
  }
}

/// Who is in a list: a condition over the features of a customer, a count of their records, or several together.
public indirect enum ListCondition: Sendable, Hashable, Codable {
  /// An SQL condition over features by their names, and the line it stands on.
  case sql(String, line: Int?)
  /// A count of records, which is computed with the features, as the feature of 1 and 0 called `feature`.
  case count(RuleCount, feature: String)
  /// Every one of these.
  case all([ListCondition])
  /// At least one of these.
  case any([ListCondition])
  /// The opposite.
  case not(ListCondition)

  /// The counts in it, as rules whose names are those of their features.
  public var counts: [CountRule] {
    switch self {
    case .sql: []
    case .count(let count, let feature): [CountRule(name: feature, condition: .count(count), line: count.line)]
    case .all(let parts), .any(let parts): parts.flatMap(\.counts)
    case .not(let part): part.counts
    }
  }

  /// The conditions in SQL that stand in it, with their lines.
  var texts: [(sql: String, line: Int?)] {
    switch self {
    case .sql(let sql, let line): [(sql, line)]
    case .count: []
    case .all(let parts), .any(let parts): parts.flatMap(\.texts)
    case .not(let part): part.texts
    }
  }

  /// The condition in words, for cards and dictionaries.
  public var words: String {
    switch self {
    case .sql(let sql, _): sql
    case .count(let count, _): RuleCompiler.words(.count(count))
    case .all(let parts): parts.map { "(\($0.words))" }.joined(separator: " and ")
    case .any(let parts): parts.map { "(\($0.words))" }.joined(separator: " or ")
    case .not(let part): "not (\(part.words))"
    }
  }
}
