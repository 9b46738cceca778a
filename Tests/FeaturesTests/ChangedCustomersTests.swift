import Features
import Foundation
import Randomness
import TestSupport
import Testing
import Warehouse

/// Features of the customers with new records alone are those that all customers' computation gives them.
@Suite(.onEveryEngine) struct `Changed customers` {
  typealias Shop = `As-of rule`.Shop

  let place: Workplace

  init() throws { place = try Workplace() }

  /// The lines of a table of features, as text.
  private func lines(_ table: FeatureTable, _ name: String) throws -> [String] {
    let files = StagedFiles()
    try table.write(to: place.path(name), in: files)
    try files.commit()
    return try String(contentsOfFile: place.path(name), encoding: .utf8).split(separator: "\n").map(String.init)
  }

  /// Who has a row on or after `date`, by plain reading of the files: the customer and the time stand in these columns.
  static func changed(_ shop: Shop, since date: String) -> Set<String> {
    func cells(_ name: String) -> [[String]] {
      (shop.tables[name] ?? []).map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }
    var found: Set<String> = []
    for (name, customer, time) in [
      ("lines.csv", 0, 1), ("people.csv", 0, 1), ("visits.csv", 0, 1), ("letters.csv", 0, 2), ("posts.csv", 0, 2),
      ("moves.csv", 0, 1), ("polls.csv", 0, 1), ("forms.csv", 0, 1), ("links.csv", 0, 1), ("known.csv", 1, 2),
    ] {
      for row in cells(name) where row[time] >= date { found.insert(row[customer]) }
    }
    let begun = Set(cells("plan.csv").filter { $0[1] >= date }.map { $0[0] })
    for row in cells("mails.csv") where begun.contains(row[1]) { found.insert(row[0]) }
    // A visitor is the customer of the same number.
    for row in cells("web.csv") where row[2] >= date {
      found.insert(row[0].isEmpty ? String(row[1].dropFirst()) : row[0])
    }
    return found
  }

  static let windowed = """
        - {name: rank_of, sql: 'percent_rank() OVER (ORDER BY monetary)'}
    """

  @Test(arguments: [1, 2, 3] as [UInt64], ["2017-06-10", "2017-06-24", "2017-06-29", "2017-06-30"])
  func `their features are those of the full computation, to the byte`(_ seed: UInt64, _ date: String) throws {
    // A server takes many times as long.
    guard TestEngine.current == .duckDB || seed == 1 && date == "2017-06-29" else { return }
    var random = RandomStream(seed: seed)
    var shop = Shop(&random)
    // Else mails that began on the last day reach a third of all.
    if date != "2017-06-24" { shop.tables["plan.csv"]?.removeAll { $0.hasPrefix("m2") } }
    try shop.write(place)
    let wanted = Self.changed(shop, since: date)
    let day = try #require(CalendarDate(date))
    // Own SQL over all customers is the dearer way, once a date.
    let over = Shop.yaml.replacing("  rules:", with: Self.windowed + "\n  rules:")
    for yaml in seed == 1 ? [Shop.yaml, over] : [Shop.yaml] {
      let sources = try place.sources(yaml)
      let plan = try FeaturePlan(sources)
      let whole = try lines(sources.features(plan), "whole.csv")
      let table = try sources.features(plan, changedSince: day)
      let some = try lines(table, "some.csv")
      let kept = whole.dropFirst().filter { wanted.contains(String($0.prefix { $0 != "," })) }
      #expect(some == whole.prefix(1) + kept)
      #expect(table.rows == kept.count && table.plan == plan)
      #expect(plan.definitions.contains { $0.name == "rank_of" } == (yaml != Shop.yaml))
    }
  }

  @Test func `some changed and others did not`() throws {
    var random = RandomStream(seed: 1)
    let shop = Shop(&random)
    let counts = ["2017-06-10", "2017-06-29", "2017-07-01"].map { Self.changed(shop, since: $0).count }
    #expect(counts[0] > counts[1] && counts[1] > 0 && counts[2] == 0)
  }

  @Test func `where nobody changed there is a table without rows`() throws {
    var random = RandomStream(seed: 1)
    try Shop(&random).write(place)
    let sources = try place.sources(Shop.yaml)
    let plan = try FeaturePlan(sources)
    let table = try sources.features(plan, changedSince: try #require(CalendarDate("2017-07-01")))
    let values = try table.values()
    #expect(table.rows == 0 && values.rows == 0 && values.customers.count == 0)
    #expect(values.numbers.names.count + values.categories.count == plan.definitions.count)
    let list = RuleList(name: "L", condition: .sql("orders > 1", line: nil))
    #expect(try table.members(of: [list]).answers == [.members([])])
  }

  @Test(arguments: [("", "x1"), ("", "7"), (Self.windowed, "x1"), (Self.windowed, "7")])
  func `identifiers are written as all customers' are`(_ expression: String, _ other: String) throws {
    // Where one of all is no plain number, none is written as one.
    let third = other == "7" ? "9" : "007"
    try place.write(
      "orders.csv", ["c,t,a", "\(other),2017-01-01,5", "\(third),2017-01-01,3", "8,2017-01-20,6"])
    try place.write("visits.csv", ["c,t", "8,2017-01-20", "stranger,2017-01-25", "08,2017-01-25"])
    let more = expression.isEmpty ? "" : "features:\n  expressions:\n\(expression)\n"
    let sources = try place.sources(
      Workplace.orders(asOf: "2017-01-31")
        + "  visits: {file: visits.csv, role: events, columns: {customer: c, time: t}}\n" + more)
    let plan = try FeaturePlan(sources)
    let whole = try sources.features(plan).values().customers
    let some = try sources.features(plan, changedSince: try #require(CalendarDate("2017-01-15"))).values().customers
    #expect(some.texts == ["8"])
    switch (whole.values, some.values) {
    case (.texts, .texts): #expect(other == "x1")
    case (.integers, .integers): #expect(other == "7")
    default: Issue.record("written otherwise than all customers' are")
    }
  }

  @Test func `whoever a visitor was taken for before has changed too`() throws {
    try place.write("orders.csv", ["c,t,a", "1,2017-01-01,5", "2,2017-01-01,3", "3,2017-01-01,6"])
    try place.write("visits.csv", ["c,v,t", ",v1,2017-01-02"])
    try place.write("known.csv", ["v,c,t", "v1,1,2017-01-02", "v1,2,2017-01-20"])
    let sources = try place.sources(
      Workplace.orders(asOf: "2017-01-31")
        + """
          visits: {file: visits.csv, role: events, columns: {customer: c, visitor: v, time: t}}
          known: {file: known.csv, role: identities, columns: {visitor: v, customer: c, time: t}}

        """)
    let table = try sources.features(FeaturePlan(sources), changedSince: try #require(CalendarDate("2017-01-15")))
    #expect(try table.values().customers.texts == ["1", "2"])
  }

  @Test func `sources without times cannot tell who changed`() throws {
    try place.write("people.csv", ["c,age", "1,30", "2,40"])
    let sources = try SourceSet(
      place.project("as_of: 2017-01-31\nsources: {p: {file: people.csv, role: customers, columns: {customer: c}}}"),
      connection: place.connection())
    let plan = try FeaturePlan(sources)
    let day = try #require(CalendarDate("2017-01-15"))
    let fault = #expect(throws: ProjectError.self) { _ = try sources.features(plan, changedSince: day) }
    #expect(fault?.reason.contains("no source tells when") ?? false)
  }
}
