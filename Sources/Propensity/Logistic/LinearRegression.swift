internal import Foundation
public import LinearAlgebra

/// The mean of an amount as a linear function of features, by least squares with a ridge (Hoerl & Kennard, 1970).
public struct LinearRegression: Sendable, Hashable, Codable {
  /// What is added to half the sum of squares: strength / 2 x sum b^2, b of standardised features.
  public var ridge = 1.0

  /// Defaults: a light ridge.
  public init() {}

  /// With a ridge of this strength, 0 or more.
  public init(ridge: Double) { self.ridge = ridge }

  /// Fits to `x` (n x d, finite or NaN where missing) and `outcome` (n, finite), rows weighted by `weights` (n, >= 0).
  /// O(n d^2).
  /// - Throws: ``PropensityError`` before any work if a parameter or the data are unusable.
  public func fit(
    _ x: Matrix, outcome: [Double], weights: [Double]? = nil
  ) throws(PropensityError) -> LinearModel {
    guard ridge >= 0, ridge.isFinite else {
      throw .parameter(name: "ridge", requirement: "a finite number of 0 or more")
    }
    let rows = try OutcomeRows(x, outcome, .mean, weights)
    let design = NewtonFit.independent(LinearDesign(x, weights: weights), x, rows)
    guard !design.columns.isEmpty else { throw .nothingVaries }
    let p = design.columns.count
    let parts = Parallel.map(rows: x.rows) { range in
      // The outcome, less its mean, stands as one more column, so that one product gives all sums.
      let block = design.block(x, range)
      var joined = [Double](repeating: 0, count: range.count * (p + 2))
      for (place, row) in range.enumerated() {
        let root = rows.weight(row).squareRoot()
        for j in 0...p { joined[place * (p + 2) + j] = root * block[place * (p + 1) + j] }
        joined[place * (p + 2) + p + 1] = root * (outcome[row] - rows.mean)
      }
      return Matrix(rows: range.count, columns: p + 2, values: joined).crossProduct()
    }
    var gram = Matrix(rows: p + 1, columns: p + 1)
    var right = [Double](repeating: 0, count: p + 1)
    for part in parts {
      for i in 0...p {
        right[i] += part[i, p + 1]
        for j in 0...p { gram[i, j] += part[i, j] }
      }
    }
    for j in 0..<p { gram[j, j] += ridge }
    guard let factor = Cholesky(gram, tolerance: 1e-13) else { throw .nothingVaries }
    var b = factor.solve(right)
    b[p] += rows.mean
    let raw = design.raw(b)
    return LinearModel(intercept: raw.intercept, coefficients: raw.coefficients, missing: raw.missing)
  }
}

/// A fitted linear regression, in the units of the raw features and of the outcome.
public struct LinearModel: Sendable, Hashable, Codable {
  /// The mean of a row of zeros.
  public let intercept: Double
  /// What a unit of each feature adds (d); 0 where a feature was left out.
  public let coefficients: [Double]
  /// What is added in place of a missing value's share (d).
  public let missing: [Double]
}

extension LinearModel: OutcomeModel {
  /// The expected amount of each row (n x d).
  public func expected(_ x: Matrix) throws(PropensityError) -> [Double] {
    try LinearForm(intercept: intercept, coefficients: coefficients, missing: missing).values(x)
  }
}

/// Linear models of outcomes: logistic for chances, least squares for means; each with a light ridge.
public struct LinearLearner: OutcomeLearner, Hashable, Codable {
  /// The strength of the ridge, in rows.
  public var ridge = 1.0

  /// Defaults.
  public init() {}

  /// Fits a logistic regression or least squares.
  public func fit(
    _ x: Matrix, outcome: [Double], kind: OutcomeKind, weights: [Double]?, seed: UInt64
  ) throws(PropensityError) -> any OutcomeModel {
    switch kind {
    case .probability: try LogisticRegression(penalty: .ridge(ridge)).fit(x, outcome: outcome, weights: weights).model
    case .mean: try LinearRegression(ridge: ridge).fit(x, outcome: outcome, weights: weights)
    }
  }
}
