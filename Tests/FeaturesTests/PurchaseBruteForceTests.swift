import Features
import Foundation
import TestSupport
import Testing
import Warehouse

/// Windows, scores, decay, trend, volatility and stages against plain loops over a random table of orders.
@Suite(.onEveryEngine) struct `Features of purchases` {
  let place: Workplace

  init() throws { place = try Workplace() }

  /// One customer's orders: age in days at the as-of date, and cents.
  typealias Orders = [(age: Int, cents: Int)]

  static let asOf = 17_500

  static func time(_ age: Int, _ clock: String) -> String {
    "\(CalendarDate(daysSince1970: asOf - age)) \(clock)"
  }

  /// 400 customers with rhythms of 1 to 120 days that begin, pause and end anywhere, and the edges: one order, orders
  /// of one day, one at the last second of the as-of date, and rows of the day after, which are not known yet.
  static let shop: (lines: [String], orders: [String: Orders]) = {
    var state: UInt64 = 20_171_130
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    var lines: [String] = []
    var orders: [String: Orders] = [:]
    func add(_ customer: String, _ age: Int, _ cents: Int, _ clock: String) {
      lines.append("\(customer),\(time(age, clock)),\(cents / 100).\(cents % 100 / 10)\(cents % 10)")
      if age >= 0 { orders[customer, default: []].append((age, cents)) }
    }
    for customer in 1...400 {
      let rhythm = 1 + random(120)
      var age = random(900)
      repeat {
        add("\(customer)", age, 1 + random(20_000), "12:00:00")
        if random(8) == 0 { add("\(customer)", age, 1 + random(500), "13:00:00") }
        age -= random(12) == 0 ? rhythm * 5 : random(2 * rhythm)
      } while age >= 0 && random(15) > 0
    }
    add("one", 30, 1000, "00:00:00")
    add("today", 0, 99, "23:59:59")
    add("today", -1, 5000, "00:00:00")
    add("oneday", 29, 100, "01:00:00")
    add("oneday", 29, 300, "02:00:00")
    add("old", 5000, 123_456, "02:00:00")
    add("tomorrow", -1, 777, "00:00:00")
    lines.append("returned,\(time(3, "12:00:00")),-5.00")
    return (lines, orders)
  }()

  func computed(_ settings: String = "") throws -> Computed {
    try place.write("orders.csv", ["c,t,a"] + Self.shop.lines)
    return try place.features(
      Workplace.orders(asOf: "\(CalendarDate(daysSince1970: Self.asOf))") + settings)
  }

  /// Every customer whose `name` is not what `value` gives.
  func wrong(_ found: Computed, _ name: String, _ value: (Orders) -> Double?) throws -> [String] {
    #expect(Set(found.customers) == Set(Self.shop.orders.keys))
    return try Self.shop.orders.keys.sorted().filter { customer in
      let expected = value(Self.shop.orders[customer] ?? [])
      return try !isClose(found.number(name, customer), expected, 1e-8)
    }
  }

  static func money(_ orders: Orders) -> Double { Double(orders.reduce(0) { $0 + $1.cents }) / 100 }

  static func within(_ orders: Orders, _ ages: Range<Int>) -> Orders { orders.filter { ages.contains($0.age) } }

  static func gaps(_ orders: Orders) -> [Int] {
    let ages = Set(orders.map(\.age)).sorted(by: >)
    return zip(ages, ages.dropFirst()).map { $0 - $1 }
  }

  static func median(_ values: [Int]) -> Double? {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return nil }
    return Double(sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// Half of it is lost every 90 days; in units of 10^-9, as stated.
  static func weight(_ age: Int) -> Double { (pow(0.5, Double(age) / 90) * 1e9).rounded() / 1e9 }

  static func trend(_ recent: Double, _ previous: Double) -> Double {
    recent + previous == 0 ? 0 : (recent - previous) / (recent + previous)
  }

  @Test func `windows, decay, trend, volatility, order size and gaps are those of plain loops`() throws {
    let found = try computed()
    var expected: [(String, (Orders) -> Double?)] = [
      ("orders_decayed", { $0.reduce(0) { $0 + Self.weight($1.age) } }),
      ("monetary_decayed", { $0.reduce(0) { $0 + Self.weight($1.age) * Double($1.cents) / 100 } }),
      ("monetary_volatility", Self.volatility),
      ("basket_value_max", { $0.map(\.cents).max().map { Double($0) / 100 } }),
      ("largest_order_share", { orders in orders.map(\.cents).max().map { Double($0) / 100 / Self.money(orders) } }),
      ("gap_days_median", { Self.median(Self.gaps($0)) }), ("gap_days_max", { Self.gaps($0).max().map(Double.init) }),
      (
        "recency_gaps",
        { orders in
          let gaps = Self.gaps(orders)
          return gaps.isEmpty
            ? nil : Double((orders.map(\.age).min() ?? 0) * gaps.count) / Double(gaps.reduce(0, +))
        }
      ),
    ]
    for days in [7, 30, 90, 180, 365] {
      expected.append(("orders_\(days)d", { Double(Self.within($0, 0..<days).count) }))
      expected.append(("monetary_\(days)d", { Self.money(Self.within($0, 0..<days)) }))
    }
    for days in [30, 90] {
      expected.append(
        (
          "orders_trend_\(days)d",
          { orders in
            Self.trend(
              Double(Self.within(orders, 0..<days).count), Double(Self.within(orders, days..<2 * days).count))
          }
        ))
      expected.append(
        (
          "monetary_trend_\(days)d",
          { orders in
            Self.trend(Self.money(Self.within(orders, 0..<days)), Self.money(Self.within(orders, days..<2 * days)))
          }
        ))
    }
    for (name, value) in expected {
      let different = try wrong(found, name, value)
      #expect(different.isEmpty, "\(name): \(different.prefix(5))")
    }
    #expect(try found.number("orders_30d", "one") == 0 && found.number("orders_30d", "oneday") == 2)
    #expect(try found.number("orders_7d", "today") == 1 && found.number("monetary_decayed", "today") == 0.99)
  }

  static func volatility(_ orders: Orders) -> Double? {
    let months = min(12, (orders.map(\.age).max() ?? 0) / 30 + 1)
    guard months > 1 else { return nil }
    let spend = (0..<months).map { money(within(orders, 30 * $0..<30 * $0 + 30)) }
    let mean = spend.reduce(0, +) / Double(months)
    guard mean > 0 else { return nil }
    return (spend.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(months - 1)).squareRoot() / mean
  }

  /// Type 7, by whole numbers: no rounding of positions.
  static func cuts(_ values: [Double], classes: Int) -> [Double] {
    let sorted = values.sorted()
    return (1..<classes).map { index in
      let (lower, rest) = ((sorted.count - 1) * index).quotientAndRemainder(dividingBy: classes)
      guard rest > 0 else { return sorted[lower] }
      return sorted[lower] + Double(rest) / Double(classes) * (sorted[lower + 1] - sorted[lower])
    }
  }

  @Test(arguments: [5, 3]) func `scores are those of quantiles by plain loops`(_ classes: Int) throws {
    let found = try computed("features: {rfm: {classes: \(classes)}}\n")
    let all = Self.shop.orders.values
    func score(_ value: Double, _ cuts: [Double]) -> Double { 1 + Double(cuts.count { value > $0 + 1e-7 }) }
    let recency = Self.cuts(all.map { Double($0.map(\.age).min() ?? 0) }, classes: classes)
    let frequency = Self.cuts(all.map { Double($0.count) }, classes: classes)
    let monetary = Self.cuts(all.map(Self.money), classes: classes)
    func r(_ orders: Orders) -> Double {
      Double(classes) + 1 - score(Double(orders.map(\.age).min() ?? 0), recency)
    }
    func f(_ orders: Orders) -> Double { score(Double(orders.count), frequency) }
    func m(_ orders: Orders) -> Double { score(Self.money(orders), monetary) }
    #expect(try wrong(found, "recency_score", r).isEmpty)
    #expect(try wrong(found, "frequency_score", f).isEmpty)
    #expect(try wrong(found, "monetary_score", m).isEmpty)
    #expect(try wrong(found, "rfm") { 100 * r($0) + 10 * f($0) + m($0) }.isEmpty)
  }

  @Test func `a value equal to a cut of one's own belongs to the lower class`() throws {
    let found = try place.orders(
      ["1,2020-01-01,10", "2,2020-01-11,10", "2,2020-01-11,0.01", "3,2020-01-10,5", "3,2020-01-12,6"],
      asOf: "2020-01-21",
      more: "")
    #expect(found.names.contains("rfm"))
    let own = try place.features(
      Workplace.orders(asOf: "2020-01-21")
        + "features: {rfm: {recency: [10, 15], monetary: [10, 10.5], frequency: [1, 2]}}")
    #expect(try own.number("rfm", "1") == 111 && own.number("rfm", "2") == 322 && own.number("rfm", "3") == 323)
  }

  @Test func `other data are scored by the cuts of the plan`() throws {
    try place.write("orders.csv", ["c,t,a"] + (1...100).map { "\($0),2020-01-01,\($0)" })
    let plan = try FeaturePlan(
      place.sources(Workplace.orders(asOf: "2020-01-02")))
    try place.write("orders.csv", ["c,t,a", "1,2020-01-01,81", "2,2020-01-01,80", "3,2020-01-01,1000"])
    let sources = try place.sources(Workplace.orders(asOf: "2020-01-02"))
    let found = try Computed(sources.features(plan), sources)
    // Fifths of 1…100: the last cut is 80.2.
    #expect(try found.number("monetary_score", "1") == 5 && found.number("monetary_score", "2") == 4)
    #expect(try found.number("monetary_score", "3") == 5)
  }

  @Test func `every customer's stage is that of the stated rules`() throws {
    let found = try computed()
    let median = try #require(Self.median(Self.shop.orders.values.flatMap(Self.gaps)))
    var seen: [String: Int] = [:]
    for (customer, orders) in Self.shop.orders {
      let stage = Self.stage(orders, median: median)
      seen[stage, default: 0] += 1
      #expect(try found.text("lifecycle_stage", customer) == stage, "\(customer)")
    }
    #expect(seen.keys.sorted() == ["active", "lapsed", "new", "slipping", "won back"], "\(seen)")
  }

  static func stage(_ orders: Orders, median: Double) -> String {
    let ages = orders.map(\.age)
    let (oldest, recency) = (ages.max() ?? 0, Double(ages.min() ?? 0))
    if oldest < 30 && orders.count < 3 { return "new" }
    func mean(_ gaps: ArraySlice<Int>) -> Double {
      gaps.count < 2 ? median : Double(gaps.reduce(0, +)) / Double(gaps.count)
    }
    let all = gaps(orders)
    let usual = mean(all[...])
    if recency > 3 * usual + 1e-9 { return "lapsed" }
    var age = oldest
    for (index, gap) in all.enumerated() {
      age -= gap
      if age < 90 && Double(gap) > 3 * mean(all[..<index]) + 1e-9 { return "won back" }
    }
    return recency <= 1.5 * usual + 1e-9 ? "active" : "slipping"
  }

  @Test func `stages worked by hand`() throws {
    func days(_ customer: String, _ days: [String]) -> [String] { days.map { "\(customer),2020-\($0),1" } }
    let found = try place.orders(
      days("new", ["06-25"]) + days("active", ["06-01", "06-11", "06-21"])
        + days("slipping", ["05-24", "06-03", "06-13"]) + days("lapsed", ["03-01", "03-11", "03-21"])
        + days("back", ["02-01", "02-11", "02-21", "06-25"]),
      asOf: "2020-06-30")
    #expect(try found.text("lifecycle_stage", "new") == "new")
    #expect(try found.text("lifecycle_stage", "active") == "active")
    // Day 17 of a rhythm of 10.
    #expect(try found.text("lifecycle_stage", "slipping") == "slipping")
    #expect(try found.text("lifecycle_stage", "lapsed") == "lapsed")
    #expect(try found.text("lifecycle_stage", "back") == "won back")
  }

  /// Figures: R's package rfm 0.3.0, whose first customer is scored 343.
  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `the first customer of rfm_orders scores 343`() throws {
    let found = try place.features(
      """
      as_of: 2006-12-31
      sources:
        orders:
          file: "\(SharedData.path("rfm_orders/rfm_data_orders.csv.gz"))"
          role: transactions
          columns: {customer: customer_id, time: order_date, amount: revenue}
      """)
    let first = try #require(found.customers.min())
    #expect(try found.number("rfm", first) == 343)
  }

  @Test(arguments: [
    ("rfm: {classes: 4, recency: [1, 2]}", "3 between"), ("rfm: {recency: [2, 1]}", "above the one before"),
    ("rfm: {classes: 12}", "from 2 to 9"), ("lifecycle: {active: 4}", "must be below"),
    ("lifecycle: {lapsed: no}", "above 0"),
  ])
  func `settings that cannot be are refused with their line`(_ settings: String, _ reason: String) throws {
    let fault = #expect(throws: ProjectError.self) {
      try place.project(Workplace.orders() + "features:\n  \(settings)\n")
    }
    #expect(fault?.reason.contains(reason) == true && fault?.line != nil, "\(String(describing: fault))")
  }
}
