public import Foundation
public import Warehouse

/// What the features mean, for reading, for spreadsheets and for programs.
extension FeaturePlan {
  /// The feature dictionary: one row a feature.
  public var dictionary: Table {
    func column(_ name: String, _ value: (FeatureDefinition) -> String) -> Column {
      Column(name: name, values: .texts(definitions.map(value)))
    }
    return Table([
      column("name", \.name), column("family", \.family.rawValue), column("meaning", \.meaning), column("unit", \.unit),
      column("kind", \.kind.rawValue), column("source", \.source),
      column("when_absent") { $0.whenAbsent.map(FeatureDefinition.shown) ?? "missing" }, column("sql", \.sql),
    ])
  }

  /// The dictionary as Markdown: the families in their order, each feature under its own heading.
  public var dictionaryMarkdown: String {
    var text = "# Features\n\n\(definitions.count) features of each customer, one column each, by '\(customer)'. "
    text +=
      "Only records known at the end of the as-of date count; a window of 30 days holds that date and the 29 days "
    text += "before it.\n"
    for family in FeatureFamily.allCases {
      let members = definitions.filter { $0.family == family }
      guard !members.isEmpty else { continue }
      text += "\n## \(family.rawValue)\n"
      for definition in members { text += definition.markdown }
    }
    return text
  }

  /// The dictionary as JSON: `{"customer": …, "features": [{"name": …, "window_days": …, "missing_rule": …}]}`.
  public var dictionaryJSON: Data {
    get throws { try json([]) }
  }

  fileprivate func json(_ labels: [LabelEntry], _ scores: [ScoreColumn] = []) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    let dictionary = DictionaryJSON(
      customer: customer, features: definitions.map(FeatureEntry.init), labels: labels.isEmpty ? nil : labels,
      scores: scores.isEmpty ? nil : scores)
    return try encoder.encode(dictionary) + Data("\n".utf8)
  }

  /// `features.parquet` has its dictionary in `features.dictionary.csv`.
  public static func dictionaryPath(beside target: String) -> String { stem(target) + ".dictionary.csv" }

  /// `features.parquet` has its readable dictionary in `features.md`.
  public static func markdownPath(beside target: String) -> String { stem(target) + ".md" }

  /// `features.parquet` has its dictionary for programs in `features.json`.
  public static func jsonPath(beside target: String) -> String {
    // Features that are JSON themselves keep the name.
    let path = stem(target) + ".json"
    return path == target ? stem(target) + ".dictionary.json" : path
  }

  private static func stem(_ target: String) -> String {
    var base = target
    for ending in [".gz", ".parquet", ".csv", ".tsv", ".jsonl", ".ndjson", ".json"] where base.hasSuffix(ending) {
      base.removeLast(ending.count)
    }
    return base
  }
}

extension Connection {
  /// Stages the dictionary of `plan` in its three forms beside `target`, that of `scores` and of labels taken from
  /// `sources` after it.
  func write(
    dictionaryOf plan: FeaturePlan, and window: LabelWindow? = nil, _ sources: SourceSet? = nil,
    scores: [ScoreColumn] = [], beside target: String, in files: StagedFiles
  ) throws {
    var labels: [LabelEntry] = []
    var table = plan.dictionary.adding(scores)
    if let window, let sources {
      table = window.extend(table, sources)
      labels = window.labels(sources).map {
        LabelEntry(name: $0.name, meaning: $0.meaning, unit: $0.unit, source: $0.source.name, sql: $0.sql)
      }
    }
    try write(table, to: FeaturePlan.dictionaryPath(beside: target), in: files)
    let texts = [
      (
        FeaturePlan.markdownPath(beside: target),
        Data(
          (plan.dictionaryMarkdown + ScoreColumn.markdown(scores) + LabelEntry.markdown(labels)).utf8)
      ),
      (FeaturePlan.jsonPath(beside: target), try plan.json(labels, scores)),
    ]
    try checkDictionaries(beside: target)
    for (path, bytes) in texts {
      try checkIsNoInput(path)
      try files.write(bytes, to: path)
    }
  }
}

extension Connection {
  /// Throws ``WarehouseError/notWritten(path:reason:)`` where a dictionary beside `target` would replace a file that is
  /// none: somebody's own `features.md`.
  public func checkDictionaries(beside target: String) throws(WarehouseError) {
    let checks: [(path: String, isDictionary: (Data) -> Bool)] = [
      (FeaturePlan.dictionaryPath(beside: target), { $0.starts(with: Data("name,family,".utf8)) }),
      (FeaturePlan.markdownPath(beside: target), { $0.starts(with: Data("# Features\n".utf8)) }),
      (FeaturePlan.jsonPath(beside: target), { (try? JSONDecoder().decode(DictionaryMark.self, from: $0)) != nil }),
    ]
    for (path, isDictionary) in checks {
      guard let standing = try? Data(contentsOf: URL(fileURLWithPath: path)), !isDictionary(standing) else { continue }
      throw .notWritten(
        path: path,
        reason:
          "the dictionary of '\(target)' belongs there, and a file of that name that is no dictionary stands there; "
          + "move it away, or give the features another name")
    }
  }
}

/// What tells a dictionary from any other JSON.
private struct DictionaryMark: Decodable {
  struct Entry: Decodable {
    let name: String
    let family: String
    let sql: String
  }
  let customer: String
  let features: [Entry]
}

extension FeatureDefinition {
  /// The days before the as-of date that it looks back, that date among them; nil where some part of it looks at all
  /// records. Read off the filters of its aggregates, so that it cannot say another thing than they do.
  public var windowDays: Int? {
    var longest = 0
    for aggregate in aggregates {
      if aggregate.level == .months {
        longest = max(longest, 360)
        continue
      }
      let filters = aggregate.sql.matches(of: /\bage < ([0-9]{1,6})\b/).compactMap { Int($0.1) }
      guard let days = filters.max() else { return nil }
      longest = max(longest, days)
    }
    return longest > 0 ? longest : nil
  }

  /// What stands where there is nothing to compute it from, in words.
  public var missingRule: String {
    if aggregates.contains(where: { $0.attribute != nil }) { return "missing where the attribute is" }
    guard let value = whenAbsent else { return "missing without such records" }
    return "\(FeatureDefinition.shown(value)) without such records"
  }

  /// 0 rather than 0.0.
  static func shown(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }

  fileprivate var markdown: String {
    // Backticks in a name or in SQL must not end the code that they stand in.
    let fence = String(repeating: "`", count: max(3, 1 + FeatureDefinition.longestBackticks(sql)))
    let window = windowDays.map { "the last \($0) days" } ?? "all records"
    let facts = [
      "kind: \(kind.rawValue)", unit.isEmpty ? nil : "unit: \(unit)", "source: \(FeatureDefinition.escaped(source))",
      "window: \(aggregates.contains { $0.attribute != nil } ? "none, an attribute" : window)",
      "missing: \(missingRule)",
    ].compactMap { $0 }
    return """

      ### \(FeatureDefinition.escaped(name))

      \(FeatureDefinition.escaped(meaning)).

      \(facts.map { "- \($0)" }.joined(separator: "\n"))

      <details><summary>SQL</summary>

      \(fence)sql
      \(sql)
      \(fence)

      </details>

      """
  }

  private static func longestBackticks(_ text: String) -> Int {
    text.split { $0 != "`" }.map(\.count).max() ?? 0
  }

  /// Names of columns are the user's own: none of their signs may turn into mark-up.
  fileprivate static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      if character.isNewline {
        escaped.append(" ")
        continue
      }
      if "\\`*_[]<>#|".contains(character) { escaped.append("\\") }
      escaped.append(character)
    }
    return escaped
  }
}

private struct DictionaryJSON: Encodable {
  let customer: String
  let features: [FeatureEntry]
  let labels: [LabelEntry]?
  let scores: [ScoreColumn]?
}

extension Table {
  /// This dictionary with a row a score.
  fileprivate func adding(_ scores: [ScoreColumn]) -> Table {
    guard !scores.isEmpty else { return self }
    let values: [String: (ScoreColumn) -> String] = [
      "name": \.name, "family": { _ in TreeSettings.scores }, "meaning": \.meaning, "unit": { _ in "probability" },
      "kind": { _ in "numeric" }, "source": { _ in "the model" }, "when_absent": { _ in "missing" },
    ]
    return Table(
      columns.map { column in
        Column(
          name: column.name,
          values: .texts(column.texts.map { $0 ?? "" } + scores.map { values[column.name]?($0) ?? "" }))
      })
  }
}

/// A column of chances that a model adds to the features, of which segments are formed, too.
public struct ScoreColumn: Sendable, Hashable, Codable {
  /// Its name.
  public let name: String
  /// What it tells.
  public let meaning: String

  /// A column `name` that tells `meaning`.
  public init(name: String, meaning: String) { (self.name, self.meaning) = (name, meaning) }

  /// A section of them; empty without any.
  fileprivate static func markdown(_ scores: [ScoreColumn]) -> String {
    guard !scores.isEmpty else { return "" }
    return "\n## scores\n\nProbabilities that the model tells from the features above.\n\n"
      + scores.map { "- \(FeatureDefinition.escaped($0.name)): \(FeatureDefinition.escaped($0.meaning))\n" }.joined()
  }
}

/// What is told of the days after the as-of date.
private struct LabelEntry: Encodable {
  let name: String
  let meaning: String
  let unit: String
  let source: String
  let sql: String

  /// A section of them; empty without any.
  static func markdown(_ labels: [LabelEntry]) -> String {
    guard !labels.isEmpty else { return "" }
    return "\n## labels\n\nOf the days after the as-of date; never features.\n\n"
      + labels.map { "- `\($0.name)`: \($0.meaning)\n" }.joined()
  }
}

/// One feature of the dictionary; what it does not have is null, not absent.
private struct FeatureEntry: Encodable {
  let definition: FeatureDefinition

  private enum CodingKeys: String, CodingKey {
    case name, family, meaning, unit, kind, source, sql
    case windowDays = "window_days"
    case whenAbsent = "when_absent"
    case missingRule = "missing_rule"
  }

  init(_ definition: FeatureDefinition) { self.definition = definition }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(definition.name, forKey: .name)
    try container.encode(definition.family, forKey: .family)
    try container.encode(definition.meaning, forKey: .meaning)
    try container.encode(definition.unit.isEmpty ? nil : definition.unit, forKey: .unit)
    try container.encode(definition.kind, forKey: .kind)
    try container.encode(definition.source, forKey: .source)
    try container.encode(definition.windowDays, forKey: .windowDays)
    try container.encode(definition.whenAbsent, forKey: .whenAbsent)
    try container.encode(definition.missingRule, forKey: .missingRule)
    try container.encode(definition.sql, forKey: .sql)
  }
}
