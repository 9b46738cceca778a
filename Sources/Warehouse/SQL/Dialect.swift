/// What one engine calls things, and what it can do. Every difference between engines stands here, in the extensions
/// beside it (``attempt(_:as:)``, ``moment(_:pattern:)``, ``describe(_:probe:)``), and nowhere else.
public struct Dialect: Sendable, Hashable {
  /// The engine's name, as in ``EngineSettings/name``.
  public let name: String
  /// The 64-bit float.
  public let real: String
  /// Text of any length.
  public let text: String
  /// A point in time that states its offset from UTC.
  public let zonedTime: String
  /// Whether the engine itself reads CSV, Parquet and JSON files.
  public let readsFiles: Bool
  /// Whether Arrow streams can be loaded in bulk.
  public let takesStreams: Bool

  /// Whether a table's rows are numbered from 0 in the order in which they came (`rowid`), and quickly found by it.
  public var keepsRowNumbers: Bool { self == .duckDB }

  /// The bytes of a name that the engine tells apart; nil for no end of them.
  public var longestName: Int? { self == .postgreSQL ? 63 : nil }

  /// DuckDB 1.5, embedded.
  public static let duckDB = Dialect(
    name: "duckdb", real: "DOUBLE", text: "VARCHAR", zonedTime: "TIMESTAMP WITH TIME ZONE", readsFiles: true,
    takesStreams: true)
  /// PostgreSQL 15 and later.
  public static let postgreSQL = Dialect(
    name: "postgresql", real: "DOUBLE PRECISION", text: "VARCHAR", zonedTime: "TIMESTAMP WITH TIME ZONE",
    readsFiles: false, takesStreams: true)
  /// Spark 4, with the settings that ``sessionSettings`` lists.
  public static let spark = Dialect(
    name: "spark", real: "DOUBLE", text: "STRING", zonedTime: "TIMESTAMP_LTZ", readsFiles: true, takesStreams: false)

  /// The dialect of the engine called `name`; nil for an engine whose ways are not known.
  public static func named(_ name: String) -> Dialect? { [duckDB, postgreSQL, spark].first { $0.name == name } }

  /// Standard SQL for the engine called `name`, of which nothing else is known.
  public static func standard(_ name: String) -> Dialect {
    Dialect(
      name: name, real: "DOUBLE PRECISION", text: "VARCHAR", zonedTime: "TIMESTAMP WITH TIME ZONE", readsFiles: false,
      takesStreams: true)
  }

  /// Statements that make a session understand the common subset: double quotes around names, times without zone,
  /// UTC, whatever the server or the user's own settings say.
  public var sessionSettings: [String] {
    switch self {
    case .duckDB: ["SET TimeZone = 'UTC'"]
    case .postgreSQL:
      [
        "SET TimeZone = 'UTC'", "SET DateStyle = 'ISO, YMD'", "SET standard_conforming_strings = on",
        "SET client_min_messages = error",
      ]
    case .spark:
      [
        "SET spark.sql.ansi.enabled=true", "SET spark.sql.ansi.doubleQuotedIdentifiers=true",
        "SET spark.sql.parser.escapedStringLiterals=true", "SET spark.sql.timestampType=TIMESTAMP_NTZ",
        "SET TIME ZONE 'UTC'",
      ]
    default: []
    }
  }

  // MARK: Numbers

  /// `expression` as a 64-bit float.
  public func asReal(_ expression: String) -> String { "CAST(\(expression) AS \(real))" }

  /// A true-or-false `expression` as 1 and 0, as a 64-bit float; PostgreSQL casts no boolean to one.
  public func flagAsReal(_ expression: String) -> String {
    asReal("CASE WHEN \(expression) THEN 1 WHEN NOT \(expression) THEN 0 END")
  }

  /// `value`, which is finite, as a 64-bit float to its last digit: engines read texts more exactly than decimals.
  public func literal(_ value: Double) -> String { asReal(SQL.literal("\(value)")) }

  /// `numerator / denominator` as a 64-bit float; NULL where the denominator is 0 or either is NULL.
  public func ratio(_ numerator: String, _ denominator: String) -> String {
    "\(asReal(numerator)) / nullif(\(asReal(denominator)), 0)"
  }

  /// The 64-bit float `expression` as the nearest whole number, still a float; halves go away from zero.
  public func rounded(_ expression: String) -> String {
    guard self == .postgreSQL else { return "round(\(expression))" }
    // Its round() of floats takes halves to the even number. What is cut off is exact, so the comparison is.
    let whole = "trunc(\(expression))"
    return "(\(whole) + CASE WHEN abs((\(expression)) - \(whole)) >= 0.5 THEN sign(\(expression)) ELSE 0 END)"
  }

  /// The aggregate of `expression` below which lies the share `share` of its values, by linear interpolation.
  public func percentile(_ share: Double, of expression: String) -> String {
    "percentile_cont(\(share)) WITHIN GROUP (ORDER BY \(asReal(expression)))"
  }

  // MARK: Text

  /// `expression` as text.
  public func asText(_ expression: String) -> String { "CAST(\(expression) AS \(text))" }

  /// The text `expression` without blanks around it; NULL where nothing is left.
  ///
  /// In the order of its bytes, whatever language the database sorts by, so that ties break alike everywhere.
  public func trimmed(_ expression: String) -> String {
    self == .postgreSQL
      ? "nullif(trim(\(asText(expression))), '') COLLATE \"C\"" : "nullif(trim(\(expression)), '')"
  }

  // MARK: Rows

  /// The number of a row, from 1, as the engine happens to read them.
  public var rowNumber: String {
    // Spark numbers nothing without an order.
    self == .spark ? "row_number() OVER (ORDER BY monotonically_increasing_id())" : "row_number() OVER ()"
  }

  /// A statement that keeps the result of `query` under `name`, quoted, for as long as the connection lives.
  public func keep(_ query: String, as name: String) -> String {
    // Spark has no temporary tables; there the query is carried out again at each use.
    self == .spark ? "CREATE OR REPLACE TEMP VIEW \(name) AS \(query)" : "CREATE TEMP TABLE \(name) AS \(query)"
  }

  /// A statement that frees what ``keep(_:as:)`` kept under `name`.
  public func drop(_ name: String) -> String {
    self == .spark ? "DROP VIEW IF EXISTS \(name)" : "DROP TABLE IF EXISTS \(name)"
  }

  /// A hash of all `columns` of a row, a whole number; nil for an engine whose hashes are not known.
  public func rowHash(_ columns: [String]) -> String? {
    let list = columns.joined(separator: ", ")
    return switch self {
    case .duckDB: "hash(\(list))"
    case .postgreSQL: "hashtextextended(\(asText("ROW(\(list))")), 0)"
    case .spark: "xxhash64(\(list))"
    default: nil
    }
  }

  /// A condition that holds for the rows of about one value of `expression` in `share`, the same at each use; nil for an
  /// engine whose hashes are not known.
  public func draws(oneIn share: Int, of expression: String) -> String? {
    switch self {
    case .duckDB: "hash(\(expression)) % \(share) = 0"
    case .postgreSQL: "hashtextextended(\(asText(expression)), 0) % \(share) = 0"
    case .spark: "xxhash64(\(expression)) % \(share) = 0"
    default: nil
    }
  }

  /// A statement that makes `query` readable as `name`, quoted, as often as needed: kept by a server, on which others
  /// may write between two reads; a view elsewhere.
  public func offer(_ query: String, as name: String) -> String {
    self == .postgreSQL ? keep(query, as: name) : "CREATE OR REPLACE TEMP VIEW \(name) AS \(query)"
  }

  /// What tells the columns of `relation`: statements to carry out first and last, and a query whose first two columns
  /// are their names and types. `probe` is a name that nothing bears yet.
  public func describe(_ relation: String, probe: String) -> (before: [String], query: String, after: [String]) {
    let rows = "SELECT * FROM \(relation) AS t"
    guard self == .postgreSQL else { return ([], (self == .spark ? "DESCRIBE QUERY " : "DESCRIBE ") + rows, []) }
    let view = SQL.identifier(probe)
    return (
      ["CREATE TEMP VIEW \(view) AS \(rows)"],
      """
      SELECT CAST(attname AS VARCHAR) AS column_name, CAST(format_type(atttypid, NULL) AS VARCHAR) AS column_type
      FROM pg_attribute WHERE attrelid = CAST(\(SQL.literal("pg_temp." + view)) AS regclass) AND attnum > 0
      ORDER BY attnum
      """,
      ["DROP VIEW \(view)"]
    )
  }
}
