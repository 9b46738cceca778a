internal import Foundation
public import Warehouse

/// Customers as of several dates, each with whether they did what some targets foretell in the days after.
public struct TargetPanel {
  /// How the features were computed: as of the first date of all panels.
  public let plan: FeaturePlan
  /// The dates, ascending.
  public let dates: [CalendarDate]
  /// The targets.
  public let targets: [TargetSettings]
  /// The file of rows: the customer, `as_of`, the features, and of each target its name with 0 and 1.
  public let path: String
  /// The sources, cut down to the customers in the file.
  public let sources: SourceSet
  /// How many customers are looked at, and of how many; nil for all.
  public let sample: (customers: Int, of: Int)?
}

extension SourceSet {
  /// Writes the panels of `targets` to files of the engine's own folder, which go with the connection. Targets that look at
  /// the same days as of the same dates share one, and all share one plan.
  ///
  /// The last date of a target is the latest whose days to come are all in the records, and not after the as-of date; the
  /// others lie `days` before each other, so that no day is foretold twice, as far as the records reach back twice as
  /// long.
  /// - Parameter rows: about how many rows a panel may have, at most; of more customers a part is looked at.
  /// - Throws: ``ProjectError`` where the records are too short for one date.
  public func panels(
    of targets: [TargetSettings], rows: Int, each: (([TargetSettings], CalendarDate) -> Void)? = nil
  ) throws -> [TargetPanel] {
    struct Group {
      let days: Int
      let dates: [CalendarDate]
      var targets: [TargetSettings]
    }
    var groups: [Group] = []
    for target in targets {
      let dates = try self.dates(of: target)
      if let index = groups.firstIndex(where: { $0.days == target.days && $0.dates == dates }) {
        groups[index].targets.append(target)
      } else {
        groups.append(Group(days: target.days, dates: dates, targets: [target]))
      }
    }
    guard let first = groups.compactMap(\.dates.first).min() else { return [] }
    // Whoever is foretold, no figure of the plan knows of a later date than the earliest that is learnt from.
    let plan = try FeaturePlan(try at(first, inDetail: false))
    try checkNames(targets, plan)
    return try groups.map { group in
      try panel(group.targets, group.dates, plan, rows) { each?(group.targets, $0) }
    }
  }

  /// The dates as of which `target` is learnt and judged, ascending; at least one.
  private func dates(of target: TargetSettings) throws -> [CalendarDate] {
    let told = project.sources(.transactions).first.map { [$0] } ?? project.sources(.events)
    guard let end = try told.compactMap({ try lastDay($0) }).max(),
      let start = try told.compactMap({ try firstDay($0) }).min()
    else { throw tooShort(target) }
    let last = min(end, asOf).adding(days: -target.days)
    let dates = (0..<target.dates).reversed().map { last.adding(days: -$0 * target.days) }
      .filter { $0 >= start.adding(days: target.days) }
    guard !dates.isEmpty else { throw tooShort(target) }
    return dates
  }

  private func panel(
    _ targets: [TargetSettings], _ dates: [CalendarDate], _ plan: FeaturePlan, _ rows: Int,
    _ each: ((CalendarDate) -> Void)?
  ) throws -> TargetPanel {
    guard let target = targets.first, let first = dates.first, let last = dates.last,
      let window = LabelWindow(days: target.days, labels: try targets.map(label)),
      let panel = FeaturePanel(from: first, through: last, every: .days(target.days), labels: window)
    else { throw ProjectError(file: project.file, reason: "there is no target to look at.") }
    let sample = try at(last, inDetail: false).sampled(max(1, rows / dates.count), for: plan)
    var sources = self
    sources.changed = sample?.sources.changed
    let folder = connection.scratchFolder
    let raw = folder.appendingPathComponent("panel_\(SourceSet.numbers.next()).parquet").path
    let files = StagedFiles()
    let written = try sources.write(panel, by: plan, to: raw, in: files, each: each)
    try files.commit()
    let path = folder.appendingPathComponent("target_\(SourceSet.numbers.next()).parquet").path
    let columns = [plan.customer, "as_of"] + written.plan.definitions.map(\.name)
    let labels = targets.map { target in
      let name = SQL.identifier(target.name)
      let (hit, bound) = (target.event == .noBuy ? "<" : ">=", connection.dialect.literal(target.bound))
      return "CASE WHEN coalesce(\(name), 0) \(hit) \(bound) THEN 1 ELSE 0 END AS \(name)"
    }
    let done = StagedFiles()
    // The file lies here, whatever engine computed it.
    try Connection().write(
      "SELECT \((columns.map { SQL.identifier($0) } + labels).joined(separator: ", ")) FROM "
        + "read_parquet(\(SQL.literal(raw)))", to: path, in: done)
    try done.commit()
    return TargetPanel(
      plan: written.plan, dates: panel.dates, targets: targets, path: path, sources: sources,
      sample: sample.map { ($0.customers, $0.all) })
  }

  /// What is counted of `target`, before it is held against its bound.
  private func label(_ target: TargetSettings) throws -> LabelWindow.Label {
    let source: Source?
    switch target.event {
    case .buy, .noBuy: source = project.sources(.transactions).first
    case .source(let name): source = project.sources(.events).first { $0.name == name }
    }
    guard let source else {
      throw ProjectError(file: project.file, reason: "the target '\(target.name)' has no source.")
    }
    let isBought = source.role == .transactions
    let compiler = RuleCompiler(
      sources: self, purchases: PurchaseRows(self), subject: "the target '\(target.name)'")
    var tests: [String] = []
    if isBought, project.features.returns == .exclude { tests.append("NOT \(PurchaseRows.isReturn)") }
    for test in target.tests {
      var count = RuleCount(isBought ? .orders : .lines)
      count.source = source.name
      tests.append(try compiler.test(test, source, count).0)
    }
    let filter = tests.isEmpty ? "" : " FILTER (WHERE \(tests.joined(separator: " AND ")))"
    let dialect = connection.dialect
    let sql =
      target.spend != nil
      ? dialect.asReal("coalesce(sum(amount)\(filter), CAST(0 AS DECIMAL(20,4)))")
      : isBought ? "count(DISTINCT order_id)\(filter)" : "count(*)\(filter)"
    return LabelWindow.Label(
      name: target.name, meaning: target.meaning, unit: "", source: source, sql: sql,
      readsCategories: isBought && !target.tests.isEmpty)
  }

  private func checkNames(_ targets: [TargetSettings], _ plan: FeaturePlan) throws(ProjectError) {
    let taken = Set(plan.definitions.map { $0.name.lowercased() } + ["as_of", plan.customer.lowercased()])
    guard let target = targets.first(where: { taken.contains($0.name.lowercased()) }) else { return }
    throw ProjectError(
      file: project.file, reason: "a feature is called '\(target.name)', as the target is; call the target otherwise.")
  }

  private func tooShort(_ target: TargetSettings) -> ProjectError {
    ProjectError(
      file: project.file,
      reason: "the records are too short for the target '\(target.name)': they must reach back at least "
        + "\(2 * target.days) days before \(asOf). Take fewer days.")
  }
}
