public import Warehouse

/// Who is in which list.
public struct ListMembers: Sendable, Hashable {
  /// What became of one list.
  public enum Answer: Sendable, Hashable {
    /// Whether each row is in it (n).
    case members([Bool])
    /// It could not be evaluated: the table lacks these columns.
    case lacks([String])
  }

  /// The names of the lists, in their order.
  public let names: [String]
  /// One answer a list.
  public let answers: [Answer]
  /// Levels that conditions name and no row has, in a sentence each.
  var unknownLevels: [String] = []

  /// The lists that `row` (from 0) is in, in their order.
  public func lists(of row: Int) -> [String] {
    zip(names, answers).compactMap { name, answer in
      if case .members(let flags) = answer, flags[row] { return name }
      return nil
    }
  }

  /// The same for the rows `range` alone.
  public func of(_ range: Range<Int>) -> ListMembers {
    ListMembers(
      names: names,
      answers: answers.map { answer in
        if case .members(let flags) = answer { .members(Array(flags[range])) } else { answer }
      })
  }

  /// The same for the rows at `rows` (from 0), in that order.
  public func gathering(_ rows: [Int]) -> ListMembers {
    ListMembers(
      names: names,
      answers: answers.map { answer in
        if case .members(let flags) = answer { .members(rows.map { flags[$0] }) } else { answer }
      })
  }

  /// Whether each row is in the list called `name` (n); nil where there is none such, or it could not be evaluated.
  public func flags(_ name: String) -> [Bool]? {
    guard let place = names.firstIndex(of: name), case .members(let flags) = answers[place] else { return nil }
    return flags
  }

  /// The lists that could not be evaluated, each with the columns it lacks: sentences for a report.
  public var notes: [String] {
    zip(names, answers).compactMap { name, answer in
      guard case .lacks(let columns) = answer else { return nil }
      return "the list '\(name)' could not be evaluated: there is no column "
        + columns.map { "'\($0)'" }.joined(separator: ", ")
    } + unknownLevels
  }
}

extension ListMembers {
  /// Answers put together, one a name.
  public init(names: [String], answers: [Answer]) { self.init(names: names, answers: answers, unknownLevels: []) }
}

extension Connection {
  /// Evaluates `lists` over `relation` (SQL to stand after FROM) in one query of the engine.
  ///
  /// Rows are those of ``featureValues(_:_:source:)``, in the same order; of each list one flag a row comes back. A list
  /// that names what the table lacks is told as such.
  /// - Parameters:
  ///   - columns: the columns that conditions may name, and which rows to take.
  ///   - source: the file or table, to name in errors.
  /// - Throws: ``WarehouseError`` when a list can be evaluated and yet fails, with its name.
  public func members(
    of lists: [RuleList], in relation: String, _ columns: FeatureColumns, source: String
  ) throws(WarehouseError) -> ListMembers {
    var lacking: [Int: [String]] = [:]
    for (index, list) in lists.enumerated() {
      if let fault = list.condition.texts.lazy.compactMap({ OwnSQL($0.sql).faultAsCondition }).first {
        throw .statement(reason: "the list '\(list.name)' cannot be evaluated: \(fault)")
      }
      let missing = list.lacks(columns)
      guard !missing.isEmpty else { continue }
      // A word that is no column may still be one of the engine's own; the engine decides.
      if case .refused = try probe(list, over: columns) { lacking[index] = missing }
    }
    let possible = lists.indices.filter { lacking[$0] == nil }
    var flags: [Int: [Bool]] = [:]
    if !possible.isEmpty {
      let found: Table
      do {
        found = try query(membership(possible.map { lists[$0] }, in: relation, columns), reading: source)
      } catch .statement(let reason) {
        throw try failure(possible.map { lists[$0] }, in: relation, columns, reason, source)
      }
      for (place, index) in possible.enumerated() {
        guard let column = found["list_\(place)"], case .booleans(let values) = column.values else {
          throw .statement(reason: "the list '\(lists[index].name)' gave neither true nor false")
        }
        flags[index] = values
      }
    }
    return ListMembers(
      names: lists.map(\.name),
      answers: lists.indices.map { index in flags[index].map { .members($0) } ?? .lacks(lacking[index] ?? []) },
      unknownLevels: try unknownLevels(possible.map { lists[$0] }, in: relation, columns, source: source))
  }

  /// Evaluates `lists` over a ready table, read as ``TableSource/relation(asText:)`` reads identifiers and categories.
  public func members(
    of lists: [RuleList], in table: TableSource, _ columns: FeatureColumns
  ) throws(WarehouseError) -> ListMembers {
    let texts = Set(columns.categories + [columns.identifier].compactMap { $0 })
    return try members(of: lists, in: table.relation(asText: texts), columns, source: table.name)
  }

  private func membership(_ lists: [RuleList], in relation: String, _ columns: FeatureColumns) -> String {
    let flags = lists.enumerated().map { index, list in
      "CASE WHEN \(list.sql(over: columns, dialect)) THEN TRUE ELSE FALSE END AS list_\(index)"
    }
    return "SELECT \(flags.joined(separator: ", ")) FROM \(rows(of: relation, columns))"
  }

  /// Which of `lists` the engine failed on, as an error.
  private func failure(
    _ lists: [RuleList], in relation: String, _ columns: FeatureColumns, _ reason: String, _ source: String
  ) throws(WarehouseError) -> WarehouseError {
    for list in lists {
      do {
        _ = try query(membership([list], in: relation, columns), reading: source)
      } catch .statement(let reason) {
        return .statement(reason: "the list '\(list.name)' cannot be evaluated: \(reason)")
      }
    }
    return .statement(reason: "the lists cannot be evaluated together: \(reason)")
  }
}

extension FeatureTable {
  /// Evaluates `lists` over these features, rows in the order of ``values()``.
  public func members(of lists: [RuleList]) throws(WarehouseError) -> ListMembers {
    try connection.members(of: lists, in: relation, columns, source: "the features")
  }
}
