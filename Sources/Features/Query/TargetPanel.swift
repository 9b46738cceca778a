internal import Foundation
public import Warehouse

/// Customers as of several dates, each with whether they did what some targets foretell in the days after.
public struct TargetPanel {
  /// How the features were computed: as of the first date of all panels.
  public let plan: FeaturePlan
  /// The dates, ascending.
  public let dates: [CalendarDate]
  /// Customers as of this date and later ones are what a target is judged on. It is the first where none are left to learn
  /// from; then it is judged out of fold.
  public let judgedFrom: CalendarDate
  /// The targets.
  public let targets: [TargetSettings]
  /// The file of rows: the customer, `as_of`, ``isJudged`` with 0 and 1, the features, and of each target its name with 0
  /// and 1.
  public let path: String
  /// The sources, cut down to the customers in the file.
  public let sources: SourceSet
  /// How many customers are looked at, and of how many; nil for all.
  public let sample: (customers: Int, of: Int)?

  /// The column that tells rows that a target is judged on (1) from those learnt from.
  public static let isJudged = "tessera_judged"
}

extension SourceSet {
  /// Writes the panels of `targets` to files of the engine's own folder, which go with the connection. Targets that look at
  /// the same days as of the same dates share one. All that look at everybody share one plan, of their first date.
  ///
  /// The last date of a target is the latest whose days to come are all in the records, and not after the as-of date; the
  /// others lie `days` before each other, so that no day is foretold twice, as far as the records reach back twice as
  /// long. The dates of a target of campaigns are the days before campaigns begin, and its customers those whom these
  /// address; it is judged on the latest that together address a fifth of all, and learnt from those whose days to come were
  /// over when the first of them began.
  /// - Parameter rows: about how many rows a panel may have, at most; of more customers a part is looked at.
  /// - Throws: ``ProjectError`` where the records are too short for one date.
  public func panels(
    of targets: [TargetSettings], rows: Int, each: (([TargetSettings], CalendarDate) -> Void)? = nil
  ) throws -> [TargetPanel] {
    var groups: [(schedule: TargetSchedule, targets: [TargetSettings])] = []
    for target in targets {
      let schedule = try self.schedule(of: target)
      if let index = groups.firstIndex(where: { $0.schedule == schedule }) {
        groups[index].targets.append(target)
      } else {
        groups.append((schedule, [target]))
      }
    }
    let common = groups.filter { $0.schedule.campaigns == nil }.compactMap(\.schedule.dates.first).min()
    var plans: [CalendarDate: FeaturePlan] = [:]
    return try groups.map { group in
      // Whoever is foretold, no figure of the plan knows of a later date than the earliest that is learnt from.
      let own = group.schedule.dates[0]
      let first = group.schedule.campaigns == nil ? common ?? own : own
      let plan = try plans[first] ?? FeaturePlan(try at(first, inDetail: false))
      plans[first] = plan
      try checkNames(group.targets, plan)
      return try panel(group.targets, group.schedule, plan, rows) { each?(group.targets, $0) }
    }
  }

  private func panel(
    _ targets: [TargetSettings], _ schedule: TargetSchedule, _ plan: FeaturePlan, _ rows: Int,
    _ each: ((CalendarDate) -> Void)?
  ) throws -> TargetPanel {
    let dates = schedule.dates
    var labels = try targets.map(label)
    let addressed = "tessera_addressed"
    if let campaigns = schedule.campaigns {
      labels.append(
        LabelWindow.Label(
          name: addressed, meaning: "Number of rows in \(campaigns.name)", unit: "", source: campaigns, sql: "count(*)")
      )
    }
    guard let last = dates.last,
      let window = LabelWindow(days: schedule.days, labels: labels, campaigns: schedule.campaigns)
    else { throw ProjectError(file: project.file, reason: "there is no target to look at.") }
    let panel = FeaturePanel(dates: dates, labels: window)
    let sample = try at(last, inDetail: false).sampled(
      max(1, schedule.campaigns == nil ? rows / dates.count : rows), for: plan,
      among: schedule.campaigns.map { (addressees($0, of: dates), schedule.addressed) })
    var sources = self
    sources.changed = sample?.sources.changed
    let folder = connection.scratchFolder
    let raw = folder.appendingPathComponent("panel_\(SourceSet.numbers.next()).parquet").path
    let files = StagedFiles()
    let written = try sources.write(panel, by: plan, to: raw, in: files, each: each)
    try files.commit()
    let path = folder.appendingPathComponent("target_\(SourceSet.numbers.next()).parquet").path
    let columns = [plan.customer, "as_of"] + written.plan.definitions.map(\.name)
    let judged = "CASE WHEN as_of >= DATE '\(schedule.judgedFrom)' THEN 1 ELSE 0 END AS \(TargetPanel.isJudged)"
    let outcomes = targets.map { target in
      let name = SQL.identifier(target.name)
      let (hit, bound) = (target.event == .noBuy ? "<" : ">=", connection.dialect.literal(target.bound))
      return "CASE WHEN coalesce(\(name), 0) \(hit) \(bound) THEN 1 ELSE 0 END AS \(name)"
    }
    let done = StagedFiles()
    // The file lies here, whatever engine computed it.
    try Connection().write(
      "SELECT \((columns.map { SQL.identifier($0) } + [judged] + outcomes).joined(separator: ", ")) FROM "
        + "read_parquet(\(SQL.literal(raw)))\(schedule.campaigns == nil ? "" : " WHERE \(addressed) > 0")", to: path,
      in: done)
    try done.commit()
    return TargetPanel(
      plan: written.plan, dates: dates, judgedFrom: schedule.judgedFrom, targets: targets, path: path, sources: sources,
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
    let own = ["as_of", TargetPanel.isJudged, plan.customer.lowercased()]
    if let target = targets.first(where: { own.contains($0.name.lowercased()) }) {
      throw ProjectError(
        file: project.file, reason: "the name '\(target.name)' is taken by another column; call the target otherwise.")
    }
    let taken = Set(plan.definitions.map { $0.name.lowercased() })
    guard !taken.contains(TargetPanel.isJudged) else {
      throw ProjectError(
        file: project.file,
        reason: "a feature is called '\(TargetPanel.isJudged)', which targets need; rename its column.")
    }
    guard let target = targets.first(where: { taken.contains($0.name.lowercased()) }) else { return }
    throw ProjectError(
      file: project.file, reason: "a feature is called '\(target.name)', as the target is; call the target otherwise.")
  }
}
