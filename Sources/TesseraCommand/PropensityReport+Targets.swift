internal import Features
internal import Foundation
internal import Pipeline
internal import Propensity

extension PropensityReport {
  /// A line a target, and where its probabilities are not true of a segment.
  static func print(_ predictions: [ProjectPrediction]) {
    Terminal.print("")
    var table = TextTable([
      ("target", .left), ("share", .right), ("AUC", .right), ("95% interval", .right), ("log loss", .right),
      ("calibration error", .right), ("learner", .left), ("what", .left),
    ])
    for item in predictions {
      let (card, quality) = (item.prediction.card, item.prediction.card.quality)
      table.add([
        item.name, ReadableNumber.percent(quality.rate), thousandths(quality.auc.value),
        "\(thousandths(quality.auc.low))–\(thousandths(quality.auc.high))", thousandths(quality.logLoss.value),
        thousandths(quality.calibrationError.value), item.prediction.model.learned.kind.rawValue,
        "\(item.meaning), judged \(card.isJudgedLater ? "\(item.judgedFrom.map { "from \($0) to" } ?? "as of") \(item.dates.last ?? "")" : "out of fold")",
      ])
    }
    for line in table.lines { Terminal.print(line) }
    for item in predictions where !item.segments.isEmpty {
      let wrong = item.segments.filter { !$0.isReliable && $0.rows >= 30 }
      let words =
        wrong.isEmpty
        ? "true in all \(item.segments.count) segments (predicted rates lie in the 95% intervals of the observed)"
        : "off in "
          + wrong.prefix(5).map {
            "\($0.group) (predicted \(ReadableNumber.percent($0.predicted)), observed \(ReadableNumber.percent($0.observed)))"
          }.joined(separator: ", ")
      Terminal.print("\(item.name): \(words)")
    }
  }
}
