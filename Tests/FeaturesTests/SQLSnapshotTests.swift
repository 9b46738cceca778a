import Features
import Foundation
import Testing
import Warehouse

/// Everything that a project asks of an engine, statement by statement, in each dialect: files in `Snapshots`.
///
/// `TESSERA_RECORD=1` writes them anew, and fails the run, so that a recording is never taken for a test.
@Suite struct `SQL of a project` {
  /// Sources like those of a grocer, as a server describes its tables.
  static let tables: [String: [(name: String, type: String)]] = [
    "transactions": [
      ("household_id", "integer"), ("store_id", "integer"), ("basket_id", "bigint"), ("product_id", "integer"),
      ("quantity", "double"), ("sales_value", "double"), ("retail_disc", "double"), ("coupon_disc", "double"),
      ("transaction_timestamp", "timestamp"),
    ],
    "products": [("product_id", "integer"), ("department", "varchar"), ("brand", "varchar")],
    "demographics": [
      ("household_id", "integer"), ("age", "varchar"), ("income", "varchar"), ("household_size", "integer"),
      ("is_owner", "boolean"), ("since", "date"),
    ],
    "campaigns": [("campaign_id", "varchar"), ("household_id", "integer")],
    "campaign_descriptions": [("campaign_id", "varchar"), ("start_date", "date")],
    "redemptions": [("household_id", "integer"), ("coupon", "varchar"), ("at", "varchar")],
  ]

  static let yaml = """
    as_of: 2017-12-31
    sources:
      transactions:
        table: transactions
        role: transactions
        where: '"quantity" < 10000'
        columns:
          customer: household_id
          time: transaction_timestamp
          order: basket_id
          product: product_id
          store: store_id
          amount: sales_value
          quantity: quantity
          discount: [retail_disc, coupon_disc]
      products: {table: products, role: products, columns: {product: product_id, category: department, brand: brand}}
      demographics: {table: demographics, role: customers, columns: {customer: household_id}}
      campaigns: {table: campaigns, role: campaigns, columns: {customer: household_id, campaign: campaign_id}}
      campaign_descriptions:
        table: campaign_descriptions
        role: campaign_calendar
        columns: {campaign: campaign_id, time: start_date}
      redemptions:
        table: redemptions
        role: events
        time_format: '%d/%m/%Y %H:%M'
        columns: {customer: household_id, time: at, type: coupon}
    features:
      ordinal: {income: [low, middle, high]}
    """

  /// What an engine answers where the plan depends on it.
  static func answer(_ sql: String) -> Table {
    if sql.hasPrefix("DESCRIBE") || sql.contains("FROM pg_attribute") {
      // PostgreSQL's probe was made of the table by the statement before; its name is all that matters.
      let table = described(sql)
      return Table([
        Column(name: "column_name", values: .texts(table.map(\.name))),
        Column(name: "column_type", values: .texts(table.map(\.type))),
      ])
    }
    if sql.contains("AS rows_read") {
      return Table([
        Column(name: "rows_read", values: .integers([1000])), Column(name: "returned", values: .integers([10])),
        Column(name: "timed", values: .integers([900])), Column(name: "volume", values: .reals([5000])),
      ])
    }
    if sql.contains("AS reached") {
      return Table([
        Column(name: "category", values: .texts(["GROCERY", "MEN'S", ""]), missing: [false, false, true]),
        Column(name: "reached", values: .integers([9, 5, 1])),
      ])
    }
    return Table([])
  }

  /// The columns of the table that `sql` asks of; the longest name that it holds, quoted.
  private static func described(_ sql: String) -> [(name: String, type: String)] {
    tables.first { sql.contains("\"\($0.key)\"") }?.value ?? []
  }

  /// Collects statements as they come, with what chance puts into them taken out.
  final class Log {
    var statements: [String] = []
    private var probed = ""

    func hear(_ sql: String) -> Table {
      if sql.hasPrefix("CREATE TEMP VIEW \"tessera_probe_") { probed = sql }
      statements.append(sql)
      return SQLSnapshotSuite.answer(sql.contains("FROM pg_attribute") ? sql + probed : sql)
    }

    var text: String {
      statements.joined(separator: ";\n\n").replacing(/tessera_probe_[0-9A-Fa-f]{8}/, with: "tessera_probe")
        .replacing(/tessera_(source|features|buyers|choices|orders)_[0-9]+/) { "tessera_\($0.output.1)" } + ";\n"
    }
  }

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Snapshots")

  @Test(arguments: ["duckdb", "postgresql", "spark"])
  func `each engine is asked in its own words`(_ name: String) throws {
    let dialect = try #require(Dialect.named(name))
    let log = Log()
    let connection = try Connection(rehearsing: dialect) { log.hear($0) }
    let project = try Project(yaml: Self.yaml, file: "tessera.yml", folder: Self.folder)
    let sources = try SourceSet(project, connection: connection)
    let plan = try FeaturePlan(sources)
    // Nobody answers how many customers there are, so the table ends in there being none: after it was asked for.
    #expect(throws: ProjectError.self) { try sources.features(plan) }
    #expect(plan.definitions.count > 30)
    // What the sources keep is dropped with them.
    let text = withExtendedLifetime(sources) { log.text }
    let file = Self.folder.appendingPathComponent("project.\(name).sql")
    if ProcessInfo.processInfo.environment["TESSERA_RECORD"] != nil {
      try Data(text.utf8).write(to: file)
      Issue.record("recorded \(file.lastPathComponent)")
      return
    }
    let wanted = try String(contentsOf: file, encoding: .utf8).split(separator: ";\n\n")
    let found = text.split(separator: ";\n\n")
    for (index, statement) in found.enumerated() {
      let other = wanted.indices.contains(index) ? wanted[index] : "(none)"
      try #require(statement == other, "statement \(index + 1) of \(file.lastPathComponent)")
    }
    #expect(found.count == wanted.count)
  }
}

private typealias SQLSnapshotSuite = `SQL of a project`
