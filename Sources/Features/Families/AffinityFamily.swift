internal import Warehouse

extension FeatureFamily {
  /// What customers are drawn to among categories and brands, and what they never bought.
  ///
  /// A customer's share of a value is drawn to the population's as if they had spent m more just as everybody does:
  /// (a_c + m p_c) / (a + m), the posterior mean of a Dirichlet-multinomial model (Gelman et al., Bayesian Data Analysis,
  /// 3rd edition, 2013, section 3.4) with m p_c as its prior weights. One order says little, a hundred say nearly all.
  /// Concentration is the sum of squared shares (Herfindahl, 1950). A value is well known by its penetration, the share
  /// of customers who have bought it at all (Ehrenberg, Repeat-Buying, 1988).
  func affinityDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    guard let source = context.transactions?.name else { return [] }
    return context.affinities.flatMap { level in
      let role: ColumnRole = level.column.hasPrefix(ColumnRole.brand.rawValue) ? .brand : .category
      let place = AggregateLevel.choices(level.column)
      let plural = level.column.replacing("category", with: "categories").replacing("brand", with: "brands")
      let total = Aggregate(place, "total", "sum(cents)", needs: [.amount, role])
      let count = Aggregate(place, "choices", "count(choice)", needs: [.amount, role])
      let squares = Aggregate(
        place, "squares", "sum(CAST(share AS DECIMAL(38,0)) * CAST(share AS DECIMAL(38,0)))", needs: [.amount, role])
      let first = Aggregate(place, "favourite", "max(choice) FILTER (WHERE place = 1)", needs: [.amount, role])
      let real = context.dialect.asReal
      let prefix = level.column == "category" ? "affinity_" : "affinity_\(level.column)_"
      var definitions = zip(FeatureNames.slugs(level.values.map(\.name), prefix: prefix), level.values).enumerated().map
      {
        index, pair in
        let (name, value) = pair
        let spent = Aggregate(
          place, "spent_\(index + 1)", "sum(CASE WHEN choice = \(SQL.literal(value.name)) THEN cents ELSE 0 END)",
          needs: [.amount, role])
        let m = level.shrinkage * 100
        let drawn =
          "(\(real("{\(spent.name)}")) + \(context.dialect.literal(m * value.share))) "
          + "/ nullif(\(real("{total}")) + \(context.dialect.literal(m)), 0)"
        return feature(
          name,
          "Share of spend in \(level.column) '\(value.name)', drawn to everybody's share of "
            + "\(rounded(value.share)) as if \(rounded(level.shrinkage)) more had been spent so; missing below 0",
          unit: "share", source: source, from: [spent, total],
          as: "CASE WHEN {total} >= 0 AND {\(spent.name)} >= 0 THEN \(drawn) END")
      }
      definitions += [
        feature(
          "\(plural)_bought", "Number of distinct \(plural) bought", source: source, from: [count], as: "{choices}",
          whenAbsent: 0),
        feature(
          "\(level.column)_concentration",
          "Sum of squared shares of spend by \(level.column) (Herfindahl), lines without one as one of their own; 1 "
            + "where all is spent on one; missing without spend",
          unit: "share", source: source, from: [squares, total],
          as: "CASE WHEN {total} > 0 THEN \(real("{squares}")) / \(context.dialect.literal(1e12)) END"),
        feature(
          "favourite_\(level.column)", "The \(level.column) most was spent on, of equals the one of most lines",
          source: source, kind: .category, from: [first], as: "{favourite}"),
      ]
      if !level.known.isEmpty {
        let met = Aggregate(
          place, "known_bought", "count(*) FILTER (WHERE choice IN (\(SQL.literals(level.known))))",
          needs: [.amount, role])
        definitions.append(
          feature(
            "\(plural)_never_bought",
            "Number never bought of the \(level.known.count) well-known \(plural), those that at least "
              + "\(rounded(context.project.features.affinity.known)) of customers bought",
            source: source, from: [met], as: "(\(level.known.count) - {known_bought})"))
      }
      if context.hasReturns {
        let back = Aggregate(
          .returns, "returned_\(level.column)", "count(DISTINCT \(SQL.identifier(level.column)))", needs: [role])
        definitions.append(
          feature(
            "\(plural)_returned", "Number of distinct \(plural) of which something was returned", source: source,
            from: [back], as: "{returned_\(level.column)}", whenAbsent: 0))
      }
      return definitions
    }
  }

  private func rounded(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }
}
