public import LinearAlgebra

/// What predicts the effect of each treatment on a customer.
public struct UpliftModel: Sendable, Hashable, Codable {
  /// How an effect is computed.
  public indirect enum Effect: Sendable, Hashable, Codable {
    /// The difference of two outcomes.
    case difference(treated: LearnedOutcome, control: LearnedOutcome)
    /// A weighted mean of effects learnt from the treated and from controls; `share` of both were treated.
    case imputed(treated: LearnedOutcome, controls: LearnedOutcome, share: Double)
    /// A regression of scores.
    case regression(LearnedOutcome)

    func effect(_ x: Matrix) throws(PropensityError) -> [Double] {
      switch self {
      case .difference(let treated, let control):
        let (one, zero) = (try treated.expected(x), try control.expected(x))
        return zip(one, zero).map { $0 - $1 }
      case .imputed(let treated, let controls, let share):
        // Weighed by the chance of treatment: the side that is rarer was imputed from the better known one.
        let (one, zero) = (try treated.expected(x), try controls.expected(x))
        return zip(one, zero).map { (1 - share) * $0 + share * $1 }
      case .regression(let model): return try model.expected(x)
      }
    }
  }

  /// One treatment.
  public struct Arm: Sendable, Hashable, Codable {
    /// Its number, from 1.
    public let arm: Int
    /// Its average effect.
    public let average: Double
    /// What tells customers apart; nil where one effect for all is as good.
    public let effect: Effect?
  }

  /// The treatments.
  public let arms: [Arm]
  /// The outcome without treatment.
  public let control: LearnedOutcome

  /// The effect of each treatment on each row of `x` (n x d), one array of n an arm.
  public func effects(_ x: Matrix) throws(PropensityError) -> [[Double]] {
    var effects: [[Double]] = []
    for arm in arms {
      effects.append(try arm.effect?.effect(x) ?? [Double](repeating: arm.average, count: x.rows))
    }
    return effects
  }
}
