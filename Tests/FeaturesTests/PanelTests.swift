import Features
import Foundation
import Testing
import Warehouse

/// Features as of several dates, and the labels of the days after each.
@Suite(.onEveryEngine) struct `Panels and labels` {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(
      "orders.csv",
      [
        "c,t,a", "1,2017-01-10 12:00:00,10", "1,2017-01-31 23:59:59,20", "1,2017-02-01 00:00:00,40",
        "1,2017-02-10 23:59:59,80", "1,2017-02-11 00:00:00,160", "2,2017-01-05 08:00:00,5", "3,2017-01-20 08:00:00,7",
        "3,2017-02-05 08:00:00,-7", "4,2017-02-03 08:00:00,3", "5,2017-03-31 08:00:00,9",
      ])
    try place.write("visits.csv", ["c,t", "2,2017-02-01 09:00:00", "2,2017-02-09", "4,2017-02-03", "2,2017-01-01"])
  }

  static let yaml =
    Workplace.orders(asOf: "2017-01-31")
    + "  visits: {file: visits.csv, role: events, columns: {customer: c, time: t}}\n"

  /// Writes a panel and reads it back, with its dictionary.
  func panel(_ panel: FeaturePanel, _ yaml: String = Self.yaml) throws -> (table: Table, dictionary: Table) {
    let sources = try place.sources(yaml)
    let files = StagedFiles()
    _ = try sources.write(panel, to: place.path("panel.csv"), in: files)
    try files.commit()
    let connection = try place.connection()
    func read(_ name: String) throws -> Table {
      let source = try connection.open(file: place.path(name))
      return try connection.query("SELECT * FROM \(source.relation) AS t")
    }
    return (try read("panel.csv"), try read("panel.dictionary.csv"))
  }

  func window(_ days: Int) throws -> LabelWindow { try #require(LabelWindow(days: days)) }
  func date(_ text: String) throws -> CalendarDate { try #require(CalendarDate(text)) }

  @Test func `labels count the days after the date and no other`() throws {
    let found = try panel(FeaturePanel(date: date("2017-01-31"), labels: window(10)))
    #expect(found.table["c"]?.doubles == [1, 2, 3], "customers of the date: nobody who came later")
    #expect(found.table["bought_next_10d"]?.doubles == [1, 0, 0], "a return is no order")
    #expect(found.table["orders_next_10d"]?.doubles == [2, 0, 0])
    #expect(found.table["monetary_next_10d"]?.doubles == [120, 0, 0])
    #expect(found.table["visits_next_10d"]?.doubles == [0, 2, 0])
    #expect(found.table["monetary"]?.doubles == [30, 5, 7], "features end where labels begin")
    let families = zip(found.dictionary["name"]?.texts ?? [], found.dictionary["family"]?.texts ?? [])
    #expect(families.filter { $1 == "labels" }.map(\.0).count == 4)
  }

  @Test func `each date of a panel has the rows that a model of the first date would score then`() throws {
    let dates = try #require(
      FeaturePanel(from: date("2017-01-31"), through: date("2017-03-01"), every: .months(1), labels: window(31)))
    #expect(dates.dates.map(\.description) == ["2017-01-31", "2017-02-28"])
    let found = try panel(dates).table
    #expect(found["as_of"]?.texts.count == 7 && found["c"]?.doubles == [1, 1, 2, 2, 3, 3, 4])
    let sources = try place.sources(Self.yaml)
    let plan = try FeaturePlan(sources)
    let later = try sources.at(date("2017-02-28"))
    let scored = try Computed(later.features(plan), later)
    for (row, customer) in [(1, "1"), (3, "2"), (5, "3"), (6, "4")] {
      for definition in plan.definitions where definition.kind == .numeric {
        let wanted = try scored.number(definition.name, customer)
        let value = found[definition.name]?.doubles?[row]
        #expect(isClose(value.flatMap { $0.isNaN ? nil : $0 }, wanted), "\(definition.name) of \(customer)")
      }
    }
    #expect(found["orders_next_31d"]?.doubles == [3, 0, 0, 0, 0, 0, 0])
  }

  @Test func `a panel without labels knows nothing of later rows`() throws {
    let dates = try #require(
      FeaturePanel(from: date("2017-01-10"), through: date("2017-01-31"), every: .days(7)))
    let before = try panel(dates).table
    try place.write("orders.csv", ["c,t,a", "1,2017-01-10 12:00:00,10", "2,2017-01-05 08:00:00,5"])
    let early = try #require(FeaturePanel(from: date("2017-01-10"), through: date("2017-01-10"), every: .days(7)))
    let alone = try panel(early).table
    let rows = before["as_of"].map { column in
      guard case .dates(let days) = column.values else { return [Int]() }
      return days.indices.filter { days[$0] == days[0] }
    }
    #expect(rows?.count == alone.rowCount)
    for column in alone.columns {
      guard let wanted = column.doubles, let found = before[column.name]?.doubles, let rows else { continue }
      #expect(
        zip(rows.map { found[$0] }, wanted).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "\(column.name)")
    }
  }

  @Test func `labels that nobody can know yet are refused with the latest date that can`() throws {
    let error = #expect(throws: ProjectError.self) {
      _ = try panel(FeaturePanel(date: date("2017-03-31"), labels: window(1)))
    }
    #expect(error?.reason.contains("2017-04-01") == true && error?.reason.contains("2017-03-30") == true)
    #expect(try panel(FeaturePanel(date: date("2017-03-30"), labels: window(1))).table.rowCount == 4)
    let bare = "as_of: 2017-01-31\nsources:\n  p: {file: orders.csv, role: customers, columns: {customer: c}}"
    try place.write("orders.csv", ["c,t,a", "1,2017-01-10 12:00:00,10"])
    let nothing = #expect(throws: ProjectError.self) {
      _ = try panel(FeaturePanel(date: date("2017-03-31"), labels: window(1)), bare)
    }
    #expect(nothing?.reason.contains("nothing to take labels from") == true)
    #expect(LabelWindow(days: 0) == nil)
  }

  @Test func `a feature called like a column of the panel is refused`() throws {
    try place.write("people.csv", ["c,as_of", "1,x"])
    let yaml = Self.yaml + "  people: {file: people.csv, role: customers, columns: {customer: c}}\n"
    let error = #expect(throws: ProjectError.self) {
      _ = try panel(FeaturePanel(date: date("2017-01-31"), labels: nil), yaml)
    }
    #expect(error?.reason.contains("'as_of'") == true)
  }

  @Test(arguments: [
    ("month", ["2024-01-31", "2024-02-29", "2024-03-31"]), ("week", ["2024-01-31", "2024-02-07", "2024-02-14"]),
    ("quarter", ["2024-01-31", "2024-04-30", "2024-07-31"]), ("45", ["2024-01-31", "2024-03-16", "2024-04-30"]),
    ("year", ["2024-01-31", "2025-01-31", "2026-01-31"]), ("day", ["2024-01-31", "2024-02-01", "2024-02-02"]),
  ]) func `dates step as they are called`(_ step: String, _ wanted: [String]) throws {
    let every = try #require(FeaturePanel.Step(step))
    let panel = try #require(FeaturePanel(from: date("2024-01-31"), through: date(wanted[2]), every: every))
    #expect(panel.dates.map(\.description) == wanted)
  }

  @Test func `a target of campaigns has those whom they address on their first day, and what answers these alone`()
    throws
  {
    try place.write(
      "mails.csv",
      [
        "c,m,t", "1,m1,2017-02-01 08:00:00", "2,m1,2017-02-01 09:00:00", "3,m1,2017-02-03", "1,m2,2017-03-01",
        "3,m2,2017-03-01", "3,m3,2017-03-25",
      ])
    try place.write(
      "replies.csv", ["c,m,t", "1,m1,2017-02-05", "2,m2,2017-02-05", "3,m2,2017-03-10", "1,m2,2017-03-11"])
    let yaml =
      Workplace.orders(asOf: "2017-03-31")
        + """
          mails: {file: mails.csv, role: campaigns, columns: {customer: c, campaign: m, time: t}}
          replies: {file: replies.csv, role: events, columns: {customer: c, campaign: m, time: t}}
        targets:
          answers: {event: replies, days: 10, campaigns: mails}

        """
    let sources = try place.sources(yaml)
    func rows(_ most: Int) throws -> (panel: TargetPanel, lines: [String]) {
      let panel = try #require(try sources.panels(of: place.project(yaml).targets, rows: most).first)
      let table = try place.connection().query(
        "SELECT CAST(c AS VARCHAR) || ' ' || as_of || ' ' || tessera_judged || ' ' || answers AS line "
          + "FROM read_parquet('\(panel.path)') ORDER BY as_of, c")
      return (panel, table["line"]?.texts.compactMap { $0 } ?? [])
    }
    let all = try rows(1000)
    #expect(all.lines == ["1 2017-01-31 0 1", "2 2017-01-31 0 0", "1 2017-02-28 1 0", "3 2017-02-28 1 1"])
    #expect(all.panel.judgedFrom == (try date("2017-02-28")) && all.panel.sample == nil)
    // Three customers have four rows: half of the rows are every other customer.
    let part = try rows(2)
    #expect(part.lines == ["2 2017-01-31 0 0"] && part.panel.sample?.customers == 1 && part.panel.sample?.of == 3)
  }
}
