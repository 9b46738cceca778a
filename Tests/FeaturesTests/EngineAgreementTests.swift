import Features
import Foundation
import Randomness
import TestSupport
import Testing
import Warehouse

/// The same tables in DuckDB and in a PostgreSQL of the tests' own give the same features.
@Suite(.enabled(if: PostgreSQLServer.isPresent, Comment(rawValue: PostgreSQLServer.absence)))
struct `Features of PostgreSQL` {
  let place: Workplace

  init() throws { place = try Workplace() }

  /// The tables of `files`, by the names the project gives its sources.
  private func tables(_ project: Project, _ reader: Connection, asText: Bool) throws -> [(name: String, table: Table)] {
    try project.sources.map { source in
      guard case .file(let path) = source.origin else { throw WarehouseError.fileNotFound(path: source.name) }
      let table = try reader.open(file: path, relativeTo: project.folder)
      let texts = asText ? Set(source.columns.values.joined()) : []
      return (source.name, try reader.query("SELECT * FROM \(table.relation(asText: texts)) AS t"))
    }
  }

  /// Computes the features of `project` on `engine`, from tables loaded into it.
  private func features(
    _ project: Project, from tables: [(name: String, table: Table)], on engine: Connection
  ) throws -> Computed {
    var moved = project
    for (index, entry) in tables.enumerated() {
      try engine.load(entry.table, as: "raw_" + entry.name)
      moved.sources[index].origin = .table("raw_" + entry.name)
    }
    let sources = try SourceSet(moved, connection: engine)
    return try Computed(sources.features(FeaturePlan(sources)), sources)
  }

  @Test(arguments: [false, true])
  func `the grocer's features are those that DuckDB computes`(asText: Bool) throws {
    let embedded = try place.connection()
    let draft = try ProjectDraft(files: Samples.grocer, folder: place.folder, name: "grocer", connection: embedded)
    var project = try place.project(draft.yaml)
    project.asOf = CalendarDate("2017-10-31")
    let tables = try tables(project, embedded, asText: asText)
    let wanted = try features(project, from: tables, on: place.connection())
    let found = try features(project, from: tables, on: Connection(PostgreSQLServer.settings()))
    #expect(wanted.customers.count > 400 && wanted.names.count > 30)
    try found.expectEqual(wanted)
  }

  /// Small tables with what is easily told differently: text keys by language, returns, halves of cents, blanks,
  /// booleans, dates by pattern, lines without an order number, a customer whose every value is missing.
  @Test func `awkward tables give equal features`() throws {
    try place.write(
      "lines.csv",
      [
        "who,at,receipt,product,price,pieces", "Ämy,01/02/2024 10:00,r1,p1,1.005,1",
        "zed,28/02/2024 23:59,r2,p2,0.125,3",
        "amy,01/03/2024 00:00,,p3,2.675,1", "amy,01/03/2024 00:00,,p1,-1.5,1", "Zoe,05/03/2024 12:30,r3,p9,7,2",
        "b-e,06/03/2024 12:30,r4,p1,0.00042,100000", "be,07/03/2024 06:00,r5,p2,3.5,-2", " ,07/03/2024 06:00,r6,p2,1,1",
        "bf,08/03/2024 06:00,r7,p2,4,1",
      ])
    try place.write("goods.csv", ["product,kind", "p1,apple", "p2,Äpfel", "p3,Apple"])
    try place.write(
      "people.csv",
      [
        "who,member,born,height,town,level", "amy,true,1990-02-28,1.75,  Köln ,low", "zed,false,,,, high", "bf,,,,,",
        "Ämy,true,1980-01-01,1.6,\"it's\",odd",
      ])
    let project = try place.project(
      """
      as_of: 2024-03-07
      sources:
        lines:
          file: lines.csv
          role: transactions
          time_format: '%d/%m/%Y %H:%M'
          columns: {customer: who, time: at, order: receipt, product: product, price: price, quantity: pieces}
        goods: {file: goods.csv, role: products, columns: {product: product, category: kind}}
        people: {file: people.csv, role: customers, columns: {customer: who}}
      features:
        ordinal: {level: [low, high]}
      """)
    let embedded = try place.connection()
    let tables = try tables(project, embedded, asText: true)
    let wanted = try features(project, from: tables, on: place.connection())
    let found = try features(project, from: tables, on: Connection(PostgreSQLServer.settings()))
    // By their bytes, not by language.
    #expect(found.customers == ["Zoe", "amy", "b-e", "zed", "Ämy"])
    try found.expectEqual(wanted)
  }

  @Test(arguments: [1] as [UInt64]) func `a shop with sources of every role gives equal features`(_ seed: UInt64)
    throws
  {
    var random = RandomStream(seed: seed)
    try `As-of rule`.Shop(&random).write(place)
    let project = try place.project(`As-of rule`.Shop.yaml)
    let embedded = try place.connection()
    let tables = try tables(project, embedded, asText: true)
    let wanted = try features(project, from: tables, on: place.connection())
    let found = try features(project, from: tables, on: Connection(PostgreSQLServer.settings()))
    #expect(wanted.names.count > 100)
    try found.expectEqual(wanted)
  }

  @Test func `long names and divisions of one's own give equal features`() throws {
    let long = String(repeating: "very long category of goods ", count: 4)
    try place.write(
      "lines.csv",
      ["c,t,a,k,h"]
        + (0..<12).map {
          "\($0 % 4),2024-01-\(10 + $0),\($0),\(long)\($0 % 3),\($0 % 2 == 0 ? long + "x" : long + "y")"
        })
    let project = try place.project(
      """
      as_of: 2024-01-31
      sources:
        lines: {file: lines.csv, role: transactions, columns: {customer: c, time: t, amount: a, category: k, channel: h}}
      features:
        rules:
          - {name: odd_lines, count: lines, sql: 'amount / (amount - 4) > 1', at_least: 1}
        expressions:
          - {name: per_day, sql: 'orders / (recency_days - 10)'}
          - {name: mean_lines, over: lines, sql: 'count(*) / count(DISTINCT category) + count(*) % 2'}
          - {name: none, over: lines, sql: 'sum(amount) / count(*) FILTER (WHERE amount > 100)'}
      """)
    let tables = try tables(project, place.connection(), asText: true)
    let wanted = try features(project, from: tables, on: place.connection())
    let found = try features(project, from: tables, on: Connection(PostgreSQLServer.settings()))
    #expect(wanted.names.contains { $0.utf8.count == 63 })
    #expect(try wanted.number("none", "0") == nil && wanted.number("mean_lines", "1") == 2)
    try found.expectEqual(wanted)
  }

  @Test func `what own SQL meets in the rows, and levels that no row has, are told as on DuckDB`() throws {
    try place.write(
      "lines.csv",
      ["c,t,a,k"] + (0..<8).map { "\($0 % 4),2024-01-1\($0),\($0),\(["Äpfel", "apples", "Zebras"][$0 % 3])" })
    let yaml = """
      as_of: 2024-01-31
      sources:
        lines: {file: lines.csv, role: transactions, columns: {customer: c, time: t, amount: a, category: k}}
      features:
        rules: [{name: r, count: lines, where: 'category in [aples, Pears]', at_least: 1}]

      """
    let project = try place.project(yaml)
    let tables = try tables(project, place.connection(), asText: true)
    let server = try Connection(PostgreSQLServer.settings())
    let wanted = try features(project, from: tables, on: place.connection())
    try features(project, from: tables, on: server).expectEqual(wanted)
    let told = wanted.quality.notes.filter { $0.hasPrefix("no row of lines") }
    #expect(told.count == 2 && told.first?.hasSuffix("is it 'apples'?") == true)
    #expect(told.last?.hasSuffix("there are: 'Zebras', 'apples', 'Äpfel'") == true, "\(told)")
    var faulty = try place.project(
      yaml + "  expressions:\n    - {name: x, over: lines, sql: 'sum(CAST(category AS INT))'}\n")
    faulty.sources[0].origin = .table("raw_lines")
    let sources = try SourceSet(faulty, connection: server)
    let error = #expect(throws: ProjectError.self) { _ = try sources.features(FeaturePlan(sources)) }
    #expect(error?.line == 7 && error?.reason.contains("'x' cannot be computed") == true)
    #expect(error?.reason.contains("Zebras") == false && error?.reason.contains("apples") == false)
  }

  @Test func `a cell that cannot be read is named with its row`() throws {
    let server = try Connection(PostgreSQLServer.settings())
    try server.load(
      Table([
        Column(name: "c", values: .texts(["1", "2"])), Column(name: "t", values: .texts(["2024-01-01", "2024-02-30"])),
        Column(name: "a", values: .texts(["1", "2"])),
      ]), as: "orders")
    let project = try place.project(Workplace.orders().replacing("file: orders.csv", with: "table: orders"))
    do {
      _ = try SourceSet(project, connection: server)
      Issue.record("read it")
    } catch WarehouseError.badCell(let source, let row, let column, _) {
      #expect(source == "orders" && row == 2 && column == "t")
    }
  }

  @Test func `a project file names the server, and features are written here`() throws {
    let settings = PostgreSQLServer.settings()
    let project = try place.project(
      "engine: {name: postgresql, database: '\(settings.database ?? "")'}\n" + Workplace.orders())
    #expect(project.engine.name == "postgresql" && project.engine.database == settings.database)
    let server = try Connection(settings)
    try server.load(
      Table([
        Column(name: "c", values: .integers([1, 1])), Column(name: "t", values: .dates([19_723, 19_733])),
        Column(name: "a", values: .reals([1.5, 2])),
      ]), as: "orders")
    let moved = try place.project(Workplace.orders().replacing("file: orders.csv", with: "table: orders"))
    let sources = try SourceSet(moved, connection: server)
    let files = StagedFiles()
    let rows = try sources.write(FeaturePlan(sources), to: place.path("f.parquet"), in: files)
    try files.commit()
    let embedded = try place.connection()
    let read = try embedded.query("SELECT * FROM \(embedded.open(file: place.path("f.parquet")).relation) AS t")
    #expect(rows == 1 && read["orders"]?.doubles == [2] && read["monetary"]?.doubles == [3.5])
    #expect(FileManager.default.fileExists(atPath: place.path("f.dictionary.csv")))
  }
}
