import Features
import Foundation
import TestSupport
import Testing
import Warehouse

/// What people who use the program for the first time stumbled on.
@Suite struct `First steps` {
  let place: Workplace

  init() throws { place = try Workplace() }

  func draft(_ files: [String: [String]]) throws -> (draft: ProjectDraft, project: Project) {
    for (name, lines) in files { try place.write(name, lines) }
    let draft = try ProjectDraft(
      files: files.keys.sorted().map(place.path), folder: place.folder, name: "trial", connection: place.connection())
    return (draft, try place.project(draft.yaml))
  }

  /// Forty customers with attributes and what came of them.
  static let people =
    ["customer_id,income,churn,status_closed,last_visit,call_duration,y,children,card_no"]
    + (1...40).map { row in
      "\(row),\(1000 + 37 * row),\(row % 3 == 0 ? "Yes" : "No"),\(row % 4 == 0 ? "gone away" : "still here"),"
        + "2024-01-\(10 + row % 15),\(row % 17),\(row % 2),\(row % 5),\(9000 + 7 * row)"
    }

  @Test func `columns that look like outcomes formed segments in silence`() throws {
    let (draft, project) = try draft(["people.csv": Self.people])
    let people = try #require(project.sources.first)
    // Numbers and yes and no are labels; texts that are neither are left out, as no outcome can be read of them.
    #expect(people.columns[.outcome] == ["churn", "y"])
    #expect(people.attributes == ["income", "last_visit", "call_duration", "children"])
    #expect(draft.yaml.contains("# Left out, as they look like outcomes, known only afterwards: status_closed."))
    #expect(draft.yaml.contains("# Left out, as they name or number single customers: card_no."))
    // What is only doubtful describes segments.
    #expect(project.segments.exclude == ["last_visit", "call_duration"])
    #expect(draft.yaml.contains("# last_visit may be known only afterwards: its name speaks of the last of something"))
    for name in ["'churn', 'y'", "'status_closed'", "'last_visit', 'call_duration'", "'card_no'"] {
      #expect(draft.notes.contains { $0.contains(name) }, "\(name) in \(draft.notes)")
    }
    let sources = try SourceSet(project, connection: place.connection())
    let names = try FeaturePlan(sources).definitions.map(\.name)
    #expect(names == ["income", "last_visit_days", "call_duration", "children"])
    #expect(sources.quality.notes.contains { $0.contains("'churn', 'y' of people are outcomes known only afterwards") })
  }

  @Test func `an attribute of two values with an innocent name stays one`() throws {
    let lines =
      ["customer_id,member,responsible,previous_response,yes"]
      + (1...30).map { "\($0),\($0 % 2),\($0 % 2),\($0 % 2),\($0 % 2)" }
    let (draft, project) = try draft(["people.csv": lines])
    #expect(project.sources.first?.attributes == ["member", "responsible", "previous_response", "yes"])
    #expect(project.sources.first?.columns[.outcome] == nil && draft.notes.isEmpty)
  }

  @Test func `a column y of two values is told of as a leak where a project names it as an attribute`() throws {
    try place.write("people.csv", ["c,y,x"] + (1...30).map { "\($0),\($0 % 2),\($0 % 3)" })
    let found = try place.features(
      "as_of: 2024-01-31\nsources: {people: {file: people.csv, role: customers, columns: {customer: c}}}\n")
    #expect(found.quality.detail("people")?.columns.filter { $0.leak != nil }.map(\.column) == ["y"])
  }

  @Test func `columns that init had no use for were not listed`() throws {
    let (draft, _) = try draft([
      "orders.csv": [
        "customer_id,date,amount,\"remark: #1\",weather", "1,2024-01-01,5,a,sun", "1,2024-02-01,6,b,rain",
        "2,2024-02-01,6,b,rain",
      ]
    ])
    #expect(draft.yaml.contains("    # No use was found for: \"remark: #1\", weather.\n"))
    #expect(
      draft.notes.count == 1 && draft.notes.first?.contains("no use was found for 'remark: #1', 'weather'") == true)
  }

  @Test func `a product listed under two categories was taken for one of them in silence`() throws {
    try place.write("orders.csv", ["c,t,a,i", "1,2017-01-01,5,x", "1,2017-01-02,5,y", "1,2017-01-02,5,z"])
    try place.write(
      "goods.csv", ["i,k,b", "x,fruit,m", "x,bread,m", "x,,m", "y,bread,m", "y,bread,n", "z,tea,o", "z,fruit,o"])
    let found = try place.features(
      Workplace.orders().replacing("amount: a", with: "amount: a, product: i")
        + "  goods: {file: goods.csv, role: products, columns: {product: i, category: k, brand: b}}")
    let goods = try #require(found.quality.detail("goods")?.contradictions)
    #expect(goods.map(\.column) == ["k", "b"] && goods.map(\.keys) == [2, 1] && goods.map(\.rows) == [5, 2])
    #expect(
      found.quality.notes.contains(
        "2 products have rows with a different 'k' in goods (5 rows); the first in alphabetical order is taken"))
    // What is said is what is done: bread before fruit, fruit before tea.
    #expect(try isClose(found.number("share_bread"), 2.0 / 3) && isClose(found.number("share_fruit"), 1.0 / 3))
  }

  @Test func `the number of customers with more rows at a time was that of their times`() throws {
    try place.write(
      "people.csv", ["c,t,x", "a,2020-01-01,1", "a,2020-01-01,2", "a,2020-02-01,1", "a,2020-02-01,2", "b,2020-01-01,1"])
    let yaml = "as_of: 2021-01-01\nsources: {p: {file: people.csv, role: customers, columns: {customer: c, time: t}}}"
    let error = #expect(throws: WarehouseError.self) { _ = try place.features(yaml) }
    let text = try #require(error?.description)
    #expect(text.contains("one row a customer and time (1 customer has more, at 2 times in all)"), "\(text)")
  }

  @Test func `customers of returns alone vanished in silence`() throws {
    let lines = ["1,2017-01-01,5", "1,2017-01-02,-5", "2,2017-01-01,-3", "2,2017-02-01,-3", "3,2017-01-01,-1"]
    let found = try place.orders(lines)
    #expect(found.customers == ["1"] && found.quality.detail("orders")?.returnsAlone == 2)
    #expect(found.quality.notes.contains { $0.hasPrefix("2 customers of orders have returned lines alone") })
    let net = try place.features(Workplace.orders() + "features: {returns: net}\n")
    #expect(net.customers == ["1", "2", "3"] && net.quality.detail("orders")?.returnsAlone == nil)
    #expect(!net.quality.notes.contains { $0.contains("returned lines alone") })
  }

  @Test func `rows equal but for the identifier were not told of`() throws {
    func alike(_ lines: [String]) throws -> Int? {
      try place.write("people.csv", ["c,income,town,joined"] + lines)
      return try place.features(
        "as_of: 2024-01-31\nsources: {people: {file: people.csv, role: customers, columns: {customer: c}}}\n"
      ).quality.detail("people")?.alikeRows
    }
    let different = (1...38).map { "\($0),\(20_000 + 913 * $0),Ulm,2020-01-\(10 + $0 % 19)" }
    #expect(try alike(different + ["39,20913,Ulm,2020-01-11", "40,20913,Ulm,2020-01-11"]) == 2)
    #expect(try alike(different) == 0)
    // Where many customers share the little that is known of them, that says nothing.
    #expect(try alike((1...40).map { "\($0),\($0 % 7),Ulm,2020-01-10" }) == nil)
  }

  @Test func `names of features longer than a server keeps them are shortened, each to its own`() throws {
    let long = String(repeating: "very long category of goods ", count: 4)
    try place.write(
      "orders.csv", ["c,t,a,k,h"] + ["one", "two"].map { "1,2024-01-01,5,\(long)\($0),\(long)\($0)" })
    let yaml = Workplace.orders().replacing("amount: a", with: "amount: a, category: k, channel: h")
    let found = try place.features(yaml)
    #expect(found.names.allSatisfy { $0.utf8.count <= 63 } && Set(found.names).count == found.names.count)
    let shares = found.names.filter { $0.hasPrefix("share_very_long") }
    #expect(shares.count == 2 && shares.allSatisfy { $0.utf8.count == 63 })
    for name in shares { #expect(try found.number(name) == 0.5) }
    #expect(try place.features(yaml).names == found.names)
    for definition in found.plan.definitions {
      for aggregate in definition.aggregates { #expect(!definition.sql.contains("{\(aggregate.name)}")) }
    }
  }

  @Test(arguments: [
    "rules:\n    - {name: NAME, count: orders, at_least: 1}", "expressions:\n    - {name: NAME, sql: orders}",
  ])
  func `own names longer than a server keeps them are refused in words`(_ feature: String) throws {
    try place.write("orders.csv", ["c,t,a", "1,2024-01-01,5"])
    let yaml = { (name: String) in Workplace.orders() + "features:\n  " + feature.replacing("NAME", with: name) + "\n" }
    let error = #expect(throws: ProjectError.self) { _ = try place.features(yaml(String(repeating: "n", count: 64))) }
    #expect(error?.reason.contains("64 bytes") == true && error?.line == 9)
    #expect(try place.features(yaml(String(repeating: "n", count: 63))).names.contains { $0.hasPrefix("nnn") })
  }
}
