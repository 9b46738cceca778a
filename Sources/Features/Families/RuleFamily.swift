internal import Warehouse

/// Turns the rules of a project, and the counts of its lists, into features: each count is an aggregate of its own, each rule an expression of them.
struct RuleCompiler {
  let sources: SourceSet
  let purchases: PurchaseRows?
  private let subject: String
  private var numbers: [RuleCount: Int] = [:]
  private var aggregates: [RuleCount: Aggregate] = [:]

  /// The features of all rules, and of the counts of rule lists.
  /// - Throws: ``ProjectError`` naming the line of a count whose source or columns are not there, or whose SQL the
  ///   engine does not understand.
  static func definitions(_ sources: SourceSet, _ purchases: PurchaseRows?) throws -> [FeatureDefinition] {
    let project = sources.project
    func stated(_ rules: [CountRule], _ family: FeatureFamily) -> [CountRule] {
      project.features.switchedOff.contains(family.rawValue) ? [] : rules
    }
    let rules = stated(project.features.rules, .rules)
    let counts = stated(project.lists.flatMap(\.condition.counts), .lists)
    // One for both: equal names of aggregates on one level mean equal aggregates.
    var compiler = RuleCompiler(sources: sources, purchases: purchases)
    var made: [FeatureDefinition] = []
    for rule in rules { made.append(try compiler.feature(rule, rules, .rules)) }
    for rule in counts { made.append(try compiler.feature(rule, [], .lists)) }
    return made
  }

  private mutating func feature(
    _ rule: CountRule, _ rules: [CountRule], _ family: FeatureFamily
  ) throws -> FeatureDefinition {
    var used: [Aggregate] = []
    let holds = try sql(rule.condition, rules, &used)
    var names: [String] = []
    for count in RuleCompiler.counts(rule.condition, rules) {
      let name = sourceName(count)
      if !names.contains(name) { names.append(name) }
    }
    return family.feature(
      rule.name, "1 where \(RuleCompiler.words(rule.condition)), else 0", source: names.joined(separator: ", "),
      from: used, as: "CASE WHEN \(holds) THEN 1 ELSE 0 END", whenAbsent: 0)
  }

  /// - Parameter subject: who counts, for errors.
  init(sources: SourceSet, purchases: PurchaseRows?, subject: String = "a rule") {
    (self.sources, self.purchases, self.subject) = (sources, purchases, subject)
  }

  private static func counts(_ condition: RuleCondition, _ rules: [CountRule]) -> [RuleCount] {
    switch condition {
    case .count(let count): [count]
    case .rule(let name): rules.first { $0.name == name }.map { counts($0.condition, rules) } ?? []
    case .all(let parts), .any(let parts): parts.flatMap { counts($0, rules) }
    case .not(let part): counts(part, rules)
    }
  }

  /// A condition that is true or false and never unknown: counts without rows are 0.
  private mutating func sql(
    _ condition: RuleCondition, _ rules: [CountRule], _ used: inout [Aggregate]
  ) throws -> String {
    switch condition {
    case .count(let count):
      let aggregate = try aggregate(count)
      if !used.contains(aggregate) { used.append(aggregate) }
      let real = sources.connection.dialect.asReal
      // Money is counted in ten-thousandths.
      let unit: Double = count.measure == .amount ? 10_000 : 1
      let value = "coalesce(\(real("{\(aggregate.name)}")), 0)"
      let bounds = [(">=", count.atLeast), ("<=", count.atMost), ("=", count.exactly)].compactMap { sign, bound in
        bound.map { "\(value) \(sign) \(sources.connection.dialect.literal(($0 * unit * 1e6).rounded() / 1e6))" }
      }
      return "(\(bounds.joined(separator: " AND ")))"
    case .rule(let name):
      guard let rule = rules.first(where: { $0.name == name }) else { return "FALSE" }
      return try sql(rule.condition, rules, &used)
    case .all(let parts): return try joined(parts, " AND ", rules, &used)
    case .any(let parts): return try joined(parts, " OR ", rules, &used)
    case .not(let part): return "(NOT \(try sql(part, rules, &used)))"
    }
  }

  private mutating func joined(
    _ parts: [RuleCondition], _ word: String, _ rules: [CountRule], _ used: inout [Aggregate]
  ) throws -> String {
    var texts: [String] = []
    for part in parts { texts.append(try sql(part, rules, &used)) }
    return "(\(texts.joined(separator: word)))"
  }

  private func sourceName(_ count: RuleCount) -> String { count.source ?? purchases?.source.name ?? "transactions" }

  /// Bounds are no part of what is counted, so that "at least 3" and "at most 5" of the same share one aggregate.
  private mutating func aggregate(_ bounded: RuleCount) throws -> Aggregate {
    var count = bounded
    (count.atLeast, count.atMost, count.exactly, count.line) = (nil, nil, nil, nil)
    count.source = sourceName(bounded)
    if let known = aggregates[count] { return known }
    let (source, level) = try place(bounded)
    var conditions: [String] = []
    var needs: [ColumnRole] = []
    for test in bounded.tests {
      let (sql, role) = try self.test(test, source, bounded)
      conditions.append(sql)
      if !needs.contains(role) { needs.append(role) }
    }
    if let days = bounded.within { conditions.append("age < \(days)") }
    if let days = bounded.olderThan { conditions.append("age >= \(days)") }
    if let own = bounded.sql {
      try check(own, level, bounded)
      conditions.append("(\(OwnSQL(own).sql(dividing: sources.connection.dialect)))")
    }
    let filter = conditions.isEmpty ? "" : " FILTER (WHERE \(conditions.joined(separator: " AND ")))"
    let measured: String
    switch bounded.measure {
    case .lines: measured = "count(*)"
    case .days: measured = "count(DISTINCT CAST(ts AS DATE))"
    case .orders: measured = "count(DISTINCT order_id)"
    case .items:
      measured = "sum(quantity)"
      needs.append(.quantity)
    case .amount:
      measured = "sum(amount_units)"
      needs.append(.amount)
    }
    for role in needs where level == .lines && !sources.offers(role) {
      throw error(bounded, "'\(source.name)' has no column of role '\(role.rawValue)'.")
    }
    let made = Aggregate(level, "rule_count_\(aggregates.count + 1)", measured + filter, needs: needs)
    aggregates[count] = made
    return made
  }

  private func place(_ count: RuleCount) throws(ProjectError) -> (Source, AggregateLevel) {
    let name = sourceName(count)
    let project = sources.project
    if let purchases, name == purchases.source.name || name == SourceRole.transactions.rawValue {
      return (purchases.source, .lines)
    }
    guard let source = project.sources.first(where: { $0.name == name }), [.events, .campaigns].contains(source.role)
    else {
      let known = project.sources.filter { [.transactions, .events, .campaigns].contains($0.role) }.map(\.name)
      throw error(count, "there is no source '\(name)' to count in; there are: \(known.joined(separator: ", ")).")
    }
    guard [.lines, .days].contains(count.measure) else {
      throw error(
        count, "'\(count.measure.rawValue)' can be counted in transactions alone; '\(name)' has lines and days.")
    }
    return (source, source.role == .events ? .events(name) : .campaigns(name))
  }

  private func error(_ count: RuleCount, _ reason: String) -> ProjectError {
    ProjectError(file: sources.project.file, line: count.line, reason: "\(subject) cannot be counted: \(reason)")
  }

  /// One test of a row, and the role of the column it looks at.
  func test(_ test: RuleTest, _ source: Source, _ count: RuleCount) throws(ProjectError) -> (String, ColumnRole) {
    let dialect = sources.connection.dialect
    let names = sources.fields(source)
    guard let role = names.first(where: { $0.name == test.field })?.role else {
      throw error(
        count, "'\(source.name)' has no column '\(test.field)'; it has: \(names.map(\.name).joined(separator: ", ")).")
    }
    let column = role == .order ? "order_id" : SQL.identifier(test.field)
    if [.amount, .quantity, .discount].contains(role) {
      let numbers = test.values.compactMap { Double($0) }.filter(\.isFinite)
      guard numbers.count == test.values.count, test.comparison != .contains else {
        throw error(count, "'\(test.field)' holds numbers, so it can be compared with numbers alone.")
      }
      let list = numbers.map(dialect.literal).joined(separator: ", ")
      let value = dialect.asReal(column)
      switch test.comparison {
      case .isIn: return ("\(value) IN (\(list))", role)
      case .different: return ("\(value) <> \(list)", role)
      default: return ("\(value) \(test.comparison.rawValue) \(list)", role)
      }
    }
    let value = dialect.asText(column)
    let texts = SQL.literals(test.values)
    switch test.comparison {
    case .equal: return ("\(value) = \(texts)", role)
    case .different: return ("\(value) <> \(texts)", role)
    case .isIn: return ("\(value) IN (\(texts))", role)
    case .contains: return ("position(\(texts) IN \(value)) > 0", role)
    default:
      throw error(
        count,
        "'\(test.field)' holds texts, which have no order; '\(test.comparison.rawValue)' takes amount, quantity "
          + "and discount.")
    }
  }

  /// Whether the engine understands the condition; rows of the future stay out of reach of one that reads no table.
  private func check(_ sql: String, _ level: AggregateLevel, _ count: RuleCount) throws {
    let own = OwnSQL(sql)
    guard !own.readsTables else {
      throw error(count, "its 'sql' reads tables; it must be a condition on the columns of one row.")
    }
    if let reason = own.unrepeatable {
      throw error(count, "its 'sql' cannot be computed twice alike: \(reason).")
    }
    if let fault = own.fault { throw error(count, "its 'sql' cannot be used: \(fault)") }
    do {
      _ = try sources.connection.query(
        "SELECT count(*) AS probe FROM (\(try sources.rows(level, purchases))) AS r WHERE FALSE AND (\(sql)\n)")
    } catch WarehouseError.statement(let reason) {
      let hint = sources.columnHint(sql, level, sourceName(count))
      throw error(count, "its 'sql' cannot be used: \(reason).\(hint)")
    }
  }

  /// A condition in words.
  static func words(_ condition: RuleCondition) -> String {
    switch condition {
    case .rule(let name): return "'\(name)' holds"
    case .not(let part): return "not (\(words(part)))"
    case .all(let parts): return parts.map { "(\(words($0)))" }.joined(separator: " and ")
    case .any(let parts): return parts.map { "(\(words($0)))" }.joined(separator: " or ")
    case .count(let count):
      let bounds = [("at least", count.atLeast), ("at most", count.atMost), ("exactly", count.exactly)]
        .compactMap { word, bound in bound.map { "\(word) \($0 == $0.rounded() ? "\(Int($0))" : "\($0)")" } }
      let tests = count.tests.map { "\($0.field) \($0.comparison.rawValue) \($0.values.joined(separator: ", "))" }
      let rows = (tests + [count.sql].compactMap { $0 }).joined(separator: " and ")
      var text = "\(count.measure.rawValue) of \(count.source ?? "transactions") "
      if !rows.isEmpty { text += "with \(rows) " }
      if let days = count.within { text += "in the last \(days) days " }
      if let days = count.olderThan { text += "at least \(days) days old " }
      return text + "are \(bounds.joined(separator: " and "))"
    }
  }
}
