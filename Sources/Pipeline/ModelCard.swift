internal import Clustering
internal import Features
internal import Personas
internal import Propensity
internal import Foundation

/// One line of the table of segments.
public struct SegmentLine: Sendable {
  /// The segment's id: from 1, or the path "2/7" of a tree's.
  public let segment: String
  /// The mean Jaccard similarity with which it came back in resamples; nil where none was measured.
  public let stability: Double?
  /// How many rows of training (customers) it holds.
  public let customers: Int
  /// Their share of all.
  public let share: Double
  /// The sum of the weights of its rows, and its share of all weight; nil without weights.
  public let weight: (sum: Double, share: Double)?
  /// The segment's share of all that was spent; nil when spend is not known.
  public let revenueShare: Double?
  /// The means of the headline features that the model has, in the order of ``SegmentModel/headlines``.
  public let headlines: [Double?]
  /// Where it differs most from everybody, in words.
  public let traits: [String]
}

extension SegmentModel {
  private static let headlineFeatures = ["recency_days", "orders", "monetary", "basket_value_mean"]

  /// What a row of training is: "customers" where it came from a customer base or its identifier says so, else "rows".
  public var unit: String {
    features.plan != nil || ColumnName(features.identifier).speaksOfCustomers ? "customers" : "rows"
  }

  /// The headline features that this model has: those that every reader asks for first.
  public var headlines: [String] { SegmentModel.headlineFeatures.filter { profiles[$0] != nil } }

  /// The table of segments, segment 1 first.
  public var lines: [SegmentLine] {
    let total = max(1, segments.sizes.reduce(0, +) + (segments.none ?? 0))
    let money = revenueProfile
    let revenue = money?.sums.reduce(0, +) ?? 0
    let leaves = tree.map { (tree: $0, places: $0.leaves) }
    return segments.sizes.indices.map { index in
      SegmentLine(
        segment: leaves.map { $0.tree.path(of: $0.places[index]) } ?? "\(index + 1)",
        stability: leaves.flatMap { $0.tree.nodes[$0.places[index]].stability }, customers: segments.sizes[index],
        share: Double(segments.sizes[index]) / Double(total),
        weight: segments.weights.map { ($0.segments[index], $0.segments[index] / $0.total) },
        revenueShare: revenue > 0 ? money.map { $0.sums[index] / revenue } : nil,
        headlines: headlines.map { profiles[$0]?.means[index] },
        traits: traits(index, limit: 3))
    }
  }

  /// Who the customers of each segment are.
  private var personaText: String {
    guard let personas = personas?.personas, !personas.isEmpty else { return "" }
    return "\n## Who they are\n\n"
      + markdownTable(
        ["segment", "name", "who", "what to do"],
        personas.map { [$0.path, $0.name, $0.sentence, $0.actions.map(\.title).joined(separator: ", ")] }) + "\n"
  }

  /// What customers may do, and how well that is told.
  private var predictionTable: String {
    guard let predictions, !predictions.isEmpty else { return "" }
    let rows = predictions.map { item in
      let quality = item.prediction.card.quality
      return [
        item.name, item.meaning, ReadableNumber.percent(quality.rate),
        "\(ReadableNumber.hundredths(quality.auc.value)) (\(ReadableNumber.hundredths(quality.auc.low))–\(ReadableNumber.hundredths(quality.auc.high)))",
        ReadableNumber.hundredths(quality.calibrationError.value), item.prediction.model.learned.kind.rawValue,
        item.prediction.card.importances.prefix(3).map(\.feature).joined(separator: ", "),
      ]
    }
    return "\n## What they will do\n\n"
      + markdownTable(
        ["target", "what", "share", "AUC (95%)", "calibration error", "learner", "goes most by"], rows)
      + "\nJudged on the latest date (of campaigns, dates), learnt from the earlier ones, where there are several; else out of fold.\n"
  }

  /// The model in words, as Markdown: what it is, its segments, how they were found, what they rest on.
  public var markdownCard: String {
    var text = "# \(name)\n\n"
    let date = features.asOf.map { " as of \($0)" } ?? ""
    text += "\(segments.k) segment\(segments.k == 1 ? "" : "s") of \(ReadableNumber.grouped(provenance.rows)) \(unit)"
    text +=
      "\(date), found by \(segments.mixture == nil ? "k-means" : "a mixture") on \(transforms.columns.count) columns from "
    text += "\(transforms.features.count) features.\n\n## Segments\n\n"
    text += markdownTable(
      ["segment", unit, "share"] + (tree == nil ? [] : ["stability"])
        + (segments.weights == nil ? [] : ["weight", "of weight"])
        + (lines.first?.revenueShare == nil ? [] : ["revenue"]) + headlines + ["differs most by"],
      lines.map { line in
        [line.segment, ReadableNumber.grouped(line.customers), ReadableNumber.percent(line.share)]
          + (tree == nil ? [] : [line.stability.map(ReadableNumber.hundredths) ?? "–"])
          + (line.weight.map { [ReadableNumber.text($0.sum), ReadableNumber.percent($0.share)] } ?? [])
          + (line.revenueShare.map { [ReadableNumber.percent($0)] } ?? [])
          + line.headlines.map(ReadableNumber.text) + [line.traits.joined(separator: ", ")]
      })
    text += "\nColumns between the shares and the last are means over the segment's \(unit); `sd` counts standard "
    text +=
      "deviations from the mean of all \(unit). Shares of a level are ranked beside them on the same scale: a level "
    text += "is a column of 0 and 1.\n\n## How they were found\n\n\(segments.reason)\n\n"
    if let history { text += history.sentences.joined(separator: " ") + "\n\n" }
    if tree != nil {
      text += outline.map { "- \($0.text): \($0.reason)\n" }.joined() + "\n"
    }
    text += criteriaTable
    text += personaText
    text += attractiveness?.markdown(of: self) ?? ""
    text += predictionTable
    text += value?.markdown ?? ""
    text += "\n## Features\n\n"
    text += markdownTable(
      ["feature", "all"] + lines.map(\.segment),
      profiles.numeric.map { profile in
        ["\(profile.name)", ReadableNumber.text(profile.mean)] + profile.means.map(ReadableNumber.text)
      })
    let levels = profiles.categories.flatMap { category in
      category.levels.indices.prefix(8).map { level in
        ["\(category.name) = \(category.levels[level])", ReadableNumber.percent(category.shares[level])]
          + category.segmentShares.map { ReadableNumber.percent($0[level]) }
      }
    }
    if !levels.isEmpty {
      text += "\n" + markdownTable(["share of level", "all"] + lines.map(\.segment), levels)
    }
    if !transforms.dropped.isEmpty {
      text += "\nForm no segment: "
      text += transforms.dropped.map { "\($0.name) (\($0.reason))" }.joined(separator: "; ") + ".\n"
    }
    text += checks?.markdown ?? ""
    text += "\n## Data\n\n"
    for source in quality.sources {
      text += "- \(source.source) (\(source.role.rawValue)): \(ReadableNumber.grouped(source.rowsRead)) rows read, "
      text += "\(ReadableNumber.grouped(source.rowsUsed)) used"
      text += source.leftOut.map { "; \(ReadableNumber.grouped($0.rows)) left out, \($0.reason)" }.joined() + "\n"
    }
    text += quality.markdown
    text += "- fingerprint \(provenance.dataFingerprint); Tessera \(provenance.tessera); seed \(provenance.seed); "
    text += provenance.libraries.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    return text + "\n"
  }

  /// What was tried, and what each criterion says of it.
  private var criteriaTable: String {
    if let mixture = segments.mixture {
      return markdownTable(
        ["family", "k", "log-likelihood", "parameters", "BIC", "ICL", "silhouette"],
        mixture.candidates.map {
          [
            $0.family?.rawValue ?? "–", "\($0.clusters)", ReadableNumber.text($0.logLikelihood),
            $0.parameters.map { "\($0)" } ?? "–", ReadableNumber.text($0.bic), ReadableNumber.text($0.icl),
            ReadableNumber.text($0.silhouette),
          ]
        })
    }
    return markdownTable(
      ["k", "inertia", "silhouette", "Calinski-Harabasz", "Davies-Bouldin", "gap"],
      (segments.candidates ?? []).map {
        [
          "\($0.clusters)", ReadableNumber.text($0.inertia), ReadableNumber.text($0.silhouette),
          ReadableNumber.text($0.calinskiHarabasz), ReadableNumber.text($0.daviesBouldin), ReadableNumber.text($0.gap),
        ]
      })
  }

}

/// A table of `rows` under `header`.
func markdownTable(_ header: [String], _ rows: [[String]]) -> String {
  func line(_ cells: [String]) -> String {
    "| " + cells.map(markdownCell).joined(separator: " | ") + " |\n"
  }
  return line(header) + "|" + String(repeating: " --- |", count: header.count) + "\n" + rows.map(line).joined()
}

/// A text as one cell of a table: what it means to Markdown or HTML is shown, not done.
private func markdownCell(_ text: String) -> String {
  text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("|", with: "\\|")
    .split(whereSeparator: \.isNewline).joined(separator: " ")
}
