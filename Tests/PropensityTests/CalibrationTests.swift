import Foundation
import Propensity
import Randomness
import Testing

@Suite struct CalibrationTests {
  /// Scores that are `distort` of the true chance.
  static func scores(
    _ rows: Int, seed: UInt64, _ distort: (Double) -> Double
  ) -> (truth: [Double], scores: [Double], outcome: [Double]) {
    var generator = RandomStream(seed: seed)
    let truth = (0..<rows).map { _ in 0.02 + 0.96 * generator.uniform() }
    return (truth, truth.map(distort), truth.map { generator.uniform() < $0 ? 1 : 0 })
  }

  @Test(arguments: ["Platt", "beta", "isotonic"])
  func `distorted scores become true`(method: String) throws {
    // Overconfident: logits are doubled.
    let (truth, scores, outcome) = Self.scores(20_000, seed: 1) { p in 1 / (1 + pow((1 - p) / p, 2)) }
    let calibrator =
      switch method {
      case "Platt": Calibrator.fitPlatt(scores, outcome: outcome)
      case "beta": Calibrator.fitBeta(scores, outcome: outcome)
      default: Calibrator.fitIsotonic(scores, outcome: outcome)
      }
    #expect(calibrator.name == method)
    let error = zip(truth, scores).reduce(0) { $0 + abs(calibrator.probability($1.1) - $1.0) } / 20_000
    #expect(error < (method == "isotonic" ? 0.025 : 0.012))
    if case .platt(let slope, let intercept) = calibrator {
      #expect(Cases.near(slope, 0.5, 0.03) && Cases.near(intercept, 0, 0.05))
    }
    let line = (0...200).map { calibrator.probability(Double($0) / 200) }
    #expect(zip(line, line.dropFirst()).allSatisfy(<=) && line.allSatisfy { $0 > 0 && $0 < 1 })
  }

  @Test func `isotonic regression pools what does not rise`() throws {
    // Rates 0, 1, 0, 1, 1: the middle two pool to one half; the ends have half a row of each outcome more.
    guard case .isotonic(let steps) = Calibrator.fitIsotonic([0.1, 0.2, 0.3, 0.4, 0.5], outcome: [0, 1, 0, 1, 1]) else {
      Issue.record("no steps")
      return
    }
    #expect(steps.probabilities == [0.25, 0.5, 2.5 / 3])
    #expect(zip(steps.scores, [0.1, 0.25, 0.45]).allSatisfy { Cases.near($0, $1, 1e-12) })
  }

  @Test func `scores that say nothing are not turned round`() throws {
    let (_, scores, outcome) = Self.scores(400, seed: 2) { 1 - $0 }
    #expect(Calibrator.fitPlatt(scores, outcome: outcome) == .none)
    #expect(Calibrator.fitBeta(scores, outcome: outcome) == .none)
  }
}
