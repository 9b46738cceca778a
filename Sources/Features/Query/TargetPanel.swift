internal import Foundation
public import Warehouse

/// Customers as of several dates, each with whether they did what a target foretells in the days after.
public struct TargetPanel: Sendable {
  /// How the features were computed, as of the first date.
  public let plan: FeaturePlan
  /// The dates, ascending.
  public let dates: [CalendarDate]
  /// The file of rows: the customer, `as_of`, the features, and the target's name with 0 and 1.
  public let path: String
}

extension SourceSet {
  /// Writes the panel of `target` to a file of the engine's own folder, which goes with the connection.
  ///
  /// The last date is the latest whose days to come are all in the records, and not after the as-of date; the others
  /// lie `days` before each other, so that no day is foretold twice, as far as the records reach back twice as long.
  /// - Throws: ``ProjectError`` where the records are too short for one date.
  public func panel(of target: TargetSettings, each: ((CalendarDate) -> Void)? = nil) throws -> TargetPanel {
    guard let window = LabelWindow(days: target.days) else { throw tooShort(target) }
    let label: String =
      switch target.event {
      case .buy, .noBuy: "orders_next_\(target.days)d"
      case .source(let name): "\(name)_next_\(target.days)d"
      }
    let told = project.sources(.transactions).first.map { [$0] } ?? project.sources(.events)
    guard let end = try told.compactMap({ try lastDay($0) }).max(),
      let start = try told.compactMap({ try firstDay($0) }).min()
    else { throw tooShort(target) }
    let last = min(end, asOf).adding(days: -target.days)
    let dates = (0..<target.dates).reversed().map { last.adding(days: -$0 * target.days) }
      .filter { $0 >= start.adding(days: target.days) }
    guard let first = dates.first else { throw tooShort(target) }
    guard let panel = FeaturePanel(from: first, through: last, every: .days(target.days), labels: window) else {
      throw tooShort(target)
    }
    let folder = connection.scratchFolder
    let raw = folder.appendingPathComponent("panel_\(SourceSet.numbers.next()).parquet").path
    let files = StagedFiles()
    let written = try write(panel, to: raw, in: files, each: each)
    try files.commit()
    let path = folder.appendingPathComponent("target_\(SourceSet.numbers.next()).parquet").path
    guard !written.plan.definitions.contains(where: { $0.name.lowercased() == target.name.lowercased() }),
      !["as_of", written.plan.customer.lowercased()].contains(target.name.lowercased())
    else {
      throw ProjectError(
        file: project.file, reason: "a feature is called '\(target.name)', as the target is; call the target otherwise."
      )
    }
    let labels = Set(window.labels(self).map(\.name))
    let columns = ([written.plan.customer, "as_of"] + written.plan.definitions.map(\.name)).filter {
      !labels.contains($0)
    }
    let hit = target.event == .noBuy ? "<" : ">="
    let done = StagedFiles()
    // The file lies here, whatever engine computed it.
    try Connection().write(
      """
      SELECT \(columns.map { SQL.identifier($0) }.joined(separator: ", ")),
        CASE WHEN coalesce(\(SQL.identifier(label)), 0) \(hit) \(target.atLeast) THEN 1 ELSE 0 END AS \(SQL.identifier(target.name))
      FROM read_parquet(\(SQL.literal(raw)))
      """, to: path, in: done)
    try done.commit()
    return TargetPanel(plan: written.plan, dates: panel.dates, path: path)
  }

  private func tooShort(_ target: TargetSettings) -> ProjectError {
    ProjectError(
      file: project.file,
      reason: "the records are too short for the target '\(target.name)': they must reach back at least "
        + "\(2 * target.days) days before \(asOf). Take fewer days.")
  }
}
