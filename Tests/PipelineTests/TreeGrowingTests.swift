import Clustering
import Features
import Foundation
import LinearAlgebra
import ModelFiles
import Pipeline
import Randomness
import Synchronization
import Testing
import Warehouse

/// Segments found on a sample, and segments added to others.
@Suite struct TreeGrowingTests {
  /// Groups of normally distributed customers of 4 columns about `centers`, each so many, and remote ones.
  private static func groups(_ centers: [(place: Double, count: Int)], seed: UInt64, first: Int = 0) -> FeatureValues {
    var random = RandomStream(seed: seed, index: 0)
    var numbers: [Double] = []
    for center in centers {
      for _ in 0..<center.count {
        numbers += (0..<4).map { $0 < 2 ? center.place + random.normal() : random.normal() }
      }
    }
    let rows = numbers.count / 4
    return FeatureValues(
      customers: Column(name: "customer", values: .integers((first..<first + rows).map(Int64.init))),
      numbers: NumberBlock(names: ["a", "b", "c", "d"], rows: rows, values: numbers), categories: [])
  }

  private static func joined(_ a: FeatureValues, _ b: FeatureValues) -> FeatureValues {
    let ids = (a.customers.doubles ?? []) + (b.customers.doubles ?? [])
    return FeatureValues(
      customers: Column(name: "customer", values: .integers(ids.map { Int64($0) })),
      numbers: NumberBlock(
        names: a.numbers.names, rows: a.rows + b.rows, values: a.numbers.values + b.numbers.values), categories: [])
  }

  private static var training: SegmentTraining {
    var training = SegmentTraining(name: "test", range: 1...8)
    training.tree = TreeSettings()
    return training
  }

  @Test(arguments: [[300], [150, 150]])
  func `customers who lie together outside all segments form new ones, and nobody else changes`(
    _ counts: [Int]
  ) throws {
    let before = Self.groups([(0, 600), (12, 400)], seed: 1)
    let first = try Self.training.train(before, source: "the test")
    let places = counts.enumerated().map { (place: -30.0 - 15 * Double($0.offset), count: $0.element) }
    let after = Self.joined(before, Self.groups(places, seed: 2, first: 5_000))
    let grown = try Self.training.grow(first.model, after, source: "the test")
    let old = try #require(first.assignments.tree)
    let new = try #require(grown.assignments.tree)
    for row in 0..<before.rows where old.ids[row] > 0 {
      #expect(new.paths[row] == old.paths[row] && new.seconds[row] == old.seconds[row])
      #expect(grown.assignments.memberships[row] == first.assignments.memberships[row])
    }
    let greatest = old.ids.max() ?? 0
    var start = before.rows
    var found: [Int] = []
    for count in counts {
      let ids = new.ids[start..<start + count].filter { $0 > greatest }
      #expect(Set(ids).count == 1 && ids.count * 100 >= 95 * count)
      found += Set(ids)
      start += count
    }
    #expect(found.sorted() == Array(greatest + 1...greatest + counts.count))
    #expect(grown.model.history?.kept == Set(old.ids).subtracting([0]).count)
    let tree = try #require(grown.model.tree)
    #expect(tree.leaves.map { tree.nodes[$0].size } == grown.model.segments.sizes)
    let read = try SegmentModel(try ModelFile(bytes: try grown.model.file().encoded()))
    #expect(try read.score(after).assignments.table == grown.assignments.table)
  }

  @Test func `where nobody lies together outside, nothing is added`() throws {
    let before = Self.groups([(0, 600), (12, 400)], seed: 1)
    let first = try Self.training.train(before, source: "the test")
    // Ten customers, each alone.
    let strewn = Self.groups((1...10).map { (place: 40.0 * Double($0), count: 1) }, seed: 3, first: 5_000)
    let grown = try Self.training.grow(first.model, Self.joined(before, strewn), source: "the test")
    #expect(grown.model.tree?.stages == first.model.tree?.stages)
    #expect(grown.model.segments.k == first.model.segments.k && grown.model.history == nil)
    #expect(grown.model.quality.notes.contains { $0.contains("none was added") })
  }

  @Test func `one clustering cannot grow, nor can a model that is not there`() throws {
    var training = SegmentTraining(name: "test", range: 2...2)
    let model = try training.train(Self.groups([(0, 60), (12, 40)], seed: 1), source: "the test").model
    #expect(throws: PipelineError.noTree) {
      try training.grow(model, Self.groups([(0, 60)], seed: 1), source: "the test")
    }
    training.tree = TreeSettings()
    let run = try ProjectRun(Project(name: "none", folder: FileManager.default.temporaryDirectory))
    #expect(throws: PipelineError.nothingToGrow(path: "models/none.tessera")) {
      try run.grow(file: "none.csv", identifier: nil, training: training)
    }
  }

  /// Three groups apart, one of them small, a category that goes with the group.
  private static func table(_ order: [Int], in folder: URL) throws -> String {
    let values = groups([(0, 2_000), (12, 1_400), (30, 300)], seed: 4)
    var lines = ["customer,a,b,c,d,kind"]
    for row in order {
      let numbers = (0..<4).map { "\(values.numbers.values[row * 4 + $0])" }
      let group = row < 2_000 ? "p" : row < 3_400 ? "q" : "r"
      lines.append("\(row + 1),\(numbers.joined(separator: ",")),\(group)")
    }
    let path = folder.appendingPathComponent("customers.csv").path
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private static func train(_ path: String, sample: Int, in folder: URL) throws -> (SegmentModel, Table) {
    var training = training
    training.tree?.sample = sample
    let run = try ProjectRun(Project(name: "customers", folder: folder))
    let model = try run.train(
      file: path, include: [], exclude: [], identifier: "customer", condition: nil, training: training
    ).model
    let file = run.outputFolder.appendingPathComponent("assignments.parquet").path
    return (model, try Connection().query("SELECT * FROM '\(file)' ORDER BY customer"))
  }

  @Test func `a sample of many small levels is as large as it was asked to be`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let values = Self.groups([(0, 2_000), (12, 2_000)], seed: 4)
    var lines = ["customer,a,b,shop"]
    for row in 0..<4_000 {
      lines.append("\(row),\(values.numbers.values[row * 4]),\(values.numbers.values[row * 4 + 1]),s\(row % 1_900)")
    }
    let path = folder.appendingPathComponent("customers.csv").path
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
    var training = Self.training
    training.tree?.sample = 1_000
    training.tree?.by = ["shop"]
    let model = try ProjectRun(Project(name: "customers", folder: folder)).train(
      file: path, include: [], exclude: [], identifier: "customer", condition: nil, training: training
    ).model
    #expect(model.provenance.sample == 1_000)
    #expect(model.segments.sizes.reduce(model.segments.none ?? 0, +) == 4_000)
  }

  @Test func `segments found on a sample hold everybody, as scoring everybody says`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try Self.table(Array(0..<3_700), in: folder)
    let (model, assigned) = try Self.train(path, sample: 1_000, in: folder)
    #expect(assigned.columns.first?.count == 3_700)
    #expect((model.provenance.sample ?? 0) >= 990 && (model.provenance.sample ?? 0) <= 1_010)
    #expect(model.segments.sizes.reduce(model.segments.none ?? 0, +) == 3_700 && model.segments.k >= 3)
    let (connection, target) = (try Connection(), folder.appendingPathComponent("scored.parquet").path)
    let summary = try connection.score(model, file: path, identifier: "customer", to: target)
    #expect(summary.rows == 3_700 && summary.sizes == model.segments.sizes && summary.none == model.segments.none)
    let scored = try connection.query("SELECT * FROM '\(target)' ORDER BY customer")
    #expect(scored.columns.map(\.name) == assigned.columns.map(\.name))
    for (one, other) in zip(scored.columns, assigned.columns) { #expect(one == other, "\(one.name)") }
    let (whole, all) = try Self.train(path, sample: 10_000, in: folder)
    #expect(whole.provenance.sample == nil && whole.segments.k == model.segments.k)
    #expect(whole.provenance.dataFingerprint == model.provenance.dataFingerprint)
    let alike = zip(all["segment"]?.doubles ?? [], assigned["segment"]?.doubles ?? []).count { $0 == $1 }
    #expect(alike >= 3_650)
    // Another order of the rows is another file of the same customers.
    let shuffled = try Self.table((0..<3_700).map { $0 * 1_009 % 3_700 }, in: folder)
    let (again, same) = try Self.train(shuffled, sample: 1_000, in: folder)
    #expect(again.provenance.dataFingerprint == model.provenance.dataFingerprint)
    #expect(same["segment"] == assigned["segment"])
  }

  @Test func `where nothing has changed the tree is kept without looking again, and what differs is looked at`() throws
  {
    let values = Self.groups([(0, 300), (12, 200)], seed: 3)
    let first = try Self.training.train(values, source: "the test")
    /// Whether segments were looked for, and what was found.
    func again(
      _ rows: FeatureValues, _ model: SegmentModel = first.model, _ change: (inout SegmentTraining) -> Void = { _ in }
    ) throws -> (looked: Bool, trained: TrainedSegments) {
      var training = Self.training
      training.previous = model
      change(&training)
      let stages = Mutex<Set<String>>([])
      let trained = try training.train(rows, source: "the test") { state in
        stages.withLock { _ = $0.insert(state.stage) }
      }
      return (stages.withLock { $0.contains("dividing customers into segments") }, trained)
    }
    let same = try again(values)
    #expect(!same.looked && same.trained.model.keptTree(of: first.model))
    #expect(try same.trained.model.file().encoded() == first.model.file().encoded())
    #expect(same.trained.assignments.table == first.assignments.table)
    // Kept trees are kept again, and rows in another order are the same customers.
    let order = Array((0..<values.rows).reversed())
    let read = try SegmentModel(ModelFile(bytes: try same.trained.model.file().encoded()))
    let shuffled = try again(values.gatheringRows(order), read)
    #expect(!shuffled.looked && shuffled.trained.model.tree == first.model.tree)

    var numbers = values.numbers.values
    numbers[0] += 0.001
    let moved = FeatureValues(
      customers: values.customers,
      numbers: NumberBlock(names: values.numbers.names, rows: values.rows, values: numbers), categories: [])
    #expect(try again(moved).looked)
    #expect(try again(values) { $0.kmeans.seed += 1 }.looked)
    #expect(try again(values) { $0.tree?.levels = 1 }.looked)
    #expect(try again(values) { $0.exclude = ["d"] }.looked)
    #expect(try again(values) { $0.previous = nil }.looked)
    let grown = try Self.training.grow(
      first.model, Self.joined(values, Self.groups([(-30, 100)], seed: 4, first: 5_000)), source: "the test")
    #expect(grown.model.provenance.grownOn == nil)
    #expect(try again(values, grown.model).looked)
  }
}
