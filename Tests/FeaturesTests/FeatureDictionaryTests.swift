import Features
import Foundation
import Testing
import Warehouse

/// The dictionary in its three forms.
@Suite struct `Feature dictionary` {
  private struct Dictionary: Decodable {
    let customer: String
    let features: [Feature]
  }

  private struct Feature: Decodable {
    let name: String
    let family: String
    let meaning: String
    let unit: String?
    let kind: String
    let source: String
    let windowDays: Int?
    let whenAbsent: Double?
    let missingRule: String
    let sql: String

    enum CodingKeys: String, CodingKey {
      case name, family, meaning, unit, kind, source, sql
      case windowDays = "window_days"
      case whenAbsent = "when_absent"
      case missingRule = "missing_rule"
    }
  }

  let place: Workplace

  init() throws { place = try Workplace() }

  private static let attributes = """
      people:
        file: people.csv
        role: customers
        columns: {customer: who}

    """

  private func plan() throws -> FeaturePlan {
    try place.write("people.csv", ["who,ho|b`by *x*,size", "1,chess,3", "2,go,4"])
    let lines = ["1,2020-01-01,5", "1,2020-03-01,7", "2,2020-03-02,9", "2,2020-03-20,9"]
    try place.write("orders.csv", ["c,t,a"] + lines)
    return try place.features(Workplace.orders() + Self.attributes).plan
  }

  @Test func `the JSON tells window, unit and missing rule of every feature, null where there is none`() throws {
    let plan = try plan()
    let found = try JSONDecoder().decode(Dictionary.self, from: try plan.dictionaryJSON)
    #expect(found.customer == "c" && found.features.map(\.name) == plan.definitions.map(\.name))
    func feature(_ name: String) throws -> Feature { try #require(found.features.first { $0.name == name }) }
    #expect(try feature("orders_30d").windowDays == 30 && feature("orders_30d").whenAbsent == 0)
    #expect(try feature("orders_30d").missingRule == "0 without such records")
    // The last 30 days and the 30 before them.
    #expect(try feature("orders_trend_30d").windowDays == 60)
    #expect(try feature("orders").windowDays == nil && feature("recency_days").windowDays == nil)
    #expect(try feature("recency_days").unit == "days" && feature("recency_days").whenAbsent == nil)
    #expect(try feature("recency_days").missingRule == "missing without such records")
    #expect(try feature("size").missingRule == "missing where the attribute is" && feature("size").source == "people")
    #expect(found.features.allSatisfy { !$0.meaning.isEmpty && !$0.sql.isEmpty && !$0.family.isEmpty })
    let text = String(decoding: try plan.dictionaryJSON, as: UTF8.self)
    #expect(text.contains("\"window_days\" : null") && text.contains("\"when_absent\" : null"))
  }

  @Test(arguments: ["features.md", "features.json", "features.dictionary.csv"])
  func `a file that is no dictionary was replaced by one`(_ name: String) throws {
    try place.write("orders.csv", ["c,t,a", "1,2020-01-01,5"])
    let sources = try place.sources(Workplace.orders())
    let plan = try FeaturePlan(sources)
    func write() throws {
      let files = StagedFiles()
      _ = try sources.write(plan, to: place.path("features.parquet"), in: files)
      try files.commit()
    }
    // Its own dictionaries it replaces.
    try write()
    try write()
    try place.write(name, ["{\"customer\": 1, \"features\": []}"])
    let error = #expect(throws: WarehouseError.self) { try write() }
    guard case .notWritten(let path, let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path.hasSuffix(name) && reason.contains("no dictionary"))
    #expect(try String(contentsOfFile: place.path(name), encoding: .utf8).hasPrefix("{\"customer\": 1"))
  }

  @Test func `the Markdown has a heading a family and a feature, and names do not turn into mark-up`() throws {
    let plan = try plan()
    let lines = plan.dictionaryMarkdown.split(separator: "\n", omittingEmptySubsequences: false)
    let families = FeatureFamily.allCases.filter { family in plan.definitions.contains { $0.family == family } }
    #expect(lines.filter { $0.hasPrefix("## ") } == families.map { "## \($0.rawValue)" })
    #expect(lines.count { $0.hasPrefix("### ") } == plan.definitions.count)
    #expect(lines.contains("### ho\\|b\\`by \\*x\\*"))
    // Each SQL stands in a fence of its own that is closed again.
    #expect(lines.count { $0.hasPrefix("```") } == 2 * plan.definitions.count)
    #expect(lines.contains("- window: the last 30 days") && lines.contains("- missing: 0 without such records"))
  }

  @Test(arguments: [
    ("f.parquet", "f.md", "f.json"), ("f.csv.gz", "f.md", "f.json"), ("a.b.csv", "a.b.md", "a.b.json"),
    ("f.json", "f.md", "f.dictionary.json"),
  ])
  func `dictionaries bear the name of their features`(target: String, markdown: String, json: String) {
    #expect(FeaturePlan.markdownPath(beside: target) == markdown && FeaturePlan.jsonPath(beside: target) == json)
  }

  @Test func `all of them are written, or none`() throws {
    _ = try plan()
    let connection = try place.connection()
    let sources = try SourceSet(
      try place.project(Workplace.orders() + Self.attributes), connection: connection)
    let plan = try FeaturePlan(sources)
    let names = ["out.csv", "out.md", "out.json", "out.dictionary.csv"]
    func present() -> [String] { names.filter { FileManager.default.fileExists(atPath: place.path($0)) } }
    try FileManager.default.createDirectory(atPath: place.path("out.json"), withIntermediateDirectories: true)
    #expect(throws: WarehouseError.self) {
      let files = StagedFiles()
      _ = try sources.write(plan, to: place.path("out.csv"), in: files)
      try files.commit()
    }
    #expect(present() == ["out.json"])
    try FileManager.default.removeItem(atPath: place.path("out.json"))
    let files = StagedFiles()
    _ = try sources.write(plan, to: place.path("out.csv"), in: files)
    #expect(present().isEmpty)
    try files.commit()
    #expect(present() == names)
  }

  @Test func `a dictionary does not replace a file that the run reads`() throws {
    try place.write("shop.json", [#"{"c": 1, "t": "2020-01-01", "a": 5}"#, #"{"c": 2, "t": "2020-01-02", "a": 6}"#])
    let yaml = Workplace.orders().replacing("orders.csv", with: "shop.json")
    let sources = try SourceSet(try place.project(yaml), connection: place.connection())
    let plan = try FeaturePlan(sources)
    #expect(throws: WarehouseError.self) {
      _ = try sources.write(plan, to: place.path("shop.parquet"), in: StagedFiles())
    }
  }
}
