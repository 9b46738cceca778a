public import Warehouse

/// The customers to whom a computation is restricted, in tables of the engine, quoted.
struct ChangedCustomers {
  /// The customers with a new record: `customer`, as sources have it, and `shown`, as feature tables show it.
  let relation: String
  /// All whose records are needed for their features: `customer`. Those of their companies stand among them, as some
  /// features tell what these did together.
  let needed: String

  /// Whether the rows of `source` may be left out for those who are not needed: links between customers and others
  /// decide whose a record is.
  func narrows(_ source: Source) -> Bool {
    [.transactions, .customers, .surveys, .events, .campaigns].contains(source.role)
  }
}

extension SourceSet {
  /// Computes the features of `plan` for those customers alone who have a record on or after `date`: a row that counts in
  /// any source that tells when its rows were made, rows of visitors who turned out to be customers among them, and so
  /// the finding out.
  ///
  /// Their features are those of ``features(_:)``, to the bit: the plan's figures stand, and nothing else is taken of all
  /// customers at once. When nobody changed the table has no row. Others' features move too: every age grows with the
  /// as-of date, windows close, and what the contacts of a company do together changes for all of them; compute them all
  /// where that matters.
  ///
  /// Rows without a time (of customers, lookups, companies, products) are taken for what was always so: that they are new
  /// or changed nobody can tell.
  /// - Throws: as ``features(_:)`` does; ``ProjectError`` when no source tells when its rows were made.
  public func features(_ plan: FeaturePlan, changedSince date: CalendarDate) throws -> FeatureTable {
    let plan = try computable(plan)
    var restricted = self
    restricted.changed = try changedCustomers(plan, since: date)
    return try restricted.table(plan)
  }

  private func changedCustomers(_ plan: FeaturePlan, since date: CalendarDate) throws -> ChangedCustomers {
    let start = "ts >= TIMESTAMP '\(date) 00:00:00'"
    var changed: [String] = []
    for source in project.sources where source.role.isOfCustomers && isTimed(source) {
      guard source.role == .identities else {
        changed.append("SELECT customer FROM (\(visible(source))) AS r WHERE \(start)")
        continue
      }
      // Whoever the visitor was taken for before has changed as well.
      let all = project.sources(.identities).map { "SELECT visitor, customer FROM (\(visible($0))) AS i" }
      changed.append(
        """
        SELECT customer FROM (\(all.joined(separator: " UNION ALL "))) AS a
        WHERE visitor IN (SELECT visitor FROM (\(visible(source))) AS r WHERE \(start))
        """)
    }
    guard !changed.isEmpty else {
      throw ProjectError(
        file: project.file,
        reason: "no source tells when its rows were made, so nobody can be told to have changed since \(date); compute "
          + "the features of all customers, or name a 'time' column.")
    }
    return try restriction(to: changed.joined(separator: " UNION "), plan, "changed")
  }

  /// These sources for about `most` of the customers alone, evenly drawn from all in the order of their identifiers, with
  /// how many there are of both; nil where there are no more, or where a feature looks at everybody at once.
  /// - Parameters:
  ///   - query: those to draw from, and the rows they have in all, of which `most` is then the bound; nil draws from all.
  func sampled(
    _ most: Int, for plan: FeaturePlan, among query: (sql: String, rows: Int)? = nil
  ) throws -> (sources: SourceSet, customers: Int, all: Int)? {
    guard !plan.looksAtEverybody else { return nil }
    let purchases = PurchaseRows(self, returns: plan.returns)
    let levels = plan.definitions.flatMap(\.aggregates).map(\.level)
    let population =
      try query?.sql ?? purchases.map { visible($0.source) }
      ?? Set(populationLevels(levels, nil)).sorted { $0.relation < $1.relation }
      .map { "SELECT customer FROM (\(try rows($0, nil))) AS k" }.joined(separator: " UNION ALL ")
    guard !population.isEmpty else { return nil }
    let everybody = "SELECT DISTINCT customer FROM (\(population)) AS p WHERE customer IS NOT NULL"
    let all = try connection.query("SELECT count(*) AS customers FROM (\(everybody)) AS e").number("customers")
    let total = query?.rows ?? all
    guard total > most else { return nil }
    let step = (total + most - 1) / most
    var part = self
    part.changed = try restriction(
      to: """
        SELECT customer FROM (SELECT customer, row_number() OVER (ORDER BY customer) AS place FROM (\(everybody)) AS e)
          AS placed WHERE place % \(step) = 0
        """, plan, "sampled")
    return (part, all / step, all)
  }

  /// The customers that the query `sql` gives, and whose records their features need, kept by the engine.
  private func restriction(to sql: String, _ plan: FeaturePlan, _ name: String) throws -> ChangedCustomers {
    let dialect = connection.dialect
    let number =
      "CASE WHEN \(dialect.asText(dialect.attempt("customer", as: "BIGINT"))) = customer THEN "
      + "\(dialect.attempt("customer", as: "BIGINT")) END"
    let isPlain = try key == .integer || customerForm(plan) == "population.customer"
    let relation = "tessera_\(name)_\(SourceSet.numbers.next())"
    try connection.execute(
      dialect.keep(
        "SELECT customer, \(isPlain ? "customer" : number) AS shown FROM (\(sql)) AS c",
        as: relation))
    guard plan.definitions.contains(where: { $0.aggregates.contains { $0.level == .accounts } }), let accounts else {
      return ChangedCustomers(relation: relation, needed: relation)
    }
    let needed = "tessera_needed_\(SourceSet.numbers.next())"
    try connection.execute(
      dialect.keep(
        """
        SELECT customer FROM \(relation) UNION SELECT customer FROM (\(accounts)) AS l WHERE account IN (
          SELECT account FROM (\(accounts)) AS m WHERE customer IN (SELECT customer FROM \(relation)))
        """, as: needed))
    return ChangedCustomers(relation: relation, needed: needed)
  }
}

extension FeaturePlan {
  /// Whether an expression of the user's own may look at all customers at once, through a window.
  var looksAtEverybody: Bool {
    definitions.contains { definition in
      definition.family == .expressions
        && ([definition.expression] + definition.aggregates.map(\.sql)).contains {
          OwnSQL($0).words.contains("over")
        }
    }
  }
}
