internal import Foundation
internal import Warehouse

/// Opens the sources of a project and parses each to what its columns mean.
extension SourceSet {
  static func checkRoles(_ project: Project) throws(ProjectError) {
    for role in [SourceRole.transactions, .products, .campaignCalendar, .contacts] where project.sources(role).count > 1
    {
      throw ProjectError(
        file: project.file, line: project.sources(role).last?.line,
        reason: "there is more than one source of role \(role.rawValue); put them into one, for instance with "
          + "'query: SELECT … UNION ALL SELECT …'.")
    }
    for source in project.sources(.lookups) {
      let known = project.sources(.customers).flatMap { $0.columns[.region] ?? [] }
      guard let column = source.explains, column != ColumnRole.store.rawValue, !known.contains(column) else { continue }
      throw ProjectError(
        file: project.file, line: source.line,
        reason: "lookup '\(source.name)' explains '\(column)', which no source of customers names under 'region' "
          + "(there are: \((known + ["store"]).joined(separator: ", "))).")
    }
    for source in project.sources(.lookups) where source.explains == ColumnRole.store.rawValue {
      guard project.sources(.transactions).first?.column(.store) == nil else { continue }
      throw ProjectError(
        file: project.file, line: source.line,
        reason: "lookup '\(source.name)' explains stores, but no source of transactions names its 'store' column.")
    }
    if let source = project.sources(.companies).first, project.sources(.contacts).isEmpty,
      !project.sources(.customers).contains(where: { $0.column(.company) != nil })
    {
      throw ProjectError(
        file: project.file, line: source.line,
        reason:
          "nothing says who belongs to the companies of '\(source.name)'; add a source of role contacts, or name the "
          + "'company' column of customers.")
    }
    for source in project.sources where source.numbersRows {
      guard let other = project.sources.first(where: { $0.role.isOfCustomers && $0.name != source.name }) else {
        continue
      }
      throw ProjectError(
        file: project.file, line: source.line,
        reason:
          "the rows of '\(source.name)' have numbers only (number_rows), so nothing ties them to '\(other.name)'; "
          + "name the 'customer' column of both, or use one alone.")
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

  /// Throws where the engine, which cuts long names off, would take two attributes of `source` for one.
  static func checkNames(
    _ attributes: [AttributeColumn], of source: Source, in project: Project, _ dialect: Dialect
  ) throws(ProjectError) {
    guard let longest = dialect.longestName else { return }
    var seen: [[UInt8]: String] = [:]
    for attribute in attributes {
      let kept = Array((PreparedSource.attributePrefix + attribute.name).utf8.prefix(longest))
      if let other = seen.updateValue(attribute.name, forKey: kept) {
        throw ProjectError(
          file: project.file, line: source.line,
          reason:
            "the attributes '\(other)' and '\(attribute.name)' of source '\(source.name)' have names that begin with "
            + "the same \(longest - PreparedSource.attributePrefix.utf8.count) bytes, more than \(dialect.name) tells apart "
            + "here; name one of them otherwise in a 'query', or leave it out of 'attributes'.")
      }
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
    let named = ColumnRole.allCases.flatMap { source.columns[$0] ?? [] } + (source.attributes ?? []) + source.multiple
    for name in named { _ = try table.column(name) }
    return table
  }

  /// For each kind of identifier, whether every source has it as a whole number, so that it can be compared as one.
  static func keyForms(
    _ project: Project, _ tables: [String: TableSource]
  ) throws(WarehouseError) -> [ColumnRole: CustomerKey] {
    var forms: [ColumnRole: CustomerKey] = [:]
    for source in project.sources {
      guard let table = tables[source.name] else { continue }
      if source.numbersRows { forms[.customer] = .integer }
      for role in [ColumnRole.customer, .order, .product, .store, .campaign, .company] {
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

  static func latestDay(
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

  static func prepare(
    _ parser: inout SourceParser, in project: Project, view: String, _ connection: Connection
  ) throws -> PreparedSource {
    let source = parser.source
    let table = parser.table
    var attributes: [AttributeColumn] = []
    for role in [ColumnRole.customer, .visitor] { parser.selectKey(role, as: role.rawValue) }
    if source.numbersRows {
      parser.select("\(SourceParser.rowNumber) AS customer")
    } else if source.role.isOfCustomers, source.column(.customer) == nil {
      parser.selectMissing("customer")
    }
    if source.role != .products { try parser.selectTime() }
    switch source.role {
    case .transactions:
      try parser.selectOrder()
      try parser.selectMoney()
      try parser.selectDelivery()
      for role in [ColumnRole.product, .brand, .store, .channel, .plan, .currency, .shipping] {
        parser.selectKey(role, as: role.rawValue)
      }
      parser.selectKeys(.category)
    case .products:
      for role in [ColumnRole.product, .brand] { parser.selectKey(role, as: role.rawValue) }
      parser.selectKeys(.category)
    case .customers, .surveys, .lookups, .companies:
      if source.column(.question) == nil { attributes = try selectAttributes(source, table, project.features, &parser) }
      try checkNames(attributes, of: source, in: project, connection.dialect)
      for role in [ColumnRole.key, .company, .question, .answer] { parser.selectKey(role, as: role.rawValue) }
      parser.selectKeys(.region)
      try parser.selectBirth()
      try parser.selectExperiment()
    case .contacts: parser.selectKey(.company, as: ColumnRole.company.rawValue)
    case .events:
      for role in [ColumnRole.type, .session, .device, .product, .category, .channel, .campaign] {
        parser.selectKey(role, as: role.rawValue)
      }
    case .campaigns, .campaignCalendar:
      for role in [ColumnRole.campaign, .type, .channel] { parser.selectKey(role, as: role.rawValue) }
    case .experiments: try parser.selectExperiment()
    case .identities: break
    }
    parser.selectRowMark()
    try checkCondition(parser, project: project, connection)
    let relation = try SourceSet.place(parser.sql, table, view: view, connection)
    let whole = try parser.wholeCount.map { try connection.query($0, reading: table.name).number("whole") }
    return PreparedSource(
      source: source, table: table, relation: relation, checks: parser.checks, attributes: attributes,
      isBirthYear: parser.isBirthYear, columns: parser.columns, wholeRows: whole)
  }

  /// Makes the parsed rows readable as often as needed: text is parsed once into Parquet (by DuckDB, which alone has files
  /// of this machine), anything else is what the dialect offers.
  static func place(
    _ sql: String, _ table: TableSource, view name: String, _ connection: Connection
  ) throws(WarehouseError) -> String {
    let view = SQL.identifier(name)
    guard table.isSlowToRead else {
      try connection.execute(connection.dialect.offer(sql, as: view), reading: table.name)
      return view
    }
    let copy = connection.scratchFolder.appendingPathComponent("\(name).parquet").path
    try connection.execute("COPY (\(sql)) TO \(SQL.literal(copy)) (FORMAT parquet)", reading: table.name)
    try connection.execute(
      connection.dialect.offer("SELECT * FROM read_parquet(\(SQL.literal(copy)))", as: view), reading: table.name)
    return view
  }

  static func selectAttributes(
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
      if source.multiple.contains(name) {
        form = .several
        // Without blanks around the semicolons, so that an answer is found by its own text.
        var cell = parser.dialect.trimmed(parser.dialect.asText(raw))
        for (old, new) in [("  ", " "), ("  ", " "), ("  ", " "), (" ;", ";"), ("; ", ";")] {
          cell = "replace(\(cell), \(SQL.literal(old)), \(SQL.literal(new)))"
        }
        parser.select("\(cell) AS \(place)")
      } else if let levels = settings.ordinal[name] {
        form = .ordered(levels)
        parser.select("\(parser.dialect.trimmed(parser.dialect.asText(raw))) AS \(place)")
      } else if column.kind.isNumeric {
        form = .number
        let value = column.kind == .boolean ? parser.dialect.flagAsReal(raw) : parser.dialect.asReal(raw)
        parser.select("\(value) AS \(place)")
      } else if column.kind == .date || column.kind == .time {
        form = .date
        parser.select("CAST(\(raw) AS DATE) AS \(place)")
      } else {
        form = .text
        parser.select("\(parser.dialect.trimmed(parser.dialect.asText(raw))) AS \(place)")
      }
      attributes.append(AttributeColumn(name: name, form: form))
    }
    return attributes
  }
}
