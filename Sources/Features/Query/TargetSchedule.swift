internal import Warehouse

/// As of which dates targets are looked at.
struct TargetSchedule: Hashable {
  let days: Int
  /// The campaigns whose addressees are looked at; nil for everybody.
  let campaigns: Source?
  /// Ascending, at least one.
  let dates: [CalendarDate]
  let judgedFrom: CalendarDate
  /// How many customers campaigns address, each as often as they do; 0 without campaigns.
  let addressed: Int
}

extension SourceSet {
  /// The dates as of which `target` is learnt and judged.
  func schedule(of target: TargetSettings) throws -> TargetSchedule {
    let told = project.sources(.transactions).first.map { [$0] } ?? project.sources(.events)
    guard let end = try told.compactMap({ try lastDay($0) }).max(),
      let start = try told.compactMap({ try firstDay($0) }).min()
    else { throw tooShort(target) }
    let last = min(end, asOf).adding(days: -target.days)
    if let name = target.campaigns, let campaigns = project.sources(.campaigns).first(where: { $0.name == name }) {
      return try schedule(of: target, campaigns, from: start.adding(days: target.days), through: last)
    }
    let dates = (0..<target.dates).reversed().map { last.adding(days: -$0 * target.days) }
      .filter { $0 >= start.adding(days: target.days) }
    guard let judged = dates.last else { throw tooShort(target) }
    return TargetSchedule(days: target.days, campaigns: nil, dates: dates, judgedFrom: judged, addressed: 0)
  }

  /// The days before campaigns begin, none before `first` or after `last`.
  private func schedule(
    of target: TargetSettings, _ campaigns: Source, from first: CalendarDate, through last: CalendarDate
  ) throws -> TargetSchedule {
    let told = try connection.query(
      """
      SELECT day, count(DISTINCT customer) AS customers FROM (\(addressed(by: campaigns))) AS a
        WHERE day > DATE '\(first)' AND day <= DATE '\(last.adding(days: 1))' GROUP BY day ORDER BY day
      """)
    guard case .dates(let days)? = told["day"]?.values, !days.isEmpty else {
      throw ProjectError(
        file: project.file,
        reason: "no campaign of '\(campaigns.name)' serves the target '\(target.name)': one must begin after \(first), "
          + "\(target.days) days after the first record, and its first \(target.days) days must be over by "
          + "\(min(asOf, last.adding(days: target.days))). Take fewer days, or see that its campaigns have their dates."
      )
    }
    let dates = days.map { CalendarDate(daysSince1970: Int($0) - 1) }.suffix(target.dates)
    let customers = (told["customers"]?.doubles ?? []).suffix(target.dates)
    let all = customers.reduce(0, +)
    var judged: [CalendarDate] = []
    var covered = 0.0
    for (date, count) in zip(dates, customers).reversed() where covered * 5 < all {
      judged.insert(date, at: 0)
      covered += count
    }
    let learnt = dates.filter { date in judged.first.map { date.adding(days: target.days) <= $0 } ?? false }
    // With nothing before it to learn from, customers are foretold from others, out of fold.
    let kept = learnt.isEmpty ? Array(dates) : learnt + judged
    return TargetSchedule(
      days: target.days, campaigns: campaigns, dates: kept,
      judgedFrom: (learnt.isEmpty ? kept.first : judged.first) ?? last,
      addressed: Int(zip(dates, customers).reduce(0) { $0 + (kept.contains($1.0) ? $1.1 : 0) }))
  }

  /// The customers whom the campaigns of `source` address on their first day, as a query: `customer`, `day`.
  private func addressed(by source: Source) -> String {
    """
    SELECT customer, day FROM (\(ever.visible(source))) AS contact
      JOIN (\(beginnings(source))) AS begun ON begun.campaign = contact.campaign WHERE CAST(ts AS DATE) = day
    """
  }

  /// The customers whom campaigns address that begin on the days after `dates`, as a query.
  func addressees(_ campaigns: Source, of dates: [CalendarDate]) -> String {
    let days = dates.map { "DATE '\($0.adding(days: 1))'" }.joined(separator: ", ")
    return "SELECT customer FROM (\(addressed(by: campaigns))) AS a WHERE day IN (\(days))"
  }

  private func tooShort(_ target: TargetSettings) -> ProjectError {
    ProjectError(
      file: project.file,
      reason: "the records are too short for the target '\(target.name)': they must reach back at least "
        + "\(2 * target.days) days before \(asOf). Take fewer days.")
  }
}
