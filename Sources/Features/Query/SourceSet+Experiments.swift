public import Warehouse

/// An experiment of a project: what customers were sent at random, and what they did then.
public struct Experiment: Sendable, Hashable {
  /// The source that tells it.
  public let source: String
  /// The column of the treatment.
  public let treatment: String
  /// The columns of what came of it.
  public let outcomes: [String]
  /// Whether each treatment has its time.
  public let isTimed: Bool
}

/// Whom an experiment reached, and what came of it: the labels that uplift is learnt from.
public struct Trials: Sendable {
  /// The experiment.
  public let experiment: Experiment
  /// n rows, by customer, then time: `customer`, `ts` where treatments have a time, `treatment` as text, `outcome` and
  /// for each further one `outcome_2`, `outcome_3` … as numbers, missing where not known.
  public let rows: Table
  /// Rows left out, as their treatment was given on or before the as-of date: features of that date may know what it did.
  public let tooEarly: Int
}

extension SourceSet {
  /// The experiments of the project: sources of that role, and sources of customers that name a treatment.
  public var experiments: [Experiment] {
    project.sources.compactMap { source in
      guard let treatment = source.column(.treatment), let outcomes = source.columns[.outcome] else { return nil }
      return Experiment(
        source: source.name, treatment: treatment, outcomes: outcomes,
        isTimed: source.role == .experiments && source.column(.time) != nil)
    }
  }

  /// The rows of `experiment`, for labels alone: neither treatments nor outcomes ever become features.
  ///
  /// Of treatments that have a time, those after the as-of date count, so that features as of that date know nothing of
  /// them; ``at(_:inDetail:)`` the day before ``firstDay(of:)`` takes all. Without a time, all rows count, and the project's
  /// as-of date has to lie before the experiment. A table of customers whose rows have a time tells, as for attributes,
  /// the latest row known at the as-of date. Rows without a customer or a treatment are left out.
  /// - Throws: ``WarehouseError`` when the engine fails.
  public func trials(of experiment: Experiment) throws(WarehouseError) -> Trials {
    guard let ready = prepared[experiment.source] else {
      return Trials(experiment: experiment, rows: Table([]), tooEarly: 0)
    }
    let outcomes = experiment.outcomes.indices.map { $0 == 0 ? "outcome" : "outcome_\($0 + 1)" }
    let columns = ["customer"] + (experiment.isTimed ? ["ts"] : []) + ["treatment"] + outcomes
    let all = known(ready)
    let list = columns.joined(separator: ", ")
    // Rows that agree in all of this are the same, in whatever order they stand.
    let rows = try connection.query(
      """
      SELECT \(list) FROM (\(all)) AS t\(experiment.isTimed ? " WHERE ts >= \(cutoff)" : "") ORDER BY \(list)
      """)
    guard experiment.isTimed else { return Trials(experiment: experiment, rows: rows, tooEarly: 0) }
    let early = try connection.query("SELECT count(*) AS early FROM (\(all)) AS t WHERE ts < \(cutoff)")
    return Trials(experiment: experiment, rows: rows, tooEarly: early.number("early"))
  }

  /// The day of the first treatment of `experiment`; nil where treatments have no time, or there is none.
  public func firstDay(of experiment: Experiment) throws(WarehouseError) -> CalendarDate? {
    guard experiment.isTimed, let ready = prepared[experiment.source] else { return nil }
    let found = try connection.query("SELECT CAST(min(ts) AS DATE) AS day FROM (\(known(ready))) AS t")
    guard case .dates(let days)? = found["day"]?.values, let day = days.first, found["day"]?.isMissing(0) == false
    else { return nil }
    return CalendarDate(daysSince1970: Int(day))
  }

  /// Rows with a customer and a treatment, whenever it was given.
  private func known(_ ready: PreparedSource) -> String {
    let told = "customer IS NOT NULL AND treatment IS NOT NULL"
    guard ready.source.role == .experiments else {
      return "SELECT * FROM (\(latest(ready.source))) AS latest_rows WHERE \(told)"
    }
    let isTimed = ready.source.column(.time) != nil
    return "SELECT * FROM \(timed(ready)) AS rows_of_source WHERE \(told)\(isTimed ? " AND ts IS NOT NULL" : "")"
  }

  /// What a reader should know of treatments and outcomes: that they are no features, and what is wrong with them.
  func experimentNotes() throws(WarehouseError) -> [String] {
    var notes: [String] = []
    for source in project.sources where source.column(.treatment) == nil {
      guard let outcomes = source.columns[.outcome] else { continue }
      notes.append("\(SourceSet.list(outcomes)) of \(source.name) \(SourceSet.areLabels(outcomes)), no features")
    }
    for experiment in experiments {
      guard let ready = prepared[experiment.source] else { continue }
      let outcomes = SourceSet.list(experiment.outcomes)
      notes.append(
        "'\(experiment.treatment)' of \(experiment.source) is a treatment, and \(outcomes) "
          + "\(SourceSet.areLabels(experiment.outcomes)): they are never features")
      let found = try connection.query(
        """
        SELECT count(DISTINCT treatment) AS arms, count(*) AS trials, count(DISTINCT customer) AS customers
        FROM (\(known(ready))) AS t
        """)
      let (arms, trials, customers) = (found.number("arms"), found.number("trials"), found.number("customers"))
      if arms < 2 {
        notes.append(
          "'\(experiment.treatment)' of \(experiment.source) has \(arms) different treatments, so there is nothing to "
            + "compare; who was left alone needs a row, too")
      }
      if customers < trials {
        notes.append("\(trials - customers) rows of \(experiment.source) are of customers who have another one there")
      }
      guard experiment.isTimed else { continue }
      let early = try connection.query("SELECT count(*) AS early FROM (\(known(ready))) AS t WHERE ts < \(cutoff)")
      guard early.number("early") > 0 else { continue }
      notes.append(
        "\(early.number("early")) of \(trials) treatments of \(experiment.source) were given on or before \(asOf), so "
          + "features of that date may know what they did; take an earlier as_of to learn from them")
    }
    return notes
  }

  private static func list(_ columns: [String]) -> String { columns.map { "'\($0)'" }.joined(separator: ", ") }

  private static func areLabels(_ columns: [String]) -> String {
    columns.count == 1 ? "is an outcome known only afterwards" : "are outcomes known only afterwards"
  }
}
