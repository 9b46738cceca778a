import Foundation
import LinearAlgebra
import Propensity
import Randomness
import TestSupport
import Testing
import Warehouse

@Suite struct ObservationalTests {
  private struct LaLonde {
    let x: Matrix
    let isTreated: [Bool]
    let outcome: [Double]
    let chances: [Double]
  }

  private func lalonde() throws -> LaLonde {
    let (x, treated) = try Cases.lalonde()
    let read = try Connection().query("SELECT re78 FROM '\(SharedData.path("lalonde/lalonde.csv.gz"))'")
    let model = try LogisticRegression(penalty: .none).fit(x, outcome: treated).model
    return LaLonde(
      x: x, isTreated: treated.map { $0 == 1 }, outcome: read["re78"]?.doubles ?? [], chances: try model.expected(x))
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `weights of lalonde give the published effects`() throws {
    let data = try lalonde()
    let raw = try TreatmentWeights(.treated, chances: data.chances.map { _ in 0.5 }, isTreated: data.isTreated)
      .effect(outcome: data.outcome, isTreated: data.isTreated)
    #expect(Cases.near(raw.value, -635.03, 0.005))
    let att = try TreatmentWeights(.treated, chances: data.chances, isTreated: data.isTreated)
    #expect(Cases.near(try att.effect(outcome: data.outcome, isTreated: data.isTreated).value, 1214.07, 0.005))
    #expect(Cases.near(att.effectiveControls, 99.82, 0.005) && Cases.near(att.effectiveTreated, 185, 1e-9))
    let ate = try TreatmentWeights(.all, chances: data.chances, isTreated: data.isTreated)
    #expect(Cases.near(try ate.effect(outcome: data.outcome, isTreated: data.isTreated).value, 224.68, 0.005))
    let greatest = [true, false].map { side in
      data.isTreated.indices.filter { data.isTreated[$0] == side }.map { ate.weights[$0] }.max() ?? 0
    }
    #expect(Cases.near(greatest[0], 40.0773, 5e-5) && Cases.near(greatest[1], 4.7432, 5e-5))
    let overlap = try TreatmentWeights(.overlap, chances: data.chances, isTreated: data.isTreated)
    #expect(Cases.near(try overlap.effect(outcome: data.outcome, isTreated: data.isTreated).value, 1242.20, 0.005))
    let both = try att.doublyRobust(data.x, outcome: data.outcome, isTreated: data.isTreated)
    #expect(Cases.near(both.value, 1226.54, 0.005) && both.low < both.value && both.value < both.high)
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `weights and matches balance what was unbalanced`() throws {
    let data = try lalonde()
    let weights = try TreatmentWeights(.treated, chances: data.chances, isTreated: data.isTreated).weights
    let weighed = FeatureBalance.of(data.x, isTreated: data.isTreated, weights: weights, estimand: .treated)
    #expect(weighed.count { abs($0.before) > 0.1 } >= 6)
    #expect(weighed.allSatisfy { abs($0.after) < 0.13 })
    var matching = ScoreMatching()
    matching.caliper = 0.2
    let logits = data.chances.map { log($0 / (1 - $0)) }
    let matched = try matching.match(logits, isTreated: data.isTreated)
    #expect(matched.pairs.count + matched.unmatched == 185 && matched.unmatched > 0)
    let balance = FeatureBalance.of(data.x, isTreated: data.isTreated, weights: matched.weights, estimand: .treated)
    #expect(balance.reduce(0) { $0 + abs($1.after) } < 0.5 * balance.reduce(0) { $0 + abs($1.before) })
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `the experiment itself gives the difference that its paper prints`() throws {
    let read = try Connection().query("SELECT treat, re78 FROM '\(SharedData.path("lalonde/nsw_mixtape.csv.gz"))'")
    let isTreated = (read["treat"]?.doubles ?? []).map { $0 == 1 }
    let found = try TreatmentWeights(.all, chances: isTreated.map { _ in 0.5 }, isTreated: isTreated)
      .effect(outcome: read["re78"]?.doubles ?? [], isTreated: isTreated)
    // Welch's error divides by n - 1, this one by n.
    #expect(Cases.near(found.value, 1794.34, 0.005) && Cases.near(found.standardError, 671.0, 3))
  }

  @Test(
    arguments: [(1, false, nil), (2, false, nil), (1, true, nil), (3, true, 0.05), (2, false, 0.02)]
      as [(Int, Bool, Double?)])
  func `matches are those of trying every control`(controls: Int, isWithReplacement: Bool, caliper: Double?) throws {
    var random = RandomStream(seed: 11)
    let scores = (0..<300).map { _ in (random.normal() * 50).rounded() / 50 }
    let isTreated = scores.map { random.uniform() < 0.3 + 0.1 * $0 }
    var matching = ScoreMatching()
    (matching.controls, matching.isWithReplacement, matching.caliper) = (controls, isWithReplacement, caliper)
    let found = try matching.match(scores, isTreated: isTreated)
    let mean = scores.reduce(0, +) / 300
    let deviation = (scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 299).squareRoot()
    var free = Set(scores.indices.filter { !isTreated[$0] })
    var pairs: [[Double]] = []
    for row in scores.indices.filter({ isTreated[$0] }).sorted(by: {
      scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
    }) {
      let near = free.filter { abs(scores[$0] - scores[row]) <= (caliper ?? 1e9) * deviation }
        .map { abs(scores[$0] - scores[row]) }.sorted().prefix(controls)
      if !isWithReplacement {
        for control in found.pairs.first(where: { $0.treated == row })?.controls ?? [] { free.remove(control) }
      }
      if !near.isEmpty { pairs.append(Array(near)) }
    }
    #expect(found.pairs.count == pairs.count)
    for (pair, distances) in zip(found.pairs, pairs) {
      let own = pair.controls.map { abs(scores[$0] - scores[pair.treated]) }
      #expect(zip(own, distances).allSatisfy { Cases.near($0, $1, 1e-12) } && own.count == distances.count)
    }
    if !isWithReplacement {
      let used = found.pairs.flatMap(\.controls)
      #expect(Set(used).count == used.count)
    }
    #expect(Cases.near(found.weights.reduce(0, +), 2 * Double(found.pairs.count), 1e-9))
  }

  @Test func `no overlap is refused in words`() throws {
    let isTreated = (0..<100).map { $0 < 50 }
    let chances = isTreated.map { $0 ? 0.99 : 0.01 }
    #expect(throws: PropensityError.noOverlap(comparable: 0)) {
      try TreatmentWeights(.treated, chances: chances, isTreated: isTreated)
    }
    #expect(throws: PropensityError.treatmentConstant(rows: 3)) {
      try TreatmentWeights(.all, chances: [0.5, 0.5, 0.5], isTreated: [true, true, true])
    }
    #expect(PropensityError.noOverlap(comparable: 0.12).description.contains("12 of 100"))
  }

  @Test func `an effect hidden by who was treated is found by weights, by matches and by both models`() throws {
    var random = RandomStream(seed: 12)
    let x = Matrix(rows: 6000, columns: 2, values: (0..<12_000).map { _ in random.normal() })
    let isTreated = (0..<6000).map { random.uniform() < 1 / (1 + exp(-x[$0, 0])) }
    let outcome = (0..<6000).map { 2 * x[$0, 0] + (isTreated[$0] ? 1 : 0) + random.normal() }
    let chances = try LogisticRegression(penalty: .none).fit(x, outcome: isTreated.map { $0 ? 1 : 0 }).model.expected(x)
    for estimand in Estimand.allCases {
      let weights = try TreatmentWeights(estimand, chances: chances, isTreated: isTreated, trim: 0.01)
      let plain = try weights.effect(outcome: outcome, isTreated: isTreated)
      let both = try weights.doublyRobust(x, outcome: outcome, isTreated: isTreated)
      #expect(Cases.near(plain.value, 1, 0.2) && Cases.near(both.value, 1, 0.08))
      #expect(both.standardError < plain.standardError)
    }
    let logits = chances.map { log($0 / (1 - $0)) }
    var matching = ScoreMatching()
    matching.caliper = 0.1
    #expect(Cases.near(try matching.match(logits, isTreated: isTreated).effect(outcome: outcome).value, 1, 0.2))
  }
}
