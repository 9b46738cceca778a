import Features
import Foundation
import Testing
import Warehouse

/// A folder of a test's own, with the files of a project in it; it goes when the test ends.
final class Workplace {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("tessera-features-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The path of `name` in the folder.
  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// Writes lines of text, each ended.
  func write(_ name: String, _ lines: [String]) throws {
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: folder.appendingPathComponent(name))
  }

  func project(_ yaml: String) throws -> Project { try Project(yaml: yaml, file: "tessera.yml", folder: folder) }

  func connection(threads: Int? = nil) throws -> Connection {
    var settings = EngineSettings()
    settings.threads = threads
    return try Connection(settings)
  }

  /// Computes the features of the project that `yaml` describes, by the engine of the test; by a server they must be those
  /// that DuckDB computes.
  func features(_ yaml: String, threads: Int? = nil) throws -> Computed {
    func computed(_ sources: SourceSet) throws -> Computed {
      try Computed(sources.features(FeaturePlan(sources)), sources)
    }
    let found = try computed(sources(yaml, threads: threads))
    guard TestEngine.current != .duckDB else { return found }
    try found.expectEqual(computed(SourceSet(project(yaml), connection: connection())))
    return found
  }

  /// The features of a file of orders `c,t,a` (customer, time, amount), whose lines these are.
  func orders(_ lines: [String], asOf: String? = nil, more: String = "") throws -> Computed {
    try write("orders.csv", ["c,t,a"] + lines)
    return try features(Workplace.orders(asOf: asOf, more: more))
  }

  static func orders(asOf: String? = nil, more: String = "") -> String {
    """
    \(asOf.map { "as_of: \($0)" } ?? "name: orders")
    sources:
      orders:
        file: orders.csv
        role: transactions
    \(more)    columns: {customer: c, time: t, amount: a}

    """
  }
}

/// Features, computed and read.
struct Computed {
  let plan: FeaturePlan
  let asOf: CalendarDate
  let quality: DataQuality
  let values: FeatureValues
  let customers: [String]

  init(_ table: FeatureTable, _ sources: SourceSet) throws {
    plan = table.plan
    asOf = table.asOf
    quality = sources.quality
    values = try table.values()
    customers = values.customers.texts.map { $0 ?? "" }
  }

  var names: [String] { plan.definitions.map(\.name) }

  /// The value of one customer; nil where missing.
  func number(_ name: String, _ customer: String = "1") throws -> Double? {
    let column = try #require(values.numeric(name), "no feature '\(name)'")
    let row = try #require(customers.firstIndex(of: customer), "no customer '\(customer)'")
    return column[row].isNaN ? nil : column[row]
  }

  func text(_ name: String, _ customer: String = "1") throws -> String? {
    let column = try #require(values.categories.first { $0.name == name }, "no feature '\(name)'")
    let row = try #require(customers.firstIndex(of: customer), "no customer '\(customer)'")
    return column.texts[row]
  }

  func sum(_ name: String) throws -> Double { try #require(values.numeric(name)).reduce(0, +) }

  func count(_ source: String) throws -> DataQuality.SourceCount {
    try #require(quality.sources.first { $0.source == source })
  }
}

/// The real samples that come with the project.
enum Samples {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("notebooks-data")

  static let grocer = [
    "campaign_descriptions", "campaigns", "coupon_redemptions", "demographics", "products", "transactions",
  ].map { folder.appendingPathComponent("completejourney/\($0).csv.gz").path }

  static let cdnow = folder.appendingPathComponent("cdnow/CDNOW_sample.csv").path
}

func isClose(_ a: Double?, _ b: Double?, _ tolerance: Double = 1e-9) -> Bool {
  guard let a, let b else { return a == nil && b == nil }
  return abs(a - b) <= tolerance * max(1, abs(a), abs(b))
}
