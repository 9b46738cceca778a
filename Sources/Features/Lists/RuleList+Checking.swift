public import Warehouse

extension Connection {
  /// Throws unless every one of `lists` can be evaluated over `columns`.
  /// - Parameter file: the project file, to name in errors.
  /// - Throws: ``ProjectError`` with the line of the condition that cannot, and the names that may have been meant.
  public func check(_ lists: [RuleList], over columns: FeatureColumns, file: String) throws {
    for list in lists {
      func error(_ line: Int?, _ reason: String) -> ProjectError {
        ProjectError(file: file, line: line ?? list.line, reason: "the list '\(list.name)' cannot be used: \(reason)")
      }
      for count in list.condition.counts where !columns.numeric.contains(count.name) {
        throw error(count.line, "there is no feature '\(count.name)', which should hold its count.")
      }
      for (sql, line) in list.condition.texts {
        if let fault = OwnSQL(sql).faultAsCondition { throw error(line, fault) }
        let part = RuleList(name: list.name, condition: .sql(sql, line: line))
        let unknown = part.lacks(columns).first.map { ConditionHint.unknown($0, columns) }
        switch try probe(part, over: columns) {
        case .refused(let reason): throw error(line, unknown ?? "\(reason).")
        case .noCondition:
          throw error(line, "'\(sql)' is no condition, true or false; compare it with something, such as '= 1'.")
        case .condition where part.uses(columns).isEmpty:
          throw error(line, unknown ?? "it uses no feature of this project; name some.")
        case .condition: break
        }
      }
    }
  }

  /// What the engine makes of a condition.
  enum Probed {
    case condition, noCondition
    case refused(String)
  }

  /// Asks the engine for `list` over a table of `columns` without rows.
  func probe(_ list: RuleList, over columns: FeatureColumns) throws(WarehouseError) -> Probed {
    var used = columns
    let names = Set(list.uses(columns))
    used.numeric.removeAll { !names.contains($0) }
    used.categories.removeAll { !names.contains($0) }
    let nothing =
      ["1 AS \(SQL.identifier("tessera nothing"))"]
      + used.numeric.map { "\(dialect.asReal("NULL")) AS \(SQL.identifier($0))" }
      + used.categories.map { "\(dialect.asText("NULL")) AS \(SQL.identifier($0))" }
    // A condition alone is asked without what makes a truth of it, which would hide that it is none.
    var asked = list.sql(over: used, dialect)
    if case .sql(let sql, _) = list.condition {
      asked = "(\(OwnSQL(sql).sql(dividing: dialect, ColumnLookup(used, dialect: dialect).sql)))"
    }
    do {
      let found = try query(
        "SELECT \(asked) AS probe FROM (SELECT \(nothing.joined(separator: ", "))) AS f WHERE FALSE")
      guard let values = found["probe"]?.values else { return .condition }
      if case .booleans = values { return .condition }
      return .noCondition
    } catch .statement(let reason) {
      return .refused(reason)
    }
  }
}

/// What a name that is no feature may have meant.
private enum ConditionHint {
  static func unknown(_ name: String, _ columns: FeatureColumns) -> String {
    let near = NearestNames.to(name, in: columns.numeric + columns.categories, limit: 2).map { "'\($0)'" }
    return "there is no feature '\(name)'."
      + (near.isEmpty
        ? " Texts stand in single quotes; 'tessera features' tells which features there are."
        : " Is it \(near.joined(separator: " or "))?")
  }
}
