internal import Foundation

/// Which calibration to use.
public enum CalibrationChoice: String, Sendable, Hashable, Codable, CaseIterable {
  /// The one of least log loss on rows it was not fitted to; none unless that is better by more than its standard error.
  case automatic
  case none, platt, beta, isotonic

  /// Isotonic regression wants so many rows of the rarer outcome.
  public static let leastForIsotonic = 1000.0

  /// What was chosen, why, and the scores calibrated by what other folds told.
  struct Chosen {
    let calibrator: Calibrator
    let reason: String
    /// One a row (n): each calibrated by a fit to the other folds.
    let crossFitted: [Double]
  }

  /// Fits to `scores` (n, out of fold) and chooses.
  func fit(_ scores: [Double], outcome: [Double], weights: [Double]?, folds: Folds) -> Chosen {
    typealias Fit = ([Double], [Double], [Double]?) -> Calibrator
    let platt: Fit = { Calibrator.fitPlatt($0, outcome: $1, weights: $2) }
    let beta: Fit = { Calibrator.fitBeta($0, outcome: $1, weights: $2) }
    let isotonic: Fit = { Calibrator.fitIsotonic($0, outcome: $1, weights: $2) }
    func chosen(_ fit: Fit, _ reason: String) -> Chosen {
      Chosen(
        calibrator: fit(scores, outcome, weights), reason: reason,
        crossFitted: CalibrationChoice.crossFit(fit, scores, outcome, weights, folds))
    }
    let events = min(outcome.reduce(0, +), Double(outcome.count) - outcome.reduce(0, +))
    switch self {
    case .none: return Chosen(calibrator: .none, reason: "as asked for", crossFitted: scores)
    case .platt: return chosen(platt, "as asked for")
    case .beta: return chosen(beta, "as asked for")
    case .isotonic: return chosen(isotonic, "as asked for")
    case .automatic: break
    }
    var best = Chosen(calibrator: .none, reason: "the scores are true as they are", crossFitted: scores)
    var least = 0.0
    let plain = CalibrationChoice.losses(scores, outcome)
    let total = weights?.reduce(0, +) ?? Double(scores.count)
    for (fit, needed) in [(platt, 0.0), (beta, 0.0), (isotonic, CalibrationChoice.leastForIsotonic)]
    where events >= needed {
      let found = chosen(fit, "")
      let losses = CalibrationChoice.losses(found.crossFitted, outcome)
      var (mean, square) = (0.0, 0.0)
      for row in losses.indices { mean += (weights?[row] ?? 1) * (losses[row] - plain[row]) / total }
      for row in losses.indices {
        let part = (weights?[row] ?? 1) * (losses[row] - plain[row] - mean) / total
        square += part * part
      }
      guard mean < -square.squareRoot(), mean < least else { continue }
      least = mean
      best = Chosen(
        calibrator: found.calibrator, reason: "it lowers the log loss of rows it was not fitted to",
        crossFitted: found.crossFitted)
    }
    return best
  }

  private static func crossFit(
    _ fit: ([Double], [Double], [Double]?) -> Calibrator, _ scores: [Double], _ outcome: [Double],
    _ weights: [Double]?, _ folds: Folds
  ) -> [Double] {
    var calibrated = scores
    for index in 0..<folds.count {
      let (inside, outside) = folds.split(index)
      let calibrator = fit(
        outside.map { scores[$0] }, outside.map { outcome[$0] }, weights.map { all in outside.map { all[$0] } })
      for row in inside { calibrated[row] = calibrator.probability(scores[row]) }
    }
    return calibrated
  }

  private static func losses(_ scores: [Double], _ outcome: [Double]) -> [Double] {
    scores.indices.map { row in
      let p = min(max(scores[row], 1e-15), 1 - 1e-15)
      return outcome[row] == 1 ? -log(p) : -log1p(-p)
    }
  }
}
