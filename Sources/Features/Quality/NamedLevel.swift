internal import Warehouse

/// A level that the project file names: a text that a rule, a list or an expression compares a column with.
///
/// One that no row has is mostly a slip of the pen, and would select nobody without a word.
struct NamedLevel: Hashable {
  /// The column, as the project names it.
  let column: String
  /// The column in rows, as text.
  let sql: String
  /// What it is compared with.
  let value: String
  /// Whether a part of the text will do.
  var isPart = false
  /// What names it: "the rule 'shirts'".
  let namer: String
  /// The line of the project file where that begins.
  var line: Int?

  /// A condition on rows that have it.
  var condition: String {
    isPart ? "position(\(SQL.literal(value)) IN \(sql)) > 0" : "\(sql) = \(SQL.literal(value))"
  }
}

extension Connection {
  /// A sentence for each of `levels` that none of the rows `relation` (SQL to stand after FROM) has, with those of the
  /// column that may have been meant. Two passes over the rows, the second only where one is absent; without rows nothing
  /// is told.
  /// - Parameters:
  ///   - source: what to call the rows.
  ///   - least: fewer rows than this tell nothing.
  func absent(
    _ levels: [NamedLevel], from relation: String, of source: String, least: Int = 1
  ) throws(WarehouseError) -> [String] {
    guard !levels.isEmpty else { return [] }
    let counts = levels.enumerated().map { "count(*) FILTER (WHERE \($1.condition)) AS having_\($0)" }
    let found = try query("SELECT count(*) AS looked, \(counts.joined(separator: ", ")) FROM \(relation)")
    guard found.number("looked") >= least else { return [] }
    var known: [String: [String]] = [:]
    var notes: [String] = []
    for (index, level) in levels.enumerated() where found.number("having_\(index)") == 0 {
      let others: [String]
      if let seen = known[level.sql] { others = seen } else { others = try self.levels(of: level.sql, from: relation) }
      known[level.sql] = others
      let place = level.line.map { " (line \($0))" } ?? ""
      notes.append(
        "no row of \(source) has \(level.isPart ? "a part " : "")'\(level.value)' in '\(level.column)', which "
          + "\(level.namer)\(place) names\(Self.hint(level.value, others))")
    }
    return notes
  }

  /// So many levels of a column are looked through for the nearest.
  private static let mostLevels = 20_000
  /// So many are told where none is near.
  private static let fewLevels = 8

  private func levels(of column: String, from relation: String) throws(WarehouseError) -> [String] {
    let found = try query(
      """
      SELECT level FROM (SELECT DISTINCT \(column) AS level FROM \(relation)) AS l WHERE level IS NOT NULL
      ORDER BY level LIMIT \(Self.mostLevels)
      """)
    // Engines may sort by language.
    return (found["level"]?.texts ?? []).compactMap { $0 }.sorted()
  }

  private static func hint(_ value: String, _ levels: [String]) -> String {
    func list(_ levels: [String], _ word: String) -> String {
      levels.map { "'\($0)'" }.joined(separator: word)
    }
    // Numbers that look alike are not alike.
    let near = value.allSatisfy(\.isNumber) ? [] : NearestNames.to(value, in: levels)
    if !near.isEmpty { return "; is it \(list(near, " or "))?" }
    return levels.isEmpty || levels.count > fewLevels ? "" : "; there are: \(list(levels, ", "))"
  }

  /// Levels that the conditions of `lists` name and no row of a table of features has.
  ///
  /// A handful of new customers may well lack a level: of few rows nothing is told.
  func unknownLevels(
    _ lists: [RuleList], in relation: String, _ columns: FeatureColumns, source: String
  ) throws(WarehouseError) -> [String] {
    let lookup = ColumnLookup(columns, dialect: dialect)
    let named = lists.flatMap { list in
      list.condition.texts.flatMap { sql, line in
        OwnSQL(sql).comparisons.flatMap { name, texts -> [NamedLevel] in
          guard let column = lookup.column(name), columns.categories.contains(column) else { return [] }
          return texts.map {
            NamedLevel(
              column: column, sql: dialect.asText(SQL.identifier(column)), value: $0, namer: "the list '\(list.name)'",
              line: line ?? list.line)
          }
        }
      }
    }
    return try absent(
      named, from: rows(of: relation, columns), of: source, least: ColumnSuspicion.leastRows)
  }
}

extension SourceSet {
  /// Levels that rules, counts of lists and expressions over rows name and no row that they look at has.
  func unknownLevels() throws -> [String] {
    let features = project.features
    let purchases = PurchaseRows(self)
    var named: [(place: AggregateLevel, source: Source, level: NamedLevel)] = []
    func add(_ count: RuleCount, _ namer: String, _ line: Int?) {
      guard let (source, place) = place(of: count.source, purchases) else { return }
      for test in count.tests where [.equal, .different, .isIn, .contains].contains(test.comparison) {
        add(test.field, test.values, isPart: test.comparison == .contains, place, source, namer, count.line ?? line)
      }
      if let own = count.sql { add(own, place, source, namer, count.line ?? line) }
    }
    func add(_ sql: String, _ place: AggregateLevel, _ source: Source, _ namer: String, _ line: Int?) {
      for (name, texts) in OwnSQL(sql).comparisons { add(name.lowercased(), texts, place, source, namer, line) }
    }
    func add(
      _ field: String, _ values: [String], isPart: Bool = false, _ place: AggregateLevel, _ source: Source,
      _ namer: String, _ line: Int?
    ) {
      guard let role = fields(source).first(where: { $0.name == field })?.role, !role.isMeasure else { return }
      let column = role == .order ? "order_id" : SQL.identifier(field)
      named += values.map { value in
        let level = NamedLevel(
          column: field, sql: connection.dialect.asText(column), value: value, isPart: isPart, namer: namer, line: line)
        return (place, source, level)
      }
    }
    func isOn(_ family: FeatureFamily) -> Bool { !features.switchedOff.contains(family.rawValue) }
    for rule in isOn(.rules) ? features.rules : [] {
      for count in rule.condition.stated { add(count, "the rule '\(rule.name)'", rule.line) }
    }
    for list in isOn(.lists) ? project.lists : [] {
      for count in list.condition.counts.flatMap(\.condition.stated) {
        add(count, "the list '\(list.name)'", list.line)
      }
    }
    for expression in isOn(.expressions) ? features.expressions : [] {
      guard let name = expression.over, let (source, place) = place(of: name, purchases) else { continue }
      add(expression.sql, place, source, "the expression '\(expression.name)'", expression.line)
    }
    // Types that are named for several sources may each be of one of them.
    let typed = (project.sources(.events) + project.sources(.campaigns)).filter { $0.column(.type) != nil }
    if typed.count == 1, let source = typed.first {
      let place: AggregateLevel = source.role == .events ? .events(source.name) : .campaigns(source.name)
      for kind in ActKind.allCases {
        add(ColumnRole.type.rawValue, features.acts.types[kind] ?? [], place, source, "'event_types'", nil)
      }
    }
    if isOn(.urgency), let purchases {
      add(ColumnRole.shipping.rawValue, features.urgency.shipping ?? [], .lines, purchases.source, "'urgency'", nil)
    }
    var notes: [String] = []
    var done: Set<AggregateLevel> = []
    for (place, source, _) in named where done.insert(place).inserted {
      let levels = named.filter { $0.place == place }.map(\.level)
      notes += try connection.absent(levels, from: "(\(try rows(place, purchases))) AS r", of: source.name)
    }
    return notes
  }

  /// The source called `name` whose rows can be counted, and the level of those rows; nil stands for the transactions.
  private func place(of name: String?, _ purchases: PurchaseRows?) -> (Source, AggregateLevel)? {
    if let purchases, name == nil || name == purchases.source.name || name == SourceRole.transactions.rawValue {
      return (purchases.source, .lines)
    }
    guard let source = project.sources.first(where: { $0.name == name }) else { return nil }
    switch source.role {
    case .events: return (source, .events(source.name))
    case .campaigns: return (source, .campaigns(source.name))
    default: return nil
    }
  }

  /// The columns of rows of `source` that rules and expressions may look at, as rows name them.
  func fields(_ source: Source) -> [(name: String, role: ColumnRole)] {
    let roles: [ColumnRole] = [
      .order, .product, .category, .brand, .store, .channel, .plan, .currency, .shipping, .campaign, .type, .session,
      .device,
      .amount, .quantity, .discount,
    ]
    return roles.flatMap { role -> [(name: String, role: ColumnRole)] in
      if source.role == .transactions {
        // Discounts are one sum.
        return choiceColumns(role).prefix(role.isMeasure ? 1 : .max).map { ($0, role) }
      }
      return source.column(role) == nil ? [] : [(role.rawValue, role)]
    }
  }
}

extension ColumnRole {
  /// Whether it is a number that is measured.
  var isMeasure: Bool { [.amount, .price, .quantity, .discount].contains(self) }
}

extension RuleCondition {
  /// The counts that stand in it, those of other rules apart.
  var stated: [RuleCount] {
    switch self {
    case .count(let count): [count]
    case .rule: []
    case .all(let parts), .any(let parts): parts.flatMap(\.stated)
    case .not(let part): part.stated
    }
  }
}
