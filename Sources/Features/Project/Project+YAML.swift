public import Foundation
internal import Warehouse
internal import Yams

extension Project {
  /// Reads a project file.
  /// - Throws: ``ProjectError`` naming the line, for anything unreadable, unknown, missing or out of range.
  public init(contentsOf url: URL) throws(ProjectError) {
    let file = url.lastPathComponent
    let bytes: Data
    do {
      bytes = try Data(contentsOf: url)
    } catch {
      throw ProjectError(
        file: url.path,
        reason: FileManager.default.fileExists(atPath: url.path)
          ? "it cannot be read; is it a folder, or are its permissions wrong?"
          : "there is no such file. Run 'tessera init FILES…' here to write one, or name one with --config.")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
      throw ProjectError(
        file: file, line: bad.map { $0 + 1 }, reason: "it is not UTF-8 text. Save it as UTF-8 in your editor.")
    }
    try self.init(yaml: text, file: file, folder: url.deletingLastPathComponent().standardizedFileURL)
  }

  /// Reads the text of a project file.
  public init(yaml: String, file: String, folder: URL) throws(ProjectError) {
    let root: Node?
    do {
      // A byte order mark is not part of the text.
      root = try Yams.compose(yaml: yaml.hasPrefix("\u{FEFF}") ? String(yaml.unicodeScalars.dropFirst()) : yaml)
    } catch {
      throw Project.syntaxError(error, file: file, text: yaml)
    }
    if case .scalar(let scalar)? = root, scalar.string.isEmpty {
      throw ProjectError(file: file, reason: "it is empty. Run 'tessera init FILES…' to write one.")
    }
    guard let root else {
      throw ProjectError(file: file, reason: "it is empty. Run 'tessera init FILES…' to write one.")
    }
    let top = try YAMLSection(
      root, file: file, path: "",
      allowed: [
        "name", "as_of", "sources", "features", "lists", "targets", "value", "segments", "personas", "output", "engine",
      ])
    self.init(name: try top.text("name") ?? folder.lastPathComponent, folder: folder, file: file)
    if name.isEmpty || name.hasPrefix(".") || name.contains(where: { $0 == "/" || $0 == "\0" || $0.isNewline }) {
      throw top.error("name", "'name' names files, so it cannot be empty, hold '/' or a new line, or begin with '.'.")
    }
    if let text = try top.text("as_of") {
      guard let date = CalendarDate(text) else {
        throw top.error("as_of", "'as_of' must be an existing day written YYYY-MM-DD.")
      }
      asOf = date
    }
    sources = try Project.sources(top)
    if let section = try top.section("features", allowed: FeatureSettings.keys) {
      features = try FeatureSettings(section)
    }
    lists = try RuleList.lists(
      top,
      taken: features.rules.map(\.name) + features.expressions.map(\.name) + [FeaturePlan.customerColumn(self)])
    try takeCounts(of: lists, top)
    targets = try TargetSettings.targets(top, sources)
    effects = try EffectSettings.effects(top, sources)
    value = try ValueSettings.read(top, sources)
    if let section = try top.section(
      "segments",
      allowed: ["k", "scale", "exclude", "balance", "restarts", "seed"]
        + TreeSettings.keys + RedundancySettings.keys)
    {
      segments = try SegmentSettings(section)
      if segments.tree.takesScores, targets.isEmpty {
        throw section.error(
          nil, "'\(TreeSettings.scores)' stands for the chances of 'targets', and there are none; state some.")
      }
    }
    if let section = try top.section("personas", allowed: PersonaSettings.keys) {
      personas = try PersonaSettings(section, targets: targets.map(\.name), effects: effects.map(\.name))
    }
    if let section = try top.section("output", allowed: ["folder", "models", "table"]) {
      output.folder = try section.text("folder") ?? output.folder
      output.models = try section.text("models") ?? output.models
      output.table = try section.text("table")
    }
    if let section = try top.section(
      "engine", allowed: ["name", "driver", "database", "memory_limit", "spill_folder", "threads"])
    {
      engine.name = try section.text("name") ?? engine.name
      engine.driver = try section.text("driver")
      // A server's address is a URI, DuckDB's a file.
      engine.database = try section.text("database").map {
        engine.name == Dialect.duckDB.name ? URL(fileURLWithPath: $0, relativeTo: self.folder).path : $0
      }
      engine.memoryLimit = try section.text("memory_limit")
      engine.spillFolder = try section.text("spill_folder").map {
        URL(fileURLWithPath: $0, relativeTo: self.folder).path
      }
      engine.threads = try section.integer("threads", in: 1...1024)
    }
  }

  /// The counts of lists are computed with the features, and form no segments.
  private mutating func takeCounts(of lists: [RuleList], _ top: YAMLSection) throws(ProjectError) {
    guard let list = lists.first(where: { !$0.condition.counts.isEmpty }) else { return }
    let family = FeatureFamily.lists.rawValue
    guard !features.switchedOff.contains(family) else {
      throw top.error(
        "features", "'features.families.\(family)' is off, but the list '\(list.name)' counts records; leave it on.")
    }
    guard features.weights[family] ?? 0 == 0 else {
      throw top.error(
        "features",
        "'features.weights.\(family)' must be 0: counts of lists form no segments; state a rule of "
          + "'features.rules' for one that should.")
    }
    features.weights[family] = 0
  }

  private static func syntaxError(_ error: any Error, file: String, text: String) -> ProjectError {
    switch error as? YamlError {
    case .scanner(let context, let problem, let end, _), .parser(let context, let problem, let end, _),
      .composer(let context, let problem, let end, _):
      // What is never closed is found missing at the end of the file; where it was opened is of more use.
      let mark = context.flatMap { $0.text.contains("quoted") ? $0.mark : nil } ?? end
      let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      let line = lines.indices.contains(mark.line - 1) ? lines[mark.line - 1] : ""
      let isTabbed = line.prefix { $0 == " " || $0 == "\t" }.contains("\t")
      let advice =
        isTabbed
        ? "Indent with spaces; YAML does not take tabs."
        : "Close every quote, and put a text that holds quotes or ': ' whole into single quotes: "
          + "where: '\"Quantity\" > 0'."
      return ProjectError(
        file: file, line: min(mark.line, max(1, lines.count)), reason: "not readable as YAML: \(problem). \(advice)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let key = duplicates.min() ?? ""
      return ProjectError(
        file: file, line: secondLine(of: key, from: context.mark.line, column: context.mark.column, text),
        reason: "the key '\(key)' stands twice at this level; keep one.")
    default:
      return ProjectError(file: file, reason: "not readable as YAML. Check indentation (spaces, no tabs) and quotes.")
    }
  }

  /// The line on which `key` stands for the second time in the block that begins at `line`; `line` when it is not
  /// found there (`{a: 1, a: 2}` on one line).
  private static func secondLine(of key: String, from line: Int, column: Int, _ text: String) -> Int {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let indent = String(repeating: " ", count: max(0, column - 1))
    let forms = [key, "\"\(key)\"", "'\(key)'"].map { indent + $0 }
    let found = lines.indices.dropFirst(line - 1).filter { index in
      forms.contains { lines[index].hasPrefix($0) && lines[index].dropFirst($0.count).drop { $0 == " " }.first == ":" }
    }
    return found.count > 1 ? found[1] + 1 : line
  }

  private static func sources(_ top: YAMLSection) throws(ProjectError) -> [Source] {
    guard let section = try top.section("sources", allowed: nil), !section.keys.isEmpty else {
      throw top.error("sources", "'sources' is missing: name at least one table of records.")
    }
    var sources: [Source] = []
    for name in section.keys {
      let keys = [
        "file", "table", "query", "role", "columns", "attributes", "where", "encoding",
        "decimal", "time_format", "number_rows", "explains", "multiple",
      ]
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
    numbersRows = try section.flag("number_rows") ?? false
    guard !numbersRows || role == .customers else {
      throw section.error("number_rows", "only in a source of role 'customers' can every row be a customer.")
    }
    let allowed = role.required + role.optional
    guard let columns = try section.section("columns", allowed: allowed.map(\.rawValue)) else {
      if numbersRows {
        try finish(section)
        return
      }
      throw section.error(nil, "source '\(name)' says nothing about its columns; add 'columns:'.")
    }
    for role in allowed {
      guard let names = try columns.texts(role.rawValue), !names.isEmpty else { continue }
      guard names.count == 1 || role.takesSeveral else {
        let several = ColumnRole.allCases.filter(\.takesSeveral).map { "'\($0.rawValue)'" }.joined(separator: ", ")
        throw columns.error(role.rawValue, "'\(role.rawValue)' takes one column; only \(several) take a list.")
      }
      self.columns[role] = names
    }
    if numbersRows, column(.customer) != nil {
      throw section.error(
        "number_rows", "source '\(name)' names its 'customer' column; with 'number_rows' the rows' numbers name them.")
    }
    for role in role.required where self.columns[role] == nil && !(numbersRows && role == .customer) {
      throw columns.error(nil, "source '\(name)' (\(self.role.rawValue)) must name its '\(role.rawValue)' column.")
    }
    if [.events, .campaigns].contains(role), column(.customer) == nil, column(.visitor) == nil {
      throw columns.error(
        nil, "source '\(name)' (\(role.rawValue)) must name its 'customer' column, or its 'visitor' column.")
    }
    if role == .products, column(.category) == nil, column(.brand) == nil {
      throw columns.error(nil, "source '\(name)' (products) must name its 'category' column, or its 'brand' column.")
    }
    try finish(section)
  }

  /// Reads what is said besides the columns.
  private mutating func finish(_ section: YAMLSection) throws(ProjectError) {
    attributes = try section.texts("attributes")
    if attributes != nil, !role.hasAttributes {
      let roles = SourceRole.allCases.filter(\.hasAttributes).map { "'\($0.rawValue)'" }.joined(separator: ", ")
      throw section.error("attributes", "only sources of these roles have attributes: \(roles).")
    }
    for name in attributes ?? [] where ((columns[.treatment] ?? []) + (columns[.outcome] ?? [])).contains(name) {
      throw section.error(
        "attributes",
        "'\(name)' of source '\(self.name)' is a treatment or outcome, which is a label and never a feature; take it out "
          + "of 'attributes'.")
    }
    if role == .customers, column(.treatment) != nil, column(.outcome) == nil {
      throw section.error(
        "columns", "source '\(name)' names a 'treatment', so it must name the 'outcome' columns that tell what it did.")
    }
    explains = try section.text("explains")
    guard (explains == nil) == (role != .lookups) else {
      throw section.error(
        "explains",
        role == .lookups
          ? "source '\(name)' (lookups) must say with 'explains' which 'region' column of customers its keys are, or "
            + "'store'."
          : "only a source of role 'lookups' explains another's column.")
    }
    multiple = try section.texts("multiple") ?? []
    if !multiple.isEmpty, role != .surveys {
      throw section.error("multiple", "only a source of role 'surveys' has columns of several answers.")
    }
    if role == .surveys, (column(.question) == nil) != (column(.answer) == nil) {
      throw section.error(
        "columns", "source '\(name)' (surveys) must name both its 'question' and its 'answer', or none.")
    }
    condition = try section.text("where")
    encoding = try section.text("encoding")
    if let sign = try section.text("decimal") {
      guard sign == "." || sign == "," else { throw section.error("decimal", "'decimal' must be \".\" or \",\".") }
      decimal = sign
    }
    timeFormat = try section.text("time_format")
    line = section.line
  }
}

extension FeatureSettings {
  fileprivate static let keys = [
    "families", "weights", "describe_only", "categories", "returns", "ordinal", "windows", "half_life", "rfm",
    "lifecycle", "urgency", "affinity", "event_types", "engagement", "browsing", "lead", "geography", "rules",
    "expressions",
  ]

  fileprivate init(_ section: YAMLSection) throws(ProjectError) {
    let names = FeatureFamily.allCases.map(\.rawValue)
    if let families = try section.section("families", allowed: names) {
      for name in families.keys where try families.flag(name) == false { switchedOff.insert(name) }
    }
    if let given = try section.section("weights", allowed: names) {
      for name in given.keys {
        guard let weight = try given.text(name).flatMap({ Double($0) }), weight >= 0, weight <= 1000 else {
          throw given.error(name, "'features.weights.\(name)' must be a number from 0 to 1000; 1 counts as usual.")
        }
        weights[name] = weight
      }
    }
    describeOnly = try section.texts("describe_only")
    if let texts = try section.texts("windows") {
      let days = texts.compactMap { Int($0) }
      guard days.count == texts.count, Set(days).count == days.count, days.allSatisfy({ (1...36_500).contains($0) })
      else { throw section.error("windows", "'features.windows' must list different whole numbers of days from 1.") }
      windows = days.sorted()
    }
    halfLife = try section.integer("half_life", in: 1...36_500) ?? halfLife
    if let given = try section.section("rfm", allowed: RFMSettings.keys) { rfm = try RFMSettings(given) }
    if let given = try section.section("lifecycle", allowed: LifecycleSettings.keys) {
      lifecycle = try LifecycleSettings(given)
    }
    if let given = try section.section("urgency", allowed: UrgencySettings.keys) {
      urgency = try UrgencySettings(given)
    }
    if let given = try section.section("affinity", allowed: AffinitySettings.keys) {
      affinity = try AffinitySettings(given)
    }
    acts = try ActSettings(section)
    if let given = try section.section("geography", allowed: ["least_customers"]) {
      leastCustomersOfRegion =
        try given.integer("least_customers", in: 1...1_000_000_000) ?? leastCustomersOfRegion
    }
    rules = try CountRule.list(section, "rules")
    expressions = try FeatureExpression.list(section, "expressions")
    categories = try section.integer("categories", in: 0...200) ?? categories
    returns = try section.choice("returns", Returns.self) ?? returns
    if let ordered = try section.section("ordinal", allowed: nil) {
      for name in ordered.keys {
        let levels = try ordered.texts(name) ?? []
        guard levels.count >= 2, Set(levels).count == levels.count else {
          throw ordered.error(name, "'features.ordinal.\(name)' must list two or more different levels, lowest first.")
        }
        ordinal[name] = levels
      }
    }
  }
}

extension SegmentSettings {
  fileprivate init(_ section: YAMLSection) throws(ProjectError) {
    if let text = try section.text("k") {
      guard let range = ClusterRange(text) else {
        throw section.error("k", "'segments.k' must be a number of segments such as 5, or a range such as 2..8.")
      }
      (minimumClusters, maximumClusters) = (range.lower, range.upper)
    }
    scaling = try section.choice("scale", Scaling.self) ?? scaling
    exclude = try section.texts("exclude") ?? []
    balanceFamilies = try section.flag("balance") ?? balanceFamilies
    tree = try TreeSettings(section)
    redundancy = try RedundancySettings(section)
    restarts = try section.integer("restarts", in: 1...1000)
    if let text = try section.text("seed") {
      guard let value = UInt64(text) else {
        throw section.error("seed", "'segments.seed' must be a whole number from 0 to \(UInt64.max).")
      }
      seed = value
    }
  }
}

/// A number of clusters or a range of them, as written: `5` or `2..8`.
public struct ClusterRange: Sendable, Hashable {
  /// The least number of clusters.
  public let lower: Int
  /// The greatest, at least ``lower``.
  public let upper: Int

  /// The numbers from `lower` to `upper`, both included.
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
