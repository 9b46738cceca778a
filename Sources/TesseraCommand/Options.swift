public import ArgumentParser
public import Features
internal import Foundation
internal import LinearAlgebra
internal import Warehouse

/// How the engine runs; the same for every verb.
struct EngineOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Work on N cores; the result is the same at any number.", valueName: "n"))
  var threads: Int?

  @Option(
    help: ArgumentHelp("The most memory the engine takes, such as 4GiB; beyond it spills to disk.", valueName: "size"))
  var memoryLimit: String?

  @Option(
    help: ArgumentHelp(
      "Where the engine spills; a private folder inside it is removed at the end.", valueName: "folder"))
  var spillFolder: String?

  @Option(help: ArgumentHelp("The DuckDB library to use instead of the one found.", valueName: "file"))
  var driver: String?

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be 1 or more.") }
    if let memoryLimit, memoryLimit.wholeMatch(of: /[0-9]+(\.[0-9]+)? *([KMGT]i?)?B|[0-9]+%/.ignoresCase()) == nil {
      throw ValidationError("--memory-limit must be a size such as 512MiB, 4GiB or 80%.")
    }
  }

  /// ``memoryLimit`` in bytes; nil without one.
  var memoryBytes: Int? {
    var settings = EngineSettings()
    settings.memoryLimit = memoryLimit
    return settings.memoryBytes
  }

  /// Applies the options over `settings`.
  func apply(to settings: inout EngineSettings) {
    if let threads {
      Parallel.workers = threads
      settings.threads = threads
    } else if let threads = settings.threads {
      Parallel.workers = threads
    }
    if let memoryLimit { settings.memoryLimit = memoryLimit }
    if let spillFolder { settings.spillFolder = spillFolder }
    if let driver { settings.driver = driver }
  }

  /// An engine for verbs without a project.
  func connect() throws -> Connection {
    var settings = EngineSettings()
    apply(to: &settings)
    return try Connection(settings)
  }
}

/// Which project file, and as of which day.
struct ProjectOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The project file.", valueName: "file"))
  var config = "tessera.yml"

  @Option(
    help: ArgumentHelp("Use records up to this day (YYYY-MM-DD) instead of the project's as_of.", valueName: "date"))
  var asOf: String?

  func validate() throws { _ = try date() }

  func date() throws -> CalendarDate? {
    guard let asOf else { return nil }
    guard let date = CalendarDate(asOf) else {
      throw ValidationError("--as-of must be an existing day written YYYY-MM-DD, not '\(asOf)'.")
    }
    return date
  }

  func project(_ engine: EngineOptions) throws -> Project {
    guard FileManager.default.fileExists(atPath: config) else { throw NoProject(file: config) }
    var project = try Project(contentsOf: URL(fileURLWithPath: config))
    engine.apply(to: &project.engine)
    return project
  }
}

extension ClusterRange {
  /// Reads `5` or `2..8`, or says what is wrong.
  static func read(_ text: String) throws -> ClusterRange {
    if let range = ClusterRange(text) { return range }
    let numbers = text.split(separator: "..", omittingEmptySubsequences: false).map { Int($0) }
    if let low = numbers.first ?? nil, let high = numbers.last ?? nil, numbers.count <= 2 {
      if low < 1 || high < 1 { throw ValidationError("k must be 1 or more.") }
      if low > high { throw ValidationError("The range must go upwards: \(high)..\(low).") }
      throw ValidationError("k must be 10,000 or less.")
    }
    throw ValidationError("Write a number such as 5, or a range such as 2..8.")
  }
}

extension ClusterRange: CustomStringConvertible {
  /// As it is written: `5` or `1..9`.
  public var description: String { lower == upper ? "\(lower)" : "\(lower)..\(upper)" }
}

extension Scaling: ExpressibleByArgument {}

/// How the columns of a ready table are chosen.
struct TableOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Use these columns only: a,b,c.", valueName: "names"))
  var columns: String?

  @Option(help: ArgumentHelp("Leave these columns out: id,label.", valueName: "names"))
  var exclude: String?

  @Option(help: ArgumentHelp("The column that names rows; without it rows are numbered.", valueName: "name"))
  var id: String?

  @Option(name: .customLong("where"), help: ArgumentHelp("Use rows that meet this SQL condition.", valueName: "sql"))
  var condition: String?

  static func list(_ text: String?) -> [String] {
    (text ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }
}
