internal import Features

extension HTMLPage {
  /// One prediction: how well it ranks, how true it is, in all and by segment.
  func prediction(_ prediction: ReportPrediction) -> [String: Any] {
    let gains = prediction.gains
    let most = prediction.segments.map { max($0.predicted, $0.high ?? 0) }.max() ?? 0
    return [
      "target": prediction.name, "meaning": HTMLPage.sentence(prediction.meaning),
      "judged": HTMLPage.sentence(prediction.judged), "reason": prediction.reason,
      "quality": table(figures(prediction)),
      "reliability": Self.field(gains.isEmpty ? nil : CurveChart.reliability(gains).markup.html),
      "gain": Self.field(gains.isEmpty ? nil : CurveChart.gains(gains).markup.html),
      "lifts": Self.field(gains.isEmpty ? nil : table(lifts(gains))),
      "hasReliabilities": !prediction.segments.isEmpty,
      "reliabilities": prediction.segments.map { reliability($0, rate: prediction.rate, most: most) },
      "importances": Self.field(prediction.importances.isEmpty ? nil : table(importances(prediction))),
    ]
  }

  /// With a capital and a full stop.
  static func sentence(_ words: String) -> String {
    words.isEmpty ? "" : words.prefix(1).uppercased() + words.dropFirst() + (words.hasSuffix(".") ? "" : ".")
  }

  private func figures(_ prediction: ReportPrediction) -> ReportTable {
    let rate = ["share who do it", ReadableNumber.percent(prediction.rate), "", ""]
    return ReportTable(
      caption: "How good it is",
      columns: [
        .init("figure"), .init("value", isNumber: true), .init("95% interval", isNumber: true), .init("what it tells"),
      ],
      rows: [rate]
        + prediction.figures.map { figure in
          let (low, high) = (figure.low.map(HTMLPage.figure), figure.high.map(HTMLPage.figure))
          let range = low.flatMap { low in high.map { "\(low)–\($0)" } }
          return [figure.name, HTMLPage.figure(figure.value), range ?? "–", figure.meaning]
        })
  }

  private static func figure(_ value: Double) -> String {
    abs(value) >= 0.1 ? ReadableNumber.hundredths(value) : ReadableNumber.text(value)
  }

  private func lifts(_ gains: [ReportGain]) -> ReportTable {
    ReportTable(
      caption: "Parts of about equal size; neighbours stand together where fewer than ten did it or did not",
      columns: ["down to", "predicted", "observed", "95% interval", "lift", "share of those who do it"].map {
        .init($0, isNumber: true)
      },
      rows: gains.map {
        [
          ReadableNumber.percent($0.depth), ReadableNumber.percent($0.predicted), ReadableNumber.percent($0.observed),
          "\(ReadableNumber.percent($0.low))–\(ReadableNumber.percent($0.high))", ReadableNumber.hundredths($0.lift),
          ReadableNumber.percent($0.gain),
        ]
      })
  }

  private func reliability(_ item: ReportReliability, rate: Double, most: Double) -> [String: Any] {
    [
      "name": item.path == "0" ? "none of these" : names[item.path].map { "\(item.path) \($0)" } ?? item.path,
      "predicted": ReadableNumber.percent(item.predicted),
      "observed": item.observed.map(ReadableNumber.percent) ?? "–",
      "verdict": item.isReliable.map { $0 ? "yes" : "no" } ?? "too few to tell",
      "plot": RateDot.markup(
        predicted: item.predicted, observed: item.observed, low: item.low, high: item.high, all: rate, most: most
      ).html,
    ]
  }

  private static let mostImportances = 12

  private func importances(_ prediction: ReportPrediction) -> ReportTable {
    ReportTable(
      caption: "What it goes by",
      columns: [.init("feature"), .init("share", isNumber: true), .init("how it goes with the chance")],
      rows: prediction.importances.prefix(HTMLPage.mostImportances).map { item in
        let direction = item.direction.map {
          $0 > 0.1 ? "more is likelier" : $0 < -0.1 ? "more is less likely" : "varies"
        }
        return [item.feature, ReadableNumber.percent(item.share), direction ?? "by its levels"]
      })
  }
}
