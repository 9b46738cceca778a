internal import LinearAlgebra

/// Which ridge a logistic regression takes: the one of least log loss on folds that it had not seen.
struct RidgeChoice {
  /// The strengths to choose from.
  let ridges: [Double]
  /// Rows it is chosen on, at most.
  let rows: Int

  /// What was chosen, and the probability of each row (n) by a regression that saw no row of its fold.
  struct Chosen {
    let ridge: Double
    let probabilities: [Double]
  }

  /// Learns without each fold of `folds`, by each ridge where rows are few; where they are many the ridge is chosen on some
  /// of them first.
  func fit(_ all: LearningRows, _ folds: Folds, seed: UInt64) throws(PropensityError) -> Chosen {
    var ridges = self.ridges.isEmpty ? [1] : self.ridges
    if all.outcome.count > rows, ridges.count > 1 {
      let step = (all.outcome.count + rows - 1) / rows
      let some = all.taking(Array(stride(from: 0, to: all.outcome.count, by: step)))
      ridges =
        some.fewest < 4
        ? [ridges[0]]
        : [
          try fit(
            some, Folds(min(5, some.fewest / 2), outcome: some.outcome, groups: some.groups, seed: seed), seed: seed
          ).ridge
        ]
    }
    let tried = ridges
    @Sendable func logits(_ index: Int) -> Result<[[Double]], PropensityError> {
      do throws(PropensityError) {
        let (inside, outside) = folds.split(index)
        let (part, left) = (all.taking(outside), all.x.gatheringRows(inside))
        var logits: [[Double]] = []
        for ridge in tried {
          let fit = try LogisticRegression(penalty: .ridge(ridge))
            .fit(part.x, outcome: part.outcome, weights: part.weights)
          logits.append(try fit.model.logits(left))
        }
        return .success(logits)
      } catch {
        return .failure(error)
      }
    }
    // Folds beside each other where the rows of one are too few to be shared out.
    let isFew = all.outcome.count <= rows
    let parts = isFew ? Parallel.map(count: folds.count, logits) : (0..<folds.count).map(logits)
    // The logits of each fold by each ridge, and their loss.
    var found: [[[Double]]] = []
    for part in parts { found.append(try part.get()) }
    let losses = found.enumerated().map { index, logits in
      let inside = folds.split(index).inside
      return logits.map { own in
        zip(inside, own).reduce(0) { sum, pair in
          let (row, logit) = pair
          return sum + (all.weights?[row] ?? 1) * (Logit.softplus(logit) - all.outcome[row] * logit)
        }
      }
    }
    func best(without left: Int?) -> Int {
      let sums = tried.indices.map { place in
        losses.indices.reduce(0) { $0 + ($1 == left ? 0 : losses[$1][place]) }
      }
      return sums.indices.min { sums[$0] < sums[$1] } ?? 0
    }
    var probabilities = [Double](repeating: 0, count: all.outcome.count)
    for index in 0..<folds.count {
      // No row is predicted by a choice made on itself.
      let own = found[index][best(without: index)]
      for (row, logit) in zip(folds.split(index).inside, own) { probabilities[row] = Logit.probability(logit) }
    }
    return Chosen(ridge: tried[best(without: nil)], probabilities: probabilities)
  }
}
