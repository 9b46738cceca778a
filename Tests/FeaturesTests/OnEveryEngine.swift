import Features
import Foundation
import TestSupport
import Testing
import Warehouse

/// The engine that computes what a test asks of its ``Workplace``.
enum TestEngine: Sendable {
  /// Embedded, reading the test's files.
  case duckDB
  /// The tests' own server, in which the tables of those files stand.
  case postgreSQL

  @TaskLocal static var current = TestEngine.duckDB
}

/// Runs each test on DuckDB and then, where one can be started, on a real PostgreSQL: the same tables, the same values
/// wanted. ``Workplace/features(_:threads:)`` also compares all features with DuckDB's there.
///
/// Without a server the tests run on DuckDB alone; the suite `Features of PostgreSQL` is skipped then and says why. A test
/// about files or about DuckDB itself, in a suite with this trait, is tagged `duckDBAlone`.
struct OnEveryEngine: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await function()
    guard !test.tags.contains(.duckDBAlone), PostgreSQLServer.isPresent else { return }
    let naming = IssueHandlingTrait.compactMapIssues { issue in
      var issue = issue
      issue.comments.append("on PostgreSQL")
      return issue
    }
    try await TestEngine.$current.withValue(.postgreSQL) {
      try await naming.provideScope(for: test, testCase: testCase, performing: function)
    }
  }
}

extension Trait where Self == OnEveryEngine {
  /// See ``OnEveryEngine``.
  static var onEveryEngine: Self { Self() }
}

extension Tag {
  /// Of a test that ``OnEveryEngine`` runs on DuckDB alone.
  @Tag static var duckDBAlone: Self
}

extension Workplace {
  /// The sources of the project that `yaml` describes, opened by the engine of the test.
  func sources(_ yaml: String, asOf: CalendarDate? = nil, threads: Int? = nil) throws -> SourceSet {
    try sources(project(yaml), asOf: asOf, threads: threads)
  }

  func sources(_ project: Project, asOf: CalendarDate? = nil, threads: Int? = nil) throws -> SourceSet {
    guard TestEngine.current == .postgreSQL else {
      return try SourceSet(project, connection: connection(threads: threads), asOf: asOf)
    }
    let server = try Connection(PostgreSQLServer.settings())
    var moved = project
    try move(&moved, to: server)
    return try SourceSet(moved, connection: server, asOf: asOf)
  }

  /// What messages call the file `name` of a source called like it: a server has a table of it instead.
  func shown(_ name: String) -> String {
    TestEngine.current == .duckDB ? name : "raw_" + name.prefix { $0 != "." }
  }

  /// Loads the files and queries of `project` into `engine`, and reads the tables there from now on: columns that mean
  /// something as they are written, so that both engines read them alike; with their own types where a condition is on
  /// them.
  func move(_ project: inout Project, to engine: Connection) throws {
    let reader = try connection()
    for (index, source) in project.sources.enumerated() {
      let table =
        switch source.origin {
        case .file(let path): try reader.open(file: path, relativeTo: project.folder, encoding: source.encoding)
        case .query(let sql): try reader.open(query: sql, name: source.name)
        case .table(let name): try reader.open(table: name)
        }
      // A year of birth is a number, a date of birth a date.
      let written = source.columns.filter { $0.key != .birth }
      let texts = source.condition == nil ? Set(written.values.joined()) : []
      try engine.load(
        reader.query("SELECT * FROM \(table.relation(asText: texts)) AS t"), as: "raw_" + source.name)
      project.sources[index].origin = .table("raw_" + source.name)
      project.sources[index].encoding = nil
      if !texts.isEmpty, source.timeFormat == nil, let time = source.column(.time) {
        project.sources[index].timeFormat = table.timeFormat(time)
      }
    }
  }
}

extension Computed {
  /// Expects the same features of the same customers, equal to 1e-9 of their size, and the same report on the data.
  func expectEqual(_ wanted: Computed) throws {
    #expect(names == wanted.names)
    #expect(customers == wanted.customers)
    #expect(asOf == wanted.asOf)
    #expect(quality == wanted.quality)
    guard names == wanted.names, customers == wanted.customers else { return }
    for definition in wanted.plan.definitions {
      if definition.kind == .category {
        let columns = [self, wanted].map { $0.values.categories.first { $0.name == definition.name }?.texts }
        #expect(columns[0] == columns[1], "\(definition.name)")
        continue
      }
      let a = try #require(values.numeric(definition.name), "\(definition.name)")
      let b = try #require(wanted.values.numeric(definition.name))
      let wrong = zip(a, b).count { $0.isNaN != $1.isNaN || abs($0 - $1) > 1e-9 * max(abs($0), abs($1)) }
      #expect(wrong == 0, "\(definition.name) differs for \(wrong) customers")
    }
  }
}
