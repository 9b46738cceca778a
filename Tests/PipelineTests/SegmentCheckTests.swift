import Clustering
import Features
import Foundation
import LinearAlgebra
import Pipeline
import Randomness
import Testing
import Warehouse

/// What training finds out about its own features: proxies of guarded attributes, and features that tell the same.
@Suite struct `Checks of training` {
  /// `rows` customers with six random features and whatever `more` makes of them.
  private static func values(
    _ rows: Int = 600, seed: UInt64 = 1, order: [Int]? = nil,
    numbers more: (inout RandomStream, [Double]) -> [String: Double] = { _, _ in [:] },
    texts: (inout RandomStream, [Double]) -> [String: String?] = { _, _ in [:] }
  ) -> FeatureValues {
    var random = RandomStream(seed: seed)
    var numbers: [[Double]] = []
    var extra: [[String: Double]] = []
    var levels: [[String: String?]] = []
    for _ in 0..<rows {
      let x = (0..<6).map { _ in random.normal() }
      numbers.append(x)
      extra.append(more(&random, x))
      levels.append(texts(&random, x))
    }
    let order = order ?? Array(0..<rows)
    let names = (extra.first ?? [:]).keys.sorted()
    return FeatureValues(
      customers: Column(name: "who", values: .integers(order.map(Int64.init))),
      numbers: NumberBlock(
        names: (0..<6).map { "x\($0)" } + names, rows: rows,
        values: order.flatMap { row in numbers[row] + names.map { extra[row][$0] ?? .nan } }),
      categories: (levels.first ?? [:]).keys.sorted().map { name in
        let cells = order.map { levels[$0][name] ?? nil }
        return Column(name: name, values: .texts(cells.map { $0 ?? "" }), missing: cells.map { $0 == nil })
      })
  }

  private static func checks(
    _ values: FeatureValues, guarding names: [String], _ change: (inout SegmentTraining) -> Void = { _ in }
  ) throws -> SegmentModel {
    var training = SegmentTraining(name: "test", range: 3...3)
    training.guarded = GuardedAttributes(names)
    change(&training)
    return try training.train(values, source: "the test").model
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `a planted proxy is found and named, a random attribute is not`(seed: UInt64) throws {
    let model = try Self.checks(
      Self.values(
        seed: seed,
        texts: { random, x in
          [
            "gender": x[2] + x[4] + 0.5 * random.normal() > 0 ? "f" : "m",
            "faith": random.uniform() < 0.1 ? nil : ["a", "b", "c", "d"][random.integer(below: 4)],
          ]
        }), guarding: ["gender", "faith"])
    let proxies = try #require(model.checks?.proxies)
    #expect(proxies.map(\.attribute) == ["faith", "gender"] && proxies.allSatisfy { $0.measure == .auc })
    // P(right order) for signal of variance 2 and noise of 1/4 lies near 0.96.
    #expect((0.92...1).contains(proxies[1].prediction ?? 0) && proxies[1].isPredicted)
    #expect(Set(proxies[1].carriers.prefix(2)) == ["x2", "x4"] && ["f", "m"].contains(proxies[1].level ?? ""))
    #expect((0.3...0.65).contains(proxies[0].prediction ?? 0) && !proxies[0].isPredicted && !proxies[0].isTold)
    #expect((500..<600).contains(proxies[0].rows))
    let warnings = try #require(model.checks?.warnings)
    #expect(warnings.count == 1 && warnings.allSatisfy { $0.contains("'gender'") && $0.contains("'x2'") })
    #expect(model.markdownCard.contains("## Guarded attributes"))
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `numbers are predicted by their ranks`(seed: UInt64) throws {
    let model = try Self.checks(
      Self.values(
        seed: seed,
        numbers: { random, x in
          ["health": exp(2 * x[1] + random.normal()), "luck": random.normal(), "flag": x[0] > 0 ? 1 : 0]
        }),
      guarding: ["health", "luck", "flag"])
    let proxies = try #require(model.checks?.proxies)
    #expect(proxies.map(\.attribute) == ["flag", "health", "luck"])
    #expect(proxies.map(\.measure) == [.auc, .rSquared, .rSquared])
    // The squared correlation is 4/5; of ranks a little less.
    #expect((0.65...0.85).contains(proxies[1].prediction ?? 0) && proxies[1].carriers.first == "x1")
    #expect((proxies[2].prediction ?? 1) < 0.05 && !proxies[2].isPredicted)
    #expect((proxies[0].prediction ?? 0) > 0.97 && proxies[0].carriers.first == "x0")
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `a few whole numbers are codes, each told of for itself`(seed: UInt64) throws {
    // The code in the middle goes with one feature, which no ranking of the codes shows.
    let model = try Self.checks(
      Self.values(
        seed: seed,
        numbers: { random, x in ["race": x[3] > 0.8 ? 2 : [1, 3][random.integer(below: 2)]] }),
      guarding: ["race"])
    let proxy = try #require(model.checks?.proxies?.first)
    #expect(proxy.measure == .auc && proxy.level == "2" && proxy.isPredicted && proxy.carriers.first == "x3")
    #expect(proxy.association == .cramersV)
    #expect(model.checks?.warnings.first?.contains("where 50% is chance") == true)
    #expect(model.markdownCard.contains("**warning:** 'race' is guarded"))
  }

  @Test func `a redundancy threshold of 1 groups those that order the rows exactly alike, and no others`() throws {
    let model = try Self.checks(
      Self.values(
        numbers: { random, x in
          ["cubed": x[2] * x[2] * x[2], "turned": -exp(x[2]), "near": x[4] + 0.01 * random.normal()]
        }
      ),
      guarding: []
    ) { training in
      var settings = RedundancySettings()
      settings.threshold = 1
      training.redundancy = settings
    }
    let found = try #require(model.checks?.redundancy)
    #expect(found.groups.map(\.features) == [["x2", "cubed", "turned"]] && found.groups.first?.least == 1)
  }

  @Test func `segments that are an attribute under another name are told of`() throws {
    // Two far groups along x0 to x5 all at once, which the attribute names.
    let values = Self.values(texts: { _, _ in ["group": nil] })
    let moved = FeatureValues(
      customers: values.customers,
      numbers: NumberBlock(
        names: values.numbers.names, rows: values.rows,
        values: values.numbers.values.enumerated().map { $1 + ($0 / 6 % 2 == 0 ? 8 : 0) }),
      categories: [Column(name: "group", values: .texts((0..<values.rows).map { $0 % 2 == 0 ? "left" : "right" }))])
    var training = SegmentTraining(name: "test", range: 2...2)
    training.guarded = GuardedAttributes(["group"])
    let proxy = try #require(try training.train(moved, source: "the test").model.checks?.proxies?.first)
    #expect(proxy.association == .cramersV && (proxy.segments ?? 0) > 0.99 && proxy.isTold)
    #expect((proxy.prediction ?? 0) > 0.999)
  }

  @Test func `too few rows of a level say nothing`() throws {
    let model = try Self.checks(
      Self.values(50, texts: { _, x in ["gender": x[0] > 0 ? "f" : "m"] }), guarding: ["gender"])
    let proxy = try #require(model.checks?.proxies?.first)
    #expect(proxy.prediction == nil && proxy.segments == nil && !proxy.isPredicted && !proxy.isTold)
    #expect(model.checks?.warnings == [] && model.markdownCard.contains("too few rows to tell"))
  }

  @Test func `the order of the rows does not show in the checks, and a file keeps them`() throws {
    func made(_ order: [Int]?) throws -> SegmentModel {
      try Self.checks(
        Self.values(
          order: order, numbers: { random, x in ["twin": x[3] * 3 + 0.01 * random.normal()] },
          texts: { random, x in ["gender": x[2] + random.normal() > 0 ? "f" : "m"] }),
        guarding: ["gender"]
      ) { $0.redundancy = RedundancySettings() }
    }
    var order = Array(0..<600)
    var random = RandomStream(seed: 9)
    random.shuffle(&order)
    let model = try made(nil)
    #expect(model.checks?.proxies?.count == 1 && model.checks?.redundancy?.groups.count == 1)
    #expect(try made(order).checks == model.checks)
    #expect(try SegmentModel(model.file()).checks == model.checks)
  }

  @Test func `features that tell the same are grouped, whatever their units and signs`() throws {
    let values = Self.values(numbers: { random, x in
      [
        "same": exp(x[0]), "back": -x[0] * x[0] * x[0], "near": x[1] + 0.2 * random.normal(),
        "half": x[0] + random.normal(), "gap": x[2] > 0 ? x[2] : .nan,
      ]
    })
    let found = try #require(try Self.checks(values, guarding: []) { $0.redundancy = RedundancySettings() }.checks)
    let groups = try #require(found.redundancy).groups
    #expect(groups.map(\.features) == [["x0", "back", "same"], ["x1", "near"]])
    #expect(groups[0].representative == "x0" && groups[0].least == 1)
    // Spearman's rho of two normals of correlation r is 6/pi asin(r/2).
    let r = 1 / (1.04 as Double).squareRoot()
    #expect(abs(groups[1].least - 6 / Double.pi * asin(r / 2)) < 0.02 && groups[1].representative == "x1")
    #expect(found.redundancy?.features == 11 && found.redundancy?.rows == 600 && found.redundancy?.isSelected == false)
    #expect(found.redundancyNote?.contains("2 groups") == true)
  }

  @Test func `within a group any two reach the threshold`() throws {
    // A chain: each is near the next, and the ends are far apart.
    let values = Self.values(numbers: { random, x in
      var chain: [String: Double] = [:]
      for link in 0..<8 { chain["c\(link)"] = x[0] * cos(0.25 * Double(link)) + x[1] * sin(0.25 * Double(link)) }
      return chain
    })
    let found = try #require(
      try Self.checks(values, guarding: []) { $0.redundancy = RedundancySettings() }.checks?.redundancy)
    #expect(found.groups.count > 1 && found.groups.allSatisfy { $0.least >= 0.9 })
    #expect(found.groups.flatMap(\.features).count == Set(found.groups.flatMap(\.features)).count)
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `of a chain of three whose ends are apart, two go together`(seed: UInt64) throws {
    // Spearman's rho is near 0.93 from link to link, and near 0.75 from end to end.
    let values = Self.values(
      seed: seed,
      numbers: { _, x in
        ["b": x[0] * cos(0.35) + x[1] * sin(0.35), "c": x[0] * cos(0.7) + x[1] * sin(0.7)]
      })
    let found = try #require(
      try Self.checks(values, guarding: []) { $0.redundancy = RedundancySettings() }.checks?.redundancy)
    #expect(found.groups.count == 1 && [["x0", "b"], ["b", "c"]].contains(found.groups.first?.features))
  }

  /// Ranks 1, 2.5, 2.5, 4, 5, 6 and 1, 4, 2.5, 2.5, 5.5, 5.5: sums of squares 17 and 16.5, of products 14.25.
  private static let tied: (a: [Double], b: [Double]) = ([1, 2, 2, 4, 5, 6], [1, 3, 2, 2, 5, 5])

  @Test(
    arguments: [
      ([], [], true), ([3], [.nan], true), ([.nan], [9], true), ([.nan, 3, 3], [9, .nan, .nan], false),
      ([.nan], [.nan], true),
    ] as [([Double], [Double], Bool)])
  func `rank correlations with ties are those worked out by hand, on the rows that have both`(
    moreOfA: [Double], moreOfB: [Double], isCompared: Bool
  ) throws {
    let (a, b) = (Self.tied.a + moreOfA, Self.tied.b + moreOfB)
    let values = FeatureValues(
      customers: Column(name: "who", values: .integers(a.indices.map(Int64.init))),
      numbers: NumberBlock(names: ["a", "b"], rows: a.count, values: zip(a, b).flatMap { [$0, $1] }), categories: [])
    let found = try #require(
      try Self.checks(values, guarding: []) {
        $0.range = 2...2
        var settings = RedundancySettings()
        settings.threshold = 0.8
        $0.redundancy = settings
      }.checks?.redundancy)
    // 14.25 / sqrt(17 * 16.5). Six rows in common are enough where either has 7 values, too few where one has 8.
    #expect(found.groups.map(\.least) == (isCompared ? [0.8508] : []))
    #expect(found.rows == a.count)
  }

  @Test func `features known for different customers do not stand for one another`() throws {
    let values = Self.values(numbers: { random, x in
      let chance = random.uniform()
      return ["most": chance < 0.9 ? x[0] : .nan, "some": chance < 0.7 ? x[1] : .nan]
    })
    let found = try #require(
      try Self.checks(values, guarding: []) { $0.redundancy = RedundancySettings() }.checks?.redundancy)
    #expect(found.groups.map(\.features) == [["x0", "most"]] && found.groups.first?.least == 1)
  }

  @Test func `selection is what leaving out the others by name is, and nothing else`() throws {
    let values = Self.values(numbers: { _, x in ["same": exp(x[0] / 4), "back": -x[0]] })
    func made(
      _ values: FeatureValues, _ mode: RedundancySettings.Mode, excluding names: [String] = []
    ) throws -> TrainedSegments {
      var training = SegmentTraining(name: "test", range: 3...3)
      training.exclude = names
      var settings = RedundancySettings()
      settings.mode = mode
      training.redundancy = settings
      return try training.train(values, source: "the test")
    }
    let selected = try made(values, .select)
    let excluded = try made(values, .report, excluding: ["same", "back"])
    #expect(selected.assignments.segments == excluded.assignments.segments)
    #expect(selected.model.transforms.columns == excluded.model.transforms.columns)
    #expect(try made(values, .report).assignments.segments != selected.assignments.segments)
    // Without groups there is nothing to leave out.
    let (plain, kept) = (try made(Self.values(), .report), try made(Self.values(), .select))
    #expect(plain.assignments.segments == kept.assignments.segments && kept.model.transforms.dropped.isEmpty)
  }

  @Test func `selection keeps one of each group, tells of the others, and they still describe`() throws {
    let values = Self.values(numbers: { _, x in ["same": exp(x[0] / 4), "back": -x[0]] })
    func made(_ mode: RedundancySettings.Mode, _ threshold: Double = 0.9) throws -> SegmentModel {
      try Self.checks(values, guarding: []) {
        var settings = RedundancySettings()
        (settings.mode, settings.threshold) = (mode, threshold)
        $0.redundancy = settings
      }
    }
    let selected = try made(.select)
    #expect(selected.transforms.features == ["x0", "x1", "x2", "x3", "x4", "x5"])
    #expect(selected.transforms.dropped.map(\.name) == ["back", "same"])
    #expect(selected.transforms.dropped.allSatisfy { $0.reason.contains("'x0'") && $0.reason.contains("1.00") })
    #expect(selected.profiles["same"] != nil && selected.markdownCard.contains("forms segments"))
    #expect(try made(.report).transforms.dropped.isEmpty)
    #expect(try made(.report).transforms.features.count == 8)
  }

  @Test(
    arguments: [
      (true, [:], false), (false, [:], true), (true, ["share": 20], true), (true, ["recency": 0.05], true),
      (false, ["recency": 30], false),
    ] as [(Bool, [String: Double], Bool)])
  func `twenty shares do not outvote recency, unless their weight says so`(
    isBalanced: Bool, weights: [String: Double], sharesWin: Bool
  ) throws {
    // Recency divides the customers one way; each share leans a little the other way.
    var random = RandomStream(seed: 5)
    var cells: [Double] = []
    var byRecency: [Int] = []
    var byShares: [Int] = []
    for row in 0..<400 {
      let (late, other) = (row % 2, row / 2 % 2)
      byRecency.append(late)
      byShares.append(other)
      cells.append(Double(late) * 4 + 0.4 * random.normal())
      for _ in 0..<20 { cells.append(Double(other) + random.normal()) }
    }
    let names = ["recency"] + (1...20).map { "share_\($0)" }
    let values = FeatureValues(
      customers: Column(name: "who", values: .integers((0..<400).map(Int64.init))),
      numbers: NumberBlock(names: names, rows: 400, values: cells), categories: [])
    var settings = TransformSettings()
    (settings.balanceFamilies, settings.familyWeights) = (isBalanced, weights)
    let transforms = FeatureTransforms.fit(values, settings: settings) { $0 == "recency" ? "recency" : "share" }
    let labels = try KMeans(clusters: 2).fit(transforms.apply(values).matrix).labels
    let wanted = sharesWin ? byShares : byRecency
    #expect(try LabelAgreement(labels, wanted).adjustedRandIndex > 0.8)
  }
}
