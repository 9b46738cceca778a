import Foundation
import LinearAlgebra
import Propensity
import Randomness
import Testing

@Suite struct PropensityTrainingTests {
  @Test func `a linear truth is learnt by the logistic regression, and one of crossed features by trees`() throws {
    let (x, outcome) = Cases.logistic(rows: 1500, seed: 1)
    let linear = try PropensityTraining().fit(x, outcome: outcome, baseline: 3)
    #expect(linear.model.learned.kind == .logistic)
    #expect(linear.quality.auc.value > 0.8 && (linear.baseline?.auc.value ?? 1) < 0.56)
    #expect(linear.importances[0] > linear.importances[2])
    #expect(Cases.near(linear.importances.reduce(0, +), 1, 1e-9))
    let (crossed, told) = BoostedTreesTests.crossed(rows: 1500, seed: 2)
    let trees = try PropensityTraining().fit(crossed, outcome: told)
    #expect(trees.model.learned.kind == .boosted && trees.quality.auc.value > 0.85)
  }

  @Test(arguments: 1...4)
  func `noise is told to be noise`(seed: Int) throws {
    var generator = RandomStream(seed: UInt64(seed))
    let x = Matrix(rows: 600, columns: 10, values: (0..<6000).map { _ in generator.normal() })
    let outcome = (0..<600).map { _ in generator.uniform() < 0.3 ? 1.0 : 0 }
    let fit = try PropensityTraining().fit(x, outcome: outcome)
    #expect(fit.quality.auc.low < 0.5 + 0.03 && fit.quality.auc.value < 0.58)
  }

  @Test func `rows of one group are never learnt from and predicted`() throws {
    // Each customer's outcome is drawn once, and a column bears the customer's mark: learning it by heart would pay.
    var generator = RandomStream(seed: 5)
    let marks = (0..<300).map { _ in generator.normal() }
    let truth = (0..<300).map { _ in generator.uniform() < 0.5 ? 1.0 : 0 }
    let groups = (0..<1500).map { $0 / 5 }
    let x = Matrix(rows: 1500, columns: 1, values: groups.map { marks[$0] })
    var training = PropensityTraining()
    training.learners = [.boosted]
    training.calibration = .none
    let outcome = groups.map { truth[$0] }
    #expect(try training.fit(x, outcome: outcome, groups: groups).quality.auc.value < 0.6)
    #expect(try training.fit(x, outcome: outcome).quality.auc.value > 0.7)
  }

  @Test func `rows of several periods are judged on the last`() throws {
    let (x, outcome) = Cases.logistic(rows: 900, seed: 6)
    let periods = (0..<900).map { $0 / 300 }
    let fit = try PropensityTraining().fit(x, outcome: outcome, periods: periods)
    #expect(fit.isJudgedLater && fit.judgedRows == Array(600..<900) && fit.quality.rows == 300)
    // What it is judged by was learnt from the earlier rows alone.
    var training = PropensityTraining()
    training.learners = [.logistic]
    training.calibration = .none
    training.ridges = [1]
    let judged = try training.fit(x, outcome: outcome, periods: periods).judgedProbabilities
    let early = try LogisticRegression().fit(x.gatheringRows(Array(0..<600)), outcome: Array(outcome[..<600])).model
    let expected = try early.expected(x.gatheringRows(Array(600..<900)))
    for (a, b) in zip(judged, expected) { #expect(Cases.near(a, b, 1e-12)) }
  }

  @Test func `percentiles say where among the training rows a probability stands`() throws {
    let (x, outcome) = Cases.logistic(rows: 1000, seed: 7)
    let fit = try PropensityTraining().fit(x, outcome: outcome)
    let sorted = fit.judgedProbabilities.sorted()
    for place in [100, 500, 900] {
      #expect(Cases.near(fit.model.percentile(sorted[place]), Double(place) / 10, 0.6))
    }
    #expect(fit.model.percentile(0) == 0 && fit.model.percentile(1) == 100)
    #expect(fit.model.fault == nil)
    let read = try JSONDecoder().decode(PropensityModel.self, from: try JSONEncoder().encode(fit.model))
    #expect(try read.probabilities(x) == fit.model.probabilities(x))
  }

  @Test func `the same seed gives the same model and figures`() throws {
    let (x, outcome) = Cases.logistic(rows: 400, seed: 8)
    let (a, b) = (try PropensityTraining().fit(x, outcome: outcome), try PropensityTraining().fit(x, outcome: outcome))
    #expect(a.model == b.model && a.quality == b.quality && a.gains == b.gains)
  }

  @Test func `too few of an outcome, and a stop, are told`() throws {
    let (x, _) = Cases.logistic(rows: 100, seed: 9)
    let few = (0..<100).map { $0 < 4 ? 1.0 : 0 }
    #expect(throws: PropensityError.tooFewOfClass(have: 4, need: 10, value: 1)) {
      try PropensityTraining().fit(x, outcome: few)
    }
    let some = (0..<100).map { $0 < 40 ? 1.0 : 0 }
    #expect(throws: PropensityError.cancelled) {
      try PropensityTraining().fit(x, outcome: some) { _, _ in false }
    }
  }
}
