internal import Foundation

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

  /// ``memoryLimit`` in bytes, a percentage being one of the machine's memory; nil without one.
  public var memoryBytes: Int? {
    guard let limit = memoryLimit?.lowercased(), let number = Double(limit.prefix { $0.isNumber || $0 == "." })
    else { return nil }
    let unit = limit.drop { $0.isNumber || $0 == "." || $0 == " " }
    let base: Double = unit.hasSuffix("ib") ? 1024 : 1000
    let bytes: Double
    switch unit.first {
    case "%": bytes = number / 100 * Double(ProcessInfo.processInfo.physicalMemory)
    case "k": bytes = number * base
    case "m": bytes = number * base * base
    case "g": bytes = number * base * base * base
    case "t": bytes = number * base * base * base * base
    case "b": bytes = number
    default: return nil
    }
    return bytes < 0x1p62 ? Int(bytes) : 1 << 62
  }

  /// DuckDB in memory, with its own limits.
  public init() {}
}
