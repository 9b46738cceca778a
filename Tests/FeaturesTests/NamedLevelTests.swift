import Features
import Foundation
import TestSupport
import Testing
import Warehouse

/// What is said of levels that the project file names and no row has.
@Suite struct `Levels by name` {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(
      "orders.csv",
      ["c,t,a,k,h"]
        + (1...24).map { "\($0),2024-01-\($0 < 10 ? "0" : "")\($0),10,\($0 % 2 == 0 ? "Men's Shirts" : "Shoes"),web" }
        + ["1,2024-02-05,9,Hats,web"])
    try place.write("visits.csv", ["c,t,what", "1,2024-01-02,call", "2,2024-01-03,mail"])
    try place.write(
      "people.csv",
      ["c,tier,band"] + (1...24).map { "\($0),\($0 % 3 == 0 ? "gold" : "basic"),\($0 % 2 == 0 ? "low" : "High")" })
  }

  // The features begin on line 7.
  static let sources = """
    as_of: 2024-01-31
    sources:
      orders: {file: orders.csv, role: transactions, columns: {customer: c, time: t, amount: a, category: k, channel: h}}
      visits: {file: visits.csv, role: events, columns: {customer: c, time: t, type: what}}
      people: {file: people.csv, role: customers, columns: {customer: c}}

    """

  func notes(_ more: String) throws -> [String] {
    let sources = try place.sources(Self.sources + more)
    return sources.quality.notes
  }

  static let slips: [(rule: String, note: String)] = [
    (
      "{name: r, count: orders, where: category = \"Mens Shrits\", at_least: 1}",
      "no row of orders has 'Mens Shrits' in 'category', which the rule 'r' (line 8) names; is it 'Men's Shirts'?"
    ),
    (
      "{name: r, count: lines, where: 'channel != wob', at_least: 1}",
      "no row of orders has 'wob' in 'channel', which the rule 'r' (line 8) names; is it 'web'?"
    ),
    (
      "{name: r, not: {any: [{count: lines, where: 'category in [Shoes, Zebra]', at_least: 1}]}}",
      "no row of orders has 'Zebra' in 'category', which the rule 'r' (line 8) names; there are: 'Men's Shirts', 'Shoes'"
    ),
    (
      "{name: r, count: lines, where: category contains shirt, at_least: 1}",
      "no row of orders has a part 'shirt' in 'category', which the rule 'r' (line 8) names; is it 'Men's Shirts'?"
    ),
    (
      "{name: r, count: lines, sql: \"amount > 5 AND category NOT IN ('Shoes', 'Shoos')\", at_least: 1}",
      "no row of orders has 'Shoos' in 'category', which the rule 'r' (line 8) names; is it 'Shoes'?"
    ),
    (
      "{name: r, count: lines, source: visits, where: type = cal, at_least: 1}",
      "no row of visits has 'cal' in 'type', which the rule 'r' (line 8) names; is it 'call'?"
    ),
    // Nothing of the future: hats were first sold after the as-of date.
    (
      "{name: r, count: lines, where: category = Hats, at_least: 1}",
      "no row of orders has 'Hats' in 'category', which the rule 'r' (line 8) names; is it 'Men's Shirts' or 'Shoes'?"
    ),
  ]

  @Test(arguments: slips) func `a typo in a level of a rule selected nobody in silence`(_ rule: String, _ note: String)
    throws
  {
    let found = try notes("features:\n  rules:\n    - \(rule)\n").filter { $0.hasPrefix("no row of") }
    #expect(found.count == 1)
    #expect(found.first?.split(separator: ";").first == note.split(separator: ";").first, "\(found)")
    if !rule.contains("Hats") { #expect(found == [note]) }
  }

  @Test(arguments: [
    "{name: r, count: lines, where: [category = Shoes, 'channel in [web]'], at_least: 1}",
    "{name: r, count: lines, sql: \"category = 'Men''s Shirts' OR category IN ('Shoes')\", at_least: 1}",
    "{name: r, count: lines, where: category contains Shirt, at_least: 1}",
    "{name: r, count: lines, where: 'amount > 5', at_least: 1}",
  ])
  func `levels that are there are not remarked on`(_ rule: String) throws {
    let found = try notes("features:\n  rules:\n    - \(rule)\n")
    #expect(found.allSatisfy { !$0.hasPrefix("no row of") }, "\(found)")
  }

  @Test func `expressions over rows, counts of lists and orders of levels are looked at, too`() throws {
    let found = try notes(
      """
      features:
        ordinal: {band: [low, high]}
        event_types: {view: [mial]}
        expressions:
          - {name: calls, over: visits, sql: "count(*) FILTER (WHERE type = 'Call')"}
      lists:
        "Shoe people": {count: orders, where: category = Sheos, at_least: 1}
      """
    ).filter { $0.hasPrefix("no row of") }
    #expect(
      found == [
        "no row of people has 'high' in 'band', which 'ordinal' names; is it 'High'?",
        "no row of orders has 'Sheos' in 'category', which the list 'Shoe people' (line 12) names; there are: 'Men's Shirts', 'Shoes'",
        "no row of visits has 'Call' in 'type', which the expression 'calls' (line 10) names; is it 'call'?",
        "no row of visits has 'mial' in 'type', which 'event_types' names; there are: 'call', 'mail'",
      ])
  }

  @Test func `a typo in a list's condition over features is told of where there are customers enough`() throws {
    let project = try place.project(
      Self.sources + "lists:\n  Golden: \"tier = 'golt' and orders > 0\"\n  Fine: \"tier = 'gold'\"\n")
    let sources = try place.sources(project)
    let table = try sources.features(FeaturePlan(sources))
    let found = try table.members(of: project.lists)
    #expect(
      found.notes == [
        "no row of the features has 'golt' in 'tier', which the list 'Golden' (line 7) names; is it 'gold'?"
      ])
    try place.write("people.csv", ["c,tier,band", "1,basic,low"])
    try place.write("orders.csv", ["c,t,a,k,h", "1,2024-01-01,4,Shoes,web"])
    let few = try place.sources(project)
    #expect(try few.features(FeaturePlan(few)).members(of: project.lists).notes.isEmpty)
  }
}
