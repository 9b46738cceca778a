import Propensity
import Randomness
import Testing

@Suite struct QiniCurveTests {
  @Test func `tiny cases have the areas that scikit-uplift gives`() throws {
    let worst = try QiniCurve([0.1, 0.3], outcome: [0, 1], isTreated: [true, false])
    #expect(worst.upliftAUC == 0)
    let best = try QiniCurve([0.1, 0.3], outcome: [1, 0], isTreated: [false, true])
    #expect(best.upliftAUC == 1)
  }

  @Test func `a curve worked out by hand`() throws {
    // From the highest score: treated 1, control 0, treated 1, control 1 (a tie of the last two).
    let curve = try QiniCurve([4, 3, 1, 1], outcome: [1, 0, 1, 1], isTreated: [true, false, true, false])
    // Gains, of two treated: 1; 1 - 0; 2 - 1 x 2 / 2 = 1.
    #expect(curve.points.map(\.depth) == [0, 0.25, 0.5, 1])
    #expect(curve.points.map(\.gain) == [0, 0.5, 0.5, 0.5])
    #expect(Cases.near(curve.areaUnderCurve, 0.25 * 0.25 + 0.25 * 0.5 + 0.5 * 0.5, 1e-12))
    #expect(Cases.near(curve.qini.value, curve.areaUnderCurve - 0.25, 1e-12))
  }

  @Test func `the interval of a random ranking covers 0`() throws {
    let (_, outcome, arm, _) = Experiments.planted(rows: 1000, lift: 0.2, seed: 1)
    let covered = try (0..<100).count { seed in
      var random = RandomStream(seed: UInt64(100 + seed))
      let scores = outcome.map { _ in random.uniform() }
      let curve = try QiniCurve(scores, outcome: outcome, isTreated: arm.map { $0 == 1 }, seed: UInt64(seed))
      return curve.qini.low <= 0 && curve.qini.high >= 0
    }
    #expect(covered >= 93)
  }

  @Test func `the true effects rank better than chance, and their opposite worse`() throws {
    let (_, outcome, arm, effects) = Experiments.planted(rows: 8000, lift: 0.3, seed: 2)
    let isTreated = arm.map { $0 == 1 }
    let curve = try QiniCurve(effects, outcome: outcome, isTreated: isTreated)
    #expect(curve.qini.low > 0)
    #expect(try QiniCurve(effects.map { -$0 }, outcome: outcome, isTreated: isTreated).qini.high < 0)
    #expect(curve.points.first?.gain == 0 && curve.points.last?.depth == 1)
  }

  @Test func `one side alone is told`() {
    #expect(throws: PropensityError.treatmentConstant(rows: 2)) {
      try QiniCurve([1, 2], outcome: [0, 1], isTreated: [true, true])
    }
    #expect(throws: PropensityError.count(of: "treatments", have: 1, need: 2)) {
      try QiniCurve([1, 2], outcome: [0, 1], isTreated: [true])
    }
  }
}
