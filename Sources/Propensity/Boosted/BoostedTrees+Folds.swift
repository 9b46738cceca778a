internal import Foundation
internal import LinearAlgebra

/// Trees that predict each fold by the others.
extension BoostedTrees {
  /// What growing without each fold in turn gives.
  struct CrossFit {
    /// The probability of each row (n), by trees that saw no row of its fold.
    let probabilities: [Double]
    /// After how many rounds the loss of rows left out was least; what is fitted to all rows grows as many.
    let rounds: Int
  }

  /// Grows trees of chances without each fold of `folds`, as many rounds as were best on rows left out of other trees.
  ///
  /// The folds that are predicted choose the rounds, too: of each fold by the mean loss of the other ones, so that no row
  /// is predicted by a choice made on itself. Where rows are few all folds choose, grown beside each other, each on one
  /// thread; where they are many the first two do, one after the other.
  /// - Parameter step: told from time to time about how many folds are done; false stops it.
  func crossFit(
    _ rows: LearningRows, folds: Folds, seed: UInt64, _ step: (Int) -> Bool
  ) throws(PropensityError) -> CrossFit {
    try check(columns: rows.x.columns)
    let isFew = rows.outcome.count < BoostedTrees.fewRows
    var grown: [FoldGrowth] = []
    if isFew {
      guard step(0) else { throw .cancelled }
      let found = Parallel.map(count: folds.count) { index -> Result<FoldGrowth, PropensityError> in
        do throws(PropensityError) {
          return .success(try growth(without: index, folds, rows, rounds: nil, seed: seed, threads: 1))
        } catch {
          return .failure(error)
        }
      }
      for result in found { grown.append(try result.get()) }
    } else {
      for index in 0..<2 {
        guard step(index) else { throw .cancelled }
        grown.append(try growth(without: index, folds, rows, rounds: nil, seed: seed, threads: Parallel.workers))
      }
    }
    let rounds = self.rounds(FoldGrowth.best(grown))
    var probabilities = [Double](repeating: 0, count: rows.outcome.count)
    for index in 0..<folds.count {
      let margins: [Double]
      if grown.indices.contains(index) {
        let others = grown.indices.filter { $0 != index }.map { grown[$0] }
        margins = grown[index].margins(after: heldOutShare > 0 ? FoldGrowth.best(others) : .max)
      } else {
        guard step(index) else { throw .cancelled }
        let fold = try growth(without: index, folds, rows, rounds: rounds, seed: seed, threads: Parallel.workers)
        margins = fold.margins(after: .max)
      }
      for (row, margin) in zip(folds.split(index).inside, margins) { probabilities[row] = Logit.probability(margin) }
    }
    return CrossFit(probabilities: probabilities, rounds: rounds)
  }

  /// The fold left out is looked at after every so many rounds.
  private static let roundsAtOnce = 5

  /// The rounds grown by the look `index` (from 0).
  private func rounds(_ index: Int) -> Int {
    heldOutShare > 0 ? min(maxRounds, (index + 1) * BoostedTrees.roundsAtOnce) : maxRounds
  }

  /// Grows `rounds`, or until the loss of the fold `index` has not fallen for long. All on one thread: what the library
  /// remembers of trees that grow belongs to the thread.
  private func growth(
    without index: Int, _ folds: Folds, _ rows: LearningRows, rounds known: Int?, seed: UInt64, threads: Int
  ) throws(PropensityError) -> FoldGrowth {
    let (inside, outside) = folds.split(index)
    let (left, learnt) = (rows.taking(inside), rows.taking(outside))
    let checked = try OutcomeRows(learnt.x, learnt.outcome, .probability, learnt.weights)
    let library = try XGBoostLibrary.current()
    func matrix(_ rows: LearningRows) throws(PropensityError) -> BoostedMatrix {
      try BoostedMatrix(rows.x, library: library, outcome: rows.outcome, weights: rows.weights)
    }
    let (grown, out) = (try matrix(learnt), try matrix(left))
    let booster = try Booster(
      [grown, out], parameters(.probability, seed: seed, mean: checked.mean, threads: threads))
    var growth = FoldGrowth(weight: left.weights?.reduce(0, +) ?? Double(inside.count))
    let most = known ?? maxRounds
    var (round, best) = (0, (round: 0, loss: Double.infinity))
    while round < most {
      let next = min(most, round + BoostedTrees.roundsAtOnce)
      for each in round..<next { try booster.update(each, grown) }
      round = next
      guard known == nil || round == most else { continue }
      let loss = growth.weight > 0 && known == nil ? try booster.loss(round - 1, out) : 0
      growth.losses.append(loss)
      growth.margins.append(try booster.predict(out, .margin, rounds: round))
      if loss < best.loss { best = (round, loss) }
      if heldOutShare > 0, round - best.round >= patience { break }
    }
    return growth
  }
}

/// How trees did on the fold that they left out, look by look while they grew.
private struct FoldGrowth: Sendable {
  /// The weight of the fold's rows.
  let weight: Double
  /// The loss of the fold.
  var losses: [Double] = []
  /// The margins of the fold's rows.
  var margins: [[Double]] = []

  init(weight: Double) { self.weight = weight }

  /// The margins of the look `index`, or of the last where it ended before.
  func margins(after index: Int) -> [Double] { margins.isEmpty ? [] : margins[min(index, margins.count - 1)] }

  /// The look of the least mean loss; a fold that ended before counts with its last.
  static func best(_ all: [FoldGrowth]) -> Int {
    let most = all.map(\.losses.count).max() ?? 0
    let means = (0..<most).map { index in
      all.reduce(0) { sum, own in
        sum + own.weight * (own.losses.isEmpty ? 0 : own.losses[min(index, own.losses.count - 1)])
      }
    }
    return means.indices.min { means[$0] < means[$1] } ?? 0
  }
}
