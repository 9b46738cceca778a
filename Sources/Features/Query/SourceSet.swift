internal import Foundation
public import Warehouse

/// Every source of a project, opened in an engine, cleaned and cut at the as-of date.
///
/// ``visible(_:)`` is the only way to a source's rows, and it is what places the as-of filter: no family can see a row
/// that happened later.
public struct SourceSet {
  let connection: Connection
  let project: Project
  /// The last day whose records may be used.
  public let asOf: CalendarDate
  /// How customers are told apart in these sources.
  public let key: CustomerKey
  /// What was read, and what was left out.
  public private(set) var quality = DataQuality()
  private(set) var surveys: [String: SourceSurvey] = [:]
  private let prepared: [String: PreparedSource]
  /// Numbers what is made in an engine, so that two dates or projects on one connection stay apart.
  static let numbers = Numbering()

  /// Opens, parses and counts the sources of `project`. Text files are parsed once, into the scratch folder.
  /// - Throws: ``WarehouseError`` for missing files and columns and for cells that cannot be read;
  ///   ``ProjectError`` when the sources do not fit together.
  public init(_ project: Project, connection: Connection, asOf: CalendarDate? = nil) throws {
    self.connection = connection
    self.project = project
    try SourceSet.checkRoles(project)
    var tables: [String: TableSource] = [:]
    for source in project.sources { tables[source.name] = try SourceSet.open(source, in: project, connection) }
    let keys = try SourceSet.keyForms(project, tables)
    key = keys[.customer] ?? .text
    var prepared: [String: PreparedSource] = [:]
    var parsers: [String: SourceParser] = [:]
    let set = SourceSet.numbers.next()
    for (index, source) in project.sources.enumerated() {
      guard let table = tables[source.name] else { continue }
      var parser = SourceParser(source, table, dialect: connection.dialect, keys: keys)
      prepared[source.name] = try SourceSet.prepare(
        &parser, in: project, view: "tessera_source_\(set)_\(index)", connection)
      parsers[source.name] = parser
    }
    self.prepared = prepared
    quality.notes = try SourceSet.unlistedLevels(project, prepared, connection)
    self.asOf = try asOf ?? project.asOf ?? SourceSet.latestDay(project, prepared, connection)
    for source in project.sources {
      guard let ready = prepared[source.name], let parser = parsers[source.name] else { continue }
      surveys[source.name] = try survey(ready, parser)
      try checkUnique(source, parser)
    }
    quality.sources = project.sources.compactMap { surveys[$0.name]?.count }
    for (name, survey) in surveys.sorted(by: { $0.key < $1.key }) {
      guard let days = survey.silentDays, days > 31 else { continue }
      quality.notes.append(
        "the last row of \(name) is \(days) days before \(self.asOf), from which recency counts; check as_of if the "
          + "data should reach further")
    }
  }

  /// The first instant after the as-of date, as SQL.
  private var cutoff: String { "TIMESTAMP '\(CalendarDate(daysSince1970: asOf.daysSince1970 + 1)) 00:00:00'" }

  /// The as-of date, as SQL.
  var asOfLiteral: String { "DATE '\(asOf)'" }

  /// The rows of `source` that belong to a customer and were known at the as-of date, as a query.
  ///
  /// A source without a time column is timeless: lookups and attributes, whose rows say what is always so.
  func visible(_ source: Source) -> String {
    guard let ready = prepared[source.name] else { return "SELECT 1 WHERE FALSE" }
    var conditions: [String] = []
    if source.role != .products { conditions.append("customer IS NOT NULL") }
    if isTimed(source) { conditions.append("ts < \(cutoff)") }
    if source.role == .transactions, source.column(.amount) != nil || source.column(.price) != nil {
      conditions.append("amount IS NOT NULL")
    }
    let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
    return "SELECT * FROM \(timed(ready)) AS rows_of_source\(filter)"
  }

  /// The parsed rows with their time: contacts without one of their own take the start of their campaign.
  private func timed(_ ready: PreparedSource) -> String {
    guard ready.source.role == .campaigns, ready.source.column(.time) == nil,
      let calendar = project.sources(.campaignCalendar).first.flatMap({ prepared[$0.name] })
    else { return ready.relation }
    return """
      (SELECT contact.customer, contact.campaign, start.ts FROM \(ready.relation) AS contact
        LEFT JOIN (SELECT campaign, min(ts) AS ts FROM \(calendar.relation) AS k GROUP BY campaign) AS start
          ON start.campaign = contact.campaign)
      """
  }

  /// Whether rows of `source` carry a time (their own, or their campaign's).
  private func isTimed(_ source: Source) -> Bool {
    switch source.role {
    case .transactions, .events, .campaigns: true
    case .customers: source.column(.time) != nil
    case .products, .campaignCalendar: false
    }
  }

  func attributes(_ source: Source) -> [AttributeColumn] { prepared[source.name]?.attributes ?? [] }

  // MARK: Opening

  private static func checkRoles(_ project: Project) throws(ProjectError) {
    for role in [SourceRole.transactions, .products, .campaignCalendar] where project.sources(role).count > 1 {
      throw ProjectError(
        file: project.file, line: project.sources(role).last?.line,
        reason: "there is more than one source of role \(role.rawValue); put them into one, for instance with "
          + "'query: SELECT … UNION ALL SELECT …'.")
    }
    // Their names become names in SQL, where case does not tell names apart.
    var names: Set<String> = []
    for source in project.sources where !names.insert(source.name.lowercased()).inserted {
      throw ProjectError(
        file: project.file, line: source.line,
        reason: "two sources are called '\(source.name)', but for capital letters; give one another name.")
    }
    for source in project.sources(.campaigns)
    where source.column(.time) == nil && project.sources(.campaignCalendar).isEmpty {
      throw ProjectError(
        file: project.file, line: source.line,
        reason: "source '\(source.name)' does not say when its contacts happened; name its 'time' column, or add a "
          + "source of role campaign_calendar.")
    }
  }

  static func open(
    _ source: Source, in project: Project, _ connection: Connection
  ) throws(WarehouseError) -> TableSource {
    let table =
      switch source.origin {
      case .file(let path): try connection.open(file: path, relativeTo: project.folder, encoding: source.encoding)
      case .table(let name): try connection.open(table: name)
      case .query(let sql): try connection.open(query: sql, name: "the query of source '\(source.name)'")
      }
    let named = ColumnRole.allCases.flatMap { source.columns[$0] ?? [] } + (source.attributes ?? [])
    for name in named { _ = try table.column(name) }
    return table
  }

  /// For each kind of identifier, whether every source has it as a whole number, so that it can be compared as one.
  private static func keyForms(
    _ project: Project, _ tables: [String: TableSource]
  ) throws(WarehouseError) -> [ColumnRole: CustomerKey] {
    var forms: [ColumnRole: CustomerKey] = [:]
    for source in project.sources {
      guard let table = tables[source.name] else { continue }
      for role in [ColumnRole.customer, .order, .product, .store, .campaign] {
        guard let column = source.column(role) else { continue }
        let described = try table.column(column)
        // Unsigned and very wide numbers (hashes, mostly) have no place among 64-bit integers.
        let isWhole =
          described.kind == .integer && !["UBIGINT", "HUGEINT", "UHUGEINT"].contains(described.type)
          && !table.isText(column, asText: [column])
        forms[role] = isWhole && forms[role] != .text ? .integer : .text
      }
    }
    return forms
  }

  private static func latestDay(
    _ project: Project, _ prepared: [String: PreparedSource], _ connection: Connection
  ) throws -> CalendarDate {
    let timed = project.sources(.transactions) + project.sources(.events)
    guard let source = timed.first, let ready = prepared[source.name] else {
      throw ProjectError(
        file: project.file, reason: "without transactions or events, 'as_of' must say for which day features are made.")
    }
    let last = try connection.query("SELECT CAST(max(ts) AS DATE) AS day FROM \(ready.relation) AS t")
    guard case .dates(let days)? = last["day"]?.values, let day = days.first, last["day"]?.isMissing(0) == false else {
      throw ProjectError(
        file: project.file, line: source.line,
        reason: "source '\(source.name)' has no row with a time, so there is nothing to make features of. "
          + "Check its file, its 'time' column and 'where'.")
    }
    return CalendarDate(daysSince1970: Int(day))
  }

  // MARK: Parsing

  private static func prepare(
    _ parser: inout SourceParser, in project: Project, view: String, _ connection: Connection
  ) throws -> PreparedSource {
    let source = parser.source
    let table = parser.table
    var attributes: [AttributeColumn] = []
    switch source.role {
    case .transactions:
      parser.selectKey(.customer, as: "customer")
      try parser.selectTime()
      try parser.selectOrder()
      try parser.selectMoney()
      for role in [ColumnRole.product, .category, .store] { parser.selectKey(role, as: role.rawValue) }
    case .products:
      parser.selectKey(.product, as: "product")
      parser.selectKey(.category, as: "category")
    case .customers:
      parser.selectKey(.customer, as: "customer")
      try parser.selectTime()
      attributes = try selectAttributes(source, table, project.features, &parser)
    case .events:
      parser.selectKey(.customer, as: "customer")
      try parser.selectTime()
    case .campaigns:
      parser.selectKey(.customer, as: "customer")
      parser.selectKey(.campaign, as: "campaign")
      try parser.selectTime()
    case .campaignCalendar:
      parser.selectKey(.campaign, as: "campaign")
      try parser.selectTime()
    }
    try checkCondition(parser, project: project, connection)
    let relation = try SourceSet.place(parser.sql, table, view: view, connection)
    return PreparedSource(
      source: source, table: table, relation: relation, checks: parser.checks, attributes: attributes)
  }

  /// Makes the parsed rows readable as often as needed: text is parsed once into Parquet, anything else is a view.
  private static func place(
    _ sql: String, _ table: TableSource, view name: String, _ connection: Connection
  ) throws(WarehouseError) -> String {
    let view = SQL.identifier(name)
    guard table.isSlowToRead else {
      try connection.execute("CREATE OR REPLACE TEMP VIEW \(view) AS \(sql)", reading: table.name)
      return view
    }
    let copy = connection.scratchFolder.appendingPathComponent("\(name).parquet").path
    try connection.execute("COPY (\(sql)) TO \(SQL.literal(copy)) (FORMAT parquet)", reading: table.name)
    try connection.execute(
      "CREATE OR REPLACE TEMP VIEW \(view) AS SELECT * FROM read_parquet(\(SQL.literal(copy)))", reading: table.name)
    return view
  }

  private static func selectAttributes(
    _ source: Source, _ table: TableSource, _ settings: FeatureSettings, _ parser: inout SourceParser
  ) throws(WarehouseError) -> [AttributeColumn] {
    let taken = Set(source.columns.values.joined())
    let names = source.attributes ?? table.columns.map(\.name).filter { !taken.contains($0) }
    var attributes: [AttributeColumn] = []
    for name in names where !attributes.contains(where: { $0.name == name }) {
      let column = try table.column(name)
      let raw = SQL.identifier(name)
      let place = PreparedSource.attributeColumn(name)
      let form: AttributeColumn.Form
      if let levels = settings.ordinal[name] {
        form = .ordered(levels)
        parser.select("nullif(trim(\(parser.dialect.asText(raw))), '') AS \(place)")
      } else if column.kind.isNumeric {
        form = .number
        parser.select("\(parser.dialect.asReal(raw)) AS \(place)")
      } else if column.kind == .date || column.kind == .time {
        form = .date
        parser.select("CAST(\(raw) AS DATE) AS \(place)")
      } else {
        form = .text
        parser.select("nullif(trim(\(parser.dialect.asText(raw))), '') AS \(place)")
      }
      attributes.append(AttributeColumn(name: name, form: form))
    }
    return attributes
  }

  // MARK: Checking

  /// Whether the engine understands the source's condition, before any row is read.
  private static func checkCondition(_ parser: SourceParser, project: Project, _ connection: Connection) throws {
    guard let probe = parser.conditionProbe else { return }
    do {
      try connection.execute(probe, reading: parser.table.name)
    } catch WarehouseError.statement(let reason) {
      throw ProjectError(
        file: project.file, line: parser.source.line,
        reason:
          "the 'where' of source '\(parser.source.name)' cannot be used: \(reason). It is an SQL condition on the "
          + "columns of \(parser.table.name); names stand in double quotes, texts in single ones.")
    }
  }

  /// A source of attributes has one row a customer, of those known at the as-of date.
  private func checkUnique(_ source: Source, _ parser: SourceParser) throws(WarehouseError) {
    guard source.role == .customers, let ready = prepared[source.name], let column = source.column(.customer) else {
      return
    }
    let repeated = try connection.query(
      """
      SELECT count(*) AS customers FROM (SELECT customer FROM (\(visible(source))) AS t
        GROUP BY customer HAVING count(*) > 1) AS repeats
      """)
    let customers = Int(repeated["customers"]?.doubles?.first ?? 0)
    guard customers > 0 else { return }
    let row = try connection.query(parser.firstRepeatedRow, reading: ready.table.name)
    throw .badCell(
      source: ready.table.name, row: row["row_index"]?.doubles?.first.map { Int($0) }, column: column,
      needed: "one row a customer (\(customers) \(customers == 1 ? "customer has" : "customers have") more)")
  }

  /// Levels of ordered attributes that `ordinal` does not list, and so count as missing: a sentence an attribute.
  private static func unlistedLevels(
    _ project: Project, _ prepared: [String: PreparedSource], _ connection: Connection
  ) throws(WarehouseError) -> [String] {
    var notes: [String] = []
    for source in project.sources(.customers) {
      guard let ready = prepared[source.name] else { continue }
      for attribute in ready.attributes {
        guard case .ordered(let levels) = attribute.form else { continue }
        let name = PreparedSource.attributeColumn(attribute.name)
        let found = try connection.query(
          "SELECT count(*) AS unlisted FROM \(ready.relation) AS t WHERE \(name) NOT IN (\(SQL.literals(levels)))")
        guard let rows = found["unlisted"]?.doubles?.first, rows > 0 else { continue }
        notes.append(
          "\(Int(rows)) rows of \(source.name) have a level of '\(attribute.name)' that 'ordinal' does not list; they "
            + "count as missing")
      }
    }
    return notes
  }

  /// Counts everything there is to know of one source's rows in a single pass.
  /// - Throws: ``WarehouseError/badCell(source:row:column:needed:)`` when a cell could not be read.
  private func survey(_ ready: PreparedSource, _ parser: SourceParser) throws(WarehouseError) -> SourceSurvey {
    let source = ready.source
    var reasons: [(reason: String, condition: String)] = []
    if source.column(.customer) != nil { reasons.append(("no customer", "customer IS NULL")) }
    if isTimed(source) {
      let hasOwnTime = source.column(.time) != nil
      reasons.append((hasOwnTime ? "no date" : "of a campaign without a start", "ts IS NULL"))
      reasons.append(("after \(asOf)", "ts >= \(cutoff)"))
    }
    if source.role == .transactions, source.column(.amount) != nil || source.column(.price) != nil {
      reasons.append(("no amount", "amount IS NULL"))
    }
    var kept = "TRUE"
    var counts: [String] = ["count(*) AS rows_read"]
    for (index, reason) in reasons.enumerated() {
      counts.append("count(*) FILTER (WHERE \(kept) AND (\(reason.condition))) AS reason_\(index)")
      kept += " AND NOT coalesce(\(reason.condition), FALSE)"
    }
    for check in ready.checks { counts.append("count(*) FILTER (WHERE \(check.flag)) AS \(check.flag)") }
    if source.role == .transactions {
      counts.append("count(*) FILTER (WHERE \(kept) AND \(PurchaseRows.isReturn)) AS returned")
      counts.append("count(*) FILTER (WHERE \(kept) AND ts <> CAST(CAST(ts AS DATE) AS TIMESTAMP)) AS timed")
      counts.append(
        "sum(abs(\(connection.dialect.asReal("amount")))) + sum(\(connection.dialect.asReal("discount"))) AS volume")
      counts.append("CAST(max(ts) FILTER (WHERE ts < \(cutoff)) AS DATE) AS last_day")
    }
    let table = try connection.query(
      "SELECT \(counts.joined(separator: ", ")) FROM \(timed(ready)) AS t", reading: ready.table.name)
    func number(_ name: String) -> Int { Int(table[name]?.doubles?.first ?? 0) }
    for check in ready.checks where number(check.flag) > 0 {
      let row = try connection.query(parser.firstBadRow(check.flag), reading: ready.table.name)
      throw .badCell(
        source: ready.table.name, row: row["row_index"]?.doubles?.first.map { Int($0) }, column: check.column,
        needed: check.needed)
    }
    var silence: Int?
    if case .dates(let days)? = table["last_day"]?.values, let day = days.first,
      table["last_day"]?.isMissing(0) == false
    {
      silence = asOf.daysSince1970 - Int(day)
    }
    let leftOut = reasons.enumerated().map {
      DataQuality.Reason(reason: $1.reason, rows: number("reason_\($0)"))
    }.filter { $0.rows > 0 }
    let read = number("rows_read")
    return SourceSurvey(
      count: DataQuality.SourceCount(
        source: source.name, role: source.role, rowsRead: read, rowsUsed: read - leftOut.reduce(0) { $0 + $1.rows },
        leftOut: leftOut),
      returnedRows: number("returned"), rowsWithTimeOfDay: number("timed"),
      volume: table["volume"]?.doubles?.first.flatMap { $0.isFinite ? $0 : nil } ?? 0,
      silentDays: silence)
  }
}

/// What one pass over a source's rows counted.
struct SourceSurvey {
  let count: DataQuality.SourceCount
  /// Transactions: usable rows with a negative amount or quantity.
  let returnedRows: Int
  /// Transactions: usable rows whose time is not midnight.
  let rowsWithTimeOfDay: Int
  /// Transactions: about the sum of all amounts without their signs, and of all discounts.
  let volume: Double
  /// Transactions: days from the last usable row to the as-of date.
  let silentDays: Int?
}
