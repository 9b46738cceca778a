internal import Warehouse

extension FeatureFamily {
  /// What tables of `role` say of each customer, passed through with its type: numbers as numbers, text as categories,
  /// dates as days before the as-of date, ordered levels as their rank from 0, several answers as a flag each.
  func attributeDefinitions(_ context: FamilyContext, of role: SourceRole) -> [FeatureDefinition] {
    var definitions: [FeatureDefinition] = []
    for (table, columns) in context.attributes where table.role == role {
      let source = table.name
      for (index, column) in columns.enumerated() {
        // One row a customer, so any aggregate that ignores missing values passes the value through.
        let raw = PreparedSource.attributeColumn(column.name)
        let value =
          if case .ordered(let levels) = column.form {
            "CASE \(raw) \(zip(levels, 0...).map { "WHEN \(SQL.literal($0)) THEN \($1)" }.joined(separator: " ")) END"
          } else {
            raw
          }
        let passed = Aggregate(
          .attributes(source), "attribute_\(index + 1)", "max(\(value))", attribute: column.name)
        let name = "{\(passed.name)}"
        switch column.form {
        case .number:
          definitions.append(
            feature(
              column.name, "Attribute '\(column.name)'", source: source, from: [passed],
              as: context.dialect.asReal(name)))
        case .date:
          definitions.append(
            feature(
              column.name + "_days", "Days from '\(column.name)' to the as-of date", unit: "days", source: source,
              from: [passed], as: "CAST({as_of} - \(name) AS INT)"))
        case .text:
          definitions.append(
            feature(
              column.name, "Attribute '\(column.name)'", source: source, kind: .category, from: [passed], as: name))
        case .several:
          definitions += optionDefinitions(context, source, column.name, passed)
        case .ordered(let levels):
          definitions.append(
            feature(
              column.name, "Attribute '\(column.name)', rank of its level from 0 (\(levels.joined(separator: " < ")))",
              unit: "rank", source: source, from: [passed],
              as: context.dialect.asReal(name)))
        }
      }
    }
    return definitions
  }

  /// A flag for each option of a column of several answers that many customers chose; missing for those not asked.
  private func optionDefinitions(
    _ context: FamilyContext, _ source: String, _ column: String, _ passed: Aggregate
  ) -> [FeatureDefinition] {
    let options = context.people.options["\(source).\(column)"] ?? []
    return zip(FeatureNames.slugs(options, prefix: FeatureNames.slug(column) + "_"), options).map { name, option in
      feature(
        name, "1 where '\(option)' is among the answers of '\(column)', 0 where it is not; missing without an answer",
        source: source, from: [passed],
        as: "CASE WHEN {\(passed.name)} IS NULL THEN NULL WHEN \(PeopleFigures.holds(option, in: "{\(passed.name)}")) "
          + "THEN 1 ELSE 0 END")
    }
  }
}
