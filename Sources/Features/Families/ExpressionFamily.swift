internal import Warehouse

/// Makes features of the project's own expressions.
struct ExpressionCompiler {
  let sources: SourceSet
  let purchases: PurchaseRows?
  /// The features that expressions may use.
  private(set) var definitions: [FeatureDefinition]

  /// `definitions` and, after them, the features of the project's expressions: first those of rows, then those of features.
  /// - Throws: ``ProjectError`` naming the line of one that the engine does not understand.
  static func extend(
    _ definitions: [FeatureDefinition], _ sources: SourceSet, _ purchases: PurchaseRows?, besides customer: String
  ) throws -> [FeatureDefinition] {
    let expressions = sources.project.features.expressions
    guard !expressions.isEmpty,
      !sources.project.features.switchedOff.contains(FeatureFamily.expressions.rawValue)
    else { return definitions }
    var compiler = ExpressionCompiler(sources: sources, purchases: purchases, definitions: definitions)
    for expression in expressions {
      let taken = [customer] + compiler.definitions.map(\.name)
      guard !taken.contains(where: { $0.lowercased() == expression.name.lowercased() }) else {
        throw compiler.error(expression, "there already is a column of this name.")
      }
      let own = OwnSQL(expression.sql)
      guard !own.readsTables else {
        throw compiler.error(
          expression, "its 'sql' reads tables; it may use features, or with 'over' the columns of one source's rows.")
      }
      if let reason = own.unrepeatable {
        throw compiler.error(expression, "its 'sql' cannot be computed twice alike: \(reason).")
      }
      if let fault = own.fault { throw compiler.error(expression, "its 'sql': \(fault)") }
      if expression.over != nil { compiler.definitions.append(try compiler.ofRows(expression)) }
    }
    let usable = compiler.definitions
    for expression in expressions where expression.over == nil {
      compiler.definitions.append(try compiler.ofFeatures(expression, usable))
    }
    return compiler.definitions
  }

  private func error(_ expression: FeatureExpression, _ reason: String) -> ProjectError {
    ProjectError(
      file: sources.project.file, line: expression.line,
      reason: "the expression '\(expression.name)' cannot be used: \(reason)")
  }

  /// Throws when the engine does not understand `query`, which finds nothing.
  private func probe(_ query: String, _ expression: FeatureExpression, hint: String = "") throws {
    do {
      _ = try sources.connection.query(query)
    } catch WarehouseError.statement(let reason) {
      throw error(expression, "\(reason).\(hint)")
    }
  }

  /// A finite number or nothing: engines order infinities and NaN after every number.
  private func finite(_ value: String) -> String {
    "CASE WHEN abs(\(value)) < \(sources.connection.dialect.literal(1e300)) THEN \(value) END"
  }

  private func ofRows(_ expression: FeatureExpression) throws -> FeatureDefinition {
    let project = sources.project
    let name = expression.over ?? ""
    let level: AggregateLevel
    if let purchases, name == purchases.source.name {
      level = .lines
    } else if project.sources(.events).contains(where: { $0.name == name }) {
      level = .events(name)
    } else if project.sources(.campaigns).contains(where: { $0.name == name }) {
      level = .campaigns(name)
    } else {
      let known = project.sources.filter { [.transactions, .events, .campaigns].contains($0.role) }.map(\.name)
      throw error(expression, "there is no source '\(name)' to aggregate; there are: \(known.joined(separator: ", ")).")
    }
    let sql = OwnSQL(expression.sql).sql(dividing: sources.connection.dialect)
    let aggregate = Aggregate(level, "own_\(expression.name)", "(\(sql))")
    try probe(
      "SELECT \(sources.connection.dialect.asReal(aggregate.sql)) AS probe "
        + "FROM (\(try sources.rows(level, purchases))) AS r WHERE FALSE", expression,
      hint: sources.columnHint(expression.sql, level, name))
    return FeatureFamily.expressions.feature(
      expression.name, expression.meaning, unit: expression.unit, source: name, from: [aggregate],
      as: finite(sources.connection.dialect.asReal("{\(aggregate.name)}")))
  }

  private func ofFeatures(_ expression: FeatureExpression, _ usable: [FeatureDefinition]) throws -> FeatureDefinition {
    let own = OwnSQL(expression.sql)
    let named = Set(own.names.map { $0.name.lowercased() })
    let used = usable.filter { named.contains($0.name.lowercased()) }
    let dialect = sources.connection.dialect
    let columns = usable.map { definition in
      let none = definition.kind == .category ? dialect.asText("NULL") : dialect.asReal("NULL")
      return "\(none) AS \(SQL.identifier(definition.name))"
    }
    // As floats: some engines divide whole numbers without a remainder.
    let numbers = used.filter { $0.kind == .numeric }.map {
      ($0.name.lowercased(), dialect.asReal(SQL.identifier($0.name)))
    }
    let columnsByName = Dictionary(numbers, uniquingKeysWith: { first, _ in first })
    let value = dialect.asReal("(\(own.sql(dividing: dialect) { columnsByName[$0.lowercased()] }))")
    try probe(
      "SELECT \(value) AS probe FROM (SELECT \(columns.joined(separator: ", "))) AS f WHERE FALSE", expression,
      hint: ExpressionCompiler.hint(named.sorted(), usable.map(\.name)))
    guard !used.isEmpty else {
      throw error(
        expression, "it uses no feature of this project; name some, or say with 'over' whose rows it aggregates.")
    }
    return FeatureDefinition(
      name: expression.name, family: .expressions, meaning: expression.meaning, unit: expression.unit,
      source: Set(used.map(\.source)).sorted().joined(separator: ", "),
      kind: .numeric, aggregates: [], expression: finite(value), whenAbsent: nil, uses: used.map(\.name))
  }

  /// The feature that a word which is none may have meant.
  private static func hint(_ words: [String], _ names: [String]) -> String {
    let known = Set(names.map { $0.lowercased() })
    for word in words where !known.contains(word) && Double(word) == nil {
      if let near = NearestNames.to(word, in: names, limit: 1).first { return " Is '\(word)' the feature '\(near)'?" }
    }
    return ""
  }
}
