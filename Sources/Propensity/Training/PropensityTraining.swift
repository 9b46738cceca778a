internal import Foundation
public import LinearAlgebra

/// Called with the stage and the share of the work done; false stops it.
public typealias PropensityObserver = (String, Double) -> Bool

/// Learns a chance from features, and finds out honestly how well.
///
/// Every figure is of rows that were not learnt from: later ones where rows have periods, else out of fold. Learners are
/// compared by log loss, and the better one is taken, with the standard error of the difference told. A model of one
/// feature alone (recency, say) stands beside them.
public struct PropensityTraining: Sendable, Hashable, Codable {
  /// The learners to try; one is taken as it is.
  public var learners = LearnerKind.allCases
  /// Folds of the out-of-fold predictions.
  public var folds = 5
  /// Strengths of the ridge to choose from; see ``LogisticRegression/Penalty/ridge(_:)``.
  public var ridges = [0.1, 1, 10, 100, 1000]
  /// The boosted trees.
  public var boosted = BoostedTrees()
  /// How scores become probabilities.
  public var calibration = CalibrationChoice.automatic
  /// Where random numbers begin.
  public var seed: UInt64 = 0

  /// Rows the ridge is chosen on, at most.
  static let ridgeRows = 20_000
  /// The fewest rows of each outcome.
  public static let leastOfClass = 10

  /// Defaults.
  public init() {}

  /// Learns `outcome` (n, 0 or 1) from `x` (n x d, finite or NaN where missing).
  ///
  /// The model that is kept is fitted to all rows. Its calibrator is the one that was judged, learnt out of fold from the rows
  /// before the last period: fitted anew with that period it would be fresher, and no row would be left to tell how true it is.
  /// - Parameters:
  ///   - weights: one a row (n, >= 0); all 1 when nil.
  ///   - groups: rows of one number are never both learnt from and predicted (a customer's rows of several dates).
  ///   - periods: when each row was; the last one is what the model is judged on, learnt from the earlier. Nil, or one
  ///     period, judges out of fold.
  ///   - baseline: the column of the model that stands beside.
  /// - Throws: ``PropensityError`` naming what is wrong with the data, before any work where it can.
  public func fit(
    _ x: Matrix, outcome: [Double], weights: [Double]? = nil, groups: [Int]? = nil, periods: [Int]? = nil,
    baseline: Int? = nil, observer: PropensityObserver? = nil
  ) throws(PropensityError) -> PropensityFit {
    _ = try OutcomeRows(x, outcome, .probability, weights)
    // Where there is no XGBoost, a regression alone is better than nothing; who asks for trees is told.
    let isAlone = learners.count > 1 && (try? XGBoostLibrary.current()) == nil
    let learners = isAlone ? learners.filter { $0 != .boosted } : learners
    try check(x, outcome, weights, groups, periods, baseline)
    let later = laterRows(outcome, periods)
    let learnt = later.map { last in outcome.indices.filter { !last.contains($0) } } ?? Array(outcome.indices)
    let rows = LearningRows(x: x, outcome: outcome, weights: weights, groups: groups).taking(learnt)
    let judged = later.map { Array($0).sorted() } ?? learnt
    let dealt = Folds(
      min(folds, max(2, rows.fewest / 2)), outcome: rows.outcome, groups: rows.groups, seed: seed)
    let all = LearningRows(x: x, outcome: outcome, weights: weights, groups: groups)
    var candidates: [Tried] = []
    let parts = Double(learners.count * (dealt.count + 2))
    for (number, kind) in learners.enumerated() {
      let began = Double(number * (dealt.count + 2))
      candidates.append(
        try tried(kind, rows, dealt, all, judged, isLater: later != nil) { done in
          observer?("learning by \(kind.rawValue) model", (began + Double(done)) / parts) ?? true
        })
    }
    var standIn: [Double]?
    if let baseline { standIn = try self.baseline(baseline, rows, dealt, all, judged, isLater: later != nil) }
    let (best, found) = choose(candidates, all, judged)
    let reason = isAlone ? "XGBoost is not here, so boosted trees were not tried" : found
    let chosen = candidates[best]
    let (model, logistic) = try learn(chosen.setting, all)
    return try PropensityFit(
      model: PropensityModel(
        learned: model, calibrator: chosen.calibration.calibrator, grid: PropensityTraining.grid(chosen.judged)),
      all: all, judged: judged, chosen: chosen, candidates: candidates, baseline: standIn, reason: reason,
      logistic: logistic, folds: dealt.count, isLater: later != nil, seed: seed)
  }

  // MARK: One learner

  /// A learner and what was chosen for it.
  enum Setting {
    case logistic(ridge: Double)
    case boosted(rounds: Int)

    var kind: LearnerKind {
      switch self {
      case .logistic: .logistic
      case .boosted: .boosted
      }
    }
  }

  /// A learner that was tried.
  struct Tried {
    let setting: Setting
    let calibration: CalibrationChoice.Chosen
    /// The calibrated probabilities of the rows it is judged on.
    let judged: [Double]

    var kind: LearnerKind { setting.kind }
  }

  private func learn(
    _ setting: Setting, _ rows: LearningRows
  ) throws(PropensityError) -> (model: LearnedModel, logistic: LogisticFit?) {
    switch setting {
    case .logistic(let ridge):
      let fit = try LogisticRegression(penalty: .ridge(ridge)).fit(rows.x, outcome: rows.outcome, weights: rows.weights)
      return (.logistic(fit.model), fit)
    case .boosted(let rounds):
      let fit = try boosted.fit(
        rows.x, outcome: rows.outcome, kind: .probability, weights: rows.weights, seed: seed, rounds: rounds)
      return (.boosted(fit.model), nil)
    }
  }

  private func tried(
    _ kind: LearnerKind, _ rows: LearningRows, _ folds: Folds, _ all: LearningRows, _ judged: [Int], isLater: Bool,
    _ step: (Int) -> Bool
  ) throws(PropensityError) -> Tried {
    let (setting, scores): (Setting, [Double])
    switch kind {
    case .logistic:
      guard step(0) else { throw .cancelled }
      let found = try RidgeChoice(ridges: ridges, rows: PropensityTraining.ridgeRows).fit(rows, folds, seed: seed)
      (setting, scores) = (.logistic(ridge: found.ridge), found.probabilities)
    case .boosted:
      let found = try boosted.crossFit(rows, folds: folds, seed: seed, step)
      (setting, scores) = (.boosted(rounds: found.rounds), found.probabilities)
    }
    let calibration = self.calibration.fit(scores, outcome: rows.outcome, weights: rows.weights, folds: folds)
    guard isLater else { return Tried(setting: setting, calibration: calibration, judged: calibration.crossFitted) }
    guard step(folds.count) else { throw .cancelled }
    let logits = try learn(setting, rows).model.logits(all.x.gatheringRows(judged))
    return Tried(
      setting: setting, calibration: calibration,
      judged: logits.map { calibration.calibrator.probability(Logit.probability($0)) })
  }

  /// A logistic regression on one column, judged as the learners are.
  private func baseline(
    _ column: Int, _ rows: LearningRows, _ folds: Folds, _ all: LearningRows, _ judged: [Int], isLater: Bool
  ) throws(PropensityError) -> [Double]? {
    var alone = self
    (alone.calibration, alone.ridges) = (.none, [1])
    var one = rows
    one.x = rows.x.selectingColumns([column])
    var every = all
    every.x = all.x.selectingColumns([column])
    do {
      return try alone.tried(.logistic, one, folds, every, judged, isLater: isLater) { _ in true }.judged
    } catch .nothingVaries {
      return nil
    }
  }

  /// The learner to take, and why.
  private func choose(_ tried: [Tried], _ all: LearningRows, _ judged: [Int]) -> (Int, String) {
    guard let logistic = tried.firstIndex(where: { $0.kind == .logistic }),
      let boosted = tried.firstIndex(where: { $0.kind == .boosted })
    else { return (0, "as asked for") }
    func loss(_ p: Double, _ y: Double) -> Double {
      let p = min(max(p, 1e-15), 1 - 1e-15)
      return y == 1 ? -log(p) : -log1p(-p)
    }
    let weights = judged.map { all.weights?[$0] ?? 1 }
    let total = weights.reduce(0, +)
    let differences = judged.indices.map { place in
      let y = all.outcome[judged[place]]
      return loss(tried[boosted].judged[place], y) - loss(tried[logistic].judged[place], y)
    }
    let mean = zip(differences, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
    let error = zip(differences, weights).reduce(0) { sum, pair in
      let part = pair.1 * (pair.0 - mean) / total
      return sum + part * part
    }.squareRoot()
    let words =
      "their log loss differs by \(PropensityTraining.text(-mean)), standard error \(PropensityTraining.text(error))"
    // The one of less loss is the better guess, however unsure: to ask for more of the trees would lose what they gain.
    return mean < 0
      ? (
        boosted, "boosted trees predict \(mean < -error ? "" : "a little ")better than a logistic regression: \(words)"
      )
      : (logistic, "a logistic regression predicts no worse than boosted trees, and says more: \(words)")
  }

  private static func text(_ value: Double) -> String { String(format: "%.5f", value) }

  // MARK: Choices

  /// The rows of the last period; nil where there is one only, or either side has too few of an outcome.
  private func laterRows(_ outcome: [Double], _ periods: [Int]?) -> Set<Int>? {
    guard let periods, let last = periods.max() else { return nil }
    let later = Set(periods.indices.filter { periods[$0] == last })
    func suffices(_ rows: some Sequence<Int>) -> Bool {
      var counts = [0, 0]
      for row in rows { counts[Int(outcome[row])] += 1 }
      return counts.allSatisfy { $0 >= PropensityTraining.leastOfClass }
    }
    guard suffices(later), suffices(outcome.indices.lazy.filter { !later.contains($0) }) else { return nil }
    return later
  }

  private func check(
    _ x: Matrix, _ outcome: [Double], _ weights: [Double]?, _ groups: [Int]?, _ periods: [Int]?, _ baseline: Int?
  ) throws(PropensityError) {
    guard !learners.isEmpty else { throw .parameter(name: "learners", requirement: "at least one") }
    guard folds >= 2 else { throw .parameter(name: "folds", requirement: "2 or more") }
    guard ridges.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw .parameter(name: "ridges", requirement: "finite numbers of 0 or more")
    }
    if let groups, groups.count != x.rows { throw .count(of: "groups", have: groups.count, need: x.rows) }
    if let periods, periods.count != x.rows { throw .count(of: "periods", have: periods.count, need: x.rows) }
    if let baseline, !(0..<x.columns).contains(baseline) {
      throw .parameter(name: "baseline", requirement: "one of the \(x.columns) columns")
    }
    let counted = outcome.indices.filter { (weights?[$0] ?? 1) > 0 }
    let positive = counted.count { outcome[$0] == 1 }
    for (value, have) in [(1.0, positive), (0.0, counted.count - positive)] where have < Self.leastOfClass {
      throw .tooFewOfClass(have: have, need: Self.leastOfClass, value: value)
    }
  }

  /// 1,001 quantiles of `probabilities`.
  private static func grid(_ probabilities: [Double]) -> [Double] {
    let sorted = probabilities.sorted()
    guard !sorted.isEmpty else { return [] }
    return (0...1000).map { sorted[Int((Double($0) / 1000 * Double(sorted.count - 1)).rounded())] }
  }
}

/// Rows to learn from.
struct LearningRows {
  var x: Matrix
  var outcome: [Double]
  var weights: [Double]?
  var groups: [Int]?

  /// Some of them.
  func taking(_ rows: [Int]) -> LearningRows {
    guard rows.count < outcome.count else { return self }
    return LearningRows(
      x: x.gatheringRows(rows), outcome: rows.map { outcome[$0] }, weights: weights.map { all in rows.map { all[$0] } },
      groups: groups.map { all in rows.map { all[$0] } })
  }

  /// How many rows the rarer outcome has.
  var fewest: Int {
    let positive = outcome.count { $0 == 1 }
    return min(positive, outcome.count - positive)
  }
}
