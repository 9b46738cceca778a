internal import Foundation
public import LinearAlgebra

/// A fitted logistic regression, in the units of the raw features.
public struct LogisticModel: Sendable, Hashable, Codable {
  /// ln(p / (1 - p)) of a row of zeros.
  public let intercept: Double
  /// What a unit of each feature adds (d); 0 where a feature was left out.
  public let coefficients: [Double]
  /// What is added in place of a missing value's share (d).
  public let missing: [Double]
  /// The mean of each feature in training (d), missing values as they were filled: what contributions are told against.
  public let means: [Double]
  /// The share of rows in which each feature was missing (d).
  let missingShares: [Double]

  /// ln(p / (1 - p)) of each row of `x` (n x d). O(n d).
  public func logits(_ x: Matrix) throws(PropensityError) -> [Double] {
    try LinearForm(intercept: intercept, coefficients: coefficients, missing: missing).values(x)
  }

  /// What each feature adds to the logit of each row, against the mean of training (n x d), and the logit there.
  ///
  /// Exact: a row's contributions and the base add up to its logit.
  public func contributions(_ x: Matrix) throws(PropensityError) -> (base: Double, each: Matrix) {
    let d = coefficients.count
    guard x.columns == d else { throw .columnCount(have: x.columns, need: d) }
    let usual = (0..<d).map { missingShares[$0] * missing[$0] + coefficients[$0] * means[$0] }
    let values = Parallel.map(rows: x.rows) { range in
      range.flatMap { row in
        (0..<d).map { j in
          let value = x.values[row * d + j]
          return (value.isNaN ? missing[j] : coefficients[j] * value) - usual[j]
        }
      }
    }.flatMap { $0 }
    return (usual.reduce(intercept, +), Matrix(rows: x.rows, columns: d, values: values))
  }
}

extension LogisticModel: OutcomeModel {
  /// The probability of each row (n x d).
  public func expected(_ x: Matrix) throws(PropensityError) -> [Double] { try logits(x).map(Logit.probability) }
}

/// What fitting a logistic regression gives.
public struct LogisticFit: Sendable {
  /// What predicts.
  public let model: LogisticModel
  /// The log-likelihood of the fit, without the penalty.
  public let logLikelihood: Double
  /// The log-likelihood with the intercept alone.
  public let nullLogLikelihood: Double
  /// The standard error of the intercept, then of each coefficient (1 + d); NaN of a feature left out; nil with an
  /// absolute penalty, under which there are none.
  public let standardErrors: [Double]?
  /// The trace of the hat matrix, intercept included; without a penalty the number of parameters. Nil as above.
  public let degreesOfFreedom: Double?
  /// The Newton steps made.
  public let iterations: Int
  /// Whether the steps ended of themselves.
  public let converged: Bool
  /// Features (from 0) by which the outcomes are separated, so that their coefficients have no bound and a ridge of
  /// strength 1 was used instead; nil where a maximum exists.
  public let separation: [Int]?
  /// Features (from 0) that were left out: constant, or a combination of others.
  public let leftOut: [Int]

  /// The interval that holds the coefficient of `feature` (from 0) with `level` confidence (Wald); nil without an error.
  public func interval(_ feature: Int, level: Double = 0.95) -> ClosedRange<Double>? {
    guard let error = standardErrors?[feature + 1], error.isFinite else { return nil }
    let reach = Normal.quantile(0.5 + level / 2) * error
    return model.coefficients[feature] - reach...model.coefficients[feature] + reach
  }

  init(_ design: LinearDesign, _ solution: NewtonFit.Solution, _ rows: OutcomeRows, separation: [Int]?) {
    let d = design.features
    let p = design.columns.count
    let raw = design.raw(solution.b)
    var means = [Double](repeating: 0, count: d)
    var shares = [Double](repeating: 0, count: d)
    for column in design.columns where column.tellsMissing { shares[column.feature] = column.mean }
    for column in design.columns where !column.tellsMissing {
      means[column.feature] = column.mean * (1 - shares[column.feature])
    }
    model = LogisticModel(
      intercept: raw.intercept, coefficients: raw.coefficients, missing: raw.missing, means: means,
      missingShares: shares)
    logLikelihood = solution.logLikelihood
    nullLogLikelihood = rows.weight * (rows.mean * log(rows.mean) + (1 - rows.mean) * log1p(-rows.mean))
    iterations = solution.iterations
    converged = solution.converged
    self.separation = separation.map { columns in Set(columns.map { design.columns[$0].feature }).sorted() }
    let used = Set(design.columns.filter { !$0.tellsMissing }.map(\.feature))
    leftOut = (0..<d).filter { !used.contains($0) }
    var hessian = solution.information
    for j in 0..<p { hessian[j, j] += solution.square }
    guard solution.absolute == 0, let factor = Cholesky(hessian, tolerance: 1e-13) else {
      (standardErrors, degreesOfFreedom) = (nil, nil)
      return
    }
    // Of a ridge, the covariance of the estimate around its own mean: H^-1 I H^-1, H = I + penalty (le Cessie & van
    // Houwelingen, 1992).
    let inverse = factor.inverse()
    let half = inverse.times(solution.information)
    degreesOfFreedom = (0...p).reduce(0) { $0 + half[$1, $1] }
    let covariance = half.times(inverse)
    var errors = [Double](repeating: .nan, count: d + 1)
    var slope = [Double](repeating: 0, count: p + 1)
    slope[p] = 1
    for (j, column) in design.columns.enumerated() {
      slope[j] = -column.mean / column.deviation
      if !column.tellsMissing {
        errors[column.feature + 1] = max(0, covariance[j, j]).squareRoot() / column.deviation
      }
    }
    var variance = 0.0
    for i in 0...p { for j in 0...p { variance += slope[i] * covariance[i, j] * slope[j] } }
    errors[0] = max(0, variance).squareRoot()
    standardErrors = errors
  }
}
