import Features
import Foundation
import ModelFiles
import Pipeline
import Randomness
import TestSupport
import Testing
import Warehouse

/// Macro-segments given by lists of the project.
@Suite struct RuleDivisionTests {
  private static let yaml = """
    name: shop
    sources: {people: {file: p.csv, role: customers, columns: {customer: customer}}}
    lists:
      "Big": spend > 60
      "Quiet": days > 50
      "Nobody": spend > 1000
    segments: {by: [Big, Nobody, Quiet], k: 1, micro: {levels: 0}}
    """

  /// Customers of spend and days from 0 to 100, a third of them in a region of their own.
  private static func table(in folder: URL, rows: Int = 900) throws -> (path: String, expected: [String]) {
    var random = RandomStream(seed: 3, index: 0)
    var (lines, expected) = (["customer,spend,days,region"], [String]())
    for row in 0..<rows {
      let (spend, days) = (random.uniform() * 100, random.uniform() * 100)
      lines.append("\(row),\(spend),\(days),\(row % 3 == 0 ? "north" : "south")")
      expected.append(spend > 60 ? "Big" : days > 50 ? "Quiet" : "others")
    }
    let path = folder.appendingPathComponent("p.csv").path
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
    return (path, expected)
  }

  private static func run(_ yaml: String, in folder: URL) throws -> (run: ProjectRun, training: SegmentTraining) {
    let project = try Project(yaml: yaml, file: "tessera.yml", folder: folder)
    return (try ProjectRun(project), SegmentTraining(project))
  }

  private static func read(_ path: String) throws -> Table { try Connection().query("SELECT * FROM '\(path)'") }

  private static func names(_ model: SegmentModel, _ assigned: Table) throws -> [String] {
    let tree = try #require(model.tree)
    let byID = Dictionary(
      tree.nodes.compactMap { node in node.segment.map { ($0, node.name ?? "") } },
      uniquingKeysWith: { first, _ in first })
    return try #require(assigned["segment"]?.doubles).map { byID[Int($0)] ?? "0" }
  }

  private static func train(
    _ yaml: String, _ path: String, sample: Int? = nil, in folder: URL
  ) throws -> (model: SegmentModel, assigned: Table) {
    var (run, training) = try run(yaml, in: folder)
    if let sample { training.tree?.sample = sample }
    let model = try run.train(
      file: path, include: [], exclude: [], identifier: "customer", condition: nil, training: training
    ).model
    return (model, try read(run.outputFolder.appendingPathComponent("assignments.parquet").path))
  }

  @Test func `the first list that a customer is in decides, small ones and all others stand together`() throws {
    let folder = try TemporaryFolder()
    let (path, expected) = try Self.table(in: folder.url)
    let (model, assigned) = try Self.train(Self.yaml, path, in: folder.url)
    #expect(try Self.names(model, assigned) == expected)
    #expect(try #require(model.tree).macros.count == 3)
    #expect(model.segments.reason.contains("Divided by the lists 'Big', 'Nobody', 'Quiet', as asked for."))
    // A file of the model scores by the rules, too, each customer by itself.
    let read = try SegmentModel(try ModelFile(bytes: try model.file().encoded()))
    let target = folder.url.appendingPathComponent("scored.parquet").path
    let connection = try Connection()
    let summary = try connection.score(read, file: path, identifier: "customer", to: target)
    #expect(summary.rows == 900 && summary.sizes == model.segments.sizes)
    #expect(try Self.read(target) == assigned)
  }

  @Test func `a sample gives the same parts as everybody`() throws {
    let folder = try TemporaryFolder()
    let (path, expected) = try Self.table(in: folder.url, rows: 3_000)
    let (model, assigned) = try Self.train(Self.yaml, path, sample: 1_000, in: folder.url)
    #expect(model.provenance.sample != nil)
    #expect(try Self.names(model, assigned) == expected)
  }

  @Test func `levels and lists stand one inside the other`() throws {
    let folder = try TemporaryFolder()
    let (path, expected) = try Self.table(in: folder.url)
    let yaml = Self.yaml.replacing("[Big, Nobody, Quiet]", with: "[region, Big, Quiet]")
    let (model, assigned) = try Self.train(yaml, path, in: folder.url)
    #expect(try Self.names(model, assigned) == expected)
    #expect(model.segments.k == 6)
  }

  @Test func `a list that cannot be evaluated, or that nobody is in, is told`() throws {
    let folder = try TemporaryFolder()
    let (path, _) = try Self.table(in: folder.url)
    let yaml = Self.yaml.replacing("spend > 1000", with: "revenue > 1000")
    let error = #expect(throws: PipelineError.self) { _ = try Self.train(yaml, path, in: folder.url) }
    #expect(error?.description.contains("'segments.by' names the list 'Nobody', which cannot be evaluated") == true)
    let alone = Self.yaml.replacing("[Big, Nobody, Quiet]", with: "Nobody")
    let (model, _) = try Self.train(alone, path, in: folder.url)
    #expect(model.segments.k == 1)
    #expect(model.segments.reason.contains("No list of 'Nobody' has as many customers as a segment needs."))
    let wrong = Self.yaml.replacing("[Big, Nobody, Quiet]", with: "[Bigg]")
    let typo = #expect(throws: PipelineError.self) { _ = try Self.train(wrong, path, in: folder.url) }
    #expect(typo?.description.contains("'Big'") == true)
  }
}
