internal import Foundation
internal import LinearAlgebra
internal import Randomness

/// How well predicted probabilities rank and how true they are, each figure with its 95% interval.
public struct PredictionQuality: Sendable, Hashable, Codable {
  /// The rows judged.
  public let rows: Int
  /// The share of outcome 1.
  public let rate: Double
  /// The area under the ROC curve: the chance that a row of outcome 1 scores above one of outcome 0.
  public let auc: Estimate
  /// The area under the precision-recall curve, as average precision.
  public let averagePrecision: Estimate
  /// The mean of -ln of the probability given to what happened.
  public let logLoss: Estimate
  /// The mean squared difference between probability and outcome (Brier, 1950).
  public let brier: Estimate
  /// The mean distance between predicted and observed rates over ten parts of about equal size.
  public let calibrationError: Estimate
  /// b and a of logit(outcome) = a + b logit(probability) (Cox, 1958): 1 and 0 when probabilities are true; a slope below
  /// 1 says that they are too extreme. Nil where it cannot be told.
  public let calibrationSlope: Double?
  /// See ``calibrationSlope``.
  public let calibrationIntercept: Double?

  /// Judges `probabilities` (n) by `outcome` (n, 0 or 1), rows weighted by `weights` (n). O(n log n).
  /// - Throws: ``PropensityError`` when these do not go together, or all outcomes are the same.
  public init(
    _ probabilities: [Double], outcome: [Double], weights: [Double]? = nil, seed: UInt64 = 0
  ) throws(PropensityError) {
    let x = Matrix(rows: probabilities.count, columns: 1, values: probabilities)
    let checked = try OutcomeRows(x, outcome, .probability, weights)
    let ranked = RankedScores(probabilities, outcome: outcome, weights: weights)
    rows = ranked.order.count
    rate = checked.mean
    auc = ranked.auc(outcome: outcome, weights: weights)
    averagePrecision = ranked.averagePrecision()
    logLoss = PredictionQuality.mean(ranked.order, weights) { row in
      // Far below any probability that a model gives: only a certain mistake meets it.
      let p = min(max(probabilities[row], 1e-15), 1 - 1e-15)
      return outcome[row] == 1 ? -log(p) : -log1p(-p)
    }
    brier = PredictionQuality.mean(ranked.order, weights) { row in
      (probabilities[row] - outcome[row]) * (probabilities[row] - outcome[row])
    }
    calibrationError = PredictionQuality.calibrationError(probabilities, outcome, weights, ranked, seed)
    let logits = Matrix(rows: x.rows, columns: 1, values: probabilities.map { Logit.of($0) })
    let line = try? LogisticRegression(penalty: .none).fit(logits, outcome: outcome, weights: weights)
    let isTold = line.map { $0.separation == nil && $0.converged } ?? false
    calibrationSlope = isTold ? line?.model.coefficients[0] : nil
    calibrationIntercept = isTold ? line?.model.intercept : nil
  }

  /// The area under the ROC curve of any finite `scores` (n) alone. O(n log n).
  /// - Throws: ``PropensityError`` when these do not go together, or all outcomes are the same.
  public static func area(_ scores: [Double], outcome: [Double]) throws(PropensityError) -> Double {
    _ = try OutcomeRows(Matrix(rows: scores.count, columns: 1, values: scores), outcome, .probability, nil)
    return RankedScores(scores, outcome: outcome, weights: nil).auc(outcome: outcome, weights: nil).value
  }

  private static func mean(_ rows: [Int], _ weights: [Double]?, _ value: (Int) -> Double) -> Estimate {
    var total = CompensatedSum()
    var weight = 0.0
    for row in rows {
      total.add((weights?[row] ?? 1) * value(row))
      weight += weights?[row] ?? 1
    }
    let mean = total.value / weight
    var variance = 0.0
    for row in rows {
      let part = (weights?[row] ?? 1) * (value(row) - mean) / weight
      variance += part * part
    }
    return Estimate(mean, standardError: variance.squareRoot(), in: 0 ... .infinity)
  }

  /// The mean distance over parts of equal size, with a percentile interval of resampled rows.
  private static func calibrationError(
    _ probabilities: [Double], _ outcome: [Double], _ weights: [Double]?, _ ranked: RankedScores, _ seed: UInt64
  ) -> Estimate {
    let parts = ranked.parts(10)
    let order = ranked.order
    // The gaps in one sample of the rows, the one at each place drawn as often as `times` says.
    @Sendable func error(_ times: () -> Double) -> Double {
      var (distance, weight) = (0.0, 0.0)
      for part in parts {
        var (gap, own) = (0.0, 0.0)
        for place in part {
          let row = order[place]
          let w = (weights?[row] ?? 1) * times()
          gap += w * (probabilities[row] - outcome[row])
          own += w
        }
        distance += abs(gap)
        weight += own
      }
      return weight > 0 ? distance / weight : 0
    }
    let value = error { 1 }
    // Beyond so many rows fewer resamples do, as the interval is narrow.
    let resamples = ranked.order.count > 200_000 ? 40 : 200
    let found = Parallel.map(count: resamples) { index in
      var generator = RandomStream(seed: seed, index: index)
      return error { poisson(&generator) }
    }.sorted()
    let spread = (found.reduce(0) { $0 + ($1 - value) * ($1 - value) } / Double(resamples)).squareRoot()
    return Estimate(
      value, standardError: spread, low: found[Int(0.025 * Double(resamples - 1))],
      high: found[Int((0.975 * Double(resamples - 1)).rounded(.up))])
  }

  /// How often a row is drawn in a resample: Poisson of mean 1.
  private static func poisson(_ generator: inout RandomStream) -> Double {
    var u = generator.uniform()
    var (count, chance) = (0.0, exp(-1.0))
    while u >= chance, count < 12 {
      u -= chance
      count += 1
      chance /= count
    }
    return count
  }
}
