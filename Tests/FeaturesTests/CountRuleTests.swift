import Features
import Foundation
import Randomness
import TestSupport
import Testing
import Warehouse

/// Rules of counts against plain loops over a random table, and what is said of a rule that cannot be counted.
@Suite(.onEveryEngine) struct `Rules of counts` {
  let place: Workplace

  init() throws { place = try Workplace() }

  struct Line {
    let order: String
    let age: Int
    let category: String?
    let channel: String
    let cents: Int
    let quantity: Int
    let discount: Int
  }

  struct Visit {
    let age: Int
    let type: String
  }

  struct Customer {
    var lines: [Line] = []
    var visits: [Visit] = []

    func lines(_ keep: (Line) -> Bool) -> Int { lines.count(where: keep) }
    func orders(_ keep: (Line) -> Bool) -> Int { Set(lines.filter(keep).map(\.order)).count }
    func days(_ keep: (Line) -> Bool) -> Int { Set(lines.filter(keep).map(\.age)).count }
    func cents(_ keep: (Line) -> Bool) -> Int { lines.filter(keep).reduce(0) { $0 + $1.cents } }
    func items(_ keep: (Line) -> Bool) -> Int { lines.filter(keep).reduce(0) { $0 + $1.quantity } }
    func visits(_ keep: (Visit) -> Bool) -> Int { visits.count(where: keep) }
  }

  static let asOf = 17_500

  static func day(_ age: Int) -> String { "\(CalendarDate(daysSince1970: asOf - age))" }

  /// Purchased lines and visits of 150 customers; the files also have returns and rows of later days, which count nowhere.
  static let shop: (lines: [String], visits: [String], customers: [String: Customer]) = {
    var random = RandomStream(seed: 20)
    var (lines, visits): ([String], [String]) = ([], [])
    var customers: [String: Customer] = [:]
    let categories: [String?] = ["Men's Shirts", "Shoes", "Hats, caps", "Gifts", nil]
    for number in 1...150 {
      var customer = Customer()
      for order in 0...random.integer(below: 7) {
        let age = random.integer(below: 320) - 10
        let channel = ["web", "store", "app"][random.integer(below: 3)]
        for _ in 0...random.integer(below: 3) {
          let line = Line(
            order: "\(number)-\(order)", age: age, category: categories[random.integer(below: 5)], channel: channel,
            cents: random.integer(below: 9_000), quantity: 1 + random.integer(below: 4),
            discount: max(0, random.integer(below: 5) - 2))
          let isReturn = random.integer(below: 9) == 0
          lines.append(
            "\(number),\(day(age)) 10:00:00,\(line.order),\"\(line.category ?? "")\",\(channel),"
              + "\(isReturn ? "-" : "")\(line.cents / 100).\(line.cents % 100 / 10)\(line.cents % 10),"
              + "\(isReturn ? "-" : "")\(line.quantity),\(line.discount)")
          if age >= 0 && !isReturn { customer.lines.append(line) }
        }
      }
      for _ in 0..<random.integer(below: 6) {
        let visit = Visit(
          age: random.integer(below: 120) - 10, type: ["view", "search", "cart"][random.integer(below: 3)])
        visits.append("\(number),\(day(visit.age)) 23:59:59,\(visit.type)")
        if visit.age >= 0 { customer.visits.append(visit) }
      }
      // Only those who bought something are customers.
      if !customer.lines.isEmpty { customers["\(number)"] = customer }
    }
    return (lines, visits, customers)
  }()

  /// Each rule as a project states it, and in plain Swift.
  static let rules: [(yaml: String, holds: @Sendable (Customer) -> Bool)] = [
    (
      "{count: orders, source: transactions, where: category = \"Men's Shirts\", within: 150, at_least: 2}",
      { $0.orders { $0.category == "Men's Shirts" && $0.age < 150 } >= 2 }
    ),
    ("{count: lines, at_least: 8}", { $0.lines { _ in true } >= 8 }),
    (
      "{count: lines, where: category != Shoes, at_most: 3}",
      { $0.lines { $0.category.map { $0 != "Shoes" } ?? false } <= 3 }
    ),
    (
      "{count: days, where: 'channel in [web, \"app\"]', within: 90, exactly: 1}",
      { $0.days { $0.channel != "store" && $0.age < 90 } == 1 }
    ),
    ("{count: items, within: 200, at_least: 5, at_most: 12}", { (5...12).contains($0.items { $0.age < 200 }) }),
    ("{count: amount, within: 150, at_least: 99.99}", { $0.cents { $0.age < 150 } >= 9_999 }),
    (
      "{count: amount, where: ['amount >= 20.5', channel = web], at_least: 50}",
      {
        $0.cents { $0.cents >= 2_050 && $0.channel == "web" } >= 5_000
      }
    ),
    ("{count: lines, where: quantity > 3, at_least: 1}", { $0.lines { $0.quantity > 3 } >= 1 }),
    ("{count: lines, where: discount <= 0, exactly: 0}", { $0.lines { $0.discount <= 0 } == 0 }),
    (
      "{count: orders, where: category contains at, at_least: 2}",
      {
        $0.orders { $0.category?.contains("at") ?? false } >= 2
      }
    ),
    (
      "{count: lines, where: 'category in (\"Hats, caps\", Gifts)', older_than: 60, within: 180, at_least: 1}",
      {
        $0.lines { ["Hats, caps", "Gifts"].contains($0.category) && $0.age >= 60 && $0.age < 180 } >= 1
      }
    ),
    (
      "{count: lines, sql: category IS NULL AND amount > 10, at_least: 1}",
      {
        $0.lines { $0.category == nil && $0.cents > 1_000 } >= 1
      }
    ),
    ("{count: lines, source: visits, where: type = cart, at_least: 1}", { $0.visits { $0.type == "cart" } >= 1 }),
    (
      "{count: days, source: visits, within: 30, at_least: 2}",
      {
        Set($0.visits.filter { $0.age < 30 }.map(\.age)).count >= 2
      }
    ),
    ("{not: {count: lines, source: visits, at_least: 1}}", { $0.visits.isEmpty }),
    ("{not: r1}", { !($0.orders { $0.category == "Men's Shirts" && $0.age < 150 } >= 2) }),
    (
      "{all: [r2, {not: {any: [r4, r9]}}]}",
      { customer in rules[1].holds(customer) && !rules[3].holds(customer) && !rules[8].holds(customer) }
    ),
    (
      "{any: [{all: [r6, r13]}, {count: orders, within: 1, at_least: 1}]}",
      {
        rules[5].holds($0) && rules[12].holds($0) || $0.orders { $0.age < 1 } >= 1
      }
    ),
    (
      "{all: [{any: [r8, r10]}, {not: r17}, {count: orders, at_most: 4}]}",
      {
        (rules[7].holds($0) || rules[9].holds($0)) && !rules[16].holds($0) && $0.orders { _ in true } <= 4
      }
    ),
    ("{not: {not: {all: [r19, r15]}}}", { rules[18].holds($0) && rules[14].holds($0) }),
  ]

  static let sources = """
    as_of: \(day(0))
    sources:
      lines:
        file: lines.csv
        role: transactions
        columns: {customer: c, time: t, order: o, category: k, channel: h, amount: a, quantity: q, discount: d}
      visits:
        file: visits.csv
        role: events
        columns: {customer: c, time: t, type: y}

    """

  func write() throws {
    try place.write("lines.csv", ["c,t,o,k,h,a,q,d"] + Self.shop.lines)
    try place.write("visits.csv", ["c,t,y"] + Self.shop.visits)
  }

  @Test func `twenty rules with windows, negation and nesting are those of plain loops`() throws {
    try write()
    // A zero amount with a minus sign is a return by its quantity.
    let list = Self.rules.enumerated().map { index, rule in
      "    - {name: r\(index + 1), \(rule.yaml.dropFirst())"
    }
    let found = try place.features(Self.sources + "features:\n  rules:\n" + list.joined(separator: "\n"))
    #expect(Set(found.customers) == Set(Self.shop.customers.keys))
    for (index, rule) in Self.rules.enumerated() {
      let name = "r\(index + 1)"
      let wrong = try Self.shop.customers.filter { try found.number(name, $0.key) != (rule.holds($0.value) ? 1 : 0) }
      #expect(wrong.isEmpty, "\(name): \(wrong.keys.sorted().prefix(5))")
      // Each tells customers apart, so that agreement means something.
      let held = Self.shop.customers.values.count(where: rule.holds)
      #expect(held > 0 && held < Self.shop.customers.count, "\(name) holds of \(held)")
    }
    #expect(found.plan.definitions.count { $0.family == .rules } == 20)
  }

  @Test func `the as-of instant bounds what is counted`() throws {
    let found = try place.features(
      orders(
        ["1,2020-03-10 23:59:59,5", "1,2020-03-11 00:00:00,7", "2,2020-03-03 00:00:00,5", "3,2020-03-04 00:00:00,5"],
        "- {name: week, count: orders, within: 7, exactly: 1}"))
    #expect(try found.number("week", "1") == 1 && found.number("week", "2") == 0 && found.number("week", "3") == 1)
  }

  func orders(_ lines: [String], _ rules: String) throws -> String {
    try place.write("orders.csv", ["c,t,a"] + lines)
    return Workplace.orders(asOf: "2020-03-10") + "features:\n  rules:\n    " + rules
  }

  // The project of `orders` has its rules from line 8 on.
  @Test(arguments: [
    ("- {count: orders, at_least: 1}", "has no name"),
    ("- {name: a b, count: orders, at_least: 1}", "letters, digits and underscores"),
    ("- {name: a, count: orders}", "without a bound"),
    ("- {name: a, count: dogs, at_least: 1}", "must be one of orders, lines, items, days, amount"),
    ("- {name: a, count: orders, at_least: 1, within: 3, older_than: 5}", "must be the greater"),
    ("- {name: a, count: orders, at_least: many}", "must be a number"),
    ("- {name: a, count: orders, where: category, at_least: 1}", "a test is a column"),
    ("- {name: a, count: orders, where: category = Hats AND amount > 5, at_least: 1}", "Several tests stand in a list"),
    ("- {name: a, all: [], any: []}", "exactly one of"),
    ("- {name: a, all: [b]}", "which there is not"),
    ("- {name: a, not: a}", "in a circle"),
    ("- {name: a, not: {count: orders, least: 1}}", "unknown key 'least'"),
    ("- {name: a, count: orders, source: visits, at_least: 1}", "there is no source 'visits'"),
    ("- {name: a, count: items, at_least: 1}", "no column of role 'quantity'"),
    ("- {name: a, count: orders, where: colour = red, at_least: 1}", "no column 'colour'"),
    ("- {name: a, count: orders, where: amount > much, at_least: 1}", "with numbers alone"),
    ("- {name: a, count: orders, sql: colour = 1, at_least: 1}", "its 'sql' cannot be used"),
    ("- {name: a, count: orders, sql: ts < (SELECT now()), at_least: 1}", "reads tables"),
    ("- {name: a, count: orders, sql: ts < (FROM orders), at_least: 1}", "reads tables"),
  ])
  func `a rule that cannot be counted is told with its line`(_ rule: String, _ reason: String) throws {
    let yaml = try orders(["1,2020-03-01,5"], rule)
    let line = (yaml.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains(rule) } ?? 0) + 1
    do {
      _ = try place.features(yaml)
      Issue.record("no error")
    } catch let error as ProjectError {
      #expect(error.reason.contains(reason), "\(error)")
      #expect(error.line == line, "\(error)")
    }
  }
}
