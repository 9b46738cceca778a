import Foundation
import LinearAlgebra
import Propensity
import Randomness
import TestSupport
import Testing

@Suite struct UpliftTrainingTests {
  @Test(arguments: LearnerKind.allCases)
  func `planted effects are found, on average and one by one`(learner: LearnerKind) throws {
    let (x, outcome, arm, effects) = Experiments.planted(rows: 6000, lift: 0.25, seed: 3)
    var training = UpliftTraining()
    training.learner = learner
    let found = try training.fit(x, outcome: outcome, kind: .probability, arm: arm, arms: 2).treatments[0]
    let truth = effects.reduce(0, +) / 6000
    #expect(found.average.low < truth && truth < found.average.high)
    #expect(found.verdict == .differs && (found.qini?.qini.low ?? 0) > 0)
    let high = effects.indices.filter { effects[$0] > 0 }
    let mean = high.reduce(0) { $0 + found.effects[$1] } / Double(high.count)
    #expect(mean > 0.15)
    let tenths = found.byTenths()
    #expect(tenths.count == 10 && tenths[0].value > tenths[9].value + 0.1)
  }

  @Test func `an effect that is the same for all is told as one`() throws {
    var random = RandomStream(seed: 4)
    let x = Matrix(rows: 4000, columns: 2, values: (0..<8000).map { _ in random.normal() })
    let arm = (0..<4000).map { _ in random.uniform() < 0.5 ? 1 : 0 }
    let outcome = (0..<4000).map { 3 + x[$0, 0] + 0.5 * Double(arm[$0]) + random.normal() }
    let fit = try UpliftTraining().fit(x, outcome: outcome, kind: .mean, arm: arm, arms: 2)
    #expect(fit.treatments[0].verdict == .sameForAll)
    #expect(Cases.near(fit.treatments[0].average.value, 0.5, 0.1))
    // The adjusted error is that of the noise, not of the outcome.
    #expect(fit.treatments[0].average.standardError < 0.037)
    #expect(try fit.model.effects(x)[0].allSatisfy { $0 == fit.treatments[0].average.value })
  }

  @Test func `shuffled treatment gives no detectable uplift`() throws {
    let (x, outcome, _, _) = Experiments.planted(rows: 1500, lift: 0, seed: 5)
    let verdicts = try (0..<40).map { seed in
      var random = RandomStream(seed: UInt64(1000 + seed))
      let arm = (0..<1500).map { _ in random.uniform() < 0.5 ? 1 : 0 }
      return try UpliftTraining().fit(x, outcome: outcome, kind: .probability, arm: arm, arms: 2).treatments[0].verdict
    }
    // The average alone is off its interval in 5 of 100.
    #expect(verdicts.count { $0 == .noDetectableUplift } >= 35)
    #expect(verdicts.count { $0 == .differs } <= 2)
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `hillstrom's women's e-mail works on those who bought women's goods`() throws {
    let (names, x, visit, spend, arm) = try Experiments.hillstrom()
    let counts = (0..<3).map { a in arm.count { $0 == a } }
    #expect(counts == [21_306, 21_307, 21_387])
    let visits = (0..<3).map { a in arm.indices.reduce(0) { arm[$1] == a ? $0 + visit[$1] : $0 } }
    #expect(visits == [2262, 3894, 3238])
    let spent = (0..<3).map { a in arm.indices.reduce(0) { arm[$1] == a ? $0 + spend[$1] : $0 } / Double(counts[a]) }
    for (found, known) in zip(spent, [0.652789, 1.422617, 1.077202]) { #expect(Cases.near(found, known, 5e-7)) }

    let fit = try UpliftTraining().fit(x, outcome: visit, kind: .probability, arm: arm, arms: 3)
    let womens = fit.treatments[1]
    #expect(womens.verdict == .differs && womens.average.low > 0.03)
    let (m, w) = (try #require(names.firstIndex(of: "mens")), try #require(names.firstIndex(of: "womens")))
    func mean(_ values: [Double], _ isMens: Double, _ isWomens: Double) -> Double {
      let rows = arm.indices.filter { x[$0, m] == isMens && x[$0, w] == isWomens }
      return rows.reduce(0) { $0 + values[$1] } / Double(rows.count)
    }
    // Published lifts of women's-only, both and men's-only buyers: by the model, and by its doubly robust scores.
    for (isMens, isWomens, lift) in [(0.0, 1.0, 0.0740), (1, 1, 0.0712), (1, 0, 0.0111)] {
      #expect(Cases.near(mean(womens.scores, isMens, isWomens), lift, 0.004))
      #expect(Cases.near(mean(womens.effects, isMens, isWomens), lift, 0.02))
    }
    #expect(mean(womens.effects, 0, 1) > 3 * mean(womens.effects, 1, 0))
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `effects of the IHDP simulation are nearer than any constant`() throws {
    let text = try gunzipped("ihdp/ihdp_npci_1.csv.gz")
    let rows = text.split(whereSeparator: \.isNewline).map { $0.split(separator: ",").compactMap { Double($0) } }
    let x = Matrix(rows: rows.count, columns: 25, values: rows.flatMap { $0[5...] })
    let truth = rows.map { $0[4] - $0[3] }
    var training = UpliftTraining()
    training.isRandomised = false
    training.learner = .boosted
    let found = try training.fit(
      x, outcome: rows.map { $0[1] }, kind: .mean, arm: rows.map { Int($0[0]) }, arms: 2
    ).treatments[0]
    let error = (zip(found.learntEffects, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(rows.count))
      .squareRoot()
    #expect(error < 0.8592)
  }

  private func gunzipped(_ name: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", SharedData.path(name)]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  @Test func `groups are drawn towards all by how little they differ`() throws {
    let (x, outcome, arm, effects) = Experiments.planted(rows: 6000, lift: 0.3, seed: 6)
    let found = try UpliftTraining().fit(x, outcome: outcome, kind: .probability, arm: arm, arms: 2).treatments[0]
    let groups = effects.indices.map { effects[$0] > 0 ? "helped" : $0 < 40 ? "few" : "not" }
    let told = Dictionary(uniqueKeysWithValues: found.byGroup(groups).map { ($0.group, $0) })
    let (helped, few) = (try #require(told["helped"]), try #require(told["few"]))
    #expect(Cases.near(helped.shrunk.value, 0.3, 0.06) && helped.customers == groups.count { $0 == "helped" })
    let (own, drawn) = (abs(few.average.value - found.average.value), abs(few.shrunk.value - found.average.value))
    #expect(drawn <= own && few.shrunk.standardError <= few.average.standardError)
  }

  @Test func `groups of a larger one are drawn towards it, not towards all`() throws {
    let (x, outcome, arm, effects) = Experiments.planted(rows: 6000, lift: 0.3, seed: 6)
    let found = try UpliftTraining().fit(x, outcome: outcome, kind: .probability, arm: arm, arms: 2).treatments[0]
    let parents = effects.map { $0 > 0 ? "helped" : "not" }
    // Thirty parts of each parent that differ by chance alone.
    let groups = parents.indices.map { "\(parents[$0])/\($0 % 30)" }
    let told = found.byGroup(groups, within: parents)
    #expect(told.groups.count == 60 && told.parents.map(\.group) == ["helped", "not"])
    for part in told.groups {
      let parent = try #require(told.parents.first { part.group.hasPrefix($0.group) }).shrunk.value
      #expect(abs(part.shrunk.value - parent) <= abs(part.average.value - parent) + 1e-12)
    }
    func spread(_ values: [Double]) -> Double { (values.max() ?? 0) - (values.min() ?? 0) }
    let helped = told.groups.filter { $0.group.hasPrefix("helped") }
    #expect(spread(helped.map(\.shrunk.value)) < 0.5 * spread(helped.map(\.average.value)))
    #expect(helped.allSatisfy { $0.shrunk.value > found.average.value })
  }

  @Test func `lists part those it works on from those it does not`() throws {
    let (x, outcome, arm, effects) = Experiments.planted(rows: 8000, lift: 0.3, seed: 7)
    let found = try UpliftTraining().fit(x, outcome: outcome, kind: .probability, arm: arm, arms: 2).treatments[0]
    let lists = found.responseLists(threshold: 0.15, sure: 0.5)
    #expect(lists.flatMap(\.rows).sorted() == Array(0..<8000))
    let persuadable = try #require(lists.first { $0.type == .persuadable })
    let right = persuadable.rows.count { effects[$0] > 0 }
    #expect(Double(right) / Double(persuadable.rows.count) > 0.8 && persuadable.errorRate < 0.01)
  }

  @Test func `a budget goes to those on whom it pays`() throws {
    let (x, outcome, arm, _) = Experiments.planted(rows: 6000, lift: 0.3, seed: 8)
    let fit = try UpliftTraining().fit(x, outcome: outcome, kind: .probability, arm: arm, arms: 2)
    let free = try Targeting(fit, worth: 10, costs: [1])
    let tight = try Targeting(fit, worth: 10, costs: [1], budget: 500)
    #expect(free.cost > 500 && tight.cost == 500 && tight.arms.count { $0 == 1 } == 500)
    #expect(free.value.low > 0 && tight.value.value < free.value.value)
    #expect(try Targeting(fit, worth: 0.1, costs: [1]).arms.allSatisfy { $0 == 0 })
    #expect(throws: PropensityError.self) { try Targeting(fit, worth: 1, costs: [-1]) }
  }

  @Test func `the model is the same whatever the number of threads, and can be kept`() throws {
    let (x, outcome, arm, _) = Experiments.planted(rows: 2000, lift: 0.4, seed: 9)
    let before = Parallel.workers
    defer { Parallel.workers = before }
    Parallel.workers = 1
    let one = try UpliftTraining().fit(x, outcome: outcome, kind: .probability, arm: arm, arms: 2)
    Parallel.workers = 4
    let four = try UpliftTraining().fit(x, outcome: outcome, kind: .probability, arm: arm, arms: 2)
    #expect(one.model == four.model && one.treatments[0].qini == four.treatments[0].qini)
    let read = try JSONDecoder().decode(UpliftModel.self, from: try JSONEncoder().encode(one.model))
    #expect(try read.effects(x) == one.model.effects(x))
  }

  @Test func `what cannot be learnt from is told`() {
    let (x, outcome, arm, _) = Experiments.planted(rows: 100, lift: 0, seed: 10)
    let training = UpliftTraining()
    #expect(throws: PropensityError.armTooSmall(arm: 1, have: 0, need: 20)) {
      try training.fit(x, outcome: outcome, kind: .probability, arm: [Int](repeating: 0, count: 100), arms: 2)
    }
    #expect(throws: PropensityError.treatmentConstant(rows: 100)) {
      try training.fit(x, outcome: outcome, kind: .probability, arm: arm, arms: 1)
    }
    #expect(throws: PropensityError.oneClass(value: 0, rows: 100)) {
      try training.fit(x, outcome: [Double](repeating: 0, count: 100), kind: .probability, arm: arm, arms: 2)
    }
  }
}
