public import Warehouse

/// Features as of several dates, one after the other, with what happened after each: what predictions are trained on and
/// back-tested with.
///
/// The plan is that of the first date, with its cuts, categories and shares of all customers, so that no row knows of a
/// later one; each date has the customers who were known on it.
public struct FeaturePanel: Sendable, Hashable {
  /// The as-of dates, ascending.
  public let dates: [CalendarDate]
  /// What is told of the days after each date; nil for features alone.
  public let labels: LabelWindow?

  /// The most dates of one panel.
  public static let mostDates = 1000

  /// How far apart dates are.
  public enum Step: Sendable, Hashable {
    case days(Int), months(Int)

    /// Reads `day`, `week`, `month`, `quarter`, `year` or a number of days.
    public init?(_ text: String) {
      switch text {
      case "day": self = .days(1)
      case "week": self = .days(7)
      case "month": self = .months(1)
      case "quarter": self = .months(3)
      case "year": self = .months(12)
      default:
        guard let days = Int(text), (1...36_500).contains(days) else { return nil }
        self = .days(days)
      }
    }
  }

  /// A panel of one date.
  public init(date: CalendarDate, labels: LabelWindow?) { self.init(dates: [date], labels: labels) }

  /// A panel of `dates`, ascending.
  init(dates: [CalendarDate], labels: LabelWindow?) { (self.dates, self.labels) = (dates, labels) }

  /// The dates from `first` on, one `step` after the other, none after `last`; nil when there are none or more than
  /// ``mostDates``.
  public init?(from first: CalendarDate, through last: CalendarDate, every step: Step, labels: LabelWindow? = nil) {
    guard first <= last else { return nil }
    var dates: [CalendarDate] = []
    while dates.count <= FeaturePanel.mostDates {
      let next =
        switch step {
        case .days(let days): first.adding(days: dates.count * days)
        case .months(let months): first.adding(months: dates.count * months)
        }
      guard next <= last else { break }
      dates.append(next)
    }
    guard dates.count <= FeaturePanel.mostDates else { return nil }
    self.dates = dates
    self.labels = labels
  }
}

extension SourceSet {
  /// Computes `panel` with the plan of its first date, and writes it to `target`, one row a customer and date (columns:
  /// the customer, `as_of`, the features, the labels), and the dictionary beside it, both staged in `files`.
  /// - Parameter plan: a plan of an earlier date to compute by; nil makes that of the first date.
  /// - Returns: the plan, the number of rows, and the sources at the last date.
  /// - Throws: as ``features(_:)`` does; ``ProjectError`` for labels that nobody can know yet.
  public func write(
    _ panel: FeaturePanel, by plan: FeaturePlan? = nil, to target: String, in files: StagedFiles,
    each: ((CalendarDate) -> Void)? = nil
  ) throws -> (plan: FeaturePlan, rows: Int, sources: SourceSet) {
    guard let first = panel.dates.first, let last = panel.dates.last else { return (try FeaturePlan(self), 0, self) }
    if let labels = panel.labels { try labels.check(self, last) }
    let end = try at(last)
    let plan = try plan ?? FeaturePlan(try at(first, inDetail: false))
    try checkNames(plan, panel.labels)
    // Who has a row on the last date has one on no fewer: its identifiers are numbers only if all are.
    let customer = try end.customerForm(plan)
    var tables: [String] = []
    var kept: [String] = []
    defer { for name in kept { try? connection.execute(connection.dialect.drop(name)) } }
    for date in panel.dates {
      each?(date)
      let name = "tessera_panel_\(SourceSet.numbers.next())"
      let dated = try at(date, inDetail: false)
      let sql = try dated.featureSQL(plan, dated: true, labels: panel.labels, customer: customer)
      try dated.namingFaults(plan) { try connection.execute(connection.dialect.keep(sql, as: name)) }
      kept.append(name)
      tables.append("SELECT * FROM \(name)")
    }
    let rows = try connection.write(
      "SELECT * FROM (\(tables.joined(separator: " UNION ALL "))) AS panel ORDER BY 1, 2", to: target, in: files)
    guard rows > 0 else { throw noCustomer }
    try connection.write(dictionaryOf: plan, and: panel.labels, self, beside: target, in: files)
    return (plan, rows, end)
  }

  /// Throws when a feature is called as a column of the panel is.
  private func checkNames(_ plan: FeaturePlan, _ labels: LabelWindow?) throws(ProjectError) {
    let taken = Set(["as_of"] + (labels?.labels(self).map { $0.name.lowercased() } ?? []))
    guard let definition = plan.definitions.first(where: { taken.contains($0.name.lowercased()) }) else { return }
    throw ProjectError(
      file: project.file,
      reason:
        "a feature of '\(definition.source)' is called '\(definition.name)', which here means a column of dates or "
        + "labels; give its column another name.")
  }
}
