internal import Foundation
public import LinearAlgebra

/// A fitted outcome that can be kept in a file.
public enum LearnedOutcome: Sendable, Hashable, Codable {
  case logistic(LogisticModel)
  case linear(LinearModel)
  case boosted(BoostedModel)

  /// The expected outcome of each row (n x d).
  public func expected(_ x: Matrix) throws(PropensityError) -> [Double] {
    switch self {
    case .logistic(let model): try model.expected(x)
    case .linear(let model): try model.expected(x)
    case .boosted(let model): try model.expected(x)
    }
  }

  static func fit(
    _ learner: LearnerKind, _ x: Matrix, _ outcome: [Double], _ kind: OutcomeKind, _ trees: BoostedTrees, seed: UInt64
  ) throws(PropensityError) -> LearnedOutcome {
    switch (learner, kind) {
    case (.boosted, _): .boosted(try trees.fit(x, outcome: outcome, kind: kind, seed: seed).model)
    case (.logistic, .probability): .logistic(try LogisticRegression().fit(x, outcome: outcome).model)
    case (.logistic, .mean): .linear(try LinearRegression().fit(x, outcome: outcome))
    }
  }
}

/// How an individual effect is put together from fitted outcomes.
public enum EffectLearner: String, Sendable, Hashable, Codable, CaseIterable {
  /// The difference of an outcome learnt from the treated and one learnt from controls (two models).
  case twoModels = "two-model"
  /// Effects imputed on either side and learnt there, weighed by who is rarer (Künzel et al., 2019).
  case xLearner = "X"
  /// A regression of doubly robust scores on the features (Kennedy, 2023).
  case doublyRobust = "DR"
}

/// Learns for whom a treatment changes what they do.
///
/// Outcomes and chances of treatment are learnt on some folds and applied to the others (cross-fitting: Chernozhukov et
/// al., 2018), so that every score of a customer is of models that had not seen them. Of the learners the one is taken
/// whose effects come nearest to the doubly robust scores of customers it had not seen (Schuler et al., 2018); none where
/// one effect for all comes as near.
public struct UpliftTraining: Sendable, Hashable, Codable {
  /// The learners to try.
  public var effects = EffectLearner.allCases
  /// What outcomes are learnt by.
  public var learner = LearnerKind.logistic
  /// Folds of the cross-fitting.
  public var folds = 5
  /// The chance of each arm, control first, where it is known by design; nil learns it from the features where
  /// `isRandomised` is false, and takes the arms' shares where it is true.
  public var chances: [Double]?
  /// Whether treatment was given by lot.
  public var isRandomised = true
  /// Chances of an arm are kept so far from 0, so that no single customer decides.
  public var leastChance = 0.01
  /// Where random numbers begin.
  public var seed: UInt64 = 0

  /// The trees, where they are used: shallow, since effects are small.
  var trees: BoostedTrees {
    var trees = BoostedTrees()
    trees.depth = 3
    trees.learningRate = 0.05
    trees.leastLeafWeight = 10
    return trees
  }

  /// The fewest rows of an arm.
  public static let leastOfArm = 20

  /// Defaults.
  public init() {}

  /// Learns effects of `arms` - 1 treatments.
  /// - Parameters:
  ///   - x: n x d, finite or NaN where missing.
  ///   - outcome: n; 0 or 1 where `kind` is a probability.
  ///   - arm: the arm of each row (n), 0 the control.
  /// - Throws: ``PropensityError`` before any work when the data cannot be learnt from.
  public func fit(
    _ x: Matrix, outcome: [Double], kind: OutcomeKind, arm: [Int], arms: Int, observer: PropensityObserver? = nil
  ) throws(PropensityError) -> UpliftFit {
    try check(x, outcome, kind, arm, arms)
    let n = x.rows
    let dealt = Folds(folds, outcome: arm.map { $0 > 0 ? 1 : 0 }, groups: nil, seed: seed)
    var mu = [[Double]](repeating: [Double](repeating: 0, count: n), count: arms)
    var chance = mu
    // Effects by each learner (arms - 1 of n), out of fold.
    let steps = Double(folds * 2 + 1)
    for index in 0..<folds {
      guard observer?("learning outcomes", Double(index) / steps) ?? true else { throw .cancelled }
      let (inside, outside) = dealt.split(index)
      let rows = x.gatheringRows(inside)
      let models = try outcomes(x, outcome, kind, arm, arms, outside)
      let chances = try self.chances(x, arm, arms, outside, rows)
      for a in 0..<arms {
        let expected = try models[a].expected(rows)
        for (place, row) in inside.enumerated() { (mu[a][row], chance[a][row]) = (expected[place], chances[a][place]) }
      }
    }
    let scores = (1..<arms).map { a in
      (0..<n).map { row -> Double in
        let own = arm[row] == a ? (outcome[row] - mu[a][row]) / chance[a][row] : 0
        let control = arm[row] == 0 ? (outcome[row] - mu[0][row]) / chance[0][row] : 0
        return mu[a][row] - mu[0][row] + own - control
      }
    }
    var treatments: [UpliftFit.Treatment] = []
    var models: [UpliftModel.Arm] = []
    for a in 1..<arms {
      var tried: [(EffectLearner, [Double])] = []
      for effect in effects {
        guard observer?("learning effects", Double(folds + (a * folds) / arms) / steps) ?? true else {
          throw .cancelled
        }
        tried.append((effect, try outOfFold(effect, a, x, outcome, arm, mu, chance, scores[a - 1], dealt)))
      }
      let found = UpliftFit.Treatment(
        arm: a, scores: scores[a - 1], tried: tried, outcome: outcome, armOf: arm, control: mu[0], treated: mu[a])
      treatments.append(found)
      models.append(
        UpliftModel.Arm(
          arm: a, average: found.average.value,
          effect: found.verdict == .differs
            ? try whole(found.learner, a, x, outcome, kind, arm, mu, chance, scores[a - 1]) : nil))
    }
    let base = try outcomes(x, outcome, kind, arm, 1, Array(0..<n))[0]
    return UpliftFit(model: UpliftModel(arms: models, control: base), treatments: treatments)
  }

  // MARK: Pieces

  private func outcomes(
    _ x: Matrix, _ outcome: [Double], _ kind: OutcomeKind, _ arm: [Int], _ arms: Int, _ rows: [Int]
  ) throws(PropensityError) -> [LearnedOutcome] {
    var models: [LearnedOutcome] = []
    for a in 0..<arms {
      let own = rows.filter { arm[$0] == a }
      let values = own.map { outcome[$0] }
      // An outcome that is the same in all rows of an arm has no chance to be learnt, but a mean.
      let isConstant = values.allSatisfy { $0 == values.first }
      models.append(
        try LearnedOutcome.fit(
          learner, x.gatheringRows(own), values, isConstant ? .mean : kind, trees, seed: seed))
    }
    return models
  }

  /// The chance of each arm for `to`, learnt from `rows` of `x`.
  private func chances(
    _ x: Matrix, _ arm: [Int], _ arms: Int, _ rows: [Int], _ to: Matrix
  ) throws(PropensityError) -> [[Double]] {
    func kept(_ value: Double) -> Double { min(1 - leastChance, max(leastChance, value)) }
    if let chances { return chances.map { [Double](repeating: kept($0), count: to.rows) } }
    if isRandomised {
      return (0..<arms).map { a in
        let share = Double(rows.count { arm[$0] == a }) / Double(rows.count)
        return [Double](repeating: kept(share), count: to.rows)
      }
    }
    let some = x.gatheringRows(rows)
    var each: [[Double]] = []
    for a in 0..<arms {
      let fit = try LogisticRegression().fit(some, outcome: rows.map { arm[$0] == a ? 1 : 0 })
      each.append(try fit.model.expected(to))
    }
    return (0..<arms).map { a in
      (0..<to.rows).map { row in kept(each[a][row] / each.reduce(0) { $0 + $1[row] }) }
    }
  }

  /// The effects of arm `a` by one learner, each customer's by models that had not seen them.
  private func outOfFold(
    _ effect: EffectLearner, _ a: Int, _ x: Matrix, _ outcome: [Double], _ arm: [Int], _ mu: [[Double]],
    _ chance: [[Double]], _ scores: [Double], _ folds: Folds
  ) throws(PropensityError) -> [Double] {
    if effect == .twoModels { return zip(mu[a], mu[0]).map { $0 - $1 } }
    var effects = [Double](repeating: 0, count: x.rows)
    for index in 0..<folds.count {
      let (inside, outside) = folds.split(index)
      let model = try second(effect, a, x, outcome, arm, mu, chance, scores, outside)
      for (row, value) in zip(inside, try model.effect(x.gatheringRows(inside))) { effects[row] = value }
    }
    return effects
  }

  /// What learns the effect from `rows`, given outcomes expected by models that had not seen them.
  private func second(
    _ effect: EffectLearner, _ a: Int, _ x: Matrix, _ outcome: [Double], _ arm: [Int], _ mu: [[Double]],
    _ chance: [[Double]], _ scores: [Double], _ rows: [Int]
  ) throws(PropensityError) -> UpliftModel.Effect {
    func regress(_ rows: [Int], _ value: (Int) -> Double) throws(PropensityError) -> LearnedOutcome {
      try LearnedOutcome.fit(learner, x.gatheringRows(rows), rows.map(value), .mean, trees, seed: seed)
    }
    guard effect == .xLearner else { return .regression(try regress(rows) { scores[$0] }) }
    let treated = rows.filter { arm[$0] == a }
    let controls = rows.filter { arm[$0] == 0 }
    return .imputed(
      treated: try regress(treated) { outcome[$0] - mu[0][$0] },
      controls: try regress(controls) { mu[a][$0] - outcome[$0] },
      share: Double(treated.count) / Double(treated.count + controls.count))
  }

  /// The chosen learner fitted to all rows.
  private func whole(
    _ effect: EffectLearner, _ a: Int, _ x: Matrix, _ outcome: [Double], _ kind: OutcomeKind, _ arm: [Int],
    _ mu: [[Double]], _ chance: [[Double]], _ scores: [Double]
  ) throws(PropensityError) -> UpliftModel.Effect {
    let all = Array(0..<x.rows)
    guard effect == .twoModels else { return try second(effect, a, x, outcome, arm, mu, chance, scores, all) }
    let pair = arm.map { $0 == a ? 1 : $0 == 0 ? 0 : 2 }
    let models = try outcomes(x, outcome, kind, pair, 2, all)
    return .difference(treated: models[1], control: models[0])
  }

  private func check(
    _ x: Matrix, _ outcome: [Double], _ kind: OutcomeKind, _ arm: [Int], _ arms: Int
  ) throws(PropensityError) {
    guard arm.count == x.rows else { throw .count(of: "treatments", have: arm.count, need: x.rows) }
    guard arms >= 2 else { throw .treatmentConstant(rows: x.rows) }
    guard arm.allSatisfy({ (0..<arms).contains($0) }) else {
      throw .parameter(name: "arm", requirement: "between 0 and \(arms - 1)")
    }
    guard !effects.isEmpty else { throw .parameter(name: "effects", requirement: "at least one learner") }
    guard folds >= 2 else { throw .parameter(name: "folds", requirement: "2 or more") }
    guard leastChance > 0, leastChance < 0.5 else {
      throw .parameter(name: "leastChance", requirement: "above 0 and below one half")
    }
    if let chances {
      guard chances.count == arms, chances.allSatisfy({ $0 > 0 && $0 < 1 }) else {
        throw .parameter(name: "chances", requirement: "one above 0 and below 1 for each of the \(arms) arms")
      }
    }
    _ = try OutcomeRows(x, outcome, kind, nil)
    for a in 0..<arms {
      let rows = arm.count { $0 == a }
      guard rows >= Self.leastOfArm else { throw .armTooSmall(arm: a, have: rows, need: Self.leastOfArm) }
    }
  }
}
