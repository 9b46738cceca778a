internal import Foundation
public import LinearAlgebra

/// The ways of learning a chance.
public enum LearnerKind: String, Sendable, Hashable, Codable, CaseIterable { case logistic, boosted }

/// A fitted learner.
public enum LearnedModel: Sendable, Hashable, Codable {
  case logistic(LogisticModel)
  case boosted(BoostedModel)

  /// Which it is.
  public var kind: LearnerKind {
    switch self {
    case .logistic: .logistic
    case .boosted: .boosted
    }
  }

  /// ln(p / (1 - p)) of each row of `x` (n x d), before calibration.
  public func logits(_ x: Matrix) throws(PropensityError) -> [Double] {
    switch self {
    case .logistic(let model): try model.logits(x)
    case .boosted(let model): try model.margins(x)
    }
  }

  /// What each feature adds to each row's logit (n x d), and the logit they are added to.
  public func contributions(_ x: Matrix) throws(PropensityError) -> (base: Double, each: Matrix) {
    switch self {
    case .logistic(let model): try model.contributions(x)
    case .boosted(let model): try model.contributions(x)
    }
  }

  var features: Int {
    switch self {
    case .logistic(let model): model.coefficients.count
    case .boosted(let model): model.features
    }
  }
}

/// What predicts a chance: a learner, what makes its probabilities true, and where they stand among those of training.
public struct PropensityModel: Sendable, Hashable, Codable {
  /// The learner.
  public let learned: LearnedModel
  /// What its scores are calibrated by.
  public let calibrator: Calibrator
  /// The calibrated probabilities of training at 0, 0.1, ... 100 per cent of its rows, rising.
  public let grid: [Double]

  init(learned: LearnedModel, calibrator: Calibrator, grid: [Double]) {
    (self.learned, self.calibrator, self.grid) = (learned, calibrator, grid)
  }

  /// d, the number of columns it takes.
  public var features: Int { learned.features }

  /// The calibrated probability of each row of `x` (n x d, NaN where missing).
  public func probabilities(_ x: Matrix) throws(PropensityError) -> [Double] {
    try learned.logits(x).map { calibrator.probability(Logit.probability($0)) }
  }

  /// The share of training rows, in per cent, that had a lower probability; of equal ones the middle.
  public func percentile(_ probability: Double) -> Double {
    guard grid.count > 1 else { return 50 }
    func first(_ isReached: (Double) -> Bool) -> Int {
      var (low, high) = (0, grid.count)
      while low < high {
        let middle = (low + high) / 2
        if isReached(grid[middle]) { high = middle } else { low = middle + 1 }
      }
      return low
    }
    let (below, above) = (first { $0 >= probability }, first { $0 > probability })
    let last = Double(grid.count - 1)
    if above > below { return 100 * (Double(below) + Double(above - 1)) / 2 / last }
    guard below > 0 else { return 0 }
    guard below < grid.count else { return 100 }
    let share = (probability - grid[below - 1]) / (grid[below] - grid[below - 1])
    return 100 * (Double(below - 1) + share) / last
  }

  /// What contradicts itself in what was read from a file; nil if nothing does.
  public var fault: String? {
    let numbers: [Double]
    switch learned {
    case .logistic(let model):
      let d = model.coefficients.count
      guard d > 0, [model.missing.count, model.means.count, model.missingShares.count].allSatisfy({ $0 == d }) else {
        return "its coefficients are not one a feature"
      }
      numbers = [model.intercept] + model.coefficients + model.missing + model.means + model.missingShares
    case .boosted(let model):
      guard model.kind == .probability else { return "its trees predict no chance" }
      numbers = []
    }
    switch calibrator {
    case .isotonic(let steps):
      guard steps.scores.count == steps.probabilities.count, zip(steps.scores, steps.scores.dropFirst()).allSatisfy(<),
        (steps.probabilities).allSatisfy({ (0...1).contains($0) })
      else { return "its calibration does not rise" }
    case .none, .platt, .beta: break
    }
    guard numbers.allSatisfy(\.isFinite), grid.allSatisfy({ (0...1).contains($0) }),
      zip(grid, grid.dropFirst()).allSatisfy(<=)
    else { return "its numbers are those of no model" }
    return nil
  }
}
