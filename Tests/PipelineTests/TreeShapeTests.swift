import Clustering
import Features
import Foundation
import LinearAlgebra
import ModelFiles
import Pipeline
import Randomness
import Testing
import Warehouse

/// Trees that begin otherwise than by what is found: layers, known classes, several given fields, a greatest size.
@Suite struct TreeShapeTests {
  /// Customers in 3 groups by the columns a and b, and independently in 2 by c and d.
  private static func crossed(rows: Int = 900, seed: UInt64 = 1) -> (values: FeatureValues, how: [Int], what: [Int]) {
    var random = RandomStream(seed: seed, index: 0)
    var (numbers, how, what): ([Double], [Int], [Int]) = ([], [], [])
    for _ in 0..<rows {
      // The second of `what` is rare among the first of `how`.
      let one = Int(random.uniform() * 3)
      let two = random.uniform() < (one == 0 ? 0.01 : 0.5) ? 1 : 0
      let center = [(0.0, 0.0), (9.0, 0.0), (0.0, 9.0)][one]
      numbers += [
        center.0 + random.normal(), center.1 + random.normal(), Double(two) * 9 + random.normal(),
        Double(two) * 9 + random.normal(),
      ]
      how.append(one)
      what.append(two)
    }
    return (
      FeatureValues(
        customers: Column(name: "customer", values: .integers((0..<rows).map(Int64.init))),
        numbers: NumberBlock(names: ["a", "b", "c", "d"], rows: rows, values: numbers), categories: []), how, what
    )
  }

  private static func train(_ values: FeatureValues, _ settings: TreeSettings) throws -> TrainedSegments {
    var training = SegmentTraining(name: "test", range: 1...8)
    training.tree = settings
    return try training.train(values, source: "the test")
  }

  private static func macros(_ tree: TreeAssignments) -> [Int] {
    tree.paths.map { Int($0.split(separator: "/")[0]) ?? 0 }
  }

  @Test func `micro-segments are patterns of layers, rare ones with the nearest`() throws {
    let (values, how, what) = Self.crossed()
    var settings = TreeSettings()
    settings.layers = ["how", "what"].map { TreeLayer($0) }
    settings.layers[0].features = ["a", "b"]
    settings.layers[1].features = ["c", "d"]
    let trained = try Self.train(values, settings)
    let own = try #require(trained.assignments.tree)
    let near = own.ids.indices.filter { own.ids[$0] > 0 }
    #expect(near.count >= 855)
    let macro = Self.macros(own)
    #expect(try LabelAgreement(near.map { how[$0] }, near.map { macro[$0] }).adjustedRandIndex > 0.98)
    // Three times two, but one pattern is too rare to stand by itself.
    let patterns = near.map { how[$0] == 0 ? 0 : how[$0] * 2 + what[$0] }
    #expect(Set(near.map { own.ids[$0] }).count == 5)
    #expect(try LabelAgreement(patterns, near.map { own.ids[$0] }).adjustedRandIndex > 0.98)
    let tree = try #require(trained.model.tree)
    let names = Set(tree.nodes.compactMap(\.name))
    #expect(names.isSuperset(of: ["how 1", "how 2", "how 3", "what 1", "what 2"]))
    let read = try SegmentModel(try ModelFile(bytes: try trained.model.file().encoded()))
    #expect(read.tree == tree)
    #expect(try read.score(values).assignments.table == trained.assignments.table)
    for row in stride(from: 0, to: values.rows, by: 101) {
      let one = try read.score(values.gatheringRows([row])).assignments
      #expect(one.tree?.paths == [own.paths[row]] && one.memberships == [trained.assignments.memberships[row]])
    }
  }

  @Test func `a layer without structure gives one part, and layers without any one segment`() throws {
    var random = RandomStream(seed: 5, index: 0)
    let values = FeatureValues(
      customers: Column(name: "customer", values: .integers((0..<400).map(Int64.init))),
      numbers: NumberBlock(names: ["a", "b"], rows: 400, values: (0..<800).map { _ in random.normal() }), categories: []
    )
    var settings = TreeSettings()
    settings.layers = ["one", "two"].map { TreeLayer($0) }
    settings.layers[0].features = ["a"]
    settings.layers[1].features = ["b"]
    let model = try Self.train(values, settings).model
    #expect(model.segments.k == 1 && model.segments.reason.contains("one: No structure"))
  }

  @Test func `known classes of a few customers are where the first division starts`() throws {
    let (values, how, _) = Self.crossed()
    let names = ["shops", "web", "phone"]
    let classes: [String?] = how.indices.map { $0 % 10 == 0 ? names[how[$0]] : nil }
    let known = FeatureValues(
      customers: values.customers, numbers: values.numbers,
      categories: [
        Column(name: "class", values: .texts(classes.map { $0 ?? "" }), missing: classes.map { $0 == nil })
      ])
    var settings = TreeSettings()
    settings.start = "class"
    settings.levels = 0
    let trained = try Self.train(known, settings)
    let own = try #require(trained.assignments.tree)
    let near = own.ids.indices.filter { own.ids[$0] > 0 }
    #expect(try LabelAgreement(near.map { how[$0] }, near.map { own.ids[$0] }).adjustedRandIndex > 0.98)
    let tree = try #require(trained.model.tree)
    #expect(Set(tree.nodes.compactMap(\.name)) == Set(names.map { "like class = \($0)" }))
    for leaf in tree.leaves {
      let level = tree.nodes[leaf].name?.split(separator: " ").last.map(String.init)
      let rows = near.filter { own.ids[$0] == tree.nodes[leaf].segment }
      #expect(rows.count { names[how[$0]] == level } * 100 >= 98 * rows.count)
    }
    #expect(tree.nodes[0].reason.hasPrefix("Started from the 3 classes of 'class' that 90 customers have"))
  }

  @Test func `levels of several features stand one inside the other`() throws {
    let (values, how, what) = Self.crossed()
    let given = FeatureValues(
      customers: values.customers, numbers: values.numbers,
      categories: [
        Column(name: "region", values: .texts(how.map { $0 < 2 ? "north" : "south" })),
        Column(name: "channel", values: .texts(what.map { "c\($0)" })),
      ])
    var training = SegmentTraining(name: "test", range: 1...1)
    var settings = TreeSettings()
    (settings.by, settings.levels) = (["region", "channel"], 0)
    training.tree = settings
    let trained = try training.train(given, source: "the test")
    let own = try #require(trained.assignments.tree)
    let parts = how.indices.map { (how[$0] < 2 ? 0 : 2) + what[$0] }
    #expect(try LabelAgreement(parts, own.ids).adjustedRandIndex == 1)
    #expect(Set(Self.macros(own)).count == 4)
    let names = Set(try #require(trained.model.tree).nodes.compactMap(\.name))
    #expect(names == ["region = north", "region = south", "channel = c0", "channel = c1"])
  }

  @Test func `a feature of which no level is large enough divides nothing, and the next one does`() throws {
    let (values, how, _) = Self.crossed()
    let given = FeatureValues(
      customers: values.customers, numbers: values.numbers,
      categories: [
        Column(name: "name", values: .texts(how.indices.map { "n\($0)" })),
        Column(name: "region", values: .texts(how.map { $0 < 2 ? "north" : "south" })),
      ])
    var training = SegmentTraining(name: "test", range: 1...1)
    var settings = TreeSettings()
    (settings.by, settings.levels) = (["name", "region"], 0)
    training.tree = settings
    let trained = try training.train(given, source: "the test")
    let own = try #require(trained.assignments.tree)
    #expect(try LabelAgreement(how.map { $0 < 2 ? 0 : 1 }, own.ids).adjustedRandIndex == 1)
    #expect(trained.model.segments.reason.contains("No level of 'name' has as many customers as a segment needs."))
    #expect(try #require(trained.model.tree).nodes.count == 3)
  }

  @Test func `what is larger than allowed is divided, whether or not that earns itself`() throws {
    var random = RandomStream(seed: 6, index: 0)
    let values = FeatureValues(
      customers: Column(name: "customer", values: .integers((0..<800).map(Int64.init))),
      numbers: NumberBlock(names: ["a", "b"], rows: 800, values: (0..<1_600).map { _ in random.normal() }),
      categories: [])
    #expect(try Self.train(values, TreeSettings()).model.segments.k == 1)
    var settings = TreeSettings()
    settings.largestShare = 0.3
    let model = try Self.train(values, settings).model
    #expect(model.segments.sizes.allSatisfy { $0 <= 240 } && model.segments.k >= 4)
    #expect(model.segments.reason.contains("Larger than 'largest_size' allows."))
  }

  @Test func `a tree is no deeper than files of models may have it, however much is to be divided`() throws {
    var random = RandomStream(seed: 8, index: 0)
    let values = FeatureValues(
      customers: Column(name: "customer", values: .integers((0..<3_000).map(Int64.init))),
      numbers: NumberBlock(
        names: ["a", "b"], rows: 3_000, values: (0..<6_000).map { _ in exp(4 * random.normal()) }), categories: [])
    var settings = TreeSettings()
    (settings.largestShare, settings.leastShare, settings.leastCustomers) = (0.01, 0, 2)
    var training = SegmentTraining(name: "test", range: 1...2)
    settings.microMaximum = 2
    training.tree = settings
    training.transforms.logAboveSkewness = nil
    let model = try training.train(values, source: "the test").model
    #expect(try SegmentModel(try ModelFile(bytes: try model.file().encoded())).segments.k == model.segments.k)
    #expect(model.segments.k > 50)
  }

  @Test func `known classes must be categories, and layers of features that differ`() throws {
    let (values, _, _) = Self.crossed(rows: 200)
    var settings = TreeSettings()
    settings.start = "a"
    let error = #expect(throws: PipelineError.self) { _ = try Self.train(values, settings) }
    #expect(error?.description.contains("need a category, but 'a' is a number") == true)
  }

  @Test func `settings that changed draw borders anew, though the segments are the same`() throws {
    let (values, _, _) = Self.crossed()
    let first = try Self.train(values, TreeSettings()).model
    var random = RandomStream(seed: 9, index: 0)
    let moved = FeatureValues(
      customers: values.customers,
      numbers: NumberBlock(
        names: values.numbers.names, rows: values.rows,
        values: values.numbers.values.map { $0 + 1.5 * random.normal() }), categories: [])
    for exclude in [[], ["d"]] {
      var training = SegmentTraining(name: "test", range: 1...8)
      (training.tree, training.previous, training.exclude) = (TreeSettings(), first, exclude)
      let model = try training.train(moved, source: "the test").model
      let used = Set(try #require(model.tree).nodes.flatMap { $0.division?.features ?? [] })
      #expect(!used.contains("d") || exclude.isEmpty)
      if !exclude.isEmpty { #expect(!model.segments.reason.contains("moved with their customers")) }
    }
  }

  @Test func `a refit of the same segments moves their centroids and keeps features, ids and places in the tree`()
    throws
  {
    // Two groups whose tails meet, so that some customers change sides from month to month.
    var random = RandomStream(seed: 9, index: 0)
    let rows = 900
    let numbers = (0..<2 * rows).map { ($0 / 2 < 600 || $0 % 2 == 1 ? 0 : 4.5) + random.normal() }
    func customers(_ numbers: [Double]) -> FeatureValues {
      FeatureValues(
        customers: Column(name: "customer", values: .integers((0..<rows).map(Int64.init))),
        numbers: NumberBlock(names: ["a", "b"], rows: rows, values: numbers), categories: [])
    }
    let first = try Self.train(customers(numbers), TreeSettings()).model
    #expect(first.segments.k == 2)
    let moved = customers(numbers.map { $0 + 0.3 + 0.5 * random.normal() })
    var training = SegmentTraining(name: "test", range: 1...8)
    (training.tree, training.previous) = (TreeSettings(), first)
    let second = try training.train(moved, source: "the test")
    let (old, new) = (try #require(first.tree), try #require(second.model.tree))
    #expect(old.nodes.map(\.segment) == new.nodes.map(\.segment))
    #expect(old.nodes.map { $0.children.count } == new.nodes.map { $0.children.count })
    #expect(second.model.segments.reason.contains("moved with their customers"))
    #expect(second.model.history?.kept == first.segments.k && second.model.history?.events == [])
    #expect((second.model.history?.moved ?? 0) > 0)
  }
}
