import Clustering
import Features
import Foundation
import LinearAlgebra
import ModelFiles
import Pipeline
import Testing
import Warehouse

/// Training, scoring and the model file, on small tables made here.
@Suite struct SegmentTrainingTests {
  /// Two clear groups of ten, a category that goes with them, one value missing.
  private static let values: FeatureValues = {
    var numbers: [Double] = []
    var levels: [String] = []
    for row in 0..<20 {
      let high = row % 2 == 0
      numbers += [high ? 100 + Double(row) : Double(row), row == 7 ? .nan : Double(row % 3)]
      levels.append(high ? "gold" : "basic")
    }
    return FeatureValues(
      customers: Column(name: "who", values: .integers((0..<20).map(Int64.init))),
      numbers: NumberBlock(names: ["spend", "visits"], rows: 20, values: numbers),
      categories: [Column(name: "plan", values: .texts(levels))])
  }()

  private static func trained(_ range: ClosedRange<Int> = 2...2) throws -> TrainedSegments {
    try SegmentTraining(name: "test", range: range).train(values, source: "the test")
  }

  @Test func `clear groups are found, numbered from 1, and profiled in raw units`() throws {
    let trained = try SegmentTrainingTests.trained()
    let segments = trained.assignments.segments
    #expect(Set(segments) == [1, 2])
    #expect(Set(stride(from: 0, to: 20, by: 2).map { segments[$0] }).count == 1)
    let spend = try #require(trained.model.profiles["spend"])
    #expect(Set(spend.means) == [109, 10])
    let plan = try #require(trained.model.profiles.categories.first)
    #expect(plan.levels == ["basic", "gold"] && plan.shares == [0.5, 0.5])
  }

  @Test func `scoring the training rows gives the training assignments exactly`() throws {
    let trained = try SegmentTrainingTests.trained(1...5)
    let scored = try trained.model.score(SegmentTrainingTests.values).assignments
    #expect(scored.segments == trained.assignments.segments)
    #expect(scored.distances == trained.assignments.distances)
  }

  @Test(arguments: [nil, ["plan"], []] as [[String]?])
  func `guarded attributes describe segments and form none, by name unless a project says which`(
    stated: [String]?
  ) throws {
    let known = SegmentTrainingTests.values
    let values = FeatureValues(
      customers: known.customers, numbers: known.numbers,
      categories: known.categories + [Column(name: "Gender", values: .texts((0..<20).map { $0 < 10 ? "f" : "m" }))])
    var training = SegmentTraining(name: "test", range: 2...2)
    training.guarded = GuardedAttributes(stated)
    let model = try training.train(values, source: "the test").model
    let guarded = stated == nil ? ["Gender"] : stated ?? []
    #expect(model.transforms.categories.map(\.name) == ["plan", "Gender"].filter { !guarded.contains($0) })
    #expect(model.profiles.categories.map(\.name) == ["plan", "Gender"])
    #expect(model.quality.notes.contains { $0.contains("form none") || $0.contains("forms none") } == !guarded.isEmpty)
  }

  @Test func `a guarded attribute that is not there is an error`() {
    var training = SegmentTraining(name: "test", range: 2...2)
    training.guarded = GuardedAttributes(["plam"])
    #expect(throws: PipelineError.unknownFeature(name: "plam", nearest: ["plan"])) {
      try training.train(SegmentTrainingTests.values, source: "the test")
    }
  }

  @Test func `a batch of one is scored as a batch of all`() throws {
    let trained = try SegmentTrainingTests.trained()
    let all = SegmentTrainingTests.values
    for row in 0..<all.rows {
      let one = FeatureValues(
        customers: Column(name: "who", values: .integers([Int64(row)])),
        numbers: NumberBlock(
          names: all.numbers.names, rows: 1, values: Array(all.numbers.values[row * 2..<row * 2 + 2])),
        categories: [Column(name: "plan", values: .texts([all.categories[0].texts[row] ?? ""]))])
      let scored = try trained.model.score(one).assignments
      #expect(scored.segments[0] == trained.assignments.segments[row])
      #expect(scored.distances?[0] == trained.assignments.distances?[row])
    }
  }

  @Test func `a model survives its file bit for bit and holds no customer`() throws {
    let trained = try SegmentTrainingTests.trained()
    let bytes = try trained.model.file().encoded()
    let read = try SegmentModel(try ModelFile(bytes: bytes))
    #expect(try read.file().encoded() == bytes)
    #expect(read.transforms == trained.model.transforms && read.assigner == trained.model.assigner)
    let scored = try read.score(SegmentTrainingTests.values).assignments
    #expect(scored.distances == trained.assignments.distances)
  }

  @Test func `a model whose parts contradict each other is refused`() throws {
    var file = try SegmentTrainingTests.trained().model.file()
    try file.setTensor("centroids", Tensor(shape: [2, 1], values: [0, 1]))
    #expect(throws: PipelineError.self) { try SegmentModel(file) }
  }

  @Test func `a new level and an absent column are counted, not fatal`() throws {
    let trained = try SegmentTrainingTests.trained()
    let scored = try trained.model.score(
      FeatureValues(
        customers: Column(name: "who", values: .integers([1])),
        numbers: NumberBlock(names: ["spend"], rows: 1, values: [105]),
        categories: [Column(name: "plan", values: .texts(["platinum"]))]))
    #expect(scored.report.absentFeatures == ["visits"])
    #expect(scored.report.unlistedLevels == 1)
    #expect(scored.assignments.segments[0] == trained.assignments.segments[0])
    #expect(scored.assignments.distances?[0].isFinite == true)
  }

  @Test func `excluded features describe but do not form segments`() throws {
    var training = SegmentTraining(name: "test", range: 2...2)
    training.exclude = ["plan"]
    let model = try training.train(SegmentTrainingTests.values, source: "the test").model
    #expect(!model.transforms.features.contains("plan"))
    #expect(model.profiles.categories.map(\.name) == ["plan"])
    training.exclude = ["pln"]
    #expect(throws: PipelineError.unknownFeature(name: "pln", nearest: ["plan"])) {
      try training.train(SegmentTrainingTests.values, source: "the test")
    }
  }

  @Test func `the reason tells a choice from a demand`() throws {
    #expect(try SegmentTrainingTests.trained(2...2).model.segments.reason == "k = 2 was asked for.")
    #expect(try SegmentTrainingTests.trained(2...4).model.segments.reason.contains("silhouette"))
  }

  @Test func `the fingerprint follows the rows and not their order`() throws {
    let all = SegmentTrainingTests.values
    let turned = FeatureValues(
      customers: all.customers.reordered((0..<20).reversed()),
      numbers: NumberBlock(
        names: all.numbers.names, rows: 20,
        values: (0..<20).reversed().flatMap { Array(all.numbers.values[$0 * 2..<$0 * 2 + 2]) }),
      categories: [all.categories[0].reordered((0..<20).reversed())])
    let training = SegmentTraining(name: "test", range: 2...2)
    let first = try training.train(all, source: "the test").model
    let second = try training.train(turned, source: "the test").model
    #expect(first.provenance.dataFingerprint == second.provenance.dataFingerprint)
    #expect(try first.file().encoded() == second.file().encoded())
  }

  @Test(
    arguments: [
      (0.0, "0"), (1_234_567.8, "1,234,568"), (0.03217, "0.0322"), (12.3456, "12.35"), (-3.5, "-3.50"),
      (999.96, "1,000"),
      (100.04, "100"), (1e16, "1e16"), (-1.234e300, "-1.23e300"), (3.2e-9, "3.2e-9"),
    ]) func `numbers are rounded for reading`(_ value: Double, _ shown: String)
  {
    #expect(ReadableNumber.text(value) == shown)
  }
}
