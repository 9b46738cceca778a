import Foundation
import LinearAlgebra
import Propensity
import Randomness
import Testing

@Suite struct BoostedTreesTests {
  /// An outcome that only two features together tell.
  static func crossed(rows: Int, seed: UInt64) -> (x: Matrix, outcome: [Double]) {
    var generator = RandomStream(seed: seed)
    var values: [Double] = []
    var outcome: [Double] = []
    for _ in 0..<rows {
      let row = (0..<3).map { _ in generator.normal() }
      outcome.append((row[0] > 0) == (row[1] > 0) ? (generator.uniform() < 0.9 ? 1 : 0) : 0)
      values += row
    }
    return (Matrix(rows: rows, columns: 3, values: values), outcome)
  }

  @Test func `trees learn what two features tell only together`() throws {
    let (x, outcome) = Self.crossed(rows: 2000, seed: 1)
    let (later, truth) = Self.crossed(rows: 2000, seed: 2)
    let fit = try BoostedTrees().fit(x, outcome: outcome)
    let quality = try PredictionQuality(try fit.model.expected(later), outcome: truth)
    #expect(quality.auc.value > 0.9)
    #expect(fit.heldOutLosses.count >= fit.rounds && fit.model.trees == fit.rounds)
    #expect(fit.model.gains[2] < 0.1)
    let linear = try LogisticRegression().fit(x, outcome: outcome).model
    #expect(try PredictionQuality(try linear.expected(later), outcome: truth).auc.value < 0.6)
  }

  @Test func `contributions and the base add up to the margin`() throws {
    let (x, outcome) = Cases.logistic(rows: 800, seed: 3)
    let model = try BoostedTrees().fit(x, outcome: outcome).model
    let (base, each) = try model.contributions(x)
    let margins = try model.margins(x)
    for row in 0..<800 { #expect(Cases.near(base + each.row(row).reduce(0, +), margins[row], 1e-4)) }
  }

  @Test func `the trees do not depend on the number of threads, and read back they predict the same`() throws {
    let (x, outcome) = Cases.logistic(rows: 20_000, seed: 4)
    let before = Parallel.workers
    defer { Parallel.workers = before }
    Parallel.workers = 1
    let one = try BoostedTrees().fit(x, outcome: outcome).model
    Parallel.workers = 3
    let three = try BoostedTrees().fit(x, outcome: outcome).model
    #expect(one == three)
    let read = try JSONDecoder().decode(BoostedModel.self, from: try JSONEncoder().encode(one))
    #expect(try read.expected(x) == one.expected(x))
  }

  @Test func `a direction asked for is kept`() throws {
    let (x, outcome) = Cases.logistic(rows: 1500, seed: 5)
    var trees = BoostedTrees()
    trees.directions = [.rising, .falling, .free, .rising]
    let model = try trees.fit(x, outcome: outcome).model
    let steps = (0..<60).map { -3 + 0.1 * Double($0) }
    let rising = try model.expected(Matrix(rows: 60, columns: 4, values: steps.flatMap { [$0, 0.2, 0.1, -0.3] }))
    let falling = try model.expected(Matrix(rows: 60, columns: 4, values: steps.flatMap { [0.2, $0, 0.1, -0.3] }))
    #expect(zip(rising, rising.dropFirst()).allSatisfy { $0 <= $1 } && (rising.last ?? 0) > rising[0] + 0.1)
    #expect(zip(falling, falling.dropFirst()).allSatisfy { $0 >= $1 } && (falling.last ?? 1) < falling[0] - 0.1)
  }

  @Test func `a mean is learnt in the outcome's units`() throws {
    var generator = RandomStream(seed: 6)
    let x = Matrix(rows: 2000, columns: 2, values: (0..<4000).map { _ in generator.uniform() })
    let outcome = (0..<2000).map { 100 + 50 * (x[$0, 0] > 0.5 ? 1 : 0) + generator.normal() }
    let model = try BoostedTrees().fit(x, outcome: outcome, kind: .mean).model
    let found = try model.expected(Matrix(rows: 2, columns: 2, values: [0.2, 0.5, 0.8, 0.5]))
    #expect(Cases.near(found[0], 100, 1) && Cases.near(found[1], 150, 1))
  }

  @Test(arguments: [
    (#""left_children":["#, #""left_children":[99999,"#), (#""binary:logistic""#, #""rank:pairwise""#),
    (#""num_feature":"4""#, #""num_feature":"1""#), (#""gbtree""#, #""dart""#), (#""trees":["#, #""trees":[7,"#),
  ])
  func `trees made by hand are refused before the library sees them`(part: String, forged: String) throws {
    let (x, outcome) = Cases.logistic(rows: 300, seed: 7)
    let text = String(decoding: try BoostedTrees().fit(x, outcome: outcome).model.json, as: UTF8.self)
    #expect(text.contains(part))
    let error = #expect(throws: PropensityError.self) {
      try BoostedModel(Data(text.replacing(part, with: forged).utf8))
    }
    guard case .modelInvalid = error else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
  }

  @Test func `what cannot be learnt from is told`() throws {
    let (x, outcome) = Cases.logistic(rows: 50, seed: 8)
    #expect(throws: PropensityError.oneClass(value: 0, rows: 50)) {
      try BoostedTrees().fit(x, outcome: [Double](repeating: 0, count: 50))
    }
    var trees = BoostedTrees()
    trees.directions = [.rising]
    #expect(throws: PropensityError.parameter(name: "directions", requirement: "one a column, which are 4")) {
      try trees.fit(x, outcome: outcome)
    }
    let model = try BoostedTrees().fit(x, outcome: outcome).model
    #expect(throws: PropensityError.columnCount(have: 2, need: 4)) { try model.expected(Matrix(rows: 1, columns: 2)) }
    #expect(try model.expected(Matrix(rows: 0, columns: 4)).isEmpty)
  }
}
