internal import Warehouse

extension FeatureFamily {
  /// What a table of customers says of each, passed through with its type: numbers as numbers, text as categories,
  /// dates as days before the as-of date, ordered levels as their rank from 0.
  func attributeDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    var definitions: [FeatureDefinition] = []
    for (source, columns) in context.attributes {
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
}
