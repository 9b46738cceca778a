internal import Foundation
public import LinearAlgebra
internal import Randomness

/// Boosted regression trees by XGBoost (Chen & Guestrin, 2016), for chances and for means.
///
/// The number of rounds is the one at which the loss of held-out rows was least (each part of the rows held out in turn
/// where they are few); the trees kept are then grown on all rows. Missing values are their own branch. Features are taken in single precision.
public struct BoostedTrees: Sendable, Hashable, Codable {
  /// How a feature may act.
  public enum Direction: Int, Sendable, Hashable, Codable { case falling = -1, free = 0, rising = 1 }

  /// The most rounds, one tree each.
  public var maxRounds = 1000
  /// Growing stops after so many rounds without a lower loss of the held-out rows.
  public var patience = 30
  /// The share of rows held out to choose the number of rounds; 0 grows ``maxRounds``.
  public var heldOutShare = 0.2
  /// What each tree's leaves are shrunk by.
  public var learningRate = 0.05
  /// The most conditions between root and leaf: 3 make up to 8 leaves, and 4 to 8 leaves serve most data (Hastie,
  /// Tibshirani & Friedman, 2009, section 10.11).
  public var depth = 3
  /// The least sum of second derivatives in a leaf: of a chance, about 4 rows each at one half.
  public var leastLeafWeight = 1.0
  /// The share of rows that each tree sees.
  public var rowShare = 0.8
  /// The share of columns that each tree sees.
  public var columnShare = 0.8
  /// The ridge on the values of leaves.
  public var ridge = 1.0
  /// How each feature may act (d); empty leaves all free.
  public var directions: [Direction] = []

  /// Defaults.
  public init() {}

  /// Fits to `x` (n x d, finite or NaN where missing) and `outcome` (n), rows weighted by `weights` (n, >= 0).
  /// - Returns: the trees and the loss of the held-out rows after each round.
  /// - Throws: ``PropensityError`` before any work if a parameter or the data are unusable, and where there is no XGBoost.
  public func fit(
    _ x: Matrix, outcome: [Double], kind: OutcomeKind = .probability, weights: [Double]? = nil, seed: UInt64 = 0
  ) throws(PropensityError) -> BoostedFit {
    try fit(x, outcome: outcome, kind: kind, weights: weights, seed: seed, rounds: nil)
  }

  /// The same with `rounds` that were chosen before; nil chooses them.
  func fit(
    _ x: Matrix, outcome: [Double], kind: OutcomeKind, weights: [Double]?, seed: UInt64, rounds known: Int?
  ) throws(PropensityError) -> BoostedFit {
    try check(columns: x.columns)
    let rows = try OutcomeRows(x, outcome, kind, weights)
    let library = try XGBoostLibrary.current()
    let parameters = self.parameters(
      kind, seed: seed, mean: rows.mean, threads: x.rows < Self.fewRows ? 1 : Parallel.workers)
    let losses = known == nil ? try heldOutLosses(x, rows, kind, weights, parameters, library, seed: seed) : []
    let unchecked = heldOutShare > 0 ? min(maxRounds, Self.uncheckedRounds) : maxRounds
    let rounds = known ?? (losses.isEmpty ? unchecked : (losses.indices.min { losses[$0] < losses[$1] } ?? 0) + 1)
    let all = try BoostedMatrix(x, library: library, outcome: outcome, weights: weights)
    let booster = try Booster([all], parameters)
    for round in 0..<rounds { try booster.update(round, all) }
    let model = try BoostedModel(try booster.saved())
    return BoostedFit(model: model, heldOutLosses: losses, rounds: rounds)
  }

  func check(columns: Int) throws(PropensityError) {
    guard maxRounds >= 1, maxRounds <= 100_000 else {
      throw .parameter(name: "maxRounds", requirement: "between 1 and 100,000")
    }
    guard patience >= 1 else { throw .parameter(name: "patience", requirement: "1 or more") }
    guard (0..<1).contains(heldOutShare) else {
      throw .parameter(name: "heldOutShare", requirement: "0 or more, and less than 1")
    }
    guard learningRate > 0, learningRate <= 1 else {
      throw .parameter(name: "learningRate", requirement: "above 0 and at most 1")
    }
    guard (1...16).contains(depth) else { throw .parameter(name: "depth", requirement: "between 1 and 16") }
    guard rowShare > 0, rowShare <= 1, columnShare > 0, columnShare <= 1 else {
      throw .parameter(name: "rowShare and columnShare", requirement: "above 0 and at most 1")
    }
    guard leastLeafWeight >= 0, ridge >= 0, leastLeafWeight.isFinite, ridge.isFinite else {
      throw .parameter(name: "leastLeafWeight and ridge", requirement: "finite numbers of 0 or more")
    }
    guard directions.isEmpty || directions.count == columns else {
      throw .parameter(name: "directions", requirement: "one a column, which are \(columns)")
    }
  }

  func parameters(_ kind: OutcomeKind, seed: UInt64, mean: Double, threads: Int) -> [(String, String)] {
    var parameters = [
      ("verbosity", "0"), ("objective", kind == .probability ? "binary:logistic" : "reg:squarederror"),
      ("eval_metric", kind == .probability ? "logloss" : "rmse"), ("base_score", "\(mean)"), ("tree_method", "hist"),
      ("eta", "\(learningRate)"), ("max_depth", "\(depth)"), ("min_child_weight", "\(leastLeafWeight)"),
      ("subsample", "\(rowShare)"), ("colsample_bytree", "\(columnShare)"), ("lambda", "\(ridge)"),
      ("seed", "\(seed % 0x7FFF_FFFF)"), ("nthread", "\(threads)"),
    ]
    if directions.contains(where: { $0 != .free }) {
      parameters.append(
        ("monotone_constraints", "(\(directions.map { "\($0.rawValue)" }.joined(separator: ",")))"))
    }
    return parameters
  }

  /// The mean loss of held-out rows after each round, over one split, or over several where rows are few and one would
  /// tell little; empty without a held-out part.
  private func heldOutLosses(
    _ x: Matrix, _ rows: OutcomeRows, _ kind: OutcomeKind, _ weights: [Double]?, _ parameters: [(String, String)],
    _ library: XGBoostLibrary, seed: UInt64
  ) throws(PropensityError) -> [Double] {
    guard heldOutShare > 0 else { return [] }
    let splits = splits(rows, kind, seed: seed)
    // Parts that are held out in turn are grown beside each other, each on one thread.
    let alone = parameters.filter { $0.0 != "nthread" } + [("nthread", "1")]
    let found = Parallel.map(count: splits.count) { index -> Result<[Double], PropensityError> in
      do throws(PropensityError) {
        return .success(
          try curve(x, rows, weights, splits[index], splits.count > 1 ? alone : parameters, library))
      } catch {
        return .failure(error)
      }
    }
    var curves: [[Double]] = []
    for result in found { curves.append(try result.get()) }
    let sizes = splits.map { Double($0.out.count) }
    // As far as all went: beyond, none of them got better.
    guard let shortest = curves.map(\.count).min() else { return [] }
    let total = sizes.reduce(0, +)
    return (0..<shortest).map { round in zip(curves, sizes).reduce(0) { $0 + $1.0[round] * $1.1 } / total }
  }

  /// The loss of one held-out part after each round, until it has not fallen for long.
  private func curve(
    _ x: Matrix, _ rows: OutcomeRows, _ weights: [Double]?, _ split: (grown: [Int], out: [Int]),
    _ parameters: [(String, String)], _ library: XGBoostLibrary
  ) throws(PropensityError) -> [Double] {
    func matrix(_ part: [Int]) throws(PropensityError) -> BoostedMatrix {
      try BoostedMatrix(
        x.gatheringRows(part), library: library, outcome: part.map { rows.outcome[$0] },
        weights: weights.map { all in part.map { all[$0] } })
    }
    let (grown, checked) = (try matrix(split.grown), try matrix(split.out))
    let booster = try Booster([grown, checked], parameters)
    var losses: [Double] = []
    var best = (round: 0, loss: Double.infinity)
    for round in 0..<maxRounds {
      try booster.update(round, grown)
      let loss = try booster.loss(round, checked)
      losses.append(loss)
      if loss < best.loss { best = (round, loss) }
      if round - best.round >= patience { break }
    }
    return losses
  }

  /// So many rounds are grown where an outcome is too rare to hold some of it out.
  private static let uncheckedRounds = 50

  /// Fewer rows than this are held out in turn, each part once.
  static let fewRows = 20_000

  /// Which rows are grown on and which are held out, each with its share of both outcomes.
  private func splits(_ rows: OutcomeRows, _ kind: OutcomeKind, seed: UInt64) -> [(grown: [Int], out: [Int])] {
    var generator = RandomStream(seed: seed, index: 1)
    let classes: [[Int]] =
      kind == .mean
      ? [Array(rows.outcome.indices)] : [0.0, 1].map { y in rows.outcome.indices.filter { rows.outcome[$0] == y } }
    let parts = max(2, Int((1 / heldOutShare).rounded()))
    var part = [Int](repeating: -1, count: rows.outcome.count)
    for members in classes {
      var members = members.filter { rows.weight($0) > 0 }
      generator.shuffle(&members)
      // A class of so few rows can only be grown on.
      guard members.count >= parts else { return [] }
      for (place, row) in members.enumerated() { part[row] = place % parts }
    }
    return (0..<(rows.outcome.count < Self.fewRows ? parts : 1)).map { index in
      (
        part.indices.filter { part[$0] >= 0 && part[$0] != index }, part.indices.filter { part[$0] == index }
      )
    }
  }
}

extension BoostedTrees: OutcomeLearner {
  /// Fits the trees.
  public func fit(
    _ x: Matrix, outcome: [Double], kind: OutcomeKind, weights: [Double]?, seed: UInt64
  ) throws(PropensityError) -> any OutcomeModel {
    let fitted: BoostedFit = try fit(x, outcome: outcome, kind: kind, weights: weights, seed: seed)
    return fitted.model
  }
}

/// What growing boosted trees gives.
public struct BoostedFit: Sendable {
  /// What predicts.
  public let model: BoostedModel
  /// The log loss, or root mean squared error, of the held-out rows after each round; empty without a held-out part.
  public let heldOutLosses: [Double]
  /// The number of trees.
  public let rounds: Int
}
