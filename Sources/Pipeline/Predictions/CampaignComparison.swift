internal import Foundation
internal import LinearAlgebra
public import Propensity

/// How treated and controls are made comparable where a treatment was not given by lot.
public struct ComparisonRequest: Sendable, Hashable {
  /// Whom the effect is averaged over.
  public var estimand = Estimand.treated
  /// Chances of treatment nearer to 0 or 1 than this are left out.
  public var trim = 0.0
  /// Controls that each treated row is matched with; nil weighs alone.
  public var controls: Int?

  /// Weights for the effect on the treated.
  public init() {}
}

/// Treated rows and controls made comparable by weights, and by matching where that was asked for: the effect by each, and
/// how alike both sides are before and after.
public struct CampaignComparison: Sendable, Hashable, Codable {
  /// Matched pairs.
  public struct Matched: Sendable, Hashable, Codable {
    /// Controls a treated row, at most.
    public let controls: Int
    /// Treated rows with a control within a caliper of .2 standard deviations of the logit (Austin, 2011).
    public let pairs: Int
    /// Treated rows without one.
    public let unmatched: Int
    /// The mean difference within pairs; nil without any.
    public let effect: Estimate?
  }

  /// How alike both sides are in one column.
  public struct Balance: Sendable, Hashable, Codable {
    /// The column.
    public let column: String
    /// The standardised difference before; below .1 in size is the usual threshold.
    public let before: Double
    /// The same with weights.
    public let weighted: Double
    /// The same among matched rows; nil without matching.
    public let matched: Double?
  }

  /// The treatment.
  public let treatment: String
  /// Whom the effect is averaged over.
  public let estimand: Estimand
  /// The difference of weighted means.
  public let weighted: Estimate
  /// The effect by weights and a linear model of the outcome together.
  public let doublyRobust: Estimate
  /// The effective number of treated rows and of controls.
  public let effectiveTreated: Double
  /// See ``effectiveTreated``.
  public let effectiveControls: Double
  /// Rows left out because their chance of treatment is too near 0 or 1.
  public let trimmed: Int
  /// What matching gives.
  public let matched: Matched?
  /// The columns, the least alike before first.
  public let balance: [Balance]

  /// Compares the rows of `x` (n x d, columns called `columns`) that had a treatment with those that had none. Chances of
  /// treatment are those of an unpenalised logistic regression.
  /// - Throws: ``PropensityError``; ``PropensityError/noOverlap(comparable:)`` where both sides cannot be compared.
  init(
    _ request: ComparisonRequest, _ treatment: String, _ x: Matrix, columns: [String],
    outcome: [Double],
    isTreated: [Bool]
  ) throws(PropensityError) {
    var regression = LogisticRegression()
    regression.penalty = .none
    let chances = try regression.fit(x, outcome: isTreated.map { $0 ? 1 : 0 }).model.expected(x)
    let weights = try TreatmentWeights(
      request.estimand, chances: chances, isTreated: isTreated, trim: request.trim)
    self.treatment = treatment
    estimand = request.estimand
    weighted = try weights.effect(outcome: outcome, isTreated: isTreated)
    doublyRobust = try weights.doublyRobust(x, outcome: outcome, isTreated: isTreated)
    (effectiveTreated, effectiveControls) = (weights.effectiveTreated, weights.effectiveControls)
    trimmed = weights.trimmed
    var pairs: MatchedRows?
    if let controls = request.controls {
      var matching = ScoreMatching()
      (matching.controls, matching.caliper) = (controls, 0.2)
      let logits = chances.map { chance in
        let kept = min(1 - 1e-12, max(1e-12, chance))
        return log(kept / (1 - kept))
      }
      pairs = try matching.match(logits, isTreated: isTreated)
    }
    matched = pairs.map { pairs in
      Matched(
        controls: request.controls ?? 1, pairs: pairs.pairs.count, unmatched: pairs.unmatched,
        effect: try? pairs.effect(outcome: outcome))
    }
    let own = FeatureBalance.of(
      x, isTreated: isTreated, weights: weights.weights, estimand: request.estimand)
    let after = pairs.map {
      FeatureBalance.of(x, isTreated: isTreated, weights: $0.weights, estimand: .treated)
    }
    balance = own.indices.map { index in
      Balance(
        column: columns[index], before: own[index].before, weighted: own[index].after,
        matched: after?[index].after)
    }.sorted {
      abs($0.before) != abs($1.before) ? abs($0.before) > abs($1.before) : $0.column < $1.column
    }
  }
}
