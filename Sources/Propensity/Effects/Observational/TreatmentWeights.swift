internal import Foundation
public import LinearAlgebra

/// Whom a treatment's effect is averaged over.
public enum Estimand: String, Sendable, Hashable, Codable, CaseIterable {
  /// Everybody.
  case all = "ATE"
  /// Those who were treated.
  case treated = "ATT"
  /// Those who could have been in either group, the more the more even their chance (Li, Morgan & Zaslavsky, 2018).
  case overlap = "ATO"
}

/// Weights that make controls comparable to the treated, where treatment was not given by lot.
public struct TreatmentWeights: Sendable, Hashable {
  /// Whom the effect is averaged over.
  public let estimand: Estimand
  /// The weight of each row (n); 0 where it was trimmed.
  public let weights: [Double]
  /// The chance of treatment of each row (n).
  public let chances: [Double]
  /// Rows left out because their chance of treatment is too near 0 or 1.
  public let trimmed: Int
  /// The effective number of treated and of controls: (sum w)^2 / sum w^2 (Kish, 1965).
  public let effectiveTreated: Double
  /// See ``effectiveTreated``.
  public let effectiveControls: Double

  /// Of treated rows, at least so many must have a chance of treatment that controls have, too.
  static let leastOverlap = 0.5

  /// - Parameters:
  ///   - chances: P(treated) of each row (n), above 0 and below 1.
  ///   - trim: chances nearer to 0 or 1 than this are left out (Crump et al., 2009); 0 keeps all.
  /// - Throws: ``PropensityError``; ``PropensityError/noOverlap(comparable:)`` where treated and controls cannot be compared.
  public init(
    _ estimand: Estimand, chances: [Double], isTreated: [Bool], trim: Double = 0
  ) throws(PropensityError) {
    let n = chances.count
    guard isTreated.count == n else { throw .count(of: "treatments", have: isTreated.count, need: n) }
    guard trim >= 0, trim < 0.5 else { throw .parameter(name: "trim", requirement: "0 or more and below one half") }
    guard chances.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
      throw .parameter(name: "chances", requirement: "between 0 and 1")
    }
    let treated = isTreated.count { $0 }
    guard treated > 0, treated < n else { throw .treatmentConstant(rows: n) }
    let controls = chances.indices.filter { !isTreated[$0] }.map { chances[$0] }
    let highest = controls.max() ?? 0
    let within = chances.indices.count { isTreated[$0] && chances[$0] <= highest && chances[$0] < 1 }
    let comparable = Double(within) / Double(treated)
    guard comparable >= Self.leastOverlap else { throw .noOverlap(comparable: comparable) }
    var trimmed = 0
    weights = chances.indices.map { row in
      let e = chances[row]
      guard e > trim, e < 1 - trim, e > 0, e < 1 else {
        trimmed += 1
        return 0
      }
      switch estimand {
      case .all: return isTreated[row] ? 1 / e : 1 / (1 - e)
      case .treated: return isTreated[row] ? 1 : e / (1 - e)
      case .overlap: return isTreated[row] ? 1 - e : e
      }
    }
    self.estimand = estimand
    self.chances = chances
    self.trimmed = trimmed
    effectiveTreated = TreatmentWeights.effective(weights, isTreated, true)
    effectiveControls = TreatmentWeights.effective(weights, isTreated, false)
    guard effectiveTreated > 0, effectiveControls > 0 else { throw .noOverlap(comparable: 0) }
  }

  private static func effective(_ weights: [Double], _ isTreated: [Bool], _ side: Bool) -> Double {
    var (sum, square) = (0.0, 0.0)
    for row in weights.indices where isTreated[row] == side {
      sum += weights[row]
      square += weights[row] * weights[row]
    }
    return square > 0 ? sum * sum / square : 0
  }

  /// The difference of weighted means, with the error of the influence of each row, the chances taken as known (Hájek,
  /// 1971; Lunceford & Davidian, 2004).
  public func effect(outcome: [Double], isTreated: [Bool]) throws(PropensityError) -> Estimate {
    let n = weights.count
    guard outcome.count == n else { throw .count(of: "outcomes", have: outcome.count, need: n) }
    if let row = outcome.firstIndex(where: { !$0.isFinite }) {
      throw .outcome(row: row, requirement: "a finite number")
    }
    var sums: [(weight: Double, outcome: Double)] = [(0, 0), (0, 0)]
    for row in 0..<n {
      let side = isTreated[row] ? 1 : 0
      sums[side].weight += weights[row]
      sums[side].outcome += weights[row] * outcome[row]
    }
    let means = sums.map { $0.outcome / $0.weight }
    var variance = 0.0
    for row in 0..<n {
      let side = isTreated[row] ? 1 : 0
      let part = weights[row] * (outcome[row] - means[side]) / sums[side].weight
      variance += part * part
    }
    return Estimate(means[1] - means[0], standardError: variance.squareRoot())
  }

  /// The effect by weights and by a linear model of the outcome among controls (and, of all, among the treated) together:
  /// right where either is (Robins, Rotnitzky & Zhao, 1994; of the treated, Mercatanti & Li, 2014).
  /// - Parameter x: n x d, finite or NaN where missing.
  public func doublyRobust(
    _ x: Matrix, outcome: [Double], isTreated: [Bool]
  ) throws(PropensityError) -> Estimate {
    let plain = try effect(outcome: outcome, isTreated: isTreated)
    guard x.rows == weights.count else { throw .count(of: "rows of features", have: x.rows, need: weights.count) }
    func expected(_ side: Bool) throws(PropensityError) -> [Double] {
      let rows = isTreated.indices.filter { isTreated[$0] == side && weights[$0] > 0 }
      return try LinearRegression(ridge: 0).fit(x.gatheringRows(rows), outcome: rows.map { outcome[$0] }).expected(x)
    }
    let control = try expected(false)
    if estimand == .treated {
      // What the model missed of the treated, less what it missed of controls like them.
      let missed = weights.indices.map { row in
        (isTreated[row] ? 1 : -1) * weights[row] * (outcome[row] - control[row])
      }
      let treated = weights.indices.reduce(0) { isTreated[$1] ? $0 + weights[$1] : $0 }
      let value = missed.reduce(0, +) / treated
      let square = missed.indices.reduce(0.0) { sum, row in
        let part = missed[row] - (isTreated[row] ? weights[row] * value : 0)
        return sum + part * part
      }
      return Estimate(value, standardError: square.squareRoot() / treated)
    }
    let treated = try expected(true)
    // The weighted mean of modelled effects, and of what the models missed on either side.
    let tilt = chances.indices.map { row in
      weights[row] == 0 ? 0 : estimand == .overlap ? chances[row] * (1 - chances[row]) : 1
    }
    let total = tilt.reduce(0, +)
    guard total > 0 else { return plain }
    let modelled = chances.indices.reduce(0.0) { $0 + tilt[$1] * (treated[$1] - control[$1]) } / total
    let missed = outcome.indices.map { outcome[$0] - (isTreated[$0] ? treated[$0] : control[$0]) }
    let rest = try effect(outcome: missed, isTreated: isTreated)
    return Estimate(modelled + rest.value, standardError: rest.standardError)
  }
}

/// How alike treated and controls are in one feature.
public struct FeatureBalance: Sendable, Hashable, Codable {
  /// The feature, from 0.
  public let feature: Int
  /// (mean of the treated - mean of controls) / standard deviation, before.
  public let before: Double
  /// The same after weighing or matching; below .1 in size is the usual threshold.
  public let after: Double

  /// Each feature of `x` (n x d; missing values are left out), rows weighted by `weights` (n) after. The deviation is that
  /// of the treated, unweighted, and for `.all` and `.overlap` the root of the mean of both sides' variances (Stuart, 2010).
  public static func of(
    _ x: Matrix, isTreated: [Bool], weights: [Double], estimand: Estimand
  ) -> [FeatureBalance] {
    precondition(isTreated.count == x.rows && weights.count == x.rows, "one treatment and weight a row")
    return (0..<x.columns).map { column in
      func moments(_ side: Bool, _ weight: (Int) -> Double) -> (mean: Double, variance: Double) {
        var (sum, total, count) = (0.0, 0.0, 0.0)
        let rows = isTreated.indices.filter { isTreated[$0] == side && !x[$0, column].isNaN }
        for row in rows {
          sum += weight(row)
          total += weight(row) * x[row, column]
          count += 1
        }
        guard sum > 0 else { return (0, 0) }
        let mean = total / sum
        let square = rows.reduce(0) { $0 + weight($1) * (x[$1, column] - mean) * (x[$1, column] - mean) }
        return (mean, square / sum * count / max(1, count - 1))
      }
      let (one, zero) = (moments(true) { _ in 1 }, moments(false) { _ in 1 })
      let variance = estimand == .treated ? one.variance : (one.variance + zero.variance) / 2
      let scale = variance > 0 ? variance.squareRoot() : 1
      let (first, second) = (moments(true) { weights[$0] }, moments(false) { weights[$0] })
      return FeatureBalance(
        feature: column, before: (one.mean - zero.mean) / scale, after: (first.mean - second.mean) / scale)
    }
  }
}
