internal import Warehouse

/// The features of a project, settled: which there are and how each is computed. A model carries its plan, so that new
/// data is turned into the very same features.
public struct FeaturePlan: Sendable, Hashable, Codable {
  /// The name of the customer column in feature tables.
  public let customer: String
  /// The features, in the order of their columns.
  public let definitions: [FeatureDefinition]
  /// Whether returned lines are kept out of purchases.
  public let returns: FeatureSettings.Returns

  /// Settles the features of `sources` by what its data offers: the categories bought, returns, times of day.
  /// - Throws: ``ProjectError`` when the sources offer no feature at all.
  public init(_ sources: SourceSet) throws {
    let project = sources.project
    let rows = PurchaseRows(sources)
    let found = try Findings(sources, rows, project)
    // Several ask for them before any feature is made, and then the features themselves.
    let dialect = sources.connection.dialect
    let isAsked =
      !project.sources(.campaigns).isEmpty
      || ![FeatureFamily.rfm, .lifecycle].allSatisfy { project.features.switchedOff.contains($0.rawValue) }
    let orders = try rows.map { isAsked ? try sources.keptOrders.keep(sources.orders($0)) : sources.orders($0) }
    let context = FamilyContext(
      project: project,
      dialect: dialect,
      transactions: rows?.source, categories: found.categories, hasOtherCategories: found.hasOther,
      hasTimeOfDay: found.hasTimeOfDay, hasReturns: found.hasReturns,
      population: try PopulationFigures(sources, rows, orders: orders),
      affinities: try AffinityLevel.levels(sources, rows), channels: try sources.channels(rows),
      urgency: try sources.urgency(rows),
      acts: try ActSource.found(sources, rows, orders: orders), rules: try RuleCompiler.definitions(sources, rows),
      attributes: project.sources.filter(\.role.hasAttributes).map { ($0, sources.attributes($0)) },
      people: try PeopleFigures(sources))
    let families = FeatureFamily.allCases.filter { !project.features.switchedOff.contains($0.rawValue) }
    let customer = FeaturePlan.customerColumn(project)
    self.customer = customer
    definitions = try ExpressionCompiler.extend(
      FeaturePlan.unambiguous(families.flatMap { $0.definitions(context) }, besides: customer), sources, rows,
      besides: customer)
    returns = project.features.returns
    try FeaturePlan.checkOrdinals(project, context)
    try FeaturePlan.checkLists(sources, columns)
    guard !definitions.isEmpty else {
      throw ProjectError(
        file: project.file,
        reason: "the sources offer no feature; add transactions, events or customer attributes, "
          + "or switch families on.")
    }
  }

  private init(customer: String, definitions: [FeatureDefinition], returns: FeatureSettings.Returns) {
    self.customer = customer
    self.definitions = definitions
    self.returns = returns
  }

  /// The plan of those features alone that are wanted.
  func filtered(_ isWanted: (FeatureDefinition) -> Bool) -> FeaturePlan {
    FeaturePlan(customer: customer, definitions: definitions.filter(isWanted), returns: returns)
  }

  /// Every list must be one of these features.
  private static func checkLists(_ sources: SourceSet, _ features: FeatureColumns) throws {
    guard !sources.project.lists.isEmpty else { return }
    try sources.connection.check(sources.project.lists, over: features, file: sources.project.file)
  }

  /// Every attribute that `ordinal` speaks of must be there.
  private static func checkOrdinals(_ project: Project, _ context: FamilyContext) throws(ProjectError) {
    let known = context.attributes.flatMap(\.columns).map(\.name)
    for name in project.features.ordinal.keys.sorted() where !known.contains(name) {
      let nearest = NearestNames.to(name, in: known, limit: 1).first.map { " Did you mean '\($0)'?" } ?? ""
      throw ProjectError(
        file: project.file,
        reason: "'features.ordinal' orders the levels of '\(name)', but no source has such an attribute.\(nearest)")
    }
  }

  static func customerColumn(_ project: Project) -> String {
    let order: [SourceRole] = [.transactions, .customers, .events, .campaigns, .surveys]
    return order.lazy.flatMap { project.sources($0) }.compactMap { $0.column(.customer) }.first ?? "customer"
  }

  /// Features whose names another family or source, or the customer's column, already took get their source's name
  /// before their own. Engines do not tell names apart by case, and some not by what stands behind the 63rd byte: names
  /// made here are shortened to that; an attribute keeps the name of its column.
  private static func unambiguous(
    _ definitions: [FeatureDefinition], besides customer: String
  ) -> [FeatureDefinition] {
    var taken: Set<String> = [customer.lowercased()]
    return definitions.map { definition in
      func fitting(_ name: String) -> String {
        definition.attributes.contains(name) ? name : FeatureNames.shortened(name)
      }
      var name = fitting(definition.name)
      while !taken.insert(name.lowercased()).inserted { name = fitting("\(definition.source)_\(name)") }
      guard name != definition.name else { return definition }
      return FeatureDefinition(
        name: name, family: definition.family, meaning: definition.meaning, unit: definition.unit,
        source: definition.source, kind: definition.kind, aggregates: definition.aggregates,
        expression: definition.expression, whenAbsent: definition.whenAbsent)
    }
  }
}

/// The lines of the source of transactions: what counts as bought, and what as returned.
struct PurchaseRows {
  let source: Source
  /// Every visible line, with its category.
  let lines: String
  static let isReturn = "(coalesce(amount, 0) < 0 OR coalesce(quantity, 0) < 0)"
  let returns: FeatureSettings.Returns

  /// Nil when the project has no transactions.
  init?(_ sources: SourceSet, returns: FeatureSettings.Returns? = nil) {
    guard let source = sources.project.sources(.transactions).first else { return nil }
    self.source = source
    self.returns = returns ?? sources.project.features.returns
    let visible = sources.visible(source)
    let known = sources.project.sources(.products).first
    let joined: [String] = [.category, .brand].flatMap { (role: ColumnRole) in
      source.column(role) == nil ? sources.choiceColumns(role) : []
    }
    if let products = known, !joined.isEmpty {
      let taken = joined.map { "product_category.\($0) AS \($0)" }.joined(separator: ", ")
      let each = joined.map { "min(\($0)) AS \($0)" }.joined(separator: ", ")
      let none =
        sources.offers(.category) ? "" : ", \(sources.connection.dialect.asText("NULL")) AS category"
      lines = """
        SELECT line.*, \(taken)\(none) FROM (\(visible)) AS line
        LEFT JOIN (SELECT product, \(each) FROM (\(sources.visible(products))) AS p GROUP BY product)
          AS product_category ON line.product = product_category.product
        """
    } else if source.column(.category) == nil {
      lines = "SELECT *, \(sources.connection.dialect.asText("NULL")) AS category FROM (\(visible)) AS line"
    } else {
      lines = visible
    }
  }

  /// Purchased lines.
  var purchases: String {
    returns == .net ? lines : "SELECT * FROM (\(lines)) AS l WHERE NOT \(PurchaseRows.isReturn)"
  }

  /// Returned and cancelled lines.
  var returned: String { "SELECT * FROM (\(lines)) AS l WHERE \(PurchaseRows.isReturn)" }
}

/// What the data itself decides about a plan.
private struct Findings {
  var categories: [String] = []
  var hasOther = false
  var hasTimeOfDay = false
  var hasReturns = false

  init(_ sources: SourceSet, _ rows: PurchaseRows?, _ project: Project) throws {
    guard let rows else { return }
    guard let survey = sources.surveys[rows.source.name], survey.count.rowsUsed > 0 else {
      throw ProjectError(
        file: project.file,
        reason: "source '\(rows.source.name)' has no usable row on or before \(sources.asOf). Check as_of and 'where'.")
    }
    hasTimeOfDay = survey.rowsWithTimeOfDay > 0
    hasReturns = project.features.returns == .exclude && survey.returnedRows > 0
    guard project.features.categories > 0, !project.features.switchedOff.contains("categories") else { return }
    guard sources.offers(.category) else { return }
    let reached = try sources.connection.query(
      """
      SELECT category, count(*) AS reached
      FROM (SELECT category, customer FROM (\(rows.purchases)) AS l GROUP BY category, customer) AS pairs
      GROUP BY category ORDER BY category IS NULL, reached DESC, category
      """)
    let names = (reached["category"]?.texts ?? [])
    let named = names.compactMap { $0 }
    // One category left over would be "other" alone; it gets its own share instead.
    let limit = project.features.categories + (named.count == project.features.categories + 1 ? 1 : 0)
    categories = Array(named.prefix(limit))
    hasOther = named.count > limit || names.count > named.count
  }
}
