internal import Warehouse

/// How a customer's identifier is compared and written: as a whole number where every source has it as one.
public enum CustomerKey: String, Sendable, Hashable, Codable {
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
  /// Customers: the attributes, with their forms.
  let attributes: [AttributeColumn]

  /// Decimal places kept of amounts and quantities.
  static let money = "DECIMAL(18,4)"
}

/// Writes the parsing of one source: for each meaning an expression over the raw columns, and a flag of what failed.
struct SourceParser {
  let source: Source
  let table: TableSource
  let dialect: Dialect
  private(set) var selected: [String] = []
  private(set) var checks: [(flag: String, column: String, needed: String)] = []

  init(_ source: Source, _ table: TableSource, dialect: Dialect) {
    self.source = source
    self.table = table
    self.dialect = dialect
  }

  /// The columns that a text file must hand over unparsed.
  var textColumns: Set<String> { Set(source.columns.values.joined()) }

  private func isText(_ column: String) -> Bool { table.isText(column, asText: textColumns) }

  private mutating func check(_ name: String, raw: String, column: String, parsed: String, needed: String) {
    let flag = "bad_" + name
    selected.append("(\(raw) IS NOT NULL AND \(parsed) IS NULL) AS \(SQL.identifier(flag))")
    checks.append((flag, column, needed))
  }

  /// Selects an identifier under `name`, as text or as the number it is.
  ///
  /// Text of text files is trimmed; a number that needs no comparing with text stays a number, which is much cheaper
  /// to group by.
  mutating func selectKey(_ role: ColumnRole, as name: String, type: CustomerKey) {
    guard let column = source.column(role) else { return }
    let raw = SQL.identifier(column)
    let parsed: String
    if type == .integer {
      parsed = "CAST(\(raw) AS BIGINT)"
    } else if isText(column) {
      parsed = table.isSlowToRead ? "nullif(trim(\(raw)), '')" : "nullif(\(raw), '')"
    } else {
      parsed = dialect.asText(raw)
    }
    selected.append("\(parsed) AS \(SQL.identifier(name))")
  }

  /// Selects a time without zone under `ts`.
  mutating func selectTime() throws(WarehouseError) {
    guard let column = source.column(.time) else {
      selected.append("CAST(NULL AS TIMESTAMP) AS ts")
      return
    }
    let raw = SQL.identifier(column)
    let kind = try table.column(column).kind
    let parsed: String
    if let format = source.timeFormat ?? (isText(column) ? table.timeFormat(column) : nil) {
      parsed = "try_strptime(\(dialect.asText(raw)), \(SQL.literal(format)))"
    } else if isText(column) {
      parsed = dialect.attempt(raw, as: "TIMESTAMP")
    } else if kind == .date || kind == .time {
      parsed = "CAST(\(raw) AS TIMESTAMP)"
    } else {
      throw .badCell(
        source: table.name, row: nil, column: column,
        needed: "dates or times (state how they are written with time_format, such as '%Y%m%d')")
    }
    selected.append("\(parsed) AS ts")
    check("time", raw: raw, column: column, parsed: parsed, needed: "dates or times")
  }

  /// A decimal read from `column`.
  private mutating func number(_ role: ColumnRole, _ column: String, index: Int = 0) -> String {
    let raw = SQL.identifier(column)
    let parsed = dialect.attempt(raw, as: PreparedSource.money)
    let suffix = index == 0 ? "" : "_\(index + 1)"
    check(role.rawValue + suffix, raw: raw, column: column, parsed: parsed, needed: "finite numbers")
    return parsed
  }

  /// Selects amount, quantity and discount as decimals. A line's amount is its amount column, or price times quantity.
  mutating func selectMoney() {
    let quantity = source.column(.quantity).map { number(.quantity, $0) }
    let amount: String?
    if let column = source.column(.amount) {
      amount = number(.amount, column)
    } else if let column = source.column(.price) {
      let price = number(.price, column)
      amount = "CAST(\(price) * \(quantity ?? "1") AS \(PreparedSource.money))"
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

  mutating func select(_ sql: String) { selected.append(sql) }

  /// The whole parsing as one query.
  var sql: String {
    let condition = source.condition.map { " WHERE (\($0))" } ?? ""
    return "SELECT \(selected.joined(separator: ", ")) FROM \(table.relation(asText: textColumns)) AS raw\(condition)"
  }

  /// A query for the number, from 1, of the first row of the file whose cell under `flag` could not be read.
  func firstBadRow(_ flag: String) -> String {
    let condition = source.condition ?? "TRUE"
    let expression = selected.first { $0.hasSuffix(" AS \(SQL.identifier(flag))") } ?? "FALSE AS bad"
    return """
      SELECT min(row_index) AS row_index FROM (
        SELECT row_index, \(expression) FROM (
          SELECT *, row_number() OVER () AS row_index FROM \(table.relation(asText: textColumns)) AS raw
        ) AS numbered WHERE (\(condition))
      ) AS parsed WHERE \(SQL.identifier(flag))
      """
  }
}
