internal import Foundation
internal import LinearAlgebra

/// Features, outcomes and weights that go together, checked once for all learners.
struct OutcomeRows {
  /// Beyond this, squares of differences would overflow.
  static let greatest = 1e150

  /// The outcome of each row (n).
  let outcome: [Double]
  /// The weight of each row (n); nil counts every row once.
  let weights: [Double]?
  /// The sum of the weights.
  let weight: Double
  /// The weighted mean of the outcome.
  let mean: Double

  /// Checks all of it.
  /// - Throws: ``PropensityError`` naming the first row that is not usable.
  init(_ x: Matrix, _ outcome: [Double], _ kind: OutcomeKind, _ weights: [Double]?) throws(PropensityError) {
    let n = x.rows
    guard n > 0, x.columns > 0 else { throw .empty }
    guard outcome.count == n else { throw .count(of: "outcomes", have: outcome.count, need: n) }
    if let position = x.values.firstIndex(where: { abs($0) > Self.greatest }) {
      throw .infinite(row: position / x.columns, column: position % x.columns)
    }
    for (row, value) in outcome.enumerated() {
      switch kind {
      case .probability where value != 0 && value != 1: throw .outcome(row: row, requirement: "0 or 1")
      case .mean where !value.isFinite: throw .outcome(row: row, requirement: "a finite number")
      default: break
      }
    }
    self.outcome = outcome
    self.weights = weights
    if let weights {
      guard weights.count == n else { throw .count(of: "weights", have: weights.count, need: n) }
      if let row = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) { throw .weight(row: row) }
      weight = CompensatedSum(weights).value
      guard weight > 0 else { throw .weightsZero }
      mean = CompensatedSum(zip(outcome, weights).lazy.map { $0 * $1 }).value / weight
      guard kind == .mean || (mean > 0 && mean < 1) else {
        throw .oneClass(value: mean, rows: weights.count { $0 > 0 })
      }
    } else {
      weight = Double(n)
      mean = CompensatedSum(outcome).value / weight
      guard kind == .mean || (mean > 0 && mean < 1) else { throw .oneClass(value: mean, rows: n) }
    }
  }

  /// The weight of one row.
  func weight(_ row: Int) -> Double { weights?[row] ?? 1 }
}

/// The logistic function and its kin, without overflow.
enum Logit {
  /// 1 / (1 + e^-x).
  static func probability(_ x: Double) -> Double {
    if x >= 0 { return 1 / (1 + exp(-x)) }
    let e = exp(x)
    return e / (1 + e)
  }

  /// ln(1 + e^x).
  static func softplus(_ x: Double) -> Double { x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)) }

  /// ln(p / (1 - p)), of p kept `margin` away from 0 and 1.
  static func of(_ p: Double, margin: Double = 1e-12) -> Double {
    let q = min(max(p, margin), 1 - margin)
    return log(q / (1 - q))
  }
}
