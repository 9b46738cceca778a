internal import Features
internal import Foundation
internal import Pipeline
internal import Propensity

/// What there is to say of a prediction, in words and tables.
enum PropensityReport {
  static func print(_ model: PredictionModel) {
    let card = model.card
    Terminal.print(
      "\(model.target) = \(model.positive) in \(ReadableNumber.grouped(model.positives)) of "
        + "\(ReadableNumber.grouped(model.rows)) rows (\(ReadableNumber.percent(Double(model.positives) / Double(max(1, model.rows)))))\n"
    )
    figures(card)
    Terminal.print("")
    Terminal.print(
      "\(card.reason). Figures are of rows that were not learnt from "
        + (card.isJudgedLater ? "(the latest period)" : "(\(card.folds) folds)") + ", with 95% intervals.")
    let calibration = model.model.calibrator.name
    Terminal.print("calibration: \(calibration), as \(card.calibrationReason)\(slope(card.quality))")
    gains(card.gains)
    features(card)
  }

  private static func slope(_ quality: PredictionQuality) -> String {
    guard let slope = quality.calibrationSlope else { return "" }
    return "; calibration slope \(ReadableNumber.hundredths(slope)) (1 is true, less is too extreme)"
  }

  private static func figures(_ card: PredictionModel.Card) {
    var table = TextTable([
      ("learner", .left), ("AUC", .right), ("PR-AUC", .right), ("log loss", .right), ("Brier", .right),
      ("calibration error", .right),
    ])
    func add(_ name: String, _ quality: PredictionQuality) {
      table.add([
        name, interval(quality.auc), interval(quality.averagePrecision), thousandths(quality.logLoss.value),
        thousandths(quality.brier.value), interval(quality.calibrationError),
      ])
    }
    for candidate in card.candidates {
      let isChosen = candidate.quality == card.quality && card.candidates.count > 1
      add(candidate.learner.rawValue + (isChosen ? " (taken)" : ""), candidate.quality)
    }
    if let baseline = card.baseline { add("\(baseline.feature) alone", baseline.quality) }
    for line in table.lines { Terminal.print(line) }
  }

  private static func gains(_ gains: GainTable) {
    Terminal.print("\nfrom the highest probability down:")
    var table = TextTable([
      ("rows", .right), ("predicted", .right), ("observed", .right), ("95% interval", .right), ("lift", .right),
      ("of all rows", .right), ("of all hits", .right),
    ])
    for part in gains.parts {
      table.add([
        ReadableNumber.whole(part.rows), ReadableNumber.percent(part.predicted),
        ReadableNumber.percent(part.observed),
        "\(ReadableNumber.percent(part.low))–\(ReadableNumber.percent(part.high))",
        ReadableNumber.hundredths(part.lift), ReadableNumber.percent(part.depth), ReadableNumber.percent(part.gain),
      ])
    }
    for line in table.lines { Terminal.print(line) }
  }

  private static func features(_ card: PredictionModel.Card) {
    Terminal.print("\nwhat it goes by:")
    var table = TextTable([("feature", .left), ("weight", .right), ("", .left)])
    for importance in card.importances.prefix(12) where importance.share >= 0.005 {
      let words =
        switch importance.direction {
        case .some(let direction) where direction > 0.3: "the more, the likelier"
        case .some(let direction) where direction < -0.3: "the more, the less likely"
        case .some: "now one way, now the other"
        case .none: ""
        }
      table.add([importance.feature, ReadableNumber.percent(importance.share), words])
    }
    for line in table.lines { Terminal.print(line) }
    let rest = card.importances.count - min(12, card.importances.count)
    if rest > 0 { Terminal.print("and \(rest) more") }
  }

  private static func interval(_ estimate: Estimate) -> String {
    "\(thousandths(estimate.value)) (\(thousandths(estimate.low))–\(thousandths(estimate.high)))"
  }

  static func thousandths(_ value: Double) -> String { String(format: "%.3f", value) }
}

/// A prediction for machines, numbers exact.
struct PropensityJSON: Encodable {
  let target: String
  let positive: String
  let rows: Int
  let positives: Int
  let learner: LearnerKind
  let reason: String
  let calibration: String
  let judged: String
  let auc: Double
  let aucInterval: [Double]
  let averagePrecision: Double
  let averagePrecisionInterval: [Double]
  let logLoss: Double
  let logLossInterval: [Double]
  let brier: Double
  let brierInterval: [Double]
  let calibrationError: Double
  let calibrationErrorInterval: [Double]
  let calibrationSlope: Double?
  let calibrationIntercept: Double?
  let candidates: [Candidate]
  let baseline: Candidate?
  let gains: [GainTable.Part]
  let importances: [PredictionModel.Importance]
  let coefficients: [PredictionModel.Coefficient]?
  let dropped: [PredictorEncoding.Dropped]
  let seed: UInt64
  let seconds: Double?

  struct Candidate: Encodable {
    let learner: String
    let auc: Double
    let logLoss: Double
    let brier: Double
    let calibrationError: Double

    init(_ learner: String, _ quality: PredictionQuality) {
      self.learner = learner
      (auc, logLoss) = (quality.auc.value, quality.logLoss.value)
      (brier, calibrationError) = (quality.brier.value, quality.calibrationError.value)
    }
  }

  init(_ model: PredictionModel, seconds: Double?) {
    let (card, quality) = (model.card, model.card.quality)
    func ends(_ estimate: Estimate) -> [Double] { [estimate.low, estimate.high] }
    (target, positive, rows, positives) = (model.target, model.positive, model.rows, model.positives)
    learner = model.model.learned.kind
    (reason, calibration) = (card.reason, model.model.calibrator.name)
    judged = card.isJudgedLater ? "latest period" : "out of fold"
    (auc, aucInterval) = (quality.auc.value, ends(quality.auc))
    (averagePrecision, averagePrecisionInterval) = (quality.averagePrecision.value, ends(quality.averagePrecision))
    (logLoss, logLossInterval) = (quality.logLoss.value, ends(quality.logLoss))
    (brier, brierInterval) = (quality.brier.value, ends(quality.brier))
    (calibrationError, calibrationErrorInterval) = (quality.calibrationError.value, ends(quality.calibrationError))
    (calibrationSlope, calibrationIntercept) = (quality.calibrationSlope, quality.calibrationIntercept)
    candidates = card.candidates.map { Candidate($0.learner.rawValue, $0.quality) }
    baseline = card.baseline.map { Candidate($0.feature, $0.quality) }
    gains = card.gains.parts
    (importances, coefficients) = (card.importances, card.coefficients)
    dropped = model.encoding.dropped
    seed = model.seed
    self.seconds = seconds
  }
}
