internal import Foundation
internal import Warehouse

/// Looks at the used rows of each source, on an ordinary source all of them and on a very large one those of some
/// customers, kept once: every question about columns, copies and strangers is asked of them.
extension SourceSet {
  /// A source of more rows than this is looked at by a sample of its customers.
  private static let wholeRows = 1_000_000
  /// About so many rows the sample has.
  private static let sampleRows = 500_000

  /// What was found in every source.
  func details() throws(WarehouseError) -> [SourceDetail] {
    var details: [SourceDetail] = []
    var sold: LookedAt?
    var buyers: Buyers?
    if let source = project.sources(.transactions).first {
      let sample = try LookedAt(self, source)
      (sold, buyers) = (sample, try Buyers(self, source, sample: sample.relation))
    }
    for source in project.sources {
      guard let survey = surveys[source.name] else { continue }
      let sample: LookedAt
      if source.role == .transactions, let sold { sample = sold } else { sample = try LookedAt(self, source) }
      details.append(try detail(source, survey, sample, buyers))
      try sample.discard()
    }
    if let buyers { try buyers.discard() }
    return details
  }

  private func detail(_ source: Source, _ survey: SourceSurvey, _ sample: LookedAt, _ buyers: Buyers?)
    throws(WarehouseError)
    -> SourceDetail
  {
    let columns = reportedColumns(source)
    let counted = try connection.query(
      """
      SELECT \((["count(*) AS looked"] + columns.enumerated().map { $1.selection(number: $0, asOf: asOfLiteral) })
        .joined(separator: ", "))
      FROM \(sample.relation) AS s
      """)
    let looked = counted.number("looked")
    var detail = SourceDetail(
      source: source.name, rowsLookedAt: looked, oneCustomerIn: sample.oneIn,
      // Rows that are customers may well look alike.
      repeatedRows: source.numbersRows ? 0 : looked - (try distinctRows(source, sample)),
      implausibleTimes: survey.implausibleTimes,
      returnedRows: source.role == .transactions ? survey.returnedRows : nil)
    detail.columns = columns.enumerated().map { $1.detail(number: $0, counted, rows: looked, isTimed: isTimed(source)) }
    detail.orphans = try orphans(source, sample, rows: looked, buyers)
    if source.role == .transactions, let buyers {
      (detail.outliers, detail.concentration) = try buyers.extremes()
      if project.features.returns == .exclude { detail.returnsAlone = try buyers.returnsAlone() }
    }
    if source.role == .products { detail.contradictions = try contradictions(source) }
    if source.role == .customers { detail.alikeRows = try alikeRows(source, sample, rows: looked) }
    return detail
  }

  /// Rows that differ from another by their customer alone; nil unless the columns tell most rows apart.
  private func alikeRows(_ source: Source, _ sample: LookedAt, rows: Int) throws(WarehouseError) -> Int? {
    guard source.column(.customer) != nil, source.column(.time) == nil, rows >= ColumnSuspicion.leastRows else {
      return nil
    }
    let columns = reportedColumns(source).map(\.sql).filter { $0 != SQL.identifier(ColumnRole.customer.rawValue) }
    guard !columns.isEmpty else { return nil }
    let different = try different(columns, sample)
    // Of a few ages and towns, many customers share each: that says nothing of copies.
    return different * 10 >= rows * 9 ? rows - different : nil
  }

  /// The columns of products that purchases take from them, with the products whose rows differ there.
  private func contradictions(_ source: Source) throws(WarehouseError) -> [SourceDetail.Contradiction] {
    var found: [SourceDetail.Contradiction] = []
    for role in [ColumnRole.category, .brand] where project.sources(.transactions).first?.column(role) == nil {
      for (name, sql) in zip(source.columns[role] ?? [], choiceColumns(role)) {
        let counted = try connection.query(
          """
          SELECT count(*) AS products, sum(row_count) AS row_count FROM (
            SELECT product, count(*) AS row_count FROM (\(visible(source))) AS p WHERE product IS NOT NULL
            GROUP BY product HAVING count(DISTINCT \(SQL.identifier(sql))) > 1) AS d
          """)
        let products = counted.number("products")
        guard products > 0 else { continue }
        found.append(
          SourceDetail.Contradiction(column: name, keys: products, rows: counted.number("row_count")))
      }
    }
    return found
  }

  /// Different rows, by every column of the source; where the engine has no hash for that, by every column used.
  private func distinctRows(_ source: Source, _ sample: LookedAt) throws(WarehouseError) -> Int {
    let hasMark = prepared[source.name]?.columns.contains(PreparedSource.rowMark) ?? false
    let names = hasMark ? [PreparedSource.rowMark] : usedColumns(source)
    return names.isEmpty ? 0 : try different(names.map { SQL.identifier($0) }, sample)
  }

  /// Different rows by `columns`, quoted.
  private func different(_ columns: [String], _ sample: LookedAt) throws(WarehouseError) -> Int {
    let found = try connection.query(
      """
      SELECT count(*) AS different FROM (
        SELECT DISTINCT \(columns.joined(separator: ", ")) FROM \(sample.relation) AS s) AS d
      """)
    return found.number("different")
  }

  /// Records of what another source should know and does not.
  private func orphans(
    _ source: Source, _ sample: LookedAt, rows: Int, _ buyers: Buyers?
  ) throws(WarehouseError) -> [SourceDetail.Orphans] {
    func unknown(_ column: String, in other: Source) throws(WarehouseError) -> Int {
      try connection.query(
        """
        SELECT count(*) AS unknown FROM \(sample.relation) AS s
        LEFT JOIN (SELECT DISTINCT \(column) FROM (\(visible(other))) AS o) AS known ON known.\(column) = s.\(column)
        WHERE s.\(column) IS NOT NULL AND known.\(column) IS NULL
        """
      ).number("unknown")
    }
    switch source.role {
    case .transactions:
      guard source.column(.product) != nil, let products = project.sources(.products).first else { return [] }
      return [
        SourceDetail.Orphans(
          what: "lines of a product that '\(products.name)' does not have", count: try unknown("product", in: products),
          of: rows)
      ]
    case .campaigns:
      var orphans: [SourceDetail.Orphans] = []
      if let calendar = project.sources(.campaignCalendar).first {
        // A contact without a time of its own is left out where the calendar does not know its campaign.
        let lost = surveys[source.name]?.count.leftOut.first { $0.reason == SourceSurvey.noStart }?.rows ?? 0
        let contacts = source.column(.time) == nil ? lost : try unknown("campaign", in: calendar)
        orphans.append(
          SourceDetail.Orphans(
            what: "contacts of a campaign that '\(calendar.name)' does not have", count: contacts, of: rows + lost))
      }
      return orphans + (try strangers(sample, buyers))
    case .customers, .surveys, .events, .contacts, .experiments: return try strangers(sample, buyers)
    case .products, .campaignCalendar, .lookups, .companies, .identities: return []
    }
  }

  private func strangers(_ sample: LookedAt, _ buyers: Buyers?) throws(WarehouseError) -> [SourceDetail.Orphans] {
    guard let buyers else { return [] }
    return [try buyers.strangers(sample.relation)]
  }

  /// The parsed columns that mean something, as rows name them.
  private func usedColumns(_ source: Source) -> [String] {
    guard let ready = prepared[source.name] else { return [] }
    let kept = ready.columns.filter { name in
      if name == "order_id" { return source.column(.order) != nil }
      return !name.hasPrefix("bad_") && name != PreparedSource.rowMark
    }
    // Contacts that take their campaign's time are read with few columns.
    guard source.role == .campaigns, source.column(.time) == nil else { return kept }
    return kept.filter { name in
      ["customer", "ts"].contains(name) || ColumnRole(rawValue: name).flatMap(source.column) != nil
    }
  }

  private func reportedColumns(_ source: Source) -> [ReportedColumn] {
    let names = Set(usedColumns(source))
    var columns: [ReportedColumn] = []
    // Discounts are summed and order numbers filled in when rows are parsed: what they miss cannot be seen any more.
    for role in ColumnRole.allCases where role != .discount && role != .order {
      for (index, column) in (source.columns[role] ?? []).enumerated() {
        let canonical =
          role == .time
          ? "ts" : role == .price ? "amount" : index == 0 ? role.rawValue : "\(role.rawValue)_\(index + 1)"
        guard names.contains(canonical), role != .price || source.column(.amount) == nil else { continue }
        let name = role == .price ? source.measuredAmount ?? column : column
        columns.append(ReportedColumn(name: name, sql: SQL.identifier(canonical)))
      }
    }
    for attribute in attributes(source) {
      columns.append(
        ReportedColumn(name: attribute.name, sql: PreparedSource.attributeColumn(attribute.name), form: attribute.form))
    }
    return columns
  }
}

extension Source {
  /// What a line's amount is made of, by the names of its columns; nil without any.
  var measuredAmount: String? {
    if let amount = column(.amount) { return amount }
    return column(.price).map { price in column(.quantity).map { "\(price) x \($0)" } ?? price }
  }
}

/// The rows that questions are asked of: all that are used, or those of one customer in some, in a table of their own.
private struct LookedAt {
  let relation: String
  let oneIn: Int
  private let connection: Connection

  init(_ sources: SourceSet, _ source: Source) throws(WarehouseError) {
    connection = sources.connection
    let visible = sources.visible(source)
    let share = sources.rowsPerSample(sources.surveys[source.name]?.count.rowsUsed ?? 0)
    guard source.role.isOfCustomers, share > 1,
      let drawn = connection.dialect.draws(oneIn: share, of: "customer")
    else {
      (relation, oneIn) = ("(\(visible))", 1)
      return
    }
    relation = "tessera_looked_at_\(SourceSet.numbers.next())"
    oneIn = share
    try connection.execute(
      connection.dialect.keep("SELECT * FROM (\(visible)) AS v WHERE \(drawn)", as: relation))
  }

  func discard() throws(WarehouseError) {
    if oneIn > 1 { try connection.execute(connection.dialect.drop(relation)) }
  }
}

extension SourceSet {
  /// One customer in how many is looked at, of a source of `rows` rows.
  fileprivate func rowsPerSample(_ rows: Int) -> Int {
    rows > SourceSet.wholeRows ? (rows + SourceSet.sampleRows - 1) / SourceSet.sampleRows : 1
  }
}

/// A column to report on: its name in the source, and in the rows.
private struct ReportedColumn {
  let name: String
  let sql: String
  var form: AttributeColumn.Form?

  func selection(number: Int, asOf: String) -> String {
    var parts = ["count(\(sql)) AS present_\(number)", "count(DISTINCT \(sql)) AS different_\(number)"]
    switch form {
    case .number:
      parts += [
        "count(*) FILTER (WHERE \(sql) <> floor(\(sql))) AS broken_\(number)", "min(\(sql)) AS least_\(number)",
        "max(\(sql)) AS greatest_\(number)",
      ]
    case .date: parts.append("count(*) FILTER (WHERE \(sql) > \(asOf)) AS later_\(number)")
    case .text, .several, .ordered, nil: break
    }
    return parts.joined(separator: ", ")
  }

  func detail(number: Int, _ counted: Table, rows: Int, isTimed: Bool) -> SourceDetail.ColumnDetail {
    let present = counted.number("present_\(number)")
    var suspicion = ColumnSuspicion(present: present, distinct: counted.number("different_\(number)"))
    if form == .number, let least = counted["least_\(number)"]?.doubles?.first,
      let greatest = counted["greatest_\(number)"]?.doubles?.first, least.isFinite, greatest.isFinite
    {
      suspicion.isWhole = counted.number("broken_\(number)") == 0
      suspicion.range = (least, greatest)
    }
    if form == .date { suspicion.laterDates = counted.number("later_\(number)") }
    var identifier: String?
    if let form {
      let isText: Bool
      if case .text = form { isText = true } else { isText = false }
      identifier = suspicion.identifier(name, isText: isText)
    }
    return SourceDetail.ColumnDetail(
      column: name, missing: rows - present, distinct: suspicion.distinct, identifier: identifier,
      leak: form == nil || isTimed ? nil : suspicion.leak(name))
  }
}

extension Table {
  /// The first value of `column` as a whole number; 0 where there is none.
  func number(_ column: String) -> Int {
    guard let value = self[column]?.doubles?.first, value.isFinite, abs(value) < 1e15 else { return 0 }
    return Int(value)
  }
}
