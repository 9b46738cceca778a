internal import Foundation
internal import Warehouse

/// What each feature means and how it is computed, for people and programs: `features.dictionary.csv`,
/// `features.dictionary.json` and `features.md` beside `features.parquet`.
extension FeaturePlan {
  /// One column of a feature table.
  struct Entry: Encodable {
    let name: String
    let family: String
    let meaning: String
    let unit: String
    let kind: String
    let source: String
    /// In days up to the as-of date; nil where it is ever, or no single window.
    let windowDays: Int?
    /// The value of a customer without records: a number, or "missing".
    let whenAbsent: String
    let sql: String
  }

  func entries(_ labels: [LabelWindow.Label] = []) -> [Entry] {
    definitions.map { definition in
      Entry(
        name: definition.name, family: definition.family.rawValue, meaning: definition.meaning, unit: definition.unit,
        kind: definition.kind.rawValue, source: definition.source, windowDays: definition.windowDays,
        whenAbsent: definition.whenAbsent.map { value in Int(exactly: value).map { "\($0)" } ?? "\(value)" }
          ?? "missing",
        sql: definition.sql)
    }
      + labels.map { label in
        Entry(
          name: label.name, family: "labels", meaning: label.meaning, unit: label.unit,
          kind: FeatureKind.numeric.rawValue,
          source: label.source.name, windowDays: nil, whenAbsent: "0", sql: label.sql)
      }
  }

  private static func table(_ entries: [Entry]) -> Table {
    func column(_ name: String, _ value: (Entry) -> String) -> Column {
      Column(name: name, values: .texts(entries.map(value)))
    }
    return Table([
      column("name", \.name), column("family", \.family), column("meaning", \.meaning), column("unit", \.unit),
      column("kind", \.kind), column("source", \.source), column("window_days") { $0.windowDays.map { "\($0)" } ?? "" },
      column("when_absent", \.whenAbsent), column("sql", \.sql),
    ])
  }

  private func markdown(_ entries: [Entry], asOf: [CalendarDate]) -> String {
    let dates = asOf.count > 1 ? "\(asOf[0]) and \(asOf.count - 1) later dates" : asOf.first.map { "\($0)" } ?? ""
    var text = "# Features\n\n\(entries.count) columns, one row a customer, as of \(dates). Nothing later is in them.\n"
    func cell(_ text: String) -> String { text.replacing("|", with: "\\|").replacing("\n", with: " ") }
    var families: [String] = []
    for entry in entries where !families.contains(entry.family) { families.append(entry.family) }
    for family in families {
      let own = entries.filter { $0.family == family }
      text += "\n## \(family)\n\n| feature | meaning | unit | window | without records | from |\n"
      text += "| --- | --- | --- | --- | --- | --- |\n"
      for entry in own {
        let window = entry.windowDays.map { "\($0) days" } ?? ""
        text += "| `\(cell(entry.name))` | \(cell(entry.meaning)) | \(entry.unit) | \(window) | \(entry.whenAbsent) | "
        text += "\(cell(entry.source)) |\n"
      }
      text += "\n<details><summary>SQL</summary>\n\n```sql\n"
      text += own.map { "-- \($0.name)\n\($0.sql)\n" }.joined().replacing("```", with: "` ` `")
      text += "```\n\n</details>\n"
    }
    return text
  }

  /// Writes the dictionary beside `target`, in its three forms, staged in `files`.
  func writeDictionary(
    beside target: String, labels: [LabelWindow.Label] = [], asOf: [CalendarDate], _ connection: Connection,
    in files: StagedFiles
  ) throws(WarehouseError) {
    let entries = entries(labels)
    let base = FeaturePlan.stem(target)
    try connection.write(FeaturePlan.table(entries), to: FeaturePlan.dictionaryPath(beside: target), in: files)
    try files.write(Data(markdown(entries, asOf: asOf).utf8), to: base + ".md")
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    // Texts and whole numbers alone: nothing that could fail to be encoded.
    try files.write((try? encoder.encode(entries)) ?? Data("[]".utf8), to: base + ".dictionary.json")
  }

  /// `features.parquet` has its dictionary in `features.dictionary.csv` (and `.json`), and in `features.md`.
  public static func dictionaryPath(beside target: String) -> String { stem(target) + ".dictionary.csv" }

  private static func stem(_ target: String) -> String {
    var base = target
    for ending in [".gz", ".parquet", ".csv", ".tsv", ".jsonl", ".ndjson", ".json"] where base.hasSuffix(ending) {
      base.removeLast(ending.count)
    }
    return base
  }
}

extension FeatureDefinition {
  /// The days up to the as-of date that all its rows are of; nil where it is ever, or no single window.
  public var windowDays: Int? {
    let windows = aggregates.map { aggregate in
      let found = aggregate.sql.matches(of: /\bage < ([0-9]+)/).compactMap { Int($0.output.1) }
      return found.count == 1 && !aggregate.sql.contains("age >=") ? found.first : nil
    }
    guard let first = windows.first, let days = first, windows.allSatisfy({ $0 == days }) else { return nil }
    return days
  }
}
