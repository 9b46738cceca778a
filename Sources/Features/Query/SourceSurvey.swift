internal import Foundation
internal import Warehouse

/// What the rows of a source hold, counted before any feature is made of them.
extension SourceSet {
  /// Whether the engine understands the source's condition, before any row is read.
  static func checkCondition(_ parser: SourceParser, project: Project, _ connection: Connection) throws {
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

  /// A source of attributes has one row for what it is of, of those known at the as-of date: a customer, a key, a company.
  /// Where rows carry a time, one row at each.
  func checkUnique(_ ready: PreparedSource, _ parser: SourceParser) throws(WarehouseError) {
    let source = ready.source
    let (role, one, many): (ColumnRole, String, String)
    switch source.role {
    case .customers: (role, one, many) = (.customer, "customer", "customers")
    case .surveys where source.column(.question) == nil: (role, one, many) = (.customer, "customer", "customers")
    case .lookups: (role, one, many) = (.key, "key", "keys")
    case .companies: (role, one, many) = (.company, "company", "companies")
    default: return
    }
    guard let column = source.column(role) else { return }
    let keys = role.rawValue + (source.column(.time) == nil ? "" : ", ts")
    let repeated = try connection.query(
      """
      SELECT count(DISTINCT \(role.rawValue)) AS repeated, count(*) AS places
      FROM (SELECT \(keys) FROM (\(visible(source))) AS t WHERE \(role.rawValue) IS NOT NULL
        GROUP BY \(keys) HAVING count(*) > 1) AS repeats
      """)
    let count = repeated.number("repeated")
    guard count > 0 else { return }
    let row = try connection.query(try parser.firstRepeatedRow(role, before: cutoff), reading: ready.table.name)
    let who = "\(count) \(count == 1 ? "\(one) has" : "\(many) have") more"
    let times = repeated.number("places")
    throw .badCell(
      source: ready.table.name, row: row["row_index"]?.doubles?.first.flatMap { $0.isFinite ? Int($0) : nil },
      column: column,
      needed: source.column(.time) == nil
        ? "one row a \(one) (\(who))"
        : "one row a \(one) and time (\(who), at \(times) time\(times == 1 ? "" : "s") in all)")
  }

  /// Levels of ordered attributes that `ordinal` does not list, and so count as missing: a sentence an attribute.
  static func unlistedLevels(
    _ project: Project, _ prepared: [String: PreparedSource], _ connection: Connection
  ) throws(WarehouseError) -> [String] {
    var notes: [String] = []
    for source in project.sources where source.role.hasAttributes {
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
        let stated = levels.map { NamedLevel(column: attribute.name, sql: name, value: $0, namer: "'ordinal'") }
        notes += try connection.absent(stated, from: "\(ready.relation) AS t", of: source.name)
      }
    }
    return notes
  }

  /// Counts everything there is to know of one source's rows in a single pass.
  /// - Throws: ``WarehouseError/badCell(source:row:column:needed:)`` when a cell could not be read.
  /// - Parameter relation: the source's rows, all of them, with their times.
  func survey(
    _ ready: PreparedSource, _ parser: SourceParser, rows relation: String
  ) throws(WarehouseError) -> SourceSurvey {
    let source = ready.source
    var reasons: [(reason: String, condition: String)] = []
    if source.role.isOfCustomers {
      reasons.append(
        (source.column(.visitor) == nil ? "no customer" : "of a visitor not known as a customer", "customer IS NULL"))
    }
    if isTimed(source) {
      let hasOwnTime = source.column(.time) != nil
      reasons.append((hasOwnTime ? "no date" : SourceSurvey.noStart, "ts IS NULL"))
      // What follows the as-of date is what experiments are to tell.
      if source.role != .experiments { reasons.append(("after \(asOf)", "ts >= \(cutoff)")) }
    }
    if source.role == .transactions, source.column(.amount) != nil || source.column(.price) != nil {
      reasons.append(("no amount", "amount IS NULL"))
    }
    if source.role == .experiments { reasons.append(("no treatment", "treatment IS NULL")) }
    var kept = "TRUE"
    var counts: [String] = ["count(*) AS rows_read"]
    for (index, reason) in reasons.enumerated() {
      counts.append("count(*) FILTER (WHERE \(kept) AND (\(reason.condition))) AS reason_\(index)")
      kept += " AND NOT coalesce(\(reason.condition), FALSE)"
    }
    if isTimed(source) {
      let placeholders =
        "ts < TIMESTAMP '1900-01-02 00:00:00' OR "
        + "(ts >= TIMESTAMP '1970-01-01 00:00:00' AND ts < TIMESTAMP '1970-01-02 00:00:00')"
      counts.append("count(*) FILTER (WHERE \(kept) AND (\(placeholders))) AS implausible")
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
      "SELECT \(counts.joined(separator: ", ")) FROM \(relation) AS t", reading: ready.table.name)
    func number(_ name: String) -> Int { Int(table[name]?.doubles?.first ?? 0) }
    for check in ready.checks where number(check.flag) > 0 {
      let row = try connection.query(parser.firstBadRow(check.flag), reading: ready.table.name)
      throw .badCell(
        source: ready.table.name, row: row["row_index"]?.doubles?.first.flatMap { $0.isFinite ? Int($0) : nil },
        column: check.column,
        needed: check.needed)
    }
    var silence: Int?
    if case .dates(let days)? = table["last_day"]?.values, let day = days.first,
      table["last_day"]?.isMissing(0) == false
    {
      silence = asOf.daysSince1970 - Int(day)
    }
    let passing = number("rows_read")
    let read = max(passing, ready.wholeRows ?? passing)
    let leftOut =
      [DataQuality.Reason(reason: "that 'where' leaves out", rows: read - passing)]
      + reasons.enumerated().map { DataQuality.Reason(reason: $1.reason, rows: number("reason_\($0)")) }
    return SourceSurvey(
      count: DataQuality.SourceCount(
        source: source.name, role: source.role, rowsRead: read, rowsUsed: read - leftOut.reduce(0) { $0 + $1.rows },
        leftOut: leftOut.filter { $0.rows > 0 }),
      returnedRows: number("returned"), rowsWithTimeOfDay: number("timed"),
      volume: table["volume"]?.doubles?.first.flatMap { $0.isFinite ? $0 : nil } ?? 0,
      silentDays: silence, implausibleTimes: number("implausible"))
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
  /// Usable rows whose time is one that often stands for none.
  let implausibleTimes: Int

  /// Why a contact is left out that has no time and whose campaign has none either.
  static let noStart = "of a campaign without a start"
}
