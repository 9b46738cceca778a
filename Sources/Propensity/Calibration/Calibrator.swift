internal import Foundation

/// Turns a model's scores into probabilities that are true: of rows given .2, one in five.
///
/// Fitted on scores that their rows had no part in (out of fold).
public enum Calibrator: Sendable, Hashable, Codable {
  /// The scores as they are.
  case none
  /// logit(p') = slope x logit(p) + intercept, with smoothed targets (Platt, 1999; Lin, Lin & Weng, 2007).
  case platt(slope: Double, intercept: Double)
  /// logit(p') = a ln p - b ln(1 - p) + c, a and b of 0 or more (Kull, Silva Filho & Flach, 2017).
  case beta(a: Double, b: Double, c: Double)
  /// Rising steps (Zadrozny & Elkan, 2002), joined by lines between their middles.
  case isotonic(Isotonic)

  /// How it is called.
  public var name: String {
    switch self {
    case .none: "none"
    case .platt: "Platt"
    case .beta: "beta"
    case .isotonic: "isotonic"
    }
  }

  /// The probability of one score between 0 and 1.
  public func probability(_ score: Double) -> Double {
    switch self {
    case .none: score
    case .platt(let slope, let intercept): Logit.probability(slope * Logit.of(score) + intercept)
    case .beta(let a, let b, let c):
      Logit.probability(a * log(max(score, 1e-12)) - b * log(max(1 - score, 1e-12)) + c)
    case .isotonic(let steps): steps.probability(score)
    }
  }

  /// Platt's scaling of `scores` (n) to `outcome` (n); ``none`` where there is none that rises.
  public static func fitPlatt(_ scores: [Double], outcome: [Double], weights: [Double]? = nil) -> Calibrator {
    let positive = zip(outcome, weights ?? []).reduce(0) { $0 + $1.0 * $1.1 }
    let hits = weights == nil ? outcome.reduce(0, +) : positive
    let misses = (weights?.reduce(0, +) ?? Double(outcome.count)) - hits
    let targets = outcome.map { $0 == 1 ? (hits + 1) / (hits + 2) : 1 / (misses + 2) }
    guard let b = SoftLogistic.fit([scores.map { Logit.of($0) }], targets, weights), b[0] > 0 else { return .none }
    return .platt(slope: b[0], intercept: b[1])
  }

  /// Beta calibration of `scores` (n) to `outcome` (n); ``none`` where there is none that rises.
  public static func fitBeta(_ scores: [Double], outcome: [Double], weights: [Double]? = nil) -> Calibrator {
    let up = scores.map { log(max($0, 1e-12)) }
    let down = scores.map { -log(max(1 - $0, 1e-12)) }
    guard let both = SoftLogistic.fit([up, down], outcome, weights) else { return .none }
    if both[0] >= 0, both[1] >= 0 { return .beta(a: both[0], b: both[1], c: both[2]) }
    // One that would fall is left out.
    guard let one = SoftLogistic.fit([both[0] < 0 ? down : up], outcome, weights), one[0] > 0 else { return .none }
    return both[0] < 0 ? .beta(a: 0, b: one[0], c: one[1]) : .beta(a: one[0], b: 0, c: one[1])
  }

  /// Isotonic regression of `outcome` (n) on `scores` (n).
  public static func fitIsotonic(_ scores: [Double], outcome: [Double], weights: [Double]? = nil) -> Calibrator {
    .isotonic(Isotonic(scores, outcome: outcome, weights: weights))
  }
}

/// A rising function of a score, by pooling adjacent violators (Ayer et al., 1955).
public struct Isotonic: Sendable, Hashable, Codable {
  /// The middle of each step, rising.
  public let scores: [Double]
  /// The probability there, rising.
  public let probabilities: [Double]

  init(_ scores: [Double], outcome: [Double], weights: [Double]?) {
    struct Step { var weight, score, hits, rows: Double }
    let order = scores.indices.filter { (weights?[$0] ?? 1) > 0 }
      .sorted { scores[$0] != scores[$1] ? scores[$0] < scores[$1] : $0 < $1 }
    var steps: [Step] = []
    var previous: Double?
    for row in order {
      let w = weights?[row] ?? 1
      let own = Step(weight: w, score: w * scores[row], hits: w * outcome[row], rows: 1)
      if scores[row] == previous, var last = steps.popLast() {
        (last.weight, last.score) = (last.weight + own.weight, last.score + own.score)
        (last.hits, last.rows) = (last.hits + own.hits, last.rows + 1)
        steps.append(last)
      } else {
        steps.append(own)
      }
      previous = scores[row]
    }
    var pooled: [Step] = []
    for step in steps {
      var step = step
      while let last = pooled.last, last.hits * step.weight >= step.hits * last.weight {
        step = Step(
          weight: last.weight + step.weight, score: last.score + step.score, hits: last.hits + step.hits,
          rows: last.rows + step.rows)
        pooled.removeLast()
      }
      pooled.append(step)
    }
    self.scores = pooled.map { $0.score / $0.weight }
    // No step is so sure that one row more could not prove it wrong: half a row of each outcome more at the ends.
    var rising = pooled.map { step in
      let p = step.hits / step.weight
      return p > 0 && p < 1 ? p : (p * step.rows + 0.5) / (step.rows + 1)
    }
    if let second = rising.dropFirst().first, rising[0] > second { rising[0] = second }
    if rising.count > 1, rising[rising.count - 1] < rising[rising.count - 2] {
      rising[rising.count - 1] = rising[rising.count - 2]
    }
    probabilities = rising
  }

  func probability(_ score: Double) -> Double {
    guard let first = scores.first, let last = scores.last else { return score }
    if score <= first { return probabilities[0] }
    if score >= last { return probabilities[probabilities.count - 1] }
    var (low, high) = (0, scores.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if scores[middle] <= score { low = middle } else { high = middle }
    }
    let share = (score - scores[low]) / (scores[high] - scores[low])
    return probabilities[low] + share * (probabilities[high] - probabilities[low])
  }
}
