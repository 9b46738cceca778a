import Clustering
import Features
import LinearAlgebra
import ModelFiles
import Pipeline
import Randomness
import Testing
import Warehouse

/// Trees divided by mixtures.
@Suite struct MixtureTreeTests {
  /// Two long groups side by side in a and b; one of them falls in two by c; some values are missing, a few customers lie
  /// far from all. The category tells nothing.
  private struct Strips {
    let values: FeatureValues
    /// The group of each, 0 to 2; -1 for those far away.
    let group: [Int]
  }

  private static func strips(rows: Int = 800, seed: UInt64 = 1) -> Strips {
    var random = RandomStream(seed: seed, index: 0)
    var (numbers, group, plans): ([Double], [Int], [String]) = ([], [], [])
    for row in 0..<rows {
      let own = row % 2
      let part = own == 1 && row % 4 == 1 ? 1 : 0
      let along = 6 * random.normal()
      var point = [
        along + Double(own) * 5 + 0.6 * random.normal(), along - Double(own) * 5 + 0.6 * random.normal(),
        Double(part) * 6 + random.normal(), random.normal(),
      ]
      if random.uniform() < 0.05 { point[3] = .nan }
      let isFar = row % 100 == 99
      if isFar { point = point.map { _ in (random.uniform() - 0.5) * 200 } }
      numbers += point
      group.append(isFar ? -1 : own + part)
      plans.append(random.uniform() < 0.5 ? "gold" : "basic")
    }
    return Strips(
      values: FeatureValues(
        customers: Column(name: "customer", values: .integers((0..<rows).map(Int64.init))),
        numbers: NumberBlock(names: ["a", "b", "c", "d"], rows: rows, values: numbers),
        categories: [Column(name: "plan", values: .texts(plans))]), group: group)
  }

  private static func train(
    _ values: FeatureValues, _ method: TreeMethod, previous: SegmentModel? = nil, reasons: Bool = false
  ) throws -> TrainedSegments {
    var training = SegmentTraining(name: "test", range: 1...3)
    var settings = TreeSettings()
    settings.method = method
    (training.tree, training.previous, training.wantsReasons) = (settings, previous, reasons)
    return try training.train(values, source: "the test")
  }

  /// Trained once for all tests that only look at it.
  private static let planted = strips()
  private static let trained = Result { try train(planted.values, .mixture, reasons: true) }

  private static func mixtures(_ model: SegmentModel) -> Int {
    (model.tree?.nodes ?? []).count { if case .mixture = $0.division { true } else { false } }
  }

  @Test(arguments: [TreeMethod.mixture, .auto])
  func `groups of any shape are found, and those far from all belong to none`(method: TreeMethod) throws {
    let planted = Self.planted
    let trained = method == .mixture ? try Self.trained.get() : try Self.train(planted.values, method)
    let own = try #require(trained.assignments.tree)
    #expect(Self.mixtures(trained.model) > 0)
    let near = planted.group.indices.filter { planted.group[$0] >= 0 }
    let agreement = try LabelAgreement(near.map { planted.group[$0] }, near.map { own.ids[$0] })
    #expect(agreement.adjustedRandIndex > 0.95, "\(trained.model.segments.reason)")
    let far = planted.group.indices.filter { planted.group[$0] < 0 }
    #expect(far.count { own.ids[$0] == 0 } * 10 >= 8 * far.count)
    #expect(near.count { own.ids[$0] == 0 } * 50 <= near.count)
  }

  @Test func `every law of a tree holds: parts sum, a file and a customer alone score the same`() throws {
    let (planted, trained) = (Self.planted, try Self.trained.get())
    let tree = try #require(trained.model.tree)
    for node in tree.nodes where !node.children.isEmpty {
      #expect(node.size == node.children.reduce(0) { $0 + tree.nodes[$1].size })
    }
    let bytes = try trained.model.file().encoded()
    let read = try SegmentModel(try ModelFile(bytes: bytes))
    #expect(try read.file().encoded() == bytes)
    let scored = try read.score(planted.values, reasons: true).assignments
    #expect(scored.table == trained.assignments.table)
    for row in stride(from: 0, to: 800, by: 41) {
      let one = try read.score(planted.values.gatheringRows([row]), reasons: true).assignments
      #expect(one.table.columns.dropFirst().map(\.values) == scored.table.gathering(row).dropFirst().map(\.values))
    }
    for (membership, gap) in zip(scored.memberships, scored.tree?.gaps ?? []) {
      #expect(membership.isFinite && membership >= gap && gap >= 0 && membership <= 1 + 1e-12)
    }
    let again = try Self.train(planted.values, .mixture, previous: read, reasons: true)
    #expect(try again.model.file().encoded() == bytes)
  }

  @Test func `without its features a customer belongs to the parts by their shares`() throws {
    let model = try Self.trained.get().model
    let nothing = FeatureValues(
      customers: Column(name: "customer", values: .integers([1])),
      numbers: NumberBlock(names: ["a", "b", "c", "d"], rows: 1, values: [.nan, .nan, .nan, .nan]),
      categories: [Column(name: "plan", values: .texts([""]), missing: [true])])
    let scored = try model.score(nothing).assignments
    #expect(scored.segments[0] > 0 && scored.memberships[0] < 0.9)
  }

  @Test func `the features that decide between parts of a mixture are told`() throws {
    let (planted, trained) = (Self.planted, try Self.trained.get())
    let own = try #require(trained.assignments.tree)
    let told = try #require(own.reasons)
    for row in planted.group.indices where own.ids[row] > 0 && own.seconds[row] > 0 {
      guard let words = told[row] else { continue }
      #expect(!words.contains("d high") && !words.contains("d low"), "\(words)")
    }
    for row in planted.group.indices where own.ids[row] == 0 { #expect(told[row] != nil) }
  }

  @Test func `round groups stay with k-means where the better is asked for`() throws {
    var random = RandomStream(seed: 2, index: 0)
    var numbers: [Double] = []
    for row in 0..<800 {
      numbers.append((row % 3 == 1 ? 9 : 0) + random.normal())
      numbers.append((row % 3 == 2 ? 9 : 0) + random.normal())
    }
    let values = FeatureValues(
      customers: Column(name: "customer", values: .integers((0..<800).map(Int64.init))),
      numbers: NumberBlock(names: ["a", "b"], rows: 800, values: numbers), categories: [])
    let model = try Self.train(values, .auto).model
    #expect(Self.mixtures(model) == 0 && model.segments.k == 3)
  }

  @Test func `a refit of the same segments keeps their ids, and their distributions move with the customers`() throws {
    // Two groups whose tails meet, so that some customers change sides.
    var random = RandomStream(seed: 9, index: 0)
    let rows = 900
    let numbers = (0..<2 * rows).map { ($0 / 2 < 600 || $0 % 2 == 1 ? 0 : 4.5) + random.normal() }
    func customers(_ numbers: [Double]) -> FeatureValues {
      FeatureValues(
        customers: Column(name: "customer", values: .integers((0..<rows).map(Int64.init))),
        numbers: NumberBlock(names: ["a", "b"], rows: rows, values: numbers), categories: [])
    }
    let first = try Self.train(customers(numbers), .mixture)
    #expect(first.model.segments.k == 2 && Self.mixtures(first.model) == 1)
    let moved = customers(numbers.map { $0 + 0.3 + 0.5 * random.normal() })
    let second = try Self.train(moved, .mixture, previous: first.model)
    let (old, new) = (try #require(first.model.tree), try #require(second.model.tree))
    #expect(old.nodes.map(\.segment) == new.nodes.map(\.segment) && Self.mixtures(second.model) == 1)
    #expect(second.model.segments.reason.contains("moved with their customers"))
    #expect((second.model.history?.moved ?? 0) > 0 && second.model.history?.events == [])
    let (before, after) = (try #require(first.assignments.tree).ids, try #require(second.assignments.tree).ids)
    #expect(zip(before, after).count { $0 == $1 } * 100 >= 97 * rows)
  }

  @Test func `where k-means cannot draw the groups its reason says what can`() throws {
    let trained = try Self.train(Self.planted.values, .kMeans)
    let near = Self.planted.group.indices.filter { Self.planted.group[$0] >= 0 }
    let ids = try #require(trained.assignments.tree).ids
    #expect(try LabelAgreement(near.map { Self.planted.group[$0] }, near.map { ids[$0] }).adjustedRandIndex < 0.6)
    let reasons = try #require(trained.model.tree).nodes.map(\.reason).joined(separator: " ")
    #expect(reasons.contains("try Gaussian mixtures ('method: gmm' or 'auto' under 'segments')."))
  }

  @Test(arguments: ["block.0.means", "proportions", "block.0.covariances"])
  func `a mixture that contradicts itself is refused`(array: String) throws {
    let model = try Self.trained.get().model
    let nodes = try #require(model.tree).nodes
    let node = try #require(nodes.firstIndex { if case .mixture = $0.division { true } else { false } })
    var file = try model.file()
    let name = "node.\(node).\(array)"
    let before = try file.tensor(name)
    try file.setTensor(name, Tensor(shape: before.shape, values: before.values.map { -1 - $0.magnitude }))
    if array == "block.0.means" { try file.setTensor(name, Tensor(shape: [1, 1], values: [0])) }
    #expect(throws: PipelineError.self) { try SegmentModel(file) }
  }
}

extension Table {
  /// The columns of one row.
  fileprivate func gathering(_ row: Int) -> [Column] { columns.map { $0.reordered([row]) } }
}
