public import Foundation
internal import Warehouse
internal import Yams

extension Project {
  /// Reads a project file.
  /// - Throws: ``ProjectError`` naming the line, for anything unreadable, unknown, missing or out of range.
  public init(contentsOf url: URL) throws(ProjectError) {
    let file = url.lastPathComponent
    let text: String
    do {
      text = try String(contentsOf: url, encoding: .utf8)
    } catch {
      throw ProjectError(
        file: url.path,
        reason: FileManager.default.fileExists(atPath: url.path)
          ? "it cannot be read as UTF-8 text."
          : "there is no such file. Run 'tessera init FILES…' here to write one, or name one with --config.")
    }
    try self.init(yaml: text, file: file, folder: url.deletingLastPathComponent().standardizedFileURL)
  }

  /// Reads the text of a project file.
  public init(yaml: String, file: String, folder: URL) throws(ProjectError) {
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch {
      throw Project.syntaxError(error, file: file)
    }
    guard let root else {
      throw ProjectError(file: file, reason: "it is empty. Run 'tessera init FILES…' to write one.")
    }
    let top = try YAMLSection(
      root, file: file, path: "", allowed: ["name", "as_of", "sources", "features", "segments", "output", "engine"])
    self.init(name: try top.text("name") ?? folder.lastPathComponent, folder: folder, file: file)
    if name.contains("/") || name.hasPrefix(".") || name.isEmpty {
      throw top.error("name", "'name' names files, so it cannot be empty, hold '/' or begin with '.'.")
    }
    if let text = try top.text("as_of") {
      guard let date = CalendarDate(text) else {
        throw top.error("as_of", "'as_of' must be an existing day written YYYY-MM-DD.")
      }
      asOf = date
    }
    sources = try Project.sources(top)
    if let section = try top.section("features", allowed: ["families", "categories", "returns", "ordinal"]) {
      features = try FeatureSettings(section)
    }
    if let section = try top.section(
      "segments", allowed: ["method", "k", "scale", "exclude", "balance", "restarts", "seed"])
    {
      segments = try SegmentSettings(section)
    }
    if let section = try top.section("output", allowed: ["folder", "models"]) {
      output.folder = try section.text("folder") ?? output.folder
      output.models = try section.text("models") ?? output.models
    }
    if let section = try top.section(
      "engine", allowed: ["driver", "database", "memory_limit", "spill_folder", "threads"])
    {
      engine.driver = try section.text("driver")
      engine.database = try section.text("database").map { URL(fileURLWithPath: $0, relativeTo: folder).path }
      engine.memoryLimit = try section.text("memory_limit")
      engine.spillFolder = try section.text("spill_folder").map { URL(fileURLWithPath: $0, relativeTo: folder).path }
      engine.threads = try section.integer("threads", in: 1...1024)
    }
  }

  private static func syntaxError(_ error: any Error, file: String) -> ProjectError {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      ProjectError(file: file, line: mark.line, reason: "not readable as YAML: \(problem).")
    case .duplicatedKeysInMapping(let duplicates, let context):
      ProjectError(
        file: file, line: context.mark.line,
        reason: "a key stands twice: \(duplicates.sorted().joined(separator: ", ")).")
    default:
      ProjectError(file: file, reason: "not readable as YAML. Check indentation (spaces, no tabs) and quotes.")
    }
  }

  private static func sources(_ top: YAMLSection) throws(ProjectError) -> [Source] {
    guard let section = try top.section("sources", allowed: nil), !section.keys.isEmpty else {
      throw top.error("sources", "'sources' is missing: name at least one table of records.")
    }
    var sources: [Source] = []
    for name in section.keys {
      let keys = ["file", "table", "query", "role", "columns", "attributes", "where", "encoding", "time_format"]
      guard let entry = try section.section(name, allowed: keys) else {
        throw section.error(name, "source '\(name)' is empty: give it a file and a role.")
      }
      sources.append(try Source(name, entry))
    }
    return sources
  }
}

extension Source {
  fileprivate init(_ name: String, _ section: YAMLSection) throws(ProjectError) {
    guard let role = try section.choice("role", SourceRole.self) else {
      let roles = SourceRole.allCases.map(\.rawValue).joined(separator: ", ")
      throw section.error(nil, "source '\(name)' has no role; say what its rows are: \(roles).")
    }
    let origins: [Origin?] = [
      try section.text("file").map(Origin.file), try section.text("table").map(Origin.table),
      try section.text("query").map(Origin.query),
    ]
    let given = origins.compactMap { $0 }
    guard given.count == 1, let origin = given.first else {
      throw section.error(nil, "source '\(name)' needs exactly one of 'file', 'table' and 'query'.")
    }
    self.init(name: name, role: role, origin: origin)
    let allowed = role.required + role.optional
    guard let columns = try section.section("columns", allowed: allowed.map(\.rawValue)) else {
      throw section.error(nil, "source '\(name)' says nothing about its columns; add 'columns:'.")
    }
    for role in allowed {
      guard let names = try columns.texts(role.rawValue), !names.isEmpty else { continue }
      guard names.count == 1 || role == .discount else {
        throw columns.error(role.rawValue, "'\(role.rawValue)' takes one column; only 'discount' takes a list.")
      }
      self.columns[role] = names
    }
    for role in role.required where self.columns[role] == nil {
      throw columns.error(nil, "source '\(name)' (\(self.role.rawValue)) must name its '\(role.rawValue)' column.")
    }
    attributes = try section.texts("attributes")
    if attributes != nil, role != .customers {
      throw section.error("attributes", "only a source of role 'customers' has attributes.")
    }
    condition = try section.text("where")
    encoding = try section.text("encoding")
    timeFormat = try section.text("time_format")
    line = section.line
  }
}

extension FeatureSettings {
  fileprivate init(_ section: YAMLSection) throws(ProjectError) {
    if let families = try section.section("families", allowed: FeatureFamily.allCases.map(\.rawValue)) {
      for name in families.keys where try families.flag(name) == false { switchedOff.insert(name) }
    }
    categories = try section.integer("categories", in: 0...200) ?? categories
    returns = try section.choice("returns", Returns.self) ?? returns
    if let ordered = try section.section("ordinal", allowed: nil) {
      for name in ordered.keys { ordinal[name] = try ordered.texts(name) ?? [] }
    }
  }
}

extension SegmentSettings {
  fileprivate init(_ section: YAMLSection) throws(ProjectError) {
    if let method = try section.text("method"), method != "kmeans" {
      throw section.error("method", "'segments.method' must be kmeans.")
    }
    if let text = try section.text("k") {
      guard let range = ClusterRange(text) else {
        throw section.error("k", "'segments.k' must be a number of segments such as 5, or a range such as 2..8.")
      }
      (minimumClusters, maximumClusters) = (range.lower, range.upper)
    }
    scaling = try section.choice("scale", Scaling.self) ?? scaling
    exclude = try section.texts("exclude") ?? []
    balanceFamilies = try section.flag("balance") ?? balanceFamilies
    restarts = try section.integer("restarts", in: 1...1000)
    if let text = try section.text("seed") {
      guard let value = UInt64(text) else { throw section.error("seed", "'segments.seed' must be a whole number.") }
      seed = value
    }
  }
}

/// A number of clusters or a range of them, as written: `5` or `2..8`.
public struct ClusterRange: Sendable, Hashable {
  public let lower: Int
  public let upper: Int

  public init(lower: Int, upper: Int) {
    precondition(lower >= 1 && lower <= upper, "a range of clusters from \(lower) to \(upper)")
    self.lower = lower
    self.upper = upper
  }

  /// Reads `5` or `2..8`; nil for anything else, and for bounds outside 1 to 10,000.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bounds: [Int?] =
      parts.count == 3 && parts[1].isEmpty ? [Int(parts[0]), Int(parts[2])] : [Int(text), Int(text)]
    guard let lower = bounds[0], let upper = bounds[1], lower >= 1, lower <= upper, upper <= 10_000 else { return nil }
    self.lower = lower
    self.upper = upper
  }
}
