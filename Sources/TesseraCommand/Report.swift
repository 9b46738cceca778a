internal import Clustering
internal import Features
internal import Foundation
internal import Pipeline

/// What verbs say, in words and tables.
enum Report {
  /// The table of segments and why there are so many.
  static func segments(_ model: SegmentModel) {
    let lines = model.lines
    let hasRevenue = lines.first?.revenueShare != nil
    var columns: [(String, TextTable.Alignment)] = [("segment", .right), ("customers", .right), ("share", .right)]
    if hasRevenue { columns.append(("revenue", .right)) }
    columns.append(contentsOf: model.headlines.map { ($0, .right) })
    columns.append(("differs most by", .left))
    var table = TextTable(columns)
    for line in lines {
      var cells = ["\(line.segment)", ReadableNumber.grouped(line.customers), ReadableNumber.percent(line.share)]
      if hasRevenue { cells.append(line.revenueShare.map(ReadableNumber.percent) ?? "–") }
      cells.append(contentsOf: line.headlines.map(ReadableNumber.text))
      cells.append(line.traits.joined(separator: ", "))
      table.add(cells)
    }
    for line in table.lines { Terminal.print(line) }
    Terminal.print("")
    Terminal.print(model.segments.reason)
  }

  /// Rows left out of each source.
  static func quality(_ quality: DataQuality) {
    for source in quality.sources where !source.leftOut.isEmpty {
      let reasons = source.leftOut.map { "\(ReadableNumber.grouped($0.rows)) \($0.reason)" }
      Terminal.note(
        "note: \(source.source): \(ReadableNumber.grouped(source.rowsRead)) rows read, "
          + "\(ReadableNumber.grouped(source.rowsUsed)) used (left out: \(reasons.joined(separator: ", ")))")
    }
    for note in quality.notes { Terminal.note("note: \(note)") }
  }

  /// Features that form no segment.
  static func dropped(_ model: SegmentModel) {
    for dropped in model.transforms.dropped {
      Terminal.note("note: '\(dropped.name)' forms no segment: \(dropped.reason)")
    }
  }

  /// What scoring met with.
  static func transforms(_ report: TransformReport) {
    if !report.absentFeatures.isEmpty {
      Terminal.note(
        "warning: not in the table, so taken at their training median: \(report.absentFeatures.joined(separator: ", "))"
      )
    }
    if report.imputedCells > 0 {
      Terminal.note("note: \(ReadableNumber.grouped(report.imputedCells)) missing values imputed")
    }
    if report.unlistedLevels > 0 {
      Terminal.note("note: \(ReadableNumber.grouped(report.unlistedLevels)) values of categories were rare or new")
    }
  }

  /// A path as short as it can be said from here.
  static func shown(_ url: URL) -> String {
    let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath).standardizedFileURL.path + "/"
    let path = url.standardizedFileURL.path
    return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
  }
}

extension Terminal {
  /// Prints one JSON object, keys sorted.
  static func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}

/// A model for machines.
struct ModelJSON: Encodable {
  let name: String
  let features: SegmentModel.FeatureSection
  let transforms: FeatureTransforms
  let segments: SegmentModel.SegmentSection
  let profiles: SegmentProfiles
  let quality: DataQuality
  let provenance: SegmentModel.Provenance
  let seconds: Double?

  init(_ model: SegmentModel, seconds: Double?) {
    name = model.name
    features = model.features
    transforms = model.transforms
    segments = model.segments
    profiles = model.profiles
    quality = model.quality
    provenance = model.provenance
    self.seconds = seconds
  }
}

/// A clustering for machines.
struct ClusterJSON: Encodable {
  let method: String
  let k: Int
  let rows: Int
  let columns: [String]
  let sizes: [Int]
  let converged: Bool
  let iterations: Int
  let inertia: Double
  let candidates: [ClusterCountCandidate]?
  let reason: String?
  let dropped: [FeatureTransforms.Dropped]
  let seconds: Double

  init(_ model: SegmentModel, seconds: Double) {
    method = model.segments.method
    k = model.segments.k
    rows = model.provenance.rows
    columns = model.transforms.columns
    sizes = model.segments.sizes
    converged = model.segments.converged
    iterations = model.segments.iterations
    inertia = model.segments.inertia
    let hasChoice = model.segments.candidates.count > 1
    candidates = hasChoice ? model.segments.candidates : nil
    reason = hasChoice ? model.segments.reason : nil
    dropped = model.transforms.dropped
    self.seconds = seconds
  }
}
