import Foundation
public import LinearAlgebra
import Randomness

/// What a clustering method shows to the laws that every method must keep.
public protocol LawfulEstimator: Sendable {
  /// What a fit leaves behind.
  associatedtype Model: Sendable, Hashable, Codable

  /// Fits with everything but the seed at its default.
  func fit(_ x: Matrix, weights: [Double]?, seed: UInt64) throws -> (model: Model, labels: [Int])

  /// The labels that `model` gives to rows.
  func assign(_ x: Matrix, by model: Model) throws -> [Int]

  /// Every number that comes out for rows: parameters, distances, memberships.
  func numbers(_ x: Matrix, by model: Model) throws -> [Double]

  /// The least number of different rows it can be fitted to.
  var fewestRows: Int { get }
}

/// One suite of laws for every estimator. Each is checked by ``violation(by:on:)``, which a test expects to be nil.
public enum EstimatorLaw: String, CaseIterable, Sendable {
  case sameSeedGivesTheSameBits
  case threadsDoNotShow
  case kernelsDoNotShow
  case rowOrderDoesNotShow
  case weightsEqualRepeatedRows
  case rowsOfWeightZeroAreAbsent
  case savingAndLoadingGivesTheSameModel
  case trainingRowsAreScoredAsTheyWereLabelled
  case subsetsAreScoredAsTheWhole
  case nothingButFiniteNumbersComesOut
  case unusableDataIsRefused

  /// What `estimator` did on `x` against this law, in words; nil when the law is kept.
  public func violation<Estimator: LawfulEstimator>(by estimator: Estimator, on x: Matrix) throws -> String? {
    switch self {
    case .sameSeedGivesTheSameBits: try same(estimator, x)
    case .threadsDoNotShow: try threads(estimator, x)
    case .kernelsDoNotShow: try kernels(estimator, x)
    case .rowOrderDoesNotShow: try rowOrder(estimator, x)
    case .weightsEqualRepeatedRows: try weights(estimator, x)
    case .rowsOfWeightZeroAreAbsent: try absence(estimator, x)
    case .savingAndLoadingGivesTheSameModel: try saving(estimator, x)
    case .trainingRowsAreScoredAsTheyWereLabelled: try training(estimator, x)
    case .subsetsAreScoredAsTheWhole: try subsets(estimator, x)
    case .nothingButFiniteNumbersComesOut: try finite(estimator, x)
    case .unusableDataIsRefused: refusals(estimator, x)
    }
  }
}

extension EstimatorLaw {
  private func same(_ estimator: some LawfulEstimator, _ x: Matrix) throws -> String? {
    for seed in [0, 7] as [UInt64] {
      let first = try estimator.fit(x, weights: nil, seed: seed)
      let again = try estimator.fit(x, weights: nil, seed: seed)
      guard first.model == again.model, first.labels == again.labels else { return "seed \(seed) gave two results" }
    }
    return nil
  }

  private func threads(_ estimator: some LawfulEstimator, _ x: Matrix) throws -> String? {
    let before = Parallel.workers
    defer { Parallel.workers = before }
    Parallel.workers = 1
    let one = try estimator.fit(x, weights: nil, seed: 0)
    Parallel.workers = 2
    let two = try estimator.fit(x, weights: nil, seed: 0)
    Parallel.workers = 5
    let five = try estimator.fit(x, weights: nil, seed: 0)
    if one.model != two.model || one.labels != two.labels { return "1 and 2 workers differ" }
    if one.model != five.model || one.labels != five.labels { return "1 and 5 workers differ" }
    return nil
  }

  /// Labels are the same whatever kernels run; numbers may differ in their last bits.
  private func kernels(_ estimator: some LawfulEstimator, _ x: Matrix) throws -> String? {
    let labels = try Kernels.available.map { level in
      try Kernels.run(at: level) { try estimator.fit(x, weights: nil, seed: 0).labels }
    }
    for (level, own) in zip(Kernels.available, labels) where own != labels[0] {
      return "labels with \(level) kernels differ from those with \(Kernels.available[0])"
    }
    return nil
  }

  private func rowOrder(_ estimator: some LawfulEstimator, _ x: Matrix) throws -> String? {
    var random = RandomStream(seed: 3)
    var order = Array(0..<x.rows)
    random.shuffle(&order)
    let straight = try estimator.fit(x, weights: nil, seed: 0)
    let shuffled = try estimator.fit(x.gatheringRows(order), weights: nil, seed: 0)
    if straight.model != shuffled.model { return "the model depends on the order of the rows" }
    if shuffled.labels != order.map({ straight.labels[$0] }) { return "labels depend on the order of the rows" }
    return nil
  }

  private func weights(_ estimator: some LawfulEstimator, _ x: Matrix) throws -> String? {
    var random = RandomStream(seed: 4)
    let counts = (0..<x.rows).map { _ in 1 + random.integer(below: 3) }
    let repeats = counts.indices.flatMap { [Int](repeating: $0, count: counts[$0]) }
    let weighted = try estimator.fit(x, weights: counts.map(Double.init), seed: 0)
    let repeated = try estimator.fit(x.gatheringRows(repeats), weights: nil, seed: 0)
    if weighted.model != repeated.model { return "weights and repeated rows give different models" }
    if repeated.labels != repeats.map({ weighted.labels[$0] }) { return "weights and repeated rows label differently" }
    return nil
  }

  private func absence(_ estimator: some LawfulEstimator, _ x: Matrix) throws -> String? {
    let kept = (0..<x.rows).filter { $0 % 5 != 2 }
    let zeroed = try estimator.fit(x, weights: (0..<x.rows).map { $0 % 5 != 2 ? 1 : 0 }, seed: 0)
    let without = try estimator.fit(x.gatheringRows(kept), weights: nil, seed: 0)
    if zeroed.model != without.model { return "rows of weight 0 changed the model" }
    if without.labels != kept.map({ zeroed.labels[$0] }) { return "rows of weight 0 changed labels" }
    return zeroed.labels.count == x.rows ? nil : "rows of weight 0 were not labelled"
  }

  private func saving<Estimator: LawfulEstimator>(_ estimator: Estimator, _ x: Matrix) throws -> String? {
    let model = try estimator.fit(x, weights: nil, seed: 0).model
    let loaded = try JSONDecoder().decode(Estimator.Model.self, from: JSONEncoder().encode(model))
    guard loaded == model else { return "saving and loading changed the model" }
    let sameLabels = try estimator.assign(x, by: loaded) == estimator.assign(x, by: model)
    return sameLabels ? nil : "a loaded model labels differently"
  }

  private func training(_ estimator: some LawfulEstimator, _ x: Matrix) throws -> String? {
    let fit = try estimator.fit(x, weights: nil, seed: 0)
    return try estimator.assign(x, by: fit.model) == fit.labels ? nil : "training rows are scored differently"
  }

  private func subsets(_ estimator: some LawfulEstimator, _ x: Matrix) throws -> String? {
    let fit = try estimator.fit(x, weights: nil, seed: 0)
    var random = RandomStream(seed: 5)
    let chosen = random.sample(x.rows / 3, from: x.rows)
    let part = x.gatheringRows(chosen)
    let labels = try estimator.assign(part, by: fit.model)
    if labels != chosen.map({ fit.labels[$0] }) { return "a subset is labelled anew" }
    let whole = try estimator.numbers(x.gatheringRows([chosen[0]]), by: fit.model)
    let again = try estimator.numbers(x.gatheringRows([chosen[0], chosen[0]]), by: fit.model)
    return Set(whole) == Set(again) ? nil : "a row's numbers depend on its neighbours"
  }

  private func finite(_ estimator: some LawfulEstimator, _ x: Matrix) throws -> String? {
    for scale in [1, 1e-160, 0x1p-1040, 1e120] {
      let scaled = Matrix(rows: x.rows, columns: x.columns, values: x.values.map { $0 * scale })
      let fit = try estimator.fit(scaled, weights: nil, seed: 0)
      let numbers = try estimator.numbers(scaled, by: fit.model)
      if !numbers.allSatisfy(\.isFinite) { return "numbers that are not finite at scale \(scale)" }
    }
    return nil
  }

  private func refusals(_ estimator: some LawfulEstimator, _ x: Matrix) -> String? {
    func isRefused(_ x: Matrix, weights: [Double]? = nil) -> Bool {
      do {
        _ = try estimator.fit(x, weights: weights, seed: 0)
        return false
      } catch {
        return true
      }
    }
    for bad in [Double.nan, .infinity, -.infinity, 1e300] {
      var spoiled = x
      spoiled[x.rows / 2, 0] = bad
      if !isRefused(spoiled) { return "a value of \(bad) was accepted" }
    }
    if !isRefused(Matrix(rows: x.rows, columns: 0)) { return "no columns were accepted" }
    if !isRefused(Matrix(rows: 0, columns: x.columns)) { return "no rows were accepted" }
    if !isRefused(x.gatheringRows(Array(0..<estimator.fewestRows - 1))) { return "too few rows were accepted" }
    let one = [Double](repeating: 1, count: x.rows)
    let bad: [[Double]] = [Array(one.dropLast()), one.map { $0 * 0 }, [-1] + one.dropFirst(), [.nan] + one.dropFirst()]
    for weights in bad where !isRefused(x, weights: weights) { return "weights that mean nothing were accepted" }
    do {
      let model = try estimator.fit(x, weights: nil, seed: 0).model
      _ = try estimator.assign(Matrix(rows: 1, columns: x.columns + 1), by: model)
      return "rows with a column too many were scored"
    } catch {
      return nil
    }
  }
}
