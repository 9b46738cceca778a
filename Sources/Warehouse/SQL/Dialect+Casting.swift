extension Dialect {
  /// `expression` as `type`, or NULL where it does not read as one.
  ///
  /// DuckDB and Spark have a cast for that. PostgreSQL 15 has none: there the text is looked at first, for decimals,
  /// 64-bit integers and floats, and times; any other type is an ordinary cast.
  public func attempt(_ expression: String, as type: String) -> String {
    switch self {
    case .duckDB, .spark: return "TRY_CAST(\(expression) AS \(type))"
    case .postgreSQL: break
    default: return "CAST(\(expression) AS \(type))"
    }
    let cell = asText(expression)
    if let (digits, places) = Dialect.decimalSize(type) {
      let number = "round(CAST(\(cell) AS NUMERIC), \(places))"
      let limit = "1" + String(repeating: "0", count: digits - places)
      return guarded(cell, Dialect.number, "abs(\(number)) < \(limit)", "CAST(\(number) AS \(type))")
    }
    switch type {
    case "BIGINT":
      let number = "CAST(\(cell) AS NUMERIC)"
      return guarded(
        cell, "^ *[+-]?[0-9]{1,30} *$", "\(number) BETWEEN -9223372036854775808 AND 9223372036854775807",
        "CAST(\(number) AS BIGINT)")
    case real:
      // Beyond these a float overflows or vanishes, which PostgreSQL takes for an error.
      let number = "CAST(\(cell) AS NUMERIC)"
      return guarded(
        cell, Dialect.number, "\(number) = 0 OR abs(\(number)) BETWEEN 1e-307 AND 1.7e308",
        "CAST(\(number) AS \(real))")
    case "TIMESTAMP", "DATE":
      return guarded(cell, "^\(Dialect.isoTime)$", Dialect.dayExists(cell), "CAST(\(cell) AS \(type))")
    case zonedTime:
      return guarded(
        cell, "^\(Dialect.isoTime)(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?$", Dialect.dayExists(cell),
        "CAST(\(cell) AS \(type))")
    default:
      return "CAST(\(expression) AS \(type))"
    }
  }

  /// The text `expression` as the decimal `type`, or NULL where it does not read as one.
  ///
  /// DuckDB 1.5 rounds a text with an exponent by a digit that it cuts off: to four places, '9e-6' is 0.0001 there. Such
  /// texts, which floats leave behind where a sum should be 0, become floats first.
  public func attempt(text expression: String, asDecimal type: String) -> String {
    let plain = attempt(expression, as: type)
    guard self == .duckDB else { return plain }
    return "CASE WHEN contains(\(expression), 'e') OR contains(\(expression), 'E') "
      + "THEN \(attempt(attempt(expression, as: real), as: type)) ELSE \(plain) END"
  }

  /// `value` where `cell` has the form of `pattern` and then `condition` holds. Two questions, one in the other: the
  /// second can only be asked of cells that pass the first, and AND promises no order.
  private func guarded(_ cell: String, _ pattern: String, _ condition: String, _ value: String) -> String {
    "CASE WHEN \(cell) ~ '\(pattern)' THEN CASE WHEN \(condition) THEN \(value) END END"
  }

  /// A decimal number, in the usual way or with an exponent. Not the texts for infinity and for no number.
  private static let number = "^ *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})? *$"

  /// A day, with or without a time of it.
  private static let isoTime =
    "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    + "([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?)?"

  /// Whether the month that `cell` begins with has the day it names.
  private static func dayExists(_ cell: String) -> String {
    func part(_ start: Int, _ length: Int) -> String { "CAST(substr(\(cell), \(start), \(length)) AS INT)" }
    return "\(part(1, 4)) > 0 AND " + Dialect.monthHasDay(year: part(1, 4), month: part(6, 2), day: part(9, 2))
  }

  /// Whether `day` is a day of that month, all three being whole numbers, `month` one of 1 to 12.
  static func monthHasDay(year: String, month: String, day: String) -> String {
    let leap = "(\(year) % 4 = 0 AND \(year) % 100 <> 0 OR \(year) % 400 = 0)"
    return "\(day) <= CASE WHEN \(month) = 2 THEN CASE WHEN \(leap) THEN 29 ELSE 28 END "
      + "WHEN \(month) IN (4, 6, 9, 11) THEN 30 ELSE 31 END"
  }

  /// The digits and decimal places of `DECIMAL(p,s)`.
  private static func decimalSize(_ type: String) -> (digits: Int, places: Int)? {
    guard type.hasPrefix("DECIMAL("), type.hasSuffix(")") else { return nil }
    let parts = type.dropFirst("DECIMAL(".count).dropLast().split(separator: ",").compactMap {
      Int($0.filter { $0 != " " })
    }
    return parts.count == 2 && parts[0] >= parts[1] ? (parts[0], parts[1]) : nil
  }
}
