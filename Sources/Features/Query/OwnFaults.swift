internal import Warehouse

/// Faults that show only when SQL of the project's own meets the rows: a text that is no number, a division by zero.
extension SourceSet {
  /// Does `work`, which computes `plan`; where the engine cannot carry it out for a feature of the project's own, the error
  /// names that feature and its line.
  func namingFaults<Result>(_ plan: FeaturePlan, _ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch WarehouseError.statement(let reason) {
      throw try ownFault(plan) ?? WarehouseError.statement(reason: reason)
    }
  }

  /// The first of the project's own features that the engine cannot compute by itself; nil when it can all of them.
  private func ownFault(_ plan: FeaturePlan) throws -> ProjectError? {
    let families: Set<FeatureFamily> = [.expressions, .rules, .lists]
    for definition in plan.definitions where families.contains(definition.family) {
      let uses = definition.uses ?? []
      let alone = plan.filtered { $0.name == definition.name || uses.contains($0.name) }
      do {
        _ = try connection.query(
          "SELECT max(\(SQL.identifier(definition.name))) AS probe FROM (\(try featureSQL(alone))) AS f")
      } catch WarehouseError.statement(let reason) {
        let what = definition.family == .expressions ? "expression" : definition.family == .rules ? "rule" : "count"
        return ProjectError(
          file: project.file, line: line(of: definition),
          reason: "the \(what) '\(definition.name)' cannot be computed: \(reason). Leave out such rows or values in "
            + "its SQL, with CASE WHEN or FILTER (WHERE …).")
      }
    }
    return nil
  }

  /// The line of the project file that begins a feature of the project's own.
  private func line(of definition: FeatureDefinition) -> Int? {
    switch definition.family {
    case .expressions: project.features.expressions.first { $0.name == definition.name }?.line
    case .rules: project.features.rules.first { $0.name == definition.name }?.line
    case .lists: project.lists.flatMap(\.condition.counts).first { $0.name == definition.name }?.line
    default: nil
    }
  }
}
