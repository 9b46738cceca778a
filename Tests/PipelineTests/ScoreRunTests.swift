import Features
import Foundation
import Pipeline
import TestSupport
import Testing
import Warehouse

/// Scoring in batches is scoring at once.
@Suite struct ScoreRunTests {
  /// More customers than stand in memory at a time, in three groups, named by what `name` makes of their number.
  private static func table(_ path: String, name: String, rows: Int = 130_000) throws {
    try Connection().execute(
      """
      COPY (SELECT \(name) AS customer, (i % 3) * 10 + (i * 7919 % 1000) / 500.0 AS a, (i * 104729 % 1000) / 500.0 AS b,
        CASE WHEN i % 3 = 0 THEN 'gold' ELSE 'basic' END AS plan FROM range(\(rows)) AS t(i)) TO '\(path)' (FORMAT parquet)
      """)
  }

  private static func model(in folder: TemporaryFolder) throws -> SegmentModel {
    let path = folder.path("some.parquet")
    try table(path, name: "i", rows: 900)
    var training = SegmentTraining(name: "test", range: 1...4)
    training.tree = TreeSettings()
    return try ProjectRun(Project(name: "some", folder: folder.url)).train(
      file: path, include: [], exclude: [], identifier: "customer", condition: nil, training: training
    ).model
  }

  @Test(arguments: ["i", "'c' || i", "CASE WHEN i = 129999 THEN 'last' ELSE CAST(i AS VARCHAR) END"])
  func `many customers are scored in batches as they are together`(name: String) throws {
    let folder = try TemporaryFolder()
    let model = try Self.model(in: folder)
    let (path, target) = (folder.path("all.parquet"), folder.path("scored.parquet"))
    try Self.table(path, name: name)
    let connection = try Connection()
    var wishes = ScoreWishes()
    (wishes.allMemberships, wishes.reasons) = (true, true)
    let summary = try connection.score(model, file: path, identifier: "customer", wishes, to: target)
    let written = try connection.query("SELECT * FROM '\(target)'")
    let values = try connection.featureValues(
      "'\(path)'", FeatureColumns(identifier: "customer", numeric: ["a", "b"], categories: ["plan"]), source: "all")
    let whole = try model.score(values, allMemberships: true, reasons: true)
    #expect(summary.rows == 130_000 && summary.report == whole.report)
    #expect(summary.sizes == whole.assignments.sizes(model.segments.k).segments)
    #expect(written.columns.map(\.name) == whole.assignments.table.columns.map(\.name))
    for (one, other) in zip(written.columns, whole.assignments.table.columns) {
      #expect(one.texts == other.texts, "\(one.name)")
    }
  }

  @Test func `a value that is no number is told by its row, however far down it stands, and nothing is written`() throws
  {
    let folder = try TemporaryFolder()
    let model = try Self.model(in: folder)
    let (path, target) = (folder.path("all.parquet"), folder.path("scored.parquet"))
    try Connection().execute(
      """
      COPY (SELECT i AS customer, CASE WHEN i = 125000 THEN CAST('inf' AS DOUBLE) ELSE i END AS a, 1.0 AS b
        FROM range(130000) AS t(i)) TO '\(path)' (FORMAT parquet)
      """)
    let error = #expect(throws: WarehouseError.self) {
      _ = try Connection().score(model, file: path, identifier: "customer", to: target)
    }
    #expect(error?.description.contains("125001") == true || error?.description.contains("125,001") == true)
    #expect(!FileManager.default.fileExists(atPath: target))
  }
}
