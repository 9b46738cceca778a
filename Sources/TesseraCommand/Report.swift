internal import Clustering
internal import Features
internal import Foundation
internal import Personas
internal import Pipeline

/// What verbs say, in words and tables.
enum Report {
  /// The table of segments and why there are so many.
  static func segments(_ model: SegmentModel) {
    let lines = model.lines
    let hasRevenue = lines.first?.revenueShare != nil
    var columns: [(String, TextTable.Alignment)] = [("segment", .right), (model.unit, .right), ("share", .right)]
    if model.tree != nil { columns.append(("stability", .right)) }
    if model.segments.weights != nil { columns += [("weight", .right), ("of weight", .right)] }
    if hasRevenue { columns.append(("revenue", .right)) }
    // Where personas say what sets segments apart, the table keeps to 80 columns.
    let hasTraits = model.personas == nil
    let headlines = hasTraits ? model.headlines : Array(model.headlines.prefix(mostHeadlines))
    columns.append(contentsOf: headlines.map { ($0, .right) })
    if hasTraits { columns.append(("differs most by", .left)) }
    var table = TextTable(columns)
    for line in lines {
      var cells = [line.segment, ReadableNumber.grouped(line.customers), ReadableNumber.percent(line.share)]
      if model.tree != nil { cells.append(line.stability.map(ReadableNumber.hundredths) ?? "–") }
      if let weight = line.weight {
        cells += [ReadableNumber.text(weight.sum), ReadableNumber.percent(weight.share)]
      }
      if hasRevenue { cells.append(line.revenueShare.map(ReadableNumber.percent) ?? "–") }
      cells.append(contentsOf: line.headlines.prefix(headlines.count).map(ReadableNumber.text))
      if hasTraits { cells.append(line.traits.joined(separator: ", ")) }
      table.add(cells)
    }
    for line in table.lines { Terminal.print(line) }
    if let none = model.segments.none, none > 0 {
      let share = Double(none) / Double(max(1, model.provenance.rows))
      let weight = model.segments.weights.map { ", weight \(ReadableNumber.text($0.none))" } ?? ""
      Terminal.print(
        "      0: \(ReadableNumber.grouped(none)) (\(ReadableNumber.percent(share))\(weight)) belong to none of these")
    }
    Terminal.print("")
    for line in Paragraph.lines(model.segments.reason) { Terminal.print(line) }
    for sentence in model.history?.sentences ?? [] { Terminal.print(sentence) }
    if let stability = model.segments.stability { print(stability) }
    if let warning = smallSegments(model) { Terminal.note(warning) }
  }

  private static let mostHeadlines = 3

  /// A line a segment: how alike it comes back, and what that means.
  private static func print(_ stability: ClusterStability) {
    let sampled = stability.isSubsampled ? " of \(ReadableNumber.grouped(stability.rowsDrawn)) rows" : ""
    Terminal.print(
      "\nstability: how alike each segment comes back from \(stability.resamples) resamples\(sampled) (mean Jaccard "
        + "similarity, 1 = the same rows):")
    var table = TextTable([("segment", .right), ("mean Jaccard", .right), ("", .left)])
    for cluster in stability.clusters {
      table.add([
        "\(cluster.label + 1)", ReadableNumber.hundredths(cluster.meanJaccard),
        cluster.verdict.rawValue + meaning(cluster.verdict),
      ])
    }
    for line in table.lines { Terminal.print(line) }
  }

  private static func meaning(_ verdict: ClusterStability.Verdict) -> String {
    switch verdict {
    case .highlyStable, .valid: ""
    case .pattern: ": which rows belong to it is uncertain"
    case .doubtful: ": do not rely on it"
    case .dissolved: ": it does not come back"
    }
  }

  /// A warning of segments that hold almost nothing; nil without any.
  private static func smallSegments(_ model: SegmentModel) -> String? {
    let sizes = model.segments.sizes.enumerated().filter { $0.element < smallestSegment }
    guard model.segments.k > 1, let first = sizes.first else { return nil }
    let shown = model.lines.map(\.segment)
    let names = sizes.prefix(6).map { shown[$0.offset] }.joined(separator: ", ")
    let more = sizes.count > 6 ? " and \(sizes.count - 6) more" : ""
    let advice =
      "Their means tell of outliers, not of a group: try a lower --k"
      + (model.segments.mixture != nil && model.segments.none == nil ? " or --noise." : ".")
    guard sizes.count == 1 else {
      return "warning: segments \(names)\(more) hold fewer than \(smallestSegment) \(model.unit) each. \(advice)"
    }
    let size = first.element == 1 ? "a single \(model.unit.dropLast())" : "\(first.element) \(model.unit)"
    return "warning: segment \(names) is \(first.element == 0 ? "empty" : size). \(advice)"
  }

  /// Segments of fewer rows are warned of.
  private static let smallestSegment = 5

  /// What was tried, and what each criterion says of it.
  static func criteria(_ model: SegmentModel) {
    var table: TextTable
    if let mixture = model.segments.mixture {
      guard mixture.candidates.count > 1 else { return }
      table = TextTable([
        ("family", .left), ("k", .right), ("log-likelihood", .right), ("parameters", .right), ("BIC", .right),
        ("ICL", .right), ("silhouette", .right),
      ])
      let ranked = mixture.candidates.filter { $0.bic != nil }.sorted { ($0.bic ?? 0) < ($1.bic ?? 0) }
      for candidate in ranked.prefix(criteriaLines) {
        table.add([
          candidate.family?.rawValue ?? "–", "\(candidate.clusters)", ReadableNumber.text(candidate.logLikelihood),
          candidate.parameters.map { "\($0)" } ?? "–", ReadableNumber.text(candidate.bic),
          ReadableNumber.text(candidate.icl), ReadableNumber.text(candidate.silhouette),
        ])
      }
      let shown = min(criteriaLines, ranked.count)
      let title = shown < ranked.count ? "the best \(shown) of \(ranked.count) models fitted" : "models fitted"
      Terminal.print("\n\(title), lowest BIC first:")
    } else {
      guard let candidates = model.segments.candidates, candidates.count > 1 else { return }
      table = TextTable([
        ("k", .right), ("inertia", .right), ("silhouette", .right), ("Calinski-Harabasz", .right),
        ("Davies-Bouldin", .right), ("gap", .right),
      ])
      for candidate in candidates {
        table.add([
          "\(candidate.clusters)", ReadableNumber.text(candidate.inertia), ReadableNumber.text(candidate.silhouette),
          ReadableNumber.text(candidate.calinskiHarabasz), ReadableNumber.text(candidate.daviesBouldin),
          ReadableNumber.text(candidate.gap),
        ])
      }
      Terminal.print("\nnumbers of clusters tried:")
    }
    for line in table.lines { Terminal.print(line) }
    if let mixture = model.segments.mixture {
      let fitted = mixture.candidates.count { $0.bic != nil }
      let more = fitted - min(criteriaLines, fitted)
      let unfitted = mixture.candidates.count - fitted
      let rest =
        (more > 0 ? ["\(more) more were fitted"] : []) + (unfitted > 0 ? ["\(unfitted) could not be fitted"] : [])
      if !rest.isEmpty { Terminal.print("(\(rest.joined(separator: ", ")): all with --json)") }
    }
  }

  /// The most models that the table of criteria shows.
  private static let criteriaLines = 8

  /// What was read of each source, what was left out, and what is odd about the rest.
  static func quality(_ quality: DataQuality) {
    if let details = quality.details, !details.isEmpty {
      var table = TextTable([
        ("source", .left), ("read", .right), ("used", .right), ("repeated", .right), ("orphans", .right),
        ("never bought", .right), ("returned", .right), ("outliers", .right),
      ])
      for source in quality.sources {
        let detail = quality.detail(source.source)
        func shown(_ count: Int?) -> String { count.map(ReadableNumber.grouped) ?? "–" }
        let outliers = detail?.outliers.reduce(0) { $0 + $1.rows }
        table.add([
          source.source, ReadableNumber.grouped(source.rowsRead), ReadableNumber.grouped(source.rowsUsed),
          shown(detail?.repeatedRows), shown(detail?.orphanRows), shown(detail?.strangerCount),
          shown(detail?.returnedRows), shown(source.role == .transactions ? outliers : nil),
        ])
      }
      for line in table.lines { Terminal.note(line) }
    }
    for source in quality.sources where !source.leftOut.isEmpty {
      let reasons = source.leftOut.map { "\(ReadableNumber.grouped($0.rows)) \($0.reason)" }
      Terminal.note(
        "note: \(source.source): \(ReadableNumber.grouped(source.rowsRead)) rows read, "
          + "\(ReadableNumber.grouped(source.rowsUsed)) used (left out: \(reasons.joined(separator: ", ")))")
    }
    for note in quality.notes { Terminal.note("note: \(note)") }
  }

  /// Features that tell the same, and those that stand in for guarded attributes.
  static func checks(_ model: SegmentModel) {
    if let note = model.checks?.redundancyNote { Terminal.note("note: \(note)") }
    for warning in model.checks?.warnings ?? [] { Terminal.note("warning: \(warning)") }
  }

  /// Features that form no segment, those of one reason together.
  static func dropped(_ model: SegmentModel) {
    var told: Set<String> = []
    for dropped in model.transforms.dropped where told.insert(dropped.reason).inserted {
      let alike = model.transforms.dropped.filter { $0.reason == dropped.reason }.map { "'\($0.name)'" }
      let (form, reason) =
        alike.count == 1
        ? ("forms", dropped.reason)
        : (
          "form", dropped.reason.hasPrefix("it is ") ? "each " + dropped.reason.dropFirst("it ".count) : dropped.reason
        )
      Terminal.note("note: \(alike.joined(separator: ", ")) \(form) no segment: \(reason)")
    }
  }

  /// What scoring met with.
  static func transforms(_ report: TransformReport, form: MatrixForm) {
    let absent = report.absentFeatures.joined(separator: ", ")
    if !report.absentFeatures.isEmpty {
      let remedy = form == .distances ? "taken at their training median" : "integrated out"
      Terminal.note("warning: not in the table, so \(remedy): \(absent)")
    }
    if report.imputedCells > 0 {
      let remedy = form == .distances ? "imputed" : "integrated out"
      Terminal.note("note: \(ReadableNumber.grouped(report.imputedCells)) missing values \(remedy)")
    }
    if report.rowsWithoutValue > 0 {
      let how = form == .distances ? "assigned as imputed" : "assigned by the shares of the segments alone"
      Terminal.note(
        "note: \(ReadableNumber.grouped(report.rowsWithoutValue)) rows have no value in the model's columns: \(how)")
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

/// A clustering for machines.
struct ClusterJSON: Encodable {
  let method: SegmentMethod
  let k: Int
  let covariance: CovarianceFamily?
  let rows: Int
  let columns: [String]
  let sizes: [Int]
  let none: Int?
  let weights: SegmentModel.Weights?
  let converged: Bool
  let iterations: Int
  let inertia: Double?
  let logLikelihood: Double?
  let parameters: Int?
  let bic: Double?
  let icl: Double?
  let candidates: Candidates?
  let reason: String?
  let stability: [ClusterStability.Cluster]?
  let dropped: [FeatureTransforms.Dropped]
  let seconds: Double

  /// What was tried, in the fields of its method.
  enum Candidates: Encodable {
    case kMeans([ClusterCountCandidate])
    case mixture([MixtureCandidate])

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .kMeans(let candidates): try candidates.encode(to: encoder)
      case .mixture(let candidates): try candidates.encode(to: encoder)
      }
    }
  }

  init(_ model: SegmentModel, seconds: Double) {
    let segments = model.segments
    method = segments.method
    k = segments.k
    covariance = segments.mixture?.covariance
    rows = model.provenance.rows
    columns = model.transforms.columns
    sizes = segments.sizes
    none = segments.none
    weights = segments.weights
    converged = segments.converged
    iterations = segments.iterations
    inertia = segments.inertia
    logLikelihood = segments.mixture?.logLikelihood
    parameters = segments.mixture?.parameters
    bic = segments.mixture?.bic
    icl = segments.mixture?.icl
    let tried = segments.mixture.map { Candidates.mixture($0.candidates) } ?? segments.candidates.map(Candidates.kMeans)
    let hasChoice = (segments.mixture?.candidates.count ?? segments.candidates?.count ?? 0) > 1
    candidates = hasChoice ? tried : nil
    reason = hasChoice ? segments.reason : nil
    stability = segments.stability?.clusters
    dropped = model.transforms.dropped
    self.seconds = seconds
  }
}
