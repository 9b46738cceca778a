/// How to open an engine.
public struct EngineSettings: Sendable, Hashable {
  /// The engine: "duckdb" unless stated.
  public var name = "duckdb"
  /// The path of the driver's library, when it should not be searched for.
  public var driver: String?
  /// DuckDB: a database file (nil: in memory). Other engines: the connection's URI.
  public var database: String?
  /// The most memory DuckDB may take, such as "4GiB"; nil leaves its own limit (80% of the machine's).
  public var memoryLimit: String?
  /// Where DuckDB puts what does not fit in memory; nil takes a private folder in the system's temporary folder.
  public var spillFolder: String?
  /// Threads of the engine; nil takes all cores.
  public var threads: Int?

  /// DuckDB in memory, with its own limits.
  public init() {}
}
