internal import Features
internal import Personas

extension ReportContent {
  /// The report as one HTML page: no file beside it and no network are needed.
  public func html() -> String { HTMLPage(self).text }
}

/// A report as the fields of the page's templates. What an element is asked for and has not is sought in those around it,
/// so that every field is always given: `false` where there is nothing.
struct HTMLPage {
  let content: ReportContent
  /// The names of the segments, by path.
  let names: [String: String]

  init(_ content: ReportContent) {
    self.content = content
    names = Dictionary(content.segments.map { ($0.path, $0.name) }) { first, _ in first }
  }

  /// The bodies of more cards than these are built when they are looked at, or when the browser has nothing else to do;
  /// without scripts they stand there at once.
  private static let mostCardsAtOnce = 60

  var text: String {
    var fields: [String: Any] = [
      "title": content.title, "madeBy": content.madeBy, "unit": content.unit, "subtitle": subtitle,
      "least": "\(ReportedGroups.least)", "policy": PageScript.policy, "style": PageStyle.text,
      "script": PageScript.text, "contents": contents, "hasCards": !content.personas.isEmpty, "cards": cards,
      "isLong": content.personas.count > HTMLPage.mostCardsAtOnce,
      "comparison": Self.field(comparison), "overlaps": Self.field(overlaps),
      "hasPredictions": !content.predictions.isEmpty, "predictions": content.predictions.map(prediction),
    ]
    for (key, value) in overview + found + ending { fields[key] = value }
    return PageTemplates.render(fields)
  }

  private var subtitle: String {
    let asOf = content.asOf.map { " as of \($0)" } ?? ""
    return "\(content.leaves.count) segments of \(content.everybody.text) \(content.unit)\(asOf)"
  }

  private var contents: [[String: Any]] {
    let all: [(String, String, Bool)] = [
      ("overview", "Overview", true), ("found", "How found", true), ("segments", "Segments", !content.personas.isEmpty),
      ("compare", "Compare", comparison != nil), ("overlap", "Overlap", overlaps != nil),
      ("predictions", "Predictions", !content.predictions.isEmpty), ("value", "Value", values != nil),
      ("quality", "Data quality", true), ("method", "Method", true),
    ]
    return all.filter(\.2).map { ["anchor": $0.0, "heading": $0.1] }
  }

  /// `false` in place of nothing.
  static func field(_ value: Any?) -> Any { value ?? false }

  /// The fields of a plain table.
  func table(_ table: ReportTable) -> [String: Any] {
    [
      "caption": table.caption,
      "columns": table.columns.map { ["column": $0.title, "isNumber": $0.isNumber] as [String: Any] },
      "rows": table.rows.map { row in
        [
          "first": row.first ?? "", "firstKind": table.columns.first?.isNumber == true ? "n" : "",
          "rest": zip(table.columns, row).dropFirst().map {
            ["kind": $0.isNumber ? "n" : $1.count > 60 ? "wide" : "", "text": $1]
          },
        ] as [String: Any]
      },
    ]
  }

  /// The fields of statements.
  static func facts(_ facts: [ReportFact]) -> [String: Any] {
    ["facts": facts.map { ["words": $0.words, "evidence": $0.evidence] }]
  }
}

/// Fields of several parts.
func + (one: [String: Any], other: [String: Any]) -> [String: Any] { one.merging(other) { first, _ in first } }
