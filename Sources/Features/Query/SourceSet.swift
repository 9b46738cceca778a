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
  public private(set) var asOf: CalendarDate
  /// How customers are told apart in these sources.
  public let key: CustomerKey
  /// What was read, and what was left out.
  public private(set) var quality = DataQuality()
  private(set) var surveys: [String: SourceSurvey] = [:]
  /// Orders that the engine keeps from the making of a plan to the computation of its features.
  let keptOrders: KeptOrders
  /// To whom a computation is restricted; nil takes everybody.
  var changed: ChangedCustomers?
  let prepared: [String: PreparedSource]
  private let parsers: [String: SourceParser]
  /// What was noted of the sources when they were opened, whatever the date.
  private let openingNotes: [String]
  /// Numbers what is made in an engine, so that two dates or projects on one connection stay apart.
  static let numbers = Numbering()

  /// Opens, parses and counts the sources of `project`. Text files are parsed once, into the scratch folder.
  /// - Throws: ``WarehouseError`` for missing files and columns and for cells that cannot be read;
  ///   ``ProjectError`` when the sources do not fit together.
  public init(_ project: Project, connection: Connection, asOf: CalendarDate? = nil) throws {
    self.connection = connection
    self.project = project
    keptOrders = KeptOrders(connection)
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
    self.parsers = parsers
    openingNotes = try SourceSet.unlistedLevels(project, prepared, connection)
    self.asOf = try asOf ?? project.asOf ?? SourceSet.latestDay(project, prepared, connection)
    try count()
  }

  /// The same sources, opened once, cut at another date.
  /// - Parameter inDetail: whether their quality is looked at column by column, too.
  public func at(_ date: CalendarDate, inDetail: Bool = true) throws -> SourceSet {
    var other = self
    other.asOf = date
    try other.count(inDetail: inDetail)
    return other
  }

  /// Counts what is known at the as-of date.
  private mutating func count(inDetail: Bool = true) throws {
    quality = DataQuality()
    quality.notes = openingNotes
    for source in project.sources {
      guard let ready = prepared[source.name], let parser = parsers[source.name] else { continue }
      surveys[source.name] = try survey(ready, parser, rows: timed(ready))
      try checkUnique(ready, parser)
    }
    quality.notes += try mixedCurrencies() + unknownPlaces() + oddBirths() + experimentNotes()
    quality.sources = project.sources.compactMap { surveys[$0.name]?.count }
    for (name, survey) in surveys.sorted(by: { $0.key < $1.key }) {
      guard let days = survey.silentDays, days > 31 else { continue }
      quality.notes.append(
        "the last row of \(name) is \(days) days before \(self.asOf), from which recency counts; check as_of if the "
          + "data should reach further")
    }
    guard inDetail else { return }
    quality.notes += try unknownLevels()
    let details = try details()
    quality.details = details
    quality.notes += details.flatMap(\.notes)
  }

  /// The first instant after the as-of date, as SQL.
  var cutoff: String { "TIMESTAMP '\(CalendarDate(daysSince1970: asOf.daysSince1970 + 1)) 00:00:00'" }

  /// The as-of date, as SQL.
  var asOfLiteral: String { "DATE '\(asOf)'" }

  /// The rows of `source` that belong to a customer and were known at the as-of date, as a query.
  ///
  /// A source without a time column is timeless: lookups and attributes, whose rows say what is always so.
  func visible(_ source: Source) -> String {
    guard let ready = prepared[source.name] else { return "SELECT 1 WHERE FALSE" }
    var conditions: [String] = []
    if source.role.isOfCustomers { conditions.append("customer IS NOT NULL") }
    if isTimed(source) { conditions.append("ts < \(cutoff)") }
    if source.role == .transactions, source.column(.amount) != nil || source.column(.price) != nil {
      conditions.append("amount IS NOT NULL")
    }
    if let changed, changed.narrows(source) {
      conditions.append("customer IN (SELECT customer FROM \(changed.needed))")
    }
    let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
    return "SELECT * FROM \(timed(ready)) AS rows_of_source\(filter)"
  }

  /// The parsed rows with their time: contacts without one of their own take the start of their campaign. Rows of a
  /// visitor are those of the customer whom the visitor turned out to be, as far as that was known at the as-of date.
  func timed(_ ready: PreparedSource) -> String {
    var relation = ready.relation
    if ready.source.role == .campaigns, ready.source.column(.time) == nil,
      let calendar = project.sources(.campaignCalendar).first.flatMap({ prepared[$0.name] })
    {
      let others = ["customer", "visitor", "campaign", "type", "channel", PreparedSource.rowMark].filter { name in
        name == "customer" || (name == PreparedSource.rowMark && ready.columns.contains(name))
          || ColumnRole(rawValue: name).flatMap(ready.source.column) != nil
      }
      relation = """
        (SELECT \(others.map { "contact.\($0)" }.joined(separator: ", ")), start.ts FROM \(relation) AS contact
          LEFT JOIN (SELECT campaign, min(ts) AS ts FROM \(calendar.relation) AS k GROUP BY campaign) AS start
            ON start.campaign = contact.campaign)
        """
    }
    guard ready.source.column(.visitor) != nil, ready.source.role != .identities else { return relation }
    let known = project.sources(.identities).map { "SELECT visitor, customer FROM (\(visible($0))) AS i" }
    guard !known.isEmpty else { return relation }
    let columns = ready.columns.filter { $0 != "customer" }.map { "seen.\(SQL.identifier($0))" }
    return """
      (SELECT coalesce(seen.customer, known.customer) AS customer, \(columns.joined(separator: ", "))
        FROM \(relation) AS seen
        LEFT JOIN (SELECT visitor, min(customer) AS customer FROM (\(known.joined(separator: " UNION ALL "))) AS pairs
          GROUP BY visitor HAVING count(DISTINCT customer) = 1) AS known
          ON known.visitor = seen.visitor AND seen.customer IS NULL)
      """
  }

  /// The rows of `source` that belong to a customer and happened in the `days` days after the as-of date, as a query.
  ///
  /// Labels alone may read them: what was to be foretold on that date.
  func happenedAfter(_ source: Source, days: Int) -> String {
    guard isTimed(source) else { return "SELECT 1 AS customer WHERE FALSE" }
    var later = self
    later.asOf = asOf.adding(days: days)
    return "SELECT * FROM (\(later.visible(source))) AS rows_to_come WHERE ts >= \(cutoff)"
  }

  /// The purchased and returned lines of the `days` days after the as-of date, with categories, for labels alone.
  func boughtAfter(days: Int) -> String {
    var later = self
    later.asOf = asOf.adding(days: days)
    guard let rows = PurchaseRows(later) else { return "SELECT 1 AS customer WHERE FALSE" }
    return "SELECT * FROM (\(rows.lines)) AS lines_to_come WHERE ts >= \(cutoff)"
  }

  /// The first day of each campaign of `source`, whatever the as-of date, as a query: `campaign`, `day`.
  func beginnings(_ source: Source) -> String {
    "SELECT campaign, CAST(min(ts) AS DATE) AS day FROM (\(ever.visible(source))) AS of_all_days GROUP BY campaign"
  }

  /// The same sources with all that they will ever hold, of everybody: how far records reach does not depend on which
  /// customers are looked at.
  var ever: SourceSet {
    var ever = self
    ever.changed = nil
    if let latest = CalendarDate("9998-12-31") { ever.asOf = latest }
    return ever
  }

  /// The last day of which `source` has a row that counts, whatever the as-of date; nil without one.
  func lastDay(_ source: Source) throws -> CalendarDate? { try day("max", source) }

  /// The first day of which `source` has a row that counts, whatever the as-of date; nil without one.
  func firstDay(_ source: Source) throws -> CalendarDate? { try day("min", source) }

  private func day(_ end: String, _ source: Source) throws -> CalendarDate? {
    guard isTimed(source) else { return nil }
    let found = try connection.query("SELECT CAST(\(end)(ts) AS DATE) AS day FROM (\(ever.visible(source))) AS t")
    guard case .dates(let days)? = found["day"]?.values, let day = days.first, found["day"]?.isMissing(0) == false
    else { return nil }
    return CalendarDate(daysSince1970: Int(day))
  }

  /// Whether rows of `source` carry a time (their own, or their campaign's).
  func isTimed(_ source: Source) -> Bool {
    source.column(.time) != nil || source.role == .campaigns
  }

  /// Whether births of `source` are told by their year alone.
  func isBirthYear(_ source: Source) -> Bool { prepared[source.name]?.isBirthYear ?? false }

  func attributes(_ source: Source) -> [AttributeColumn] { prepared[source.name]?.attributes ?? [] }
}
