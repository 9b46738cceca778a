internal import Foundation
internal import LinearAlgebra

/// What learning effects gives.
public struct UpliftFit: Sendable {
  /// What the data say of one treatment.
  public enum Verdict: String, Sendable, Hashable, Codable {
    /// Neither an average effect nor differences between customers can be told from chance.
    case noDetectableUplift
    /// There is an average effect, and no more is known of individuals.
    case sameForAll
    /// It works better on some than on others.
    case differs
  }

  /// One treatment against the control.
  public struct Treatment: Sendable {
    /// Its number, from 1.
    public let arm: Int
    /// The average effect on all customers, doubly robust (Robins, Rotnitzky & Zhao, 1994).
    public let average: Estimate
    /// The learner whose effects are used.
    public let learner: EffectLearner
    /// The effect of each customer (n), by models that had not seen them; the average where none can be told apart.
    public let effects: [Double]
    /// The effect of each customer (n) as the learner has it, whatever the verdict: its best guess, right or wrong.
    public let learntEffects: [Double]
    /// The slope of the doubly robust scores on the effects (Chernozhukov et al., 2018, "best linear predictor"): 1 where
    /// differences are as large as told, 0 where they are chance.
    public let slope: Estimate
    /// The area between the gain of treating the highest effects first and that of treating at random, a customer, from
    /// doubly robust scores (rank-weighted average effect: Yadlowsky et al., 2025): above 0 where effects rank customers.
    public let ranking: Estimate
    /// The Qini curve of the customers of this arm and the control; it means something where treatment was by lot.
    public let qini: QiniCurve?
    /// What the data say.
    public let verdict: Verdict
    /// The mean squared distance of the effects to the scores by each learner, less that of one effect for all.
    public let losses: [EffectLearner: Double]
    /// The doubly robust score of each customer (n): unbiased for their effect, and very noisy alone.
    public let scores: [Double]
    /// The outcome of each customer without and with this treatment (n), by models that had not seen them.
    public let control: [Double]
    /// See ``control``.
    public let treated: [Double]

    init(
      arm: Int, scores: [Double], tried: [(EffectLearner, [Double])], outcome: [Double], armOf: [Int],
      control: [Double], treated: [Double]
    ) {
      self.arm = arm
      self.scores = scores
      (self.control, self.treated) = (control, treated)
      let average = Treatment.mean(scores)
      self.average = average
      var losses: [EffectLearner: Double] = [:]
      var best = (learner: tried[0].0, effects: tried[0].1, loss: Double.infinity)
      for (learner, effects) in tried {
        let loss = zip(effects, scores).reduce(0) { sum, pair in
          let (own, all) = (pair.1 - pair.0, pair.1 - average.value)
          return sum + (own * own - all * all) / Double(scores.count)
        }
        losses[learner] = loss
        if loss < best.loss { best = (learner, effects, loss) }
      }
      (self.losses, learner, learntEffects) = (losses, best.learner, best.effects)
      slope = Treatment.slope(scores, on: best.effects)
      let rows = armOf.indices.filter { armOf[$0] == arm || armOf[$0] == 0 }
      let curve = try? QiniCurve(
        rows.map { best.effects[$0] }, outcome: rows.map { outcome[$0] }, isTreated: rows.map { armOf[$0] == arm })
      qini = curve
      ranking = Treatment.ranking(scores, by: best.effects, average.value)
      // Both witnesses: effects go with the scores, and treating by them beats treating at random.
      let differs = slope.low > 0 && ranking.low > 0
      verdict = differs ? .differs : average.low > 0 || average.high < 0 ? .sameForAll : .noDetectableUplift
      effects = differs ? best.effects : [Double](repeating: average.value, count: scores.count)
    }

    static func mean(_ values: [Double]) -> Estimate {
      let n = Double(values.count)
      let mean = CompensatedSum(values).value / n
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, n - 1)
      return Estimate(mean, standardError: (variance / n).squareRoot())
    }

    /// The mean of (1/2 - rank) (score - average), rank from 0 to 1, of equal effects the middle.
    private static func ranking(_ scores: [Double], by effects: [Double], _ average: Double) -> Estimate {
      let n = effects.count
      let order = effects.indices.sorted { effects[$0] != effects[$1] ? effects[$0] > effects[$1] : $0 < $1 }
      var parts = [Double](repeating: 0, count: n)
      var start = 0
      while start < n {
        var end = start + 1
        while end < n, effects[order[end]] == effects[order[start]] { end += 1 }
        let rank = Double(start + end) / 2 / Double(n)
        for place in start..<end { parts[order[place]] = (0.5 - rank) * (scores[order[place]] - average) }
        start = end
      }
      return mean(parts)
    }

    /// The least-squares slope with its heteroscedasticity-consistent error (White, 1980).
    private static func slope(_ y: [Double], on x: [Double]) -> Estimate {
      let n = Double(y.count)
      let (mx, my) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
      var (xx, xy) = (0.0, 0.0)
      for i in y.indices {
        xx += (x[i] - mx) * (x[i] - mx)
        xy += (x[i] - mx) * (y[i] - my)
      }
      guard xx > 1e-18 * n else { return Estimate(0, standardError: 0) }
      let b = xy / xx
      var meat = 0.0
      for i in y.indices {
        let score = (x[i] - mx) * (y[i] - my - b * (x[i] - mx))
        meat += score * score
      }
      return Estimate(b, standardError: meat.squareRoot() / xx)
    }

    /// The average effect in parts of equal size, the highest effects first, from doubly robust scores.
    public func byTenths(_ count: Int = 10) -> [Estimate] {
      let order = effects.indices.sorted { effects[$0] != effects[$1] ? effects[$0] > effects[$1] : $0 < $1 }
      return (0..<count).map { part in
        Treatment.mean(order[part * order.count / count..<(part + 1) * order.count / count].map { scores[$0] })
      }
    }
  }

  /// What predicts.
  public let model: UpliftModel
  /// One for each treatment.
  public let treatments: [Treatment]
}
