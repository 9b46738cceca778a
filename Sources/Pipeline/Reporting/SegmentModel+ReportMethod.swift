internal import Clustering
internal import Features
internal import Foundation
internal import Propensity
internal import Reports

extension SegmentModel {
  /// How the segments were found.
  var reportFound: ReportFound {
    let nodes = outline.map { line in
      // The outline goes on with the size, which is told elsewhere, as far as it may be.
      let size = ": \(ReadableNumber.grouped(line.customers)) \(unit)"
      let title = line.text.range(of: size, options: .backwards).map { String(line.text[..<$0.lowerBound]) }
      return ReportFound.Node(
        depth: line.depth, title: title ?? line.path ?? "part", features: line.features ?? [],
        stability: line.stability, reason: line.reason)
    }
    return ReportFound(
      sentences: [segments.reason] + (history?.sentences ?? []), nodes: tree == nil ? [] : nodes, criteria: reportTried)
  }

  /// What was tried, and what each criterion says of it; nil where there was no choice.
  private var reportTried: ReportTable? {
    func columns(_ names: [String]) -> [ReportTable.Column] { names.map { .init($0, isNumber: true) } }
    func text(_ value: Double?) -> String { ReadableNumber.text(value) }
    if let mixture = segments.mixture, mixture.candidates.count > 1 {
      return ReportTable(
        caption: "Mixtures tried, lowest BIC first",
        columns: [.init("family")] + columns(["k", "log-likelihood", "BIC", "ICL", "silhouette"]),
        rows: mixture.candidates.filter { $0.bic != nil }.sorted { ($0.bic ?? 0) < ($1.bic ?? 0) }.map {
          [
            $0.family?.rawValue ?? "–", "\($0.clusters)", text($0.logLikelihood), text($0.bic), text($0.icl),
            text($0.silhouette),
          ]
        })
    }
    guard let candidates = segments.candidates, candidates.count > 1 else { return nil }
    return ReportTable(
      caption: "Numbers of clusters tried",
      columns: columns(["k", "inertia", "silhouette", "Calinski-Harabasz", "Davies-Bouldin", "gap"]),
      rows: candidates.map {
        [
          "\($0.clusters)", text($0.inertia), text($0.silhouette), text($0.calinskiHarabasz), text($0.daviesBouldin),
          text($0.gap),
        ]
      })
  }

  /// What is known of the data, and what is odd.
  var reportQuality: ReportQuality {
    let columns =
      [ReportTable.Column("source")]
      + ["read", "used", "repeated", "orphans", "never bought", "returned", "outliers"].map {
        .init($0, isNumber: true)
      }
    func shown(_ count: Int?) -> String { count.map { ReportCount($0).text } ?? "–" }
    let rows = quality.sources.map { source in
      let detail = quality.detail(source.source)
      let outliers = source.role == .transactions ? detail?.outliers.reduce(0) { $0 + $1.rows } : nil
      // A few rows left out could be reckoned from what was read and used.
      let leftOut = source.rowsRead - source.rowsUsed
      let hasFew = ([leftOut] + source.leftOut.map(\.rows)).contains { ReportCount($0) == .few }
      let used =
        !hasFew ? shown(source.rowsUsed) : ReportCount(leftOut) == .few ? "all but \(ReportCount(leftOut).text)" : "–"
      return [
        source.source, shown(source.rowsRead), used, shown(detail?.repeatedRows),
        shown(detail?.orphanRows), shown(detail?.strangerCount), shown(detail?.returnedRows), shown(outliers),
      ]
    }
    let leftOut = quality.sources.flatMap { source in
      source.leftOut.map { "\(source.source): \(ReadableNumber.grouped($0.rows)) rows left out, \($0.reason)" }
    }
    let dropped = transforms.dropped.map { "'\($0.name)' forms no segment: \($0.reason)" }
    return ReportQuality(
      sources: rows.isEmpty ? nil : ReportTable(caption: "What was read", columns: columns, rows: rows),
      notes: leftOut + quality.notes + (checks?.warnings ?? []) + (checks?.redundancyNote.map { [$0] } ?? []) + dropped)
  }

  /// Every setting that the model file keeps, and where the model comes from.
  var reportMethod: [ReportSetting] {
    var settings = [
      ReportSetting("Provenance", "made by", "Tessera \(provenance.tessera)"),
      ReportSetting("Provenance", "seed", "\(provenance.seed)"),
      ReportSetting("Provenance", "data fingerprint", provenance.dataFingerprint),
    ]
    if let sample = provenance.sample {
      settings.append(ReportSetting("Provenance", "segments found on", "\(ReadableNumber.grouped(sample)) \(unit)"))
    }
    if let mark = provenance.settings { settings.append(ReportSetting("Provenance", "mark of the settings", mark)) }
    settings += provenance.libraries.sorted { $0.key < $1.key }.map { ReportSetting("Provenance", $0.key, $0.value) }
    settings += [
      ReportSetting("Segments", "found by", segments.method.rawValue),
      ReportSetting(
        "Segments", "columns", "\(transforms.columns.count), made of \(transforms.features.count) features"),
    ]
    if let tree { settings.append(ReportSetting("Segments", "listed from a membership of", "\(tree.listedFrom)")) }
    if let kMeans = segments.settings { settings += SegmentModel.settings("k-means", kMeans) }
    if let mixture = segments.mixture { settings += SegmentModel.settings("Mixture", mixture.settings) }
    if let attractiveness { settings += SegmentModel.settings("Attractiveness", attractiveness.settings) }
    for item in predictions ?? [] {
      settings += [
        ReportSetting("Prediction of \(item.name)", "learner", item.prediction.model.learned.kind.rawValue),
        ReportSetting("Prediction of \(item.name)", "learnt as of", item.dates.joined(separator: ", ")),
        ReportSetting("Prediction of \(item.name)", "folds", "\(item.prediction.card.folds)"),
        ReportSetting("Prediction of \(item.name)", "seed", "\(item.prediction.seed)"),
      ]
    }
    let meanings = Dictionary((features.plan?.definitions ?? []).map { ($0.name, $0) }) { first, _ in first }
    let logged = Set(transforms.numeric.filter(\.takesLog).map(\.name))
    for name in transforms.features {
      let definition = meanings[name]
      let words = [definition?.meaning, definition?.unit, logged.contains(name) ? "as log(1 + x)" : nil].compactMap {
        $0
      }
      settings.append(
        ReportSetting("Features that form segments", name, words.isEmpty ? "as given" : words.joined(separator: "; ")))
    }
    return settings
  }

  /// The fields of `value`, one a line.
  private static func settings(_ group: String, _ value: some Encodable) -> [ReportSetting] {
    guard let data = try? JSONEncoder().encode(value),
      let fields = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return [] }
    func text(_ value: Any) -> String {
      if let fields = value as? [String: Any] {
        return fields.sorted { $0.key < $1.key }.map { "\($0.key) \(text($0.value))" }.joined(separator: ", ")
      }
      if let list = value as? [Any] { return list.map(text).joined(separator: ", ") }
      return "\(value)"
    }
    return fields.sorted { $0.key < $1.key }.map { ReportSetting(group, $0.key, text($0.value)) }
      .filter { !$0.value.isEmpty }
  }
}
