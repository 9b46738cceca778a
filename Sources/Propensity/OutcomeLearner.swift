public import LinearAlgebra

/// What is learnt of an outcome: the chance of 1, or the mean of an amount.
public enum OutcomeKind: String, Sendable, Hashable, Codable { case probability, mean }

/// A way of learning an outcome from features; NaN in the features is a missing value.
public protocol OutcomeLearner: Sendable {
  /// Fits to `x` (n x d), `outcome` (n; 0 or 1 for `.probability`), weights (n, >= 0; all 1 when nil).
  func fit(
    _ x: Matrix, outcome: [Double], kind: OutcomeKind, weights: [Double]?, seed: UInt64
  ) throws(PropensityError) -> any OutcomeModel
}

/// A fitted outcome.
public protocol OutcomeModel: Sendable {
  /// The expected outcome of each row (n x d): a probability for `.probability`.
  func expected(_ x: Matrix) throws(PropensityError) -> [Double]
}
