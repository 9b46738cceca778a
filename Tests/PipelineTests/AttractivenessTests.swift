import Features
import LinearAlgebra
import ModelFiles
import Pipeline
import Testing
import Warehouse

/// Segments ranked by how attractive they are, on groups that lie far apart.
@Suite struct AttractivenessTests {
  /// Customers who all have the same values.
  struct Group {
    let count: Int
    let values: [Double]
  }

  /// Groups with the features `names`, and what tells them apart: their place.
  private static func table(_ names: [String], _ groups: [Group], consent: [String]? = nil) -> FeatureValues {
    var numbers: [Double] = []
    var texts: [String] = []
    for (index, group) in groups.enumerated() {
      for row in 0..<group.count {
        numbers += [Double(1_000 * index + row % 7)] + group.values
        if let consent { texts.append(consent[index]) }
      }
    }
    let rows = groups.reduce(0) { $0 + $1.count }
    return FeatureValues(
      customers: Column(name: "customer", values: .integers((0..<rows).map(Int64.init))),
      numbers: NumberBlock(names: ["place"] + names, rows: rows, values: numbers),
      categories: consent == nil ? [] : [Column(name: "email_consent", values: .texts(texts))])
  }

  private static func model(
    _ values: FeatureValues, _ groups: Int, _ change: (inout AttractivenessSettings) -> Void = { _ in }
  ) throws -> SegmentModel {
    var training = SegmentTraining(name: "test", range: groups...groups)
    training.exclude = values.numbers.names.filter { $0 != "place" } + values.categories.map(\.name)
    var settings = TreeSettings()
    (settings.levels, settings.noneBudget, settings.leastCustomers, settings.leastShare) = (0, 0, 2, 0)
    change(&settings.attractiveness)
    training.tree = settings
    return try training.train(values, source: "the test").model
  }

  /// The standing of each group: its members are the `offset`th customers on, and all in one segment.
  private static func standings(
    _ model: SegmentModel, _ values: FeatureValues, _ groups: [Group]
  ) throws -> [Attractiveness.Standing] {
    let ids = try #require(try model.score(values).assignments.tree?.ids)
    let found = try #require(model.attractiveness)
    var first = 0
    return try groups.map { group in
      let own = Set(ids[first..<first + group.count])
      first += group.count
      try #require(own.count == 1)
      return try #require(found.segments.first { own.contains($0.segment) })
    }
  }

  private static let names = ["revenue", "revenue_30d", "revenue_60d", "newsletter", "discount_share"]
  /// Two of equal size, two of equal discounts.
  private static let groups = [
    Group(count: 30, values: [50, 5, 8, 1, 0.3]), Group(count: 40, values: [20, 2, 8, 0, 0.1]),
    Group(count: 50, values: [10, 4, 4, 1, 0.2]), Group(count: 40, values: [80, 1, 9, 0, 0.2]),
    Group(count: 60, values: [5, 0, 0, 1, 0]),
  ]

  /// (r - 1) / (m - 1), r the mean of the places (from 1) that equal values take in ascending order.
  private static func scores(_ values: [Double]) -> [Double] {
    let sorted = values.sorted()
    return values.map { value in
      let places = sorted.indices.filter { sorted[$0] == value }.map { Double($0 + 1) }
      return (places.reduce(0, +) / Double(places.count) - 1) / Double(values.count - 1)
    }
  }

  @Test(arguments: [[1, 1, 1, 1, 1], [1, 2, 0, 0.5, 3], [0, 0, 0, 1, 0]])
  func `scores are ranks from 0 to 1 and attractiveness is their weighted mean, as counted by hand`(
    weights: [Double]
  ) throws {
    let values = Self.table(Self.names, Self.groups)
    let model = try Self.model(values, 5) { settings in
      for (name, weight) in zip(AttractivenessCriterion.allCases, weights) { settings.weights[name] = weight }
    }
    let standings = try Self.standings(model, values, Self.groups)
    let groups = Self.groups
    // The last 30 days less the 30 before, over both.
    let growth = groups.map { $0.values[2] > 0 ? (2 * $0.values[1] - $0.values[2]) / $0.values[2] : 0 }
    let revenue = zip(
      Self.scores(groups.map { $0.values[0] * Double($0.count) }), Self.scores(groups.map { $0.values[0] })
    ).map { ($0 + $1) / 2 }
    let expected = [
      Self.scores(groups.map { Double($0.count) }), revenue, Self.scores(growth),
      Self.scores(groups.map { $0.values[3] }),
      Self.scores(groups.map { $0.values[4] }),
    ]
    let total = groups.indices.map { group -> Double in
      var sum = 0.0
      for (scores, weight) in zip(expected, weights) { sum += weight * scores[group] }
      return sum / weights.reduce(0, +)
    }
    for (group, standing) in standings.enumerated() {
      for (criterion, scores) in zip(AttractivenessCriterion.allCases, expected) {
        #expect(abs((standing.scores[criterion] ?? -1) - scores[group]) < 1e-12, "\(criterion) of group \(group)")
      }
      #expect(abs(standing.attractiveness - total[group]) < 1e-12)
      #expect(standing.rank == 1 + total.count { $0 > total[group] + 1e-12 })
      #expect(abs((standing.measures[.growth] ?? -9) - growth[group]) < 1e-12)
    }
  }

  @Test(arguments: [
    (AttractivenessCriterion.size, [1, 2]), (.value, [2, 1]), (.growth, [2, 1]), (.reach, [1, 2]),
    (.winnability, [1, 2]),
  ])
  func `the criterion that alone counts decides the ranks`(only: AttractivenessCriterion, ranks: [Int]) throws {
    let groups = [Group(count: 90, values: [1, 0, 2, 1, 0.9]), Group(count: 30, values: [9, 9, 9, 0, 0.1])]
    let values = Self.table(Self.names, groups)
    let model = try Self.model(values, 2) { settings in
      for name in AttractivenessCriterion.allCases { settings.weights[name] = name == only ? 2 : 0 }
    }
    let standings = try Self.standings(model, values, groups)
    #expect(standings.map(\.rank) == ranks)
    #expect(standings.map(\.attractiveness) == ranks.map { $0 == 1 ? 1 : 0 })
  }

  @Test func `a criterion without a feature is left out and said, and the others share its weight`() throws {
    let groups = [Group(count: 60, values: [1]), Group(count: 30, values: [9])]
    let values = Self.table(["spend"], groups)
    let found = try #require(
      try Self.model(values, 2) { $0.weights = [.size: 1, .value: 3, .growth: 10] }.attractiveness)
    #expect(found.criteria.map(\.isKnown) == [true, true, false, false, false])
    #expect(found.criteria.map(\.share) == [0.25, 0.75, 0, 0, 0])
    #expect(found.revenueFeature == "spend")
    for (criterion, sentence) in zip(found.criteria, found.sentences) {
      #expect(sentence.contains("left out") == !criterion.isKnown)
    }
    // 60 of 150 against 270: size 1 and 0, value 0 and 1.
    #expect(found.segments.map(\.attractiveness) == [0.25, 0.75])
    #expect(found.segments.map(\.rank) == [2, 1])
  }

  @Test func `where all that counts is left out, the others count alike`() throws {
    let groups = [Group(count: 60, values: [1]), Group(count: 30, values: [9])]
    let model = try Self.model(Self.table(["spend"], groups), 2) {
      $0.weights = [.size: 0, .value: 0, .growth: 0, .reach: 5, .winnability: 0]
    }
    let found = try #require(model.attractiveness)
    #expect(found.criteria.map(\.share) == [0.5, 0.5, 0, 0, 0])
    #expect(found.segments.map(\.attractiveness) == [0.5, 0.5] && found.segments.map(\.rank) == [1, 1])
  }

  @Test func `one segment alone scores a half in everything and is first`() throws {
    let groups = [Group(count: 50, values: [3, 1, 2, 1, 0.5])]
    let found = try #require(try Self.model(Self.table(Self.names, groups), 1).attractiveness)
    #expect(found.segments.count == 1)
    #expect(AttractivenessCriterion.allCases.map { found.segments[0].scores[$0] } == [0.5, 0.5, 0.5, 0.5, 0.5])
    #expect(found.segments[0].attractiveness == 0.5 && found.segments[0].rank == 1)
  }

  @Test func `consent is read from yes and no, and a segment of which nothing is known counts by the rest`() throws {
    let groups = [
      Group(count: 60, values: [1, 0.2]), Group(count: 40, values: [9, .nan]), Group(count: 30, values: [2, 0.4]),
    ]
    let values = Self.table(["spend", "response"], groups, consent: ["no", "yes", "no"])
    let standings = try Self.standings(
      try Self.model(values, 3) { $0.weights = [.size: 0, .value: 0] }, values, groups)
    #expect(standings.map { $0.measures[.reach] } == [0, 1, 0])
    #expect(standings.map { $0.scores[.reach] } == [0.25, 1, 0.25])
    #expect(standings.map { $0.scores[.winnability] } == [0, nil, 1])
    #expect(standings.map(\.attractiveness) == [0.125, 1, 0.625])
  }

  @Test(arguments: [
    (["orders_30d", "orders_90d", "recency_days"], "orders_90d"), (["recency_days", "visits"], "recency_days"),
    (["orders_90d", "mail_opened_30d", "mail_opened_90d"], "mail_opened_90d"),
    (["orders_90d", "newsletter_mails"], "orders_90d"), (["orders_90d", "contacts_received"], "contacts_received"),
  ])
  func `reach is told by the best feature that there is`(names: [String], feature: String) throws {
    let groups = [
      Group(count: 60, values: names.indices.map { Double(40 + $0) }),
      Group(count: 30, values: names.map { _ in 4 }),
    ]
    let found = try #require(try Self.model(Self.table(names, groups), 2).attractiveness)
    #expect(found.criteria.first { $0.name == .reach }?.features == [feature])
  }

  @Test func `fewer days since the last order are better`() throws {
    let groups = [Group(count: 60, values: [300]), Group(count: 30, values: [2])]
    let values = Self.table(["recency_days"], groups)
    let standings = try Self.standings(try Self.model(values, 2), values, groups)
    #expect(standings.map { $0.scores[.reach] } == [0, 1])
  }

  @Test func `a feature that is named takes the place of the one found`() throws {
    let groups = [Group(count: 60, values: [9, 1]), Group(count: 30, values: [1, 40])]
    let values = Self.table(["revenue", "margin"], groups)
    let model = try Self.model(values, 2) { $0.features = [.value: "margin", .reach: "margin"] }
    let standings = try Self.standings(model, values, groups)
    #expect(standings.map { $0.scores[.value] } == [0, 1] && standings.map { $0.scores[.reach] } == [0, 1])
    #expect(abs(model.lines.compactMap(\.revenueShare).reduce(0, +) - 1) < 1e-12)
    #expect(model.lines.first?.revenueShare == 60.0 / 1_260)
  }

  @Test func `names that are no features, and features that cannot serve, are errors`() throws {
    let groups = [Group(count: 60, values: [9]), Group(count: 30, values: [1])]
    let values = Self.table(["revenue"], groups, consent: ["maybe", "perhaps"])
    #expect(throws: PipelineError.unknownFeature(name: "revenues", nearest: ["revenue"])) {
      try Self.model(values, 2) { $0.features = [.value: "revenues"] }
    }
    for settings in [[AttractivenessCriterion.growth: "email_consent"], [.reach: "email_consent"]] {
      #expect {
        try Self.model(values, 2) { $0.features = settings }
      } throws: { error in
        if case PipelineError.columnUnusable(let reason) = error { reason.contains("'email_consent'") } else { false }
      }
    }
  }

  @Test func `a model file keeps the ranks, and one with those of other segments is refused`() throws {
    let values = Self.table(Self.names, Self.groups)
    let model = try Self.model(values, 5)
    let read = try SegmentModel(try ModelFile(bytes: try model.file().encoded()))
    #expect(read.attractiveness == model.attractiveness)
    var file = try model.file()
    let two = [Group(count: 60, values: [9]), Group(count: 30, values: [1])]
    try file.setSection("attractiveness", try Self.model(Self.table(["spend"], two), 2).attractiveness)
    #expect(throws: PipelineError.self) { try SegmentModel(file) }
  }

  @Test func `a node of the outline has the revenue of its segments`() throws {
    let values = Self.table(Self.names, Self.groups)
    let model = try Self.model(values, 5)
    let outline = model.outline
    let leaves = outline.filter { $0.segment != nil }
    let sums = Self.groups.map { $0.values[0] * Double($0.count) }
    #expect(
      leaves.compactMap(\.revenueShare).sorted().elementsEqual(sums.map { $0 / sums.reduce(0, +) }.sorted()) {
        abs($0 - $1) < 1e-12
      })
    #expect(abs((outline[0].revenueShare ?? 0) - 1) < 1e-12)
    #expect(outline.allSatisfy { $0.text.contains(", revenue ") })
  }
}
