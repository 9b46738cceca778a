/// What a report tells, in whatever form: numbers and words of a trained model, and no customer.
///
/// Making one takes out whatever would tell of fewer than ten customers, or let such be reckoned; so all forms of a report,
/// pages, charts, JSON and Markdown, are free of it.
public struct ReportContent: Sendable, Hashable, Codable {
  /// What is segmented: the project's name.
  public let title: String
  /// What the rows are called: "customers".
  public let unit: String
  /// The last day whose records were used; nil for a ready table.
  public let asOf: String?
  /// The version that made it: "Tessera 0.1.0".
  public let madeBy: String
  /// All customers of training; where fewer than ten belong to no segment, those who belong to one.
  public internal(set) var everybody: ReportCount
  /// Those who belong to no segment; nil where everybody has one.
  public internal(set) var none: ReportCount?
  /// Macro-segments of several micro-segments, each followed by these; others alone.
  public internal(set) var segments: [ReportSegment]
  /// What attractiveness is made of; empty where nobody ranked the segments.
  public let criteria: [ReportCriterion]
  /// How the segments were found.
  public internal(set) var found: ReportFound
  /// The cards, in the order of the segments.
  public internal(set) var personas: [ReportPersona]
  /// Where every segment stands in every feature; nil where that is not known.
  public internal(set) var comparison: ReportComparison?
  /// How lists share customers; nil without lists.
  public internal(set) var overlaps: ReportOverlaps?
  /// What customers will do.
  public internal(set) var predictions: [ReportPrediction]
  /// What is known of the data.
  public internal(set) var quality: ReportQuality
  /// The exact settings, and where the model comes from.
  public internal(set) var method: [ReportSetting]

  /// A report of `everybody`, of whom `none` belong to no segment; without what may not be told.
  public init(
    title: String, unit: String = "customers", asOf: String? = nil, madeBy: String, everybody: Int, none: Int? = nil,
    segments: [ReportSegment], criteria: [ReportCriterion] = [], found: ReportFound, personas: [ReportPersona] = [],
    comparison: ReportComparison? = nil, overlaps: ReportOverlaps? = nil, predictions: [ReportPrediction] = [],
    quality: ReportQuality = ReportQuality(), method: [ReportSetting] = []
  ) {
    (self.title, self.unit, self.asOf, self.madeBy) = (title, unit, asOf, madeBy)
    self.everybody = .exactly(everybody)
    self.none = none.map { .exactly($0) }
    (self.segments, self.criteria, self.found, self.personas) = (segments, criteria, found, personas)
    (self.comparison, self.overlaps, self.predictions) = (comparison, overlaps, predictions)
    (self.quality, self.method) = (quality, method)
    withholdSmallCells()
  }

  /// The segment at `path`, or nil.
  public func segment(_ path: String) -> ReportSegment? { segments.first { $0.path == path } }

  /// The micro-segments.
  public var leaves: [ReportSegment] { segments.filter { !$0.isMacro } }
  /// The number of macro-segments, those of one micro-segment too.
  public var macros: Int { Set(segments.map(\.macro)).count }
}
