internal import Foundation
internal import Warehouse

/// How a customer's identifier is compared and written: as a whole number where every source has it as one.
public enum CustomerKey: String, Sendable, Hashable, Codable {
  /// As 64-bit integers, or as text.
  case integer, text
}

/// One source, opened, its columns parsed to what their meaning demands.
///
/// Its rows stand in the view or table ``relation``, all of them, whenever they happened; cells that cannot be read are
/// missing there and flagged, so that one pass tells how many and where the first is.
struct PreparedSource {
  let source: Source
  let table: TableSource
  /// The relation that holds the parsed rows, quoted.
  let relation: String
  /// A flag column for each parsed column that may hold unreadable cells: (flag, raw column, what is needed).
  let checks: [(flag: String, column: String, needed: String)]
  /// The attributes of what a row is of, with their forms.
  let attributes: [AttributeColumn]
  /// Whether births are told by their year alone.
  let isBirthYear: Bool
  /// The names of the relation's columns.
  let columns: [String]
  /// All rows of a source with a condition, those that it leaves out too; nil without one.
  let wholeRows: Int?

  /// Amounts and quantities keep four decimal places.
  static let money = "DECIMAL(18,4)"
  /// Unit prices keep six: a price of 0.00042 for each of a million views must not round away. More than 18 digits, as
  /// DuckDB gives the product of two decimals of up to 18 no more than 18 itself, and fails where they do not do.
  static let price = "DECIMAL(20,6)"

  /// A hash of everything the source says in a row, for telling copies; not every engine has it.
  static let rowMark = "row_mark"

  /// The name of an attribute's column in ``relation``. No other column there begins so, whatever the attribute is
  /// called; and it does not depend on which other attributes there are, so that a stored plan finds it again.
  static func attributeColumn(_ name: String) -> String { SQL.identifier(attributePrefix + name) }

  static let attributePrefix = "attribute "
}

/// Writes the parsing of one source: for each meaning an expression over the raw columns, and a flag of what failed.
struct SourceParser {
  let source: Source
  let table: TableSource
  let dialect: Dialect
  /// How each kind of identifier is compared.
  let keys: [ColumnRole: CustomerKey]
  private(set) var selected: [String] = []
  private(set) var checks: [(flag: String, column: String, needed: String)] = []

  init(_ source: Source, _ table: TableSource, dialect: Dialect, keys: [ColumnRole: CustomerKey]) {
    self.source = source
    self.table = table
    self.dialect = dialect
    self.keys = keys
  }

  /// The columns that a text file must hand over unparsed.
  var textColumns: Set<String> { Set(source.columns.values.joined()) }

  private func isText(_ column: String) -> Bool { table.isText(column, asText: textColumns) }

  /// The cell of `column` as it stands in the file; nothing but blanks is missing.
  private func cell(_ column: String) -> String {
    let name = SQL.identifier(textNames[column] ?? column)
    return isText(column) ? dialect.trimmed(name) : name
  }

  /// The columns that a condition must see with their own types while they are also handed over as text, each with
  /// the name of its text. Empty without a condition, or when the source is no text file.
  private var textNames: [String: String] {
    guard source.condition != nil else { return [:] }
    let retyped = table.columns.filter { $0.kind != .text && isText($0.name) }
    return Dictionary(uniqueKeysWithValues: retyped.enumerated().map { ($1.name, "text \($0 + 1) of a typed column") })
  }

  private mutating func check(_ name: String, raw: String, column: String, parsed: String, needed: String) {
    let flag = "bad_" + name
    selected.append("(\(raw) IS NOT NULL AND \(parsed) IS NULL) AS \(SQL.identifier(flag))")
    checks.append((flag, column, needed))
  }

  /// Selects an identifier under `name`: text as it stands, or the whole number that every source has it as, which is
  /// much cheaper to group and join by.
  mutating func selectKey(_ role: ColumnRole, as name: String) {
    guard let column = source.column(role) else { return }
    selected.append("\(keySQL(role, column)) AS \(SQL.identifier(name))")
  }

  private func keySQL(_ role: ColumnRole, _ column: String) -> String {
    let raw = cell(column)
    if keys[role] == .integer { return "CAST(\(raw) AS BIGINT)" }
    guard !isText(column) else { return raw }
    let text = dialect.trimmed(dialect.asText(raw))
    guard table.columns.first(where: { $0.name == column })?.kind == .real else { return text }
    // Whole numbers that a missing value once turned into floats: 17850.0 is the 17850 of other files.
    return """
      CASE WHEN \(raw) = floor(\(raw)) AND abs(\(raw)) < 1e15 THEN \(dialect.asText("CAST(\(raw) AS BIGINT)")) \
      ELSE \(text) END
      """
  }

  /// Selects the number of the order a line belongs to. Lines without one are one order for each time they carry.
  mutating func selectOrder() throws(WarehouseError) {
    guard let column = source.column(.order), let time = source.column(.time) else {
      // Without order numbers every row is an order of its own.
      select("\(dialect.rowNumber) AS order_id")
      return
    }
    let moment = try timeSQL(time, stated: source.timeFormat)
    // Among numbers, times stand where no order number reaches.
    let stand =
      keys[.order] == .integer
      ? "-1000000000000000 - \(dialect.epoch(moment))" : dialect.asText(moment)
    select("coalesce(\(keySQL(.order, column)), \(stand)) AS order_id")
  }

  /// Selects a time without zone under `ts`.
  mutating func selectTime() throws(WarehouseError) {
    guard let column = source.column(.time) else {
      selected.append("CAST(NULL AS TIMESTAMP) AS ts")
      return
    }
    let parsed = try timeSQL(column, stated: source.timeFormat)
    selected.append("\(parsed) AS ts")
    let format = source.timeFormat ?? (isText(column) ? table.timeFormat(column) : nil)
    let needed =
      format.map { "dates or times written as '\($0)'" }
      ?? "dates or times such as 2024-12-31 or 2024-12-31 23:59:00 (for another way, state it with time_format: "
      + "'%d/%m/%Y %H:%M')"
    check("time", raw: cell(column), column: column, parsed: parsed, needed: needed)
  }

  /// The time in `column`, without a zone, written as `stated` says where that is not nil. Times that state an offset are
  /// told in UTC, whatever file they stand in.
  private func timeSQL(_ column: String, stated: String?) throws(WarehouseError) -> String {
    let raw = cell(column)
    let kind = try table.column(column).kind
    if let format = stated ?? (isText(column) ? table.timeFormat(column) : nil) {
      if let parsed = dialect.moment(raw, pattern: format) { return parsed }
      throw .badCell(
        source: table.name, row: nil, column: column,
        needed: "dates or times in a pattern of %Y %y %m %b %B %d %H %I %M %S %f %p (time_format says '\(format)', of "
          + "which \(dialect.name) cannot read a part; cast the column in a 'query' instead)")
    }
    if isText(column) {
      // A plain cast of text would drop an offset without a word.
      return kind == .text || table.columns.contains { $0.name == column && $0.type.contains("ZONE") }
        ? "CAST(\(dialect.attempt(raw, as: dialect.zonedTime)) AS TIMESTAMP)"
        : dialect.attempt(raw, as: "TIMESTAMP")
    }
    if kind == .date || kind == .time { return "CAST(\(raw) AS TIMESTAMP)" }
    throw .badCell(
      source: table.name, row: nil, column: column,
      needed: "dates or times (state how they are written with time_format, such as '%Y%m%d')")
  }

  /// A decimal read from `column`.
  private mutating func number(
    _ role: ColumnRole, _ column: String, as type: String = PreparedSource.money, index: Int = 0
  ) -> String {
    let raw = cell(column)
    let hasCommas = source.decimal == "," && isText(column)
    let digits = hasCommas ? "replace(replace(\(raw), '.', ''), ',', '.')" : raw
    let parsed = isText(column) ? dialect.attempt(text: digits, asDecimal: type) : dialect.attempt(digits, as: type)
    let suffix = index == 0 ? "" : "_\(index + 1)"
    check(
      role.rawValue + suffix, raw: raw, column: column, parsed: parsed,
      needed: source.decimal == "," || !isText(column)
        ? "finite numbers smaller than 10^14"
        : "finite numbers smaller than 10^14 (if it has decimal commas, state decimal: ',' for this source)")
    return parsed
  }

  /// Selects amount, quantity and discount as decimals. A line's amount is its amount column, or price times quantity.
  mutating func selectMoney() throws(WarehouseError) {
    for role in [ColumnRole.amount, .price, .quantity, .discount] {
      for column in source.columns[role] ?? [] where !isText(column) {
        guard try !table.column(column).kind.isNumeric else { continue }
        throw .badCell(source: table.name, row: nil, column: column, needed: "numbers")
      }
    }
    let quantity = source.column(.quantity).map { number(.quantity, $0) }
    let amount: String?
    if let column = source.column(.amount) {
      amount = number(.amount, column)
    } else if let column = source.column(.price) {
      let price = number(.price, column, as: PreparedSource.price)
      let product = "\(price) * \(quantity ?? "1")"
      let parsed = dialect.attempt(product, as: PreparedSource.money)
      check(
        "product", raw: product, column: column, parsed: parsed,
        needed: "prices that times the quantity stay below 10^14")
      amount = parsed
    } else {
      amount = nil
    }
    selected.append("\(amount ?? "CAST(NULL AS \(PreparedSource.money))") AS amount")
    selected.append("\(quantity ?? "CAST(NULL AS \(PreparedSource.money))") AS quantity")
    let discounts = (source.columns[.discount] ?? []).enumerated().map { index, column in
      "coalesce(abs(\(number(.discount, column, index: index))), 0)"
    }
    let sum = discounts.isEmpty ? "0" : discounts.joined(separator: " + ")
    selected.append("CAST(\(sum) AS \(PreparedSource.money)) AS discount")
  }

  /// Selects the day an order is wanted by, under `deliver_by`: as `time_format` says, or where the file writes it otherwise
  /// than the source's time, as the engine recognised it or as ISO 8601 has it.
  mutating func selectDelivery() throws(WarehouseError) {
    guard let column = source.column(.deliverBy) else { return }
    let isText = isText(column)
    let kind = try table.column(column).kind
    let recognised = try timeSQL(column, stated: kind.isNumeric && !isText ? source.timeFormat : nil)
    let stated = isText ? source.timeFormat.flatMap { dialect.moment(cell(column), pattern: $0) } : nil
    let parsed = "CAST(\(stated.map { "coalesce(\($0), \(recognised))" } ?? recognised) AS DATE)"
    selected.append("\(parsed) AS deliver_by")
    check("deliver_by", raw: cell(column), column: column, parsed: parsed, needed: "dates, such as 2024-12-31")
  }

  mutating func select(_ sql: String) { selected.append(sql) }

  /// Selects a hash of all the source's own columns, so that copies of rows are known by columns that nothing else uses.
  mutating func selectRowMark() {
    let cells = table.columns.map { SQL.identifier(textNames[$0.name] ?? $0.name) }
    guard !cells.isEmpty, let hash = dialect.rowHash(cells) else { return }
    select("\(hash) AS \(PreparedSource.rowMark)")
  }

  /// Selects a column that the source does not have, of the type that the others have it in.
  mutating func selectMissing(_ name: String) {
    let type = ColumnRole(rawValue: name).flatMap { keys[$0] } == .integer ? "BIGINT" : dialect.text
    select("CAST(NULL AS \(type)) AS \(SQL.identifier(name))")
  }

  /// Selects the columns that play `role`: the first under the role's name, the others as `role_2`, `role_3`.
  mutating func selectKeys(_ role: ColumnRole) {
    for (index, column) in (source.columns[role] ?? []).enumerated() {
      let name = index == 0 ? role.rawValue : "\(role.rawValue)_\(index + 1)"
      selected.append("\(keySQL(role, column)) AS \(SQL.identifier(name))")
    }
  }

  /// Selects the treatment as text, and outcomes as floats: numbers, or yes and no as 1 and 0.
  mutating func selectExperiment() throws(WarehouseError) {
    selectKey(.treatment, as: ColumnRole.treatment.rawValue)
    for (index, column) in (source.columns[.outcome] ?? []).enumerated() {
      let raw = cell(column)
      let kind = try table.column(column).kind
      let name = index == 0 ? ColumnRole.outcome.rawValue : "\(ColumnRole.outcome.rawValue)_\(index + 1)"
      guard kind != .boolean || isText(column) else {
        select("\(dialect.flagAsReal(raw)) AS \(SQL.identifier(name))")
        continue
      }
      guard kind.isNumeric || isText(column) else {
        throw .badCell(source: table.name, row: nil, column: column, needed: "numbers, or yes and no, as an outcome")
      }
      let number = dialect.attempt(raw, as: dialect.real)
      let told = isText(column) ? SourceParser.yesOrNo(raw) : ""
      let parsed = "CASE \(told)WHEN abs(\(number)) < \(dialect.literal(1e300)) THEN \(number) END"
      selected.append("\(parsed) AS \(SQL.identifier(name))")
      check(name, raw: raw, column: column, parsed: parsed, needed: "finite numbers, or yes and no, as an outcome")
    }
  }

  private static func yesOrNo(_ cell: String) -> String {
    "WHEN lower(\(cell)) IN ('yes', 'true', 'y') THEN 1 WHEN lower(\(cell)) IN ('no', 'false', 'n') THEN 0 "
  }

  /// Selects a date of birth, or a year of birth as a whole number, under `birth`.
  mutating func selectBirth() throws(WarehouseError) {
    guard let column = source.column(.birth) else { return }
    let raw = cell(column)
    let kind = try table.column(column).kind
    let parsed: String
    if kind.isNumeric {
      parsed = dialect.attempt(raw, as: "BIGINT")
    } else {
      parsed = "CAST(\(try timeSQL(column, stated: source.timeFormat)) AS DATE)"
    }
    selected.append("\(parsed) AS birth")
    check("birth", raw: raw, column: column, parsed: parsed, needed: "dates of birth, or years such as 1984")
  }

  /// Whether births are told by their year alone.
  var isBirthYear: Bool {
    source.column(.birth).map { name in table.columns.contains { $0.name == name && $0.kind.isNumeric } } ?? false
  }

  /// The names of the parsed columns.
  var columns: [String] {
    selected.compactMap { part in
      part.range(of: " AS ", options: .backwards).map { String(part[$0.upperBound...]).replacing("\"", with: "") }
    }
  }

  /// The number of a row in its file, from 1, in ``raw`` of a source whose rows are its customers.
  static let rowNumber = SQL.identifier("number of the row")

  /// The raw rows, numbered where their numbers name them.
  private var raw: String {
    guard source.numbersRows else { return cells }
    return "(SELECT *, \(dialect.rowNumber) AS \(SourceParser.rowNumber) FROM \(cells)) AS raw"
  }

  /// The raw rows: with the columns as text that are to be parsed, and for a condition also with their own types.
  private var cells: String {
    let relation = table.relation(asText: textColumns)
    let texts = textNames
    guard !texts.isEmpty else { return "\(relation) AS raw" }
    let cells = table.columns.map { column in
      let name = SQL.identifier(column.name)
      guard let text = texts[column.name] else { return name }
      let parsed: String
      if let format = table.timeFormat(column.name) {
        parsed = "CAST(\(dialect.moment(name, pattern: format) ?? "NULL") AS \(column.type))"
      } else {
        parsed = dialect.attempt(name, as: column.type)
      }
      return "\(name) AS \(SQL.identifier(text)), \(parsed) AS \(name)"
    }
    return "(SELECT \(cells.joined(separator: ", ")) FROM \(relation) AS cells) AS raw"
  }

  /// The rows that the source's condition keeps. One that cannot be told because a cell cannot be read is kept too, so
  /// that the cell is found rather than the row lost.
  private var filter: String {
    guard let condition else { return "" }
    let unreadable = selected.filter { $0.contains(" AS \"bad_") }.compactMap { flag in
      flag.range(of: " AS \"bad_", options: .backwards).map { String(flag[..<$0.lowerBound]) }
    }
    guard !unreadable.isEmpty else { return " WHERE (\(condition))" }
    return " WHERE ((\(condition)) OR ((\(condition)) IS NULL AND (\(unreadable.joined(separator: " OR ")))))"
  }

  /// The source's condition; what it divides by zero is missing, as in all SQL of the project's own.
  private var condition: String? {
    source.condition.map { text in
      let own = OwnSQL(text)
      return own.fault == nil ? own.sql(dividing: dialect) : text
    }
  }

  /// The whole parsing as one query.
  var sql: String { "SELECT \(selected.joined(separator: ", ")) FROM \(raw)\(filter)" }

  /// A query that finds nothing, for whether the engine understands the source's condition at all.
  var conditionProbe: String? { condition.map { "SELECT 1 AS probe FROM \(raw) WHERE (\($0)) LIMIT 0" } }

  /// A query for the number of rows that there are before the source's condition, as `whole`; nil without one.
  var wholeCount: String? {
    condition.map { _ in
      "SELECT count(*) AS whole FROM \(table.relation(asText: Set(table.columns.map(\.name)))) AS raw"
    }
  }

  /// A query for the number, from 1, of the first row of the file whose `role` (and time, where there is one) an earlier
  /// row has already.
  ///
  /// Of rows that carry a time, those before `cutoff` alone.
  func firstRepeatedRow(_ role: ColumnRole, before cutoff: String) throws(WarehouseError) -> String {
    let key = source.column(role).map { keySQL(role, $0) } ?? "NULL"
    let time = try source.column(.time).map { column throws(WarehouseError) in
      try timeSQL(column, stated: source.timeFormat)
    }
    return """
      SELECT min(row_index) AS row_index FROM (
        SELECT row_index, row_number() OVER (PARTITION BY key_of_row, time_of_row ORDER BY row_index) AS copy FROM (
          SELECT row_index, \(key) AS key_of_row, \(time ?? "0") AS time_of_row FROM (
            SELECT *, \(dialect.rowNumber) AS row_index FROM \(raw)
          ) AS numbered\(filter)
        ) AS keyed WHERE key_of_row IS NOT NULL\(time == nil ? "" : " AND time_of_row < \(cutoff)")
      ) AS copies WHERE copy > 1
      """
  }

  /// A query for the number, from 1, of the first row of the file whose cell under `flag` could not be read.
  func firstBadRow(_ flag: String) -> String {
    let expression = selected.first { $0.hasSuffix(" AS \(SQL.identifier(flag))") } ?? "FALSE AS bad"
    return """
      SELECT min(row_index) AS row_index FROM (
        SELECT row_index, \(expression) FROM (
          SELECT *, \(dialect.rowNumber) AS row_index FROM \(raw)
        ) AS numbered\(filter)
      ) AS parsed WHERE \(SQL.identifier(flag))
      """
  }
}
