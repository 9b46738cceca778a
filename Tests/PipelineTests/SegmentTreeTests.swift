import Clustering
import Features
import LinearAlgebra
import ModelFiles
import Pipeline
import Randomness
import Testing
import Warehouse

/// Macro- and micro-segments, on customers drawn here whose groups are known.
@Suite struct SegmentTreeTests {
  /// Customers of known groups.
  private struct Planted {
    let values: FeatureValues
    /// The macro-segment of each; -1 for those far from all.
    let macro: [Int]
    /// The micro-segment of each, among all.
    let micro: [Int]
  }

  /// Three macro-segments apart in the columns 0 and 1; the first falls in three in the columns 2 and 3, the second in
  /// two in the columns 4 and 5; the third is whole. The columns 6 and 7 tell nothing. Scales differ by 10 a column.
  private static func planted(seed: UInt64, rows: Int = 1_500, drift: Double = 0, remote: Double = 0.02) -> Planted {
    let centers = [(0.0, 0.0), (9.0, 0.0), (0.0, 9.0)]
    let inner = [[(0.0, 0.0), (6.0, 0.0), (0.0, 6.0)], [(0.0, 0.0), (6.0, 0.0)], [(0.0, 0.0)]]
    var random = RandomStream(seed: seed, index: 0)
    var fresh = RandomStream(seed: seed &+ 1_000, index: 0)
    var numbers: [Double] = []
    var (macro, micro): ([Int], [Int]) = ([], [])
    for _ in 0..<rows {
      let place = random.uniform()
      let own = place < 0.5 ? 0 : place < 0.8 ? 1 : 2
      let part = Int(random.uniform() * Double(inner[own].count))
      let isRemote = random.uniform() < remote
      var row = (0..<8).map { _ in random.normal() }
      row[0] += centers[own].0
      row[1] += centers[own].1
      row[own == 1 ? 4 : 2] += inner[own][part].0
      row[own == 1 ? 5 : 3] += inner[own][part].1
      if isRemote { for column in 0..<8 { row[column] = (random.uniform() - 0.5) * 80 } }
      for column in 0..<8 { row[column] += drift * fresh.normal() }
      numbers += row.enumerated().map { $1 * [1, 10, 100, 1_000][$0 % 4] }
      macro.append(isRemote ? -1 : own)
      micro.append(isRemote ? -1 : own * 3 + part)
    }
    return Planted(
      values: FeatureValues(
        customers: Column(name: "customer", values: .integers((0..<rows).map(Int64.init))),
        numbers: NumberBlock(names: (0..<8).map { "f\($0)" }, rows: rows, values: numbers), categories: []),
      macro: macro, micro: micro)
  }

  private static func train(_ values: FeatureValues, previous: SegmentModel? = nil) throws -> TrainedSegments {
    var training = SegmentTraining(name: "test", range: 1...8)
    training.tree = TreeSettings()
    training.previous = previous
    return try training.train(values, source: "the test")
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `planted macro- and micro-segments are found, and those far from all belong to none`(seed: UInt64) throws {
    let planted = SegmentTreeTests.planted(seed: seed)
    let tree = try #require(try SegmentTreeTests.train(planted.values).assignments.tree)
    let near = planted.macro.indices.filter { planted.macro[$0] >= 0 }
    let micro = try LabelAgreement(near.map { planted.micro[$0] }, near.map { tree.ids[$0] })
    #expect(micro.adjustedRandIndex > 0.95)
    let macros = tree.paths.map { Int($0.split(separator: "/")[0]) ?? 0 }
    let macro = try LabelAgreement(near.map { planted.macro[$0] }, near.map { macros[$0] })
    #expect(macro.adjustedRandIndex > 0.95)
    let none = Set(tree.ids.indices.filter { tree.ids[$0] == 0 })
    let remote = Set(planted.macro.indices.filter { planted.macro[$0] < 0 })
    #expect(none.intersection(remote).count * 10 >= 9 * remote.count)
    #expect(none.intersection(remote).count * 10 >= 9 * none.count)
    #expect(Set(tree.ids).subtracting([0]) == Set(1...6))
  }

  @Test func `every customer is in one leaf or none, and parts sum to their whole`() throws {
    let planted = SegmentTreeTests.planted(seed: 4)
    let trained = try SegmentTreeTests.train(planted.values)
    let tree = try #require(trained.model.tree)
    let own = try #require(trained.assignments.tree)
    for (index, node) in tree.nodes.enumerated() {
      if !node.children.isEmpty {
        #expect(node.size == node.children.reduce(0) { $0 + tree.nodes[$1].size }, "node \(index)")
      }
      if let segment = node.segment { #expect(node.size == own.ids.count { $0 == segment }) }
    }
    #expect(tree.nodes[0].size + own.ids.count { $0 == 0 } == planted.values.rows)
    for row in own.ids.indices {
      #expect(own.paths[row] == "0" ? own.ids[row] == 0 : own.paths[row].hasSuffix("/\(own.ids[row])"))
      #expect((own.nearest[row] > 0) == (own.ids[row] == 0))
      #expect(trained.assignments.memberships[row] >= own.gaps[row] && own.gaps[row] >= 0)
    }
  }

  @Test func `a model scores its training customers as trained, alone or together, also from its file`() throws {
    let planted = SegmentTreeTests.planted(seed: 5, rows: 600)
    let trained = try SegmentTreeTests.train(planted.values)
    let read = try SegmentModel(try ModelFile(bytes: try trained.model.file().encoded()))
    let scored = try read.score(planted.values).assignments
    #expect(scored.table == trained.assignments.table)
    for row in stride(from: 0, to: 600, by: 37) {
      let one = try read.score(planted.values.gatheringRows([row])).assignments
      #expect(one.segments == [scored.segments[row]] && one.memberships == [scored.memberships[row]])
      #expect(one.tree?.lists.first == scored.tree?.lists[row])
    }
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5] as [UInt64])
  func `one cloud is one macro-segment without micro-segments, and the model says so`(seed: UInt64) throws {
    var random = RandomStream(seed: seed, index: 0)
    // Independent, correlated, even.
    let numbers = (0..<800).flatMap { _ -> [Double] in
      let common = random.normal()
      return (0..<6).map { column in
        switch seed % 3 {
        case 0: random.normal()
        case 1: common * Double(column) + random.normal()
        default: random.uniform()
        }
      }
    }
    let values = FeatureValues(
      customers: Column(name: "customer", values: .integers((0..<800).map(Int64.init))),
      numbers: NumberBlock(names: (0..<6).map { "f\($0)" }, rows: 800, values: numbers), categories: [])
    let model = try SegmentTreeTests.train(values).model
    #expect(model.tree?.nodes.count == 1)
    #expect(model.segments.reason.hasPrefix("One macro-segment, no micro-segments. No structure:"))
  }

  @Test func `a refit keeps the ids of the segments it finds again`() throws {
    let before = SegmentTreeTests.planted(seed: 6)
    let first = try SegmentTreeTests.train(before.values)
    let after = SegmentTreeTests.planted(seed: 6, drift: 0.1)
    // Ids go by size, so a new model of half the customers, the small segments first, would number them otherwise.
    let second = try SegmentTreeTests.train(after.values, previous: first.model)
    let old = try #require(first.assignments.tree)
    let new = try #require(second.assignments.tree)
    let kept = old.ids.indices.count { old.ids[$0] == new.ids[$0] }
    #expect(kept * 100 >= 99 * old.ids.count)
    let again = try SegmentTreeTests.train(before.values, previous: first.model)
    #expect(try again.model.file().encoded() == first.model.file().encoded())
  }

  @Test func `segments given by the levels of a feature hold all of their customers`() throws {
    let planted = SegmentTreeTests.planted(seed: 7, rows: 900, remote: 0)
    let levels = planted.macro.map { ["north", "south", "islands"][$0] }
    let values = FeatureValues(
      customers: planted.values.customers, numbers: planted.values.numbers,
      categories: [Column(name: "region", values: .texts(levels))])
    var training = SegmentTraining(name: "test", range: 1...1)
    var settings = TreeSettings()
    settings.by = ["region"]
    training.tree = settings
    let trained = try training.train(values, source: "the test")
    let own = try #require(trained.assignments.tree)
    let macros = own.paths.map { $0.split(separator: "/").first.map(String.init) ?? "" }
    for level in Set(levels) {
      let found = Set(levels.indices.filter { levels[$0] == level && macros[$0] != "0" }.map { macros[$0] })
      #expect(found.count == 1)
    }
    #expect(Set(own.ids).subtracting([0]).count == 6)
    let named = try #require(trained.model.tree).nodes.compactMap(\.name)
    #expect(Set(named) == ["region = north", "region = south", "region = islands"])
  }

  @Test func `settings that name no feature are errors with the nearest name`() throws {
    let values = SegmentTreeTests.planted(seed: 9, rows: 300).values
    var settings: [TreeSettings] = Array(repeating: TreeSettings(), count: 3)
    settings[0].by = ["f0"]
    settings[1].macroFeatures = ["f9"]
    settings[2].microFeatures = ["f9"]
    for setting in settings {
      var training = SegmentTraining(name: "test", range: 1...8)
      training.tree = setting
      #expect(throws: PipelineError.self) { try training.train(values, source: "the test") }
    }
  }

  @Test func `many alike customers and a few others belong to segments, and no more than the budget to none`() throws {
    var random = RandomStream(seed: 10, index: 0)
    let numbers = (0..<400).flatMap { row in
      (0..<3).map { _ in row < 300 ? 1 : 50 + 5 * random.normal() }
    }
    let values = FeatureValues(
      customers: Column(name: "customer", values: .integers((0..<400).map(Int64.init))),
      numbers: NumberBlock(names: ["a", "b", "c"], rows: 400, values: numbers), categories: [])
    let own = try #require(try SegmentTreeTests.train(values).assignments.tree)
    #expect(Set(own.ids[..<300]).count == 1 && own.ids[0] > 0)
    #expect(own.ids.count { $0 == 0 } <= 20)
  }

  @Test(arguments: [2, 3, 30]) func `a handful of customers is one segment, and the model says why`(rows: Int) throws {
    let values = SegmentTreeTests.planted(seed: 11, rows: rows, remote: 0).values
    let trained = try SegmentTreeTests.train(values)
    #expect(trained.assignments.tree?.paths == [String](repeating: "1/1", count: rows))
    #expect(trained.model.segments.reason.hasPrefix("One macro-segment, no micro-segments. "))
  }

  @Test func `more segments than customers that differ are an error where they were asked for`() throws {
    let values = FeatureValues(
      customers: Column(name: "customer", values: .integers((0..<50).map(Int64.init))),
      numbers: NumberBlock(names: ["a"], rows: 50, values: (0..<50).map { Double($0 % 2) }), categories: [])
    var training = SegmentTraining(name: "test", range: 3...3)
    training.tree = TreeSettings()
    #expect(throws: PipelineError.tooFewCustomers(have: 2, need: 3)) {
      try training.train(values, source: "the test")
    }
  }

  @Test func `a tree that contradicts itself is refused`() throws {
    let trained = try SegmentTreeTests.train(SegmentTreeTests.planted(seed: 8, rows: 600).values)
    var file = try trained.model.file()
    try file.setTensor("node.0.centroids", Tensor(shape: [1, 1], values: [0]))
    #expect(throws: PipelineError.self) { try SegmentModel(file) }
  }
}
