public import Warehouse

/// What a list is over the columns of a table: its names, and its SQL.
extension RuleList {
  /// Those of `columns` that the list uses, in their order, numbers first.
  public func uses(_ columns: FeatureColumns) -> [String] {
    let lookup = ColumnLookup(columns, dialect: nil)
    let used = Set(names.compactMap { lookup.column($0.name) })
    return (columns.numeric + columns.categories).filter(used.contains)
  }

  /// The names in the list that are neither among `columns` nor words of SQL; each once, in the order of the list.
  public func lacks(_ columns: FeatureColumns) -> [String] {
    let lookup = ColumnLookup(columns, dialect: nil)
    var found: [String] = []
    for (name, isQuoted) in names where lookup.column(name) == nil && !found.contains(name) {
      if isQuoted || !SQLWords.usual.contains(name.lowercased()) { found.append(name) }
    }
    return found
  }

  /// SQL that is true for the customers of the list and false for all others, never NULL, over a table that has
  /// `columns`: numbers as floats, categories as texts, whatever the table has them as.
  ///
  /// A condition that is NULL, as a comparison with a missing value is, counts as false before it is joined to others: so
  /// `not` of it holds.
  public func sql(over columns: FeatureColumns, _ dialect: Dialect) -> String {
    condition.sql(ColumnLookup(columns, dialect: dialect))
  }

  /// The names that may be columns, those of counts among them.
  private var names: [(name: String, isQuoted: Bool)] {
    condition.texts.flatMap { OwnSQL($0.sql).names } + condition.counts.map { ($0.name, true) }
  }
}

extension ListCondition {
  func sql(_ columns: ColumnLookup) -> String {
    switch self {
    case .sql(let sql, _): "coalesce((\(OwnSQL(sql).sql(dividing: columns.dialect, columns.sql))), FALSE)"
    case .count(_, let feature): "coalesce(\(columns.sql(feature) ?? SQL.identifier(feature)) = 1, FALSE)"
    case .all(let parts): "(\(parts.map { $0.sql(columns) }.joined(separator: " AND ")))"
    case .any(let parts): "(\(parts.map { $0.sql(columns) }.joined(separator: " OR ")))"
    case .not(let part): "(NOT \(part.sql(columns)))"
    }
  }
}

/// Finds a column by its name, or, where no other is called so but for capital letters, by that.
struct ColumnLookup {
  private var exact: [String: String] = [:]
  private var folded: [String: String?] = [:]
  private let categories: Set<String>
  let dialect: Dialect?

  /// - Parameter dialect: needed for ``sql(_:)`` alone.
  init(_ columns: FeatureColumns, dialect: Dialect?) {
    self.dialect = dialect
    categories = Set(columns.categories)
    for name in columns.numeric + columns.categories {
      exact[name] = name
      folded.updateValue(folded[name.lowercased()] == nil ? name : nil, forKey: name.lowercased())
    }
  }

  /// The column that `name` means; nil where there is none, or more than one but for capital letters.
  func column(_ name: String) -> String? { exact[name] ?? folded[name.lowercased()] ?? nil }

  /// The column that `name` means, as a number or a text.
  func sql(_ name: String) -> String? {
    guard let dialect, let column = column(name) else { return nil }
    let quoted = SQL.identifier(column)
    return categories.contains(column) ? dialect.asText(quoted) : dialect.asReal(quoted)
  }
}

extension FeaturePlan {
  /// The columns of a table of these features.
  public var columns: FeatureColumns {
    FeatureColumns(
      identifier: customer, numeric: definitions.filter { $0.kind == .numeric }.map(\.name),
      categories: definitions.filter { $0.kind == .category }.map(\.name))
  }
}
