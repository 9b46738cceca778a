/// What one engine calls things, and what it can do. Every difference between engines stands here and nowhere else.
public struct Dialect: Sendable, Hashable {
  /// The engine's name, as in ``EngineSettings/name``.
  public let name: String
  /// The 64-bit float.
  public let real: String
  /// Text of any length.
  public let text: String
  /// Whether the engine itself reads CSV, Parquet and JSON files.
  public let readsFiles: Bool
  /// Whether Arrow streams can be loaded in bulk.
  public let takesStreams: Bool

  /// DuckDB 1.5, embedded.
  public static let duckDB = Dialect(
    name: "duckdb", real: "DOUBLE", text: "VARCHAR", readsFiles: true, takesStreams: true)
  /// PostgreSQL 15 and later.
  public static let postgreSQL = Dialect(
    name: "postgresql", real: "DOUBLE PRECISION", text: "VARCHAR", readsFiles: false, takesStreams: true)
  /// Spark 4, with ANSI quotes.
  public static let spark = Dialect(
    name: "spark", real: "DOUBLE", text: "STRING", readsFiles: true, takesStreams: false)

  /// The dialect of the engine called `name`; nil for an engine whose ways are not known.
  public static func named(_ name: String) -> Dialect? { [duckDB, postgreSQL, spark].first { $0.name == name } }

  /// Standard SQL for the engine called `name`, of which nothing else is known.
  public static func standard(_ name: String) -> Dialect {
    Dialect(name: name, real: "DOUBLE PRECISION", text: "VARCHAR", readsFiles: false, takesStreams: true)
  }

  /// `expression` as a 64-bit float.
  public func asReal(_ expression: String) -> String { "CAST(\(expression) AS \(real))" }

  /// `value`, which is finite, as a 64-bit float to its last digit: engines read texts more exactly than decimals.
  public func literal(_ value: Double) -> String { asReal(SQL.literal("\(value)")) }

  /// `expression` as text.
  public func asText(_ expression: String) -> String { "CAST(\(expression) AS \(text))" }

  /// `numerator / denominator` as a 64-bit float; NULL where the denominator is 0 or either is NULL.
  public func ratio(_ numerator: String, _ denominator: String) -> String {
    "\(asReal(numerator)) / nullif(\(asReal(denominator)), 0)"
  }

  /// `expression` as `type`, or NULL where it does not read as one.
  public func attempt(_ expression: String, as type: String) -> String {
    // PostgreSQL and the standard have no such cast; their columns carry types, so an ordinary cast is right there.
    [Dialect.duckDB, .spark].contains(self)
      ? "TRY_CAST(\(expression) AS \(type))" : "CAST(\(expression) AS \(type))"
  }
}
