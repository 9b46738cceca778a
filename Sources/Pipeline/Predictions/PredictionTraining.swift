internal import Features
internal import Foundation
internal import LinearAlgebra
public import Propensity
internal import Warehouse

/// How a prediction is trained on a table of features.
public struct PredictionTraining: Sendable {
  /// What is predicted.
  public var target: String
  /// The value that counts as 1; nil takes 1, true or yes.
  public var positive: String?
  /// How chances are learnt.
  public var propensity = PropensityTraining()
  /// Features that are taken though they give the outcome away.
  public var trusted: Set<String> = []
  /// The feature whose model stands beside; nil takes one that tells how long ago something was.
  public var baseline: String?

  /// Predicts `target`.
  public init(target: String) { self.target = target }

  /// What stands beside each row of the features.
  struct Beside {
    var outcome: [Double]
    var positive: String
    var weights: [Double]?
    var groups: [Int]?
    var periods: [Int]?
    /// The features that are days.
    var days: [String] = []
  }

  /// Trains on the rows of `values` whose outcome is known.
  func train(
    _ values: FeatureValues, _ beside: Beside, source: String, progress: ProgressObserver?
  ) throws -> TrainedPrediction {
    let known = beside.outcome.indices.filter { !beside.outcome[$0].isNaN }
    let outcome = known.map { beside.outcome[$0] }
    let rows = known.count == values.rows ? values : values.gatheringRows(known)
    var encoding = PredictorEncoding(rows, days: beside.days)
    let leaks = LeakCheck.found(rows, encoding, Array(outcome.indices), outcome)
      .filter { !trusted.contains($0.feature) }
    let areas = Dictionary(leaks.map { ($0.feature, $0.area) }) { first, _ in first }
    encoding = encoding.leavingOut(leaks.map(\.feature)) { name in
      "alone it tells the outcome (AUC \(ReadableNumber.hundredths(areas[name] ?? 1))), as what is known only afterwards does"
    }
    guard !encoding.columns.isEmpty else { throw PipelineError.nothingToLearnFrom(encoding.dropped) }
    let matrix = encoding.apply(rows).matrix
    let standIn = try baselineFeature(encoding)
    let column = standIn.flatMap { name in encoding.numeric.firstIndex(of: name) }
    let fit: PropensityFit
    do {
      fit = try propensity.fit(
        matrix, outcome: outcome, weights: beside.weights.map { all in known.map { all[$0] } },
        groups: beside.groups.map { all in known.map { all[$0] } },
        periods: beside.periods.map { all in known.map { all[$0] } }, baseline: column
      ) { stage, share in
        progress?(PipelineProgress(stage: stage, fraction: share))
        return !Interruption.isRequested
      }
    } catch {
      throw PredictionTraining.named(error, encoding, source: source) { values.rowNumber(known[$0]) }
    }
    return TrainedPrediction(
      model: PredictionModel(
        self, fit, encoding, rows: rows, matrix: matrix, positive: beside.positive, outcome: outcome,
        baseline: standIn),
      fit: fit, known: known)
  }

  private func baselineFeature(_ encoding: PredictorEncoding) throws -> String? {
    if let baseline {
      guard encoding.numeric.contains(baseline) else {
        throw PipelineError.unknownFeature(name: baseline, nearest: NearestNames.to(baseline, in: encoding.numeric))
      }
      return baseline
    }
    return encoding.numeric.first { $0.lowercased().contains("recency") }
      ?? encoding.numeric.first { $0.lowercased().contains("days_since") }
  }

  /// A fit's error with columns by name, and rows by their place in the file (from 1).
  static func named(
    _ error: PropensityError, _ encoding: PredictorEncoding, source: String, place: (Int) -> Int
  ) -> any Error {
    switch error {
    case .cancelled: WarehouseError.interrupted
    case .infinite(let row, let column):
      WarehouseError.badCell(
        source: source, row: place(row), column: encoding.columns[column],
        needed: "finite numbers of ordinary size")
    default: error
    }
  }
}

/// What training a prediction gives.
public struct TrainedPrediction: Sendable {
  /// What scores further customers.
  public let model: PredictionModel
  /// The fit, with the rows it was judged on.
  public let fit: PropensityFit
  /// The rows learnt from, as places in the table (from 0).
  let known: [Int]
}

extension PredictionModel {
  fileprivate init(
    _ training: PredictionTraining, _ fit: PropensityFit, _ encoding: PredictorEncoding, rows: FeatureValues,
    matrix: Matrix, positive: String, outcome: [Double], baseline: String?
  ) {
    target = training.target
    self.positive = positive
    self.encoding = encoding
    model = fit.model
    let owner = encoding.featureOfColumn
    var shares = [Double](repeating: 0, count: encoding.features.count)
    for (column, share) in fit.importances.enumerated() { shares[owner[column]] += share }
    let directions = PredictionModel.directions(fit.model.learned, encoding, matrix)
    let order = shares.indices.sorted { shares[$0] != shares[$1] ? shares[$0] > shares[$1] : $0 < $1 }
    let coefficients = fit.logistic.map { logistic in
      zip(["(intercept)"] + encoding.columns, [logistic.model.intercept] + logistic.model.coefficients).enumerated()
        .map { index, pair in
          let error = logistic.standardErrors?[index]
          return Coefficient(
            column: pair.0, value: pair.1, standardError: error.flatMap { $0.isFinite ? $0 : nil })
        }
    }
    card = Card(
      candidates: fit.candidates, reason: fit.reason, calibrationReason: fit.calibrationReason, quality: fit.quality,
      baseline: baseline.flatMap { name in fit.baseline.map { Baseline(feature: name, quality: $0) } },
      gains: fit.gains, isJudgedLater: fit.isJudgedLater, folds: fit.folds,
      importances: order.map {
        Importance(
          feature: encoding.features[$0], share: shares[$0],
          direction: $0 < encoding.numeric.count ? directions[$0] : nil)
      }, coefficients: coefficients)
    identifier = rows.customers.name
    self.rows = rows.rows
    positives = outcome.count { $0 == 1 }
    seed = training.propensity.seed
    dataFingerprint = DataFingerprint.of(rows)
    tessera = Tessera.version
    var libraries = ["openblas": "\(BLASLibrary.current.version) \(BLASLibrary.current.kernel)"]
    if case .boosted = fit.model.learned { libraries["xgboost"] = (try? XGBoostLibrary.current())?.version }
    self.libraries = libraries
  }

  /// The correlation of each numeric feature with its own contributions; nil where either does not vary.
  private static func directions(
    _ learned: LearnedModel, _ encoding: PredictorEncoding, _ matrix: Matrix
  ) -> [Double?] {
    let step = max(1, matrix.rows / 5_000)
    let some = matrix.gatheringRows(Array(stride(from: 0, to: matrix.rows, by: step)))
    guard let each = (try? learned.contributions(some))?.each else { return encoding.numeric.map { _ in nil } }
    return encoding.numeric.indices.map { column in
      let pairs = (0..<some.rows).map { (some[$0, column], each[$0, column]) }.filter { !$0.0.isNaN }
      let n = Double(pairs.count)
      let means = pairs.reduce((0.0, 0.0)) { ($0.0 + $1.0 / n, $0.1 + $1.1 / n) }
      var (xx, yy, xy) = (0.0, 0.0, 0.0)
      for (x, y) in pairs {
        xx += (x - means.0) * (x - means.0)
        yy += (y - means.1) * (y - means.1)
        xy += (x - means.0) * (y - means.1)
      }
      return xx > 0 && yy > 1e-18 ? max(-1, min(1, xy / (xx * yy).squareRoot())) : nil
    }
  }
}
