public import Warehouse

/// The features of every customer, in a table of the engine: one row a customer, in the order of their identifiers.
public struct FeatureTable {
  let connection: Connection
  /// The engine's table, quoted.
  public let relation: String
  /// Further numbers of each customer in it, which the plan does not make.
  public let scores: [ScoreColumn]
  /// The features in it.
  public let plan: FeaturePlan
  /// The last day whose records were used.
  public let asOf: CalendarDate
  /// n, the number of customers.
  public let rows: Int
}

extension SourceSet {
  /// Computes the features of `plan` as of the date of these sources.
  ///
  /// The population is every customer with a purchase (without transactions: every customer of the tables of customers, else
  /// every one that a source knows of). Levels are aggregated once each and joined by customer. Features whose source or columns this project
  /// does not have are left out: the table's plan holds those it computed.
  /// - Throws: ``ProjectError`` when nothing of the plan can be computed here or no customer is left.
  public func features(_ whole: FeaturePlan) throws -> FeatureTable {
    let features = try table(computable(whole))
    guard features.rows > 0 else { throw noCustomer }
    return features
  }

  /// Those features of `whole` that these sources offer.
  func computable(_ whole: FeaturePlan) throws(ProjectError) -> FeaturePlan {
    let made = Set(whole.definitions.filter { $0.uses == nil && offers($0) }.map(\.name))
    let plan = whole.filtered { $0.uses.map { $0.allSatisfy(made.contains) } ?? made.contains($0.name) }
    guard !plan.definitions.isEmpty else {
      throw ProjectError(
        file: project.file,
        reason: "none of the \(whole.definitions.count) features can be computed from these sources; they need "
          + Set(whole.definitions.map(\.source)).sorted().map { "'\($0)'" }.joined(separator: ", ") + ".")
    }
    return plan
  }

  /// The features of `plan`, all of which these sources offer, kept by the engine.
  func table(_ plan: FeaturePlan) throws -> FeatureTable {
    let name = "tessera_features_\(SourceSet.numbers.next())"
    let sql = try restrictedSQL(plan)
    try namingFaults(plan) { try connection.execute(connection.dialect.keep(sql, as: name)) }
    let counted = try connection.query("SELECT count(*) AS customers FROM \(name)")
    return FeatureTable(
      connection: connection, relation: name, scores: [], plan: plan, asOf: asOf,
      rows: Int(counted["customers"]?.doubles?.first ?? 0))
  }

  /// The computation, of those customers alone to whom it is restricted.
  private func restrictedSQL(_ plan: FeaturePlan) throws -> String {
    guard let changed else { return try featureSQL(plan) }
    var everybody = self
    everybody.changed = nil
    // How identifiers are written is decided by those of all customers.
    let customer = try everybody.customerForm(plan)
    guard plan.looksAtEverybody else { return try featureSQL(plan, customer: customer) }
    return """
      SELECT * FROM (\(try everybody.featureSQL(plan, customer: customer))) AS everybody
      WHERE \(SQL.identifier(plan.customer)) IN (SELECT shown FROM \(changed.relation)) ORDER BY 1
      """
  }

  /// Computes the features of `plan` straight into the file `target`, and the dictionary beside it, both staged in
  /// `files`; the engine keeps no table of them.
  /// - Returns: the number of customers.
  /// - Throws: as ``features(_:)`` does, and when writing fails.
  public func write(_ plan: FeaturePlan, to target: String, in files: StagedFiles) throws -> Int {
    let sql = try featureSQL(plan)
    let rows = try namingFaults(plan) { try connection.write(sql, to: target, in: files) }
    guard rows > 0 else { throw noCustomer }
    try connection.write(dictionaryOf: plan, beside: target, in: files)
    return rows
  }

  var noCustomer: ProjectError {
    ProjectError(file: project.file, reason: "no customer has a usable row on or before \(asOf).")
  }

  /// The whole computation as one query.
  /// - Parameters:
  ///   - dated: whether the as-of date stands beside the customer, as `as_of`.
  ///   - labels: what is told of the days to come, after the features.
  ///   - customer: how the identifier is written (see ``customerForm(_:)``); found out when nil.
  package func featureSQL(
    _ plan: FeaturePlan, dated: Bool = false, labels: LabelWindow? = nil, customer: String? = nil
  ) throws -> String {
    let purchases = PurchaseRows(self, returns: plan.returns)
    var levels: [AggregateLevel] = purchases == nil ? [] : [.orders]
    for level in plan.definitions.flatMap(\.aggregates).map(\.level) where !levels.contains(level) {
      levels.append(level)
    }
    var tables: [String] = []
    if let purchases, levels.contains(where: \.readsOrders) {
      let query = orders(purchases)
      tables.append("orders AS (\n\(keptOrders.rows(of: query) ?? query))")
    }
    if let purchases, levels.contains(where: \.readsProductDays) {
      tables.append("product_days AS (\n\(productDays(purchases.purchases)))")
    }
    for level in levels {
      var seen: Set<String> = []
      var columns = plan.definitions.flatMap(\.aggregates).filter { $0.level == level && seen.insert($0.name).inserted }
        .map { "\($0.sql) AS \(SQL.identifier($0.column))" }
      if columns.isEmpty { columns = ["count(*) AS order_count"] }
      tables.append(
        """
        \(SQL.identifier(level.relation)) AS (
          SELECT customer, \(columns.joined(separator: ",\n    "))
          FROM (\(try rows(level, purchases))) AS r GROUP BY customer)
        """)
    }
    let known = populationLevels(levels, purchases)
    guard !known.isEmpty else {
      throw ProjectError(file: project.file, reason: "no source tells which customers there are.")
    }
    var population = known.map { "SELECT customer FROM \(SQL.identifier($0.relation))" }.joined(separator: " UNION ")
    if let changed {
      population =
        "SELECT customer FROM (\(population)) AS p WHERE customer IN (SELECT customer FROM \(changed.relation))"
    }
    let told = labels.map { labelTables($0) } ?? []
    tables += told.map { "\($0.relation) AS (\n\($0.sql))" }
    let joins = (levels.map { SQL.identifier($0.relation) } + told.map(\.relation)).map {
      "LEFT JOIN \($0) ON \($0).customer = population.customer"
    }
    let dialect = connection.dialect
    let date = dated ? ["\(asOfLiteral) AS as_of"] : []
    let toldColumns = told.flatMap { table in
      table.labels.map { "coalesce(\(table.relation).\(SQL.identifier($0.name)), 0) AS \(SQL.identifier($0.name))" }
    }
    let made = plan.definitions.filter { $0.uses == nil }
    let features = made.map { definition in
      let expression = definition.resolved(asOf: asOfLiteral)
      let filled =
        definition.whenAbsent.map {
          "coalesce(\(expression), \(Int(exactly: $0).map { "\($0)" } ?? dialect.literal($0)))"
        }
        ?? expression
      return "\(filled) AS \(SQL.identifier(definition.name))"
    }
    let query = """
      WITH \(tables.joined(separator: ",\n")),
      population AS (\(population))
      SELECT \(try customer ?? customerSQL(known, purchases)) AS \(SQL.identifier(plan.customer)),
        \((date + features + toldColumns).joined(separator: ",\n  "))
      FROM population
      \(joins.joined(separator: "\n"))
      """
    let derived = plan.definitions.filter { $0.uses != nil }
    guard !derived.isEmpty else { return query + "\nORDER BY 1" }
    let names = [plan.customer] + (dated ? ["as_of"] : []) + made.map(\.name)
    let outer =
      names.map(SQL.identifier) + derived.map { "\($0.expression) AS \(SQL.identifier($0.name))" }
      + told.flatMap(\.labels).map { SQL.identifier($0.name) }
    return "SELECT \(outer.joined(separator: ",\n  "))\nFROM (\(query)) AS made\nORDER BY 1"
  }

  /// Whether the sources and columns that `definition` is computed from are there.
  private func offers(_ definition: FeatureDefinition) -> Bool {
    definition.aggregates.allSatisfy { aggregate in
      switch aggregate.level {
      case .choices(let column):
        return offers(.amount) && (choiceColumns(.category) + choiceColumns(.brand)).contains(column)
      case .lines, .returns, .orders, .days, .months, .productDays, .regularProducts, .plans, .deliveries:
        guard project.sources(.transactions).first != nil else { return false }
        return (aggregate.needs ?? []).allSatisfy { offers($0) }
      case .events(let name), .sessions(let name, _): return hasSource(name, .events, aggregate.needs)
      case .carts(let name, let reading):
        let isSold = !reading.countsOrders || project.sources(.transactions).first != nil
        return isSold && hasSource(name, .events, aggregate.needs)
      case .campaigns(let name): return hasSource(name, .campaigns, aggregate.needs)
      case .answers(let name, _):
        return project.sources(.transactions).first != nil && hasSource(name, .campaigns, aggregate.needs)
      case .attributes(let name):
        return project.sources.contains { source in
          guard source.name == name, source.role.hasAttributes, tellsOfCustomers(source) else { return false }
          let told = source.columns.filter { $0.key != .treatment && $0.key != .outcome }
          let named = attributes(source).map(\.name) + told.values.joined()
          return aggregate.attribute.map(named.contains) ?? true
        }
      case .replies(let name): return hasSource(name, .surveys, [.question, .answer])
      case .accounts:
        return project.sources(.transactions).first != nil && accounts != nil
          && (aggregate.needs ?? []).allSatisfy { offers($0) }
      }
    }
  }

  private func hasSource(_ name: String, _ role: SourceRole, _ needs: [ColumnRole]?) -> Bool {
    project.sources(role).contains { source in
      source.name == name && (needs ?? []).allSatisfy { source.column($0) != nil }
    }
  }

  /// The levels, of those computed, whose customers are the population: the orders, or else tables of customers, or else
  /// all that know customers of their own.
  func populationLevels(_ levels: [AggregateLevel], _ purchases: PurchaseRows?) -> [AggregateLevel] {
    if purchases != nil { return [.orders] }
    func tells(_ level: AggregateLevel, _ role: SourceRole) -> Bool {
      guard case .attributes(let name) = level else { return false }
      return project.sources(role).contains { $0.name == name }
    }
    let listed = levels.filter { tells($0, .customers) }
    guard listed.isEmpty else { return listed }
    return levels.filter { level in
      switch level {
      case .events, .campaigns, .replies: true
      default: tells(level, .surveys)
      }
    }
  }

  /// How the identifiers of the customers of `plan` are written: as whole numbers where all of them are.
  func customerForm(_ plan: FeaturePlan) throws -> String {
    let purchases = PurchaseRows(self, returns: plan.returns)
    let levels = plan.definitions.flatMap(\.aggregates).map(\.level)
    return try customerSQL(populationLevels(levels, purchases), purchases)
  }

  /// Identifiers that are all plain whole numbers are written as numbers, whatever file they came from.
  private func customerSQL(_ known: [AggregateLevel], _ purchases: PurchaseRows?) throws -> String {
    guard key == .text else { return "population.customer" }
    let population =
      try purchases.map { visible($0.source) }
      ?? Set(known).sorted { $0.relation < $1.relation }.map { "SELECT customer FROM (\(try rows($0, nil))) AS k" }
      .joined(separator: " UNION ALL ")
    let number = connection.dialect.attempt("customer", as: "BIGINT")
    let found = try connection.query(
      """
      SELECT count(*) AS odd FROM (\(population)) AS r
      WHERE \(number) IS NULL OR \(connection.dialect.asText(number)) <> customer
      """)
    return found["odd"]?.doubles?.first == 0 ? "CAST(population.customer AS BIGINT)" : "population.customer"
  }

  /// The rows that the aggregates of `level` are taken over.
  func rows(_ level: AggregateLevel, _ purchases: PurchaseRows?) throws -> String {
    func source(_ name: String, _ role: SourceRole) throws -> Source {
      if let source = project.sources(role).first(where: { $0.name == name }) { return source }
      throw ProjectError(
        file: project.file,
        reason: "the features need a source '\(name)' of role \(role.rawValue), which this project does not have.")
    }
    switch level {
    case .sessions(let name, let reading): return sessions(try source(name, .events), reading)
    case .carts(let name, let reading): return carts(try source(name, .events), reading, purchases)
    default: break
    }
    guard let purchases else {
      switch level {
      case .lines, .returns, .orders, .days, .months, .choices, .productDays, .regularProducts, .plans, .deliveries,
        .answers, .accounts:
        throw try missingTransactions()
      default: break
      }
      return try otherRows(level, source)
    }
    switch level {
    case .lines: return inUnits(purchases.purchases)
    case .returns: return inUnits(purchases.returned)
    case .orders: return "SELECT * FROM orders"
    case .days: return orderDays
    case .months: return orderMonths
    case .choices(let column): return choices(column, purchases.purchases)
    case .productDays: return "SELECT * FROM product_days"
    case .regularProducts: return regularProducts
    case .plans: return plans(purchases.purchases)
    case .deliveries(let reading): return deliveries(purchases.purchases, reading)
    case .accounts: return accountRows
    case .answers(let name, let reading): return answers(try source(name, .campaigns), reading)
    default: return try otherRows(level, source)
    }
  }

  /// Lines with their amount and discount in ten-thousandths, as whole numbers.
  ///
  /// Whole numbers in floats add up exactly, in whatever order, as long as no sum can pass 2^53; a float's sum costs an
  /// engine much less than a decimal's. Where the survey says that a sum might, they are decimals.
  private func inUnits(_ lines: String) -> String {
    let isExact = addsExactly
    func units(_ amount: String) -> String {
      isExact
        ? "round(\(connection.dialect.asReal(amount)) * 10000)"
        : "CAST(CAST(\(amount) AS DECIMAL(38,4)) * 10000 AS DECIMAL(38,0))"
    }
    return """
      SELECT *, \(age(of: "ts")) AS age, \(units("amount")) AS amount_units, \(units("discount")) AS discount_units
      FROM (\(lines)) AS u
      """
  }

  /// Whether no sum of money in ten-thousandths can pass 2^52, by what the survey saw of it.
  var addsExactly: Bool {
    let volume = project.sources(.transactions).first.flatMap { surveys[$0.name]?.volume } ?? .infinity
    return volume * 10_000 < 4_503_599_627_370_496
  }

  /// Days from the day of the time `ts` to the as-of date: 0 on that date itself, so that the last 30 days are those
  /// of an age below 30.
  func age(of ts: String) -> String { "CAST(\(asOfLiteral) - CAST(\(ts) AS DATE) AS INT)" }

  private func missingTransactions() throws -> ProjectError {
    ProjectError(file: project.file, reason: "the features need a source of role transactions.")
  }

  private func otherRows(
    _ level: AggregateLevel, _ source: (String, SourceRole) throws -> Source
  ) throws -> String {
    switch level {
    case .events(let name):
      return
        "SELECT *, CAST(ts AS DATE) AS day, \(age(of: "ts")) AS age FROM (\(visible(try source(name, .events)))) AS e"
    case .attributes(let name):
      guard let source = project.sources.first(where: { $0.name == name && $0.role.hasAttributes }) else {
        return visible(try source(name, .customers))
      }
      return try attributeRows(source)
    case .replies(let name): return latestReplies(try source(name, .surveys))
    case .campaigns(let name):
      return """
        SELECT *, CAST(ts AS DATE) AS day, \(age(of: "ts")) AS age FROM (\(visible(try source(name, .campaigns)))) AS c
        """
    default: return "SELECT 1 AS customer WHERE FALSE"
    }
  }
}

extension FeatureTable {
  /// What the table has besides the customer.
  public var columns: FeatureColumns {
    var columns = plan.columns
    columns.numeric += scores.map(\.name)
    return columns
  }

  /// The same with the numbers of `scores` beside the features, one meaning a column; its first column names the customers.
  /// No feature may have the name of one.
  /// - Throws: ``WarehouseError`` where the engine takes no tables.
  public func adding(_ scores: Table, meanings: [String]) throws -> FeatureTable {
    let names = scores.columns.dropFirst().map(\.name)
    let number = SourceSet.numbers.next()
    let (loaded, name) = ("tessera_scores_\(number)", "tessera_features_with_\(number)")
    let keyed = Column(name: "customer", values: .texts(scores.columns[0].texts.map { $0 ?? "" }))
    try connection.load(Table([keyed] + scores.columns.dropFirst()), as: loaded)
    let customer = SQL.identifier(plan.customer)
    let columns = names.map { "s.\(SQL.identifier($0)) AS \(SQL.identifier($0))" }
    try connection.execute(
      connection.dialect.keep(
        """
        SELECT f.*, \(columns.joined(separator: ", ")) FROM \(relation) AS f
        LEFT JOIN \(loaded) AS s ON s.customer = \(connection.dialect.asText("f.\(customer)")) ORDER BY f.\(customer)
        """, as: name))
    try connection.execute(connection.dialect.drop(loaded))
    return FeatureTable(
      connection: connection, relation: name,
      scores: self.scores + zip(names, meanings).map { ScoreColumn(name: $0, meaning: $1) }, plan: plan, asOf: asOf,
      rows: rows)
  }

  /// Writes the features to `target` and the dictionary beside it, both staged in `files`.
  public func write(to target: String, in files: StagedFiles) throws {
    try connection.write("SELECT * FROM \(relation)", to: target, in: files)
    try connection.write(dictionaryOf: plan, scores: scores, beside: target, in: files)
  }
}
