import Foundation
import LinearAlgebra
import Propensity
import Randomness
import Testing

@Suite struct EvaluationTests {
  @Test func `a handful of scores has the figures worked out by hand`() throws {
    // Of 2 x 3 pairs: .9 beats all three, .4 beats .3 and .1 and ties with .4: (3 + 2.5) / 6.
    let quality = try PredictionQuality([0.9, 0.4, 0.4, 0.3, 0.1], outcome: [1, 0, 1, 0, 0])
    #expect(Cases.near(quality.auc.value, 5.5 / 6, 1e-12))
    // Precision at the two hits: 1 of 1, then 2 of 3 with the tie taken together.
    #expect(Cases.near(quality.averagePrecision.value, (1 + 2.0 / 3) / 2, 1e-12))
    #expect(Cases.near(quality.brier.value, 0.63 / 5, 1e-12))
    let loss: Double = [0.9, 0.6, 0.4, 0.7, 0.9].reduce(0) { $0 - log($1) / 5 }
    #expect(Cases.near(quality.logLoss.value, loss, 1e-12))
    #expect(quality.rate == 0.4 && quality.rows == 5)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `the area and its error are those of all pairs`(seed: UInt64) throws {
    var generator = RandomStream(seed: seed)
    let scores = (0..<80).map { _ in (generator.uniform() * 12).rounded() / 12 }
    let outcome = scores.map { generator.uniform() < 0.2 + 0.5 * $0 ? 1.0 : 0 }
    let (ones, zeros) = (outcome.indices.filter { outcome[$0] == 1 }, outcome.indices.filter { outcome[$0] == 0 })
    func wins(_ a: Int, _ b: Int) -> Double { scores[a] > scores[b] ? 1 : scores[a] == scores[b] ? 0.5 : 0 }
    let (m, n) = (Double(ones.count), Double(zeros.count))
    let area = ones.reduce(0) { sum, a in sum + zeros.reduce(0) { $0 + wins(a, $1) } } / m / n
    let first = ones.reduce(0) { sum, a in
      let own = zeros.reduce(0) { $0 + wins(a, $1) } / n - area
      return sum + own * own / m / m
    }
    let second = zeros.reduce(0) { sum, b in
      let own = ones.reduce(0) { $0 + wins($1, b) } / m - area
      return sum + own * own / n / n
    }
    let quality = try PredictionQuality(scores, outcome: outcome)
    #expect(Cases.near(quality.auc.value, area, 1e-12))
    #expect(Cases.near(quality.auc.standardError, (first + second).squareRoot(), 1e-12))
  }

  @Test func `true probabilities have a slope of 1 and a calibration error near 0, distorted ones have not`() throws {
    var generator = RandomStream(seed: 4)
    let truth = (0..<20_000).map { _ in generator.uniform() }
    let outcome = truth.map { generator.uniform() < $0 ? 1.0 : 0 }
    let good = try PredictionQuality(truth, outcome: outcome)
    #expect(Cases.near(good.calibrationSlope ?? 0, 1, 0.06) && Cases.near(good.calibrationIntercept ?? 9, 0, 0.06))
    #expect(good.calibrationError.value < 0.015 && good.calibrationError.low <= good.calibrationError.value)
    let bad = try PredictionQuality(truth.map { $0 * $0 }, outcome: outcome)
    #expect(bad.calibrationError.low > 0.1)
    #expect(bad.auc.value == good.auc.value)
  }

  @Test func `gains add up to all, and equal scores stay together`() throws {
    let scores = (0..<100).map { $0 < 35 ? 0.9 : 0.01 * Double($0 % 40) }
    let outcome = (0..<100).map { $0 % 4 == 0 ? 1.0 : 0 }
    let table = try GainTable(scores, outcome: outcome)
    #expect(table.parts.first?.rows == 35)
    #expect(table.parts.reduce(0) { $0 + $1.rows } == 100)
    let last = try #require(table.parts.last)
    #expect(last.gain == 1 && last.depth == 1 && Cases.near(last.cumulativeLift, 1, 1e-12))
    #expect(Cases.near(table.parts.reduce(0) { $0 + $1.rows * $1.observed }, 25, 1e-9))
    #expect(table.parts.allSatisfy { $0.low <= $0.observed && $0.observed <= $0.high })
    #expect(table.parts.count <= 8)
  }

  @Test func `groups are told by name with what was predicted and what came`() throws {
    let found = GroupReliability.of(
      [0.2, 0.4, 0.9, 0.1], outcome: [0, 1, 1, 0], groups: ["b", "b", "a", "a"])
    #expect(found.map(\.group) == ["a", "b"] && found.map(\.rows) == [2, 2])
    #expect(Cases.near(found[0].predicted, 0.5, 1e-12) && found[1].observed == 0.5)
  }

  @Test func `folds keep groups together and share out the outcome`() throws {
    let groups = (0..<300).map { $0 / 3 }
    let outcome = (0..<300).map { $0 % 9 == 0 ? 1.0 : 0 }
    let folds = Folds(5, outcome: outcome, groups: groups, seed: 1)
    for group in 0..<100 { #expect(Set((3 * group..<3 * group + 3).map { folds.fold[$0] }).count == 1) }
    for index in 0..<5 {
      let (inside, outside) = folds.split(index)
      #expect(inside.count + outside.count == 300)
      #expect((54...66).contains(inside.count))
      #expect((6...8).contains(inside.count { outcome[$0] == 1 }))
    }
  }
}
