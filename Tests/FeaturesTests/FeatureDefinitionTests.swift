import Features
import Foundation
import Testing
import Warehouse

/// Every feature on tables small enough to work by hand.
@Suite(.onEveryEngine) struct `Feature definitions` {
  let place: Workplace

  init() throws { place = try Workplace() }

  @Test func `one order`() throws {
    let found = try place.orders(["1,2017-03-01 10:00:00,12.50"], asOf: "2017-03-11")
    #expect(try found.number("recency_days") == 10)
    #expect(try found.number("tenure_days") == 10)
    #expect(try found.number("orders") == 1 && found.number("order_days") == 1)
    #expect(try found.number("monetary") == 12.5 && found.number("basket_value_mean") == 12.5)
    #expect(try found.number("basket_value_sd") == nil)
    #expect(try found.number("gap_days_mean") == nil && found.number("gap_days_sd") == nil)
    #expect(try found.number("orders_wednesday_share") == 1 && found.number("orders_morning_share") == 1)
    #expect(!found.names.contains("basket_items_mean") && !found.names.contains("basket_lines_mean"))
    #expect(!found.names.contains("returned_lines"))
  }

  @Test func `orders of one day are orders of their own on one day`() throws {
    let found = try place.orders(["1,2017-03-01 10:00:00,1", "1,2017-03-01 10:00:00,2", "1,2017-03-05 23:00:00,3"])
    #expect(found.asOf.description == "2017-03-05")
    #expect(try found.number("orders") == 3 && found.number("order_days") == 2)
    #expect(try found.number("gap_days_mean") == 4 && found.number("gap_days_sd") == nil)
    #expect(try found.number("recency_days") == 0 && found.number("tenure_days") == 4)
    #expect(try found.number("monetary") == 6)
    #expect(try found.number("basket_value_sd") == 1)
  }

  @Test func `gaps have the mean and standard deviation worked by hand`() throws {
    // Gaps 1, 3, 8: mean 4, sum of squared deviations 9 + 1 + 16 = 26, sd sqrt(13).
    let found = try place.orders(["1,2020-01-01,1", "1,2020-01-02,1", "1,2020-01-05,1", "1,2020-01-13,1"])
    #expect(try isClose(found.number("gap_days_mean"), 4) && isClose(found.number("gap_days_sd"), 13.0.squareRoot()))
  }

  @Test(arguments: ["0.10", "19.99", "0.07", "33333.33", "99999999999.99"])
  func `equal baskets have a standard deviation of exactly 0`(_ amount: String) throws {
    let found = try place.orders((1...7).map { "1,2017-01-0\($0),\(amount)" })
    #expect(try found.number("basket_value_sd") == 0)
  }

  @Test func `squares of large legitimate amounts do not overflow`() throws {
    let connection = try place.connection()
    try connection.execute(
      """
      COPY (SELECT 1 AS c, DATE '2010-01-01' + CAST(i % 3000 AS INT) AS t, 1e9 + (i % 2) AS a FROM range(100000) AS r(i))
      TO \(SQL.literal(place.path("orders.parquet"))) (FORMAT parquet)
      """)
    let found = try place.features(Workplace.orders().replacing("orders.csv", with: "orders.parquet"))
    #expect(try found.number("orders") == 100_000)
    #expect(try isClose(found.number("monetary"), 1e14 + 50_000))
    // Half the values 1 above the other half: sqrt(n / (n - 1)) / 2.
    #expect(try isClose(found.number("basket_value_sd"), (100_000.0 / 99_999).squareRoot() / 2))
  }

  static let order = """
    as_of: 2017-12-31
    sources:
      lines:
        file: lines.csv
        role: transactions
        columns:
          customer: c
          time: t
          order: o
          price: p
          quantity: q
          discount: [d1, d2]
          category: k
          store: s
    """

  /// Two customers; customer 1 has orders A (two lines), B (one line) and a returned line.
  func lines(_ more: [String] = [], settings: String = "") throws -> Computed {
    try place.write(
      "lines.csv",
      [
        "c,t,o,p,q,d1,d2,k,s", "1,2017-01-02 05:59:59,A,2.00,3,1.00,0.50,fruit,x",
        "1,2017-01-02 06:00:00,A,4.00,1,,0,bread,x",
        "1,2017-01-08 18:00:00,B,10.00,2,0,-4.00,fruit,y", "1,2017-01-09 12:00:00,R,2.00,-1,0,0,fruit,x",
        "2,2017-06-01 12:00:00,C,5.00,1,0,0,,x",
      ] + more)
    return try place.features(Self.order + settings)
  }

  @Test func `lines, discounts, categories, stores and returns`() throws {
    let found = try lines()
    #expect(try found.number("orders") == 2 && found.number("monetary") == 30)
    #expect(try found.number("basket_value_mean") == 15)
    #expect(try isClose(found.number("basket_value_sd"), 50.0.squareRoot()))
    #expect(try found.number("basket_items_mean") == 3 && found.number("basket_lines_mean") == 1.5)
    // Discounts 1.00 + 0.50 and 4.00, whatever their sign: 5.50 beside 30.00.
    #expect(try isClose(found.number("discount_share"), 5.5 / 35.5))
    #expect(try isClose(found.number("discount_line_share"), 2.0 / 3))
    #expect(try isClose(found.number("share_fruit"), 26.0 / 30) && isClose(found.number("share_bread"), 4.0 / 30))
    #expect(try found.number("share_other") == 0 && found.number("share_other", "2") == 1)
    #expect(try found.number("share_fruit", "2") == 0)
    #expect(try found.number("stores_used") == 2 && found.number("stores_used", "2") == 1)
    #expect(try found.number("returned_lines") == 1 && isClose(found.number("returned_share"), 2.0 / 30))
    #expect(try found.number("returned_lines", "2") == 0 && found.number("returned_share", "2") == 0)
    // An order falls where its first line does: A at night.
    #expect(try found.number("orders_night_share") == 0.5 && found.number("orders_morning_share") == 0)
    #expect(try found.number("orders_evening_share") == 0.5 && found.number("orders_afternoon_share", "2") == 1)
    #expect(try found.number("orders_monday_share") == 0.5 && found.number("orders_sunday_share") == 0.5)
  }

  @Test func `netted, returns lower sums and are orders of their own`() throws {
    let found = try lines(settings: "\nfeatures: {returns: net}")
    #expect(try found.number("orders") == 3 && found.number("monetary") == 28)
    #expect(try isClose(found.number("share_fruit"), 24.0 / 28))
    #expect(!found.names.contains("returned_lines"))
  }

  @Test func `a customer with nothing but returns is none`() throws {
    let found = try lines(["3,2017-02-01 00:00:00,Z,5.00,-2,0,0,bread,x"])
    #expect(found.customers == ["1", "2"])
  }

  @Test func `lines without an order number are one order for each time they carry`() throws {
    let found = try lines([
      "2,2017-07-01 12:00:00,,5.00,1,0,0,bread,x", "2,2017-07-01 12:00:00,,5.00,1,0,0,bread,x",
      "2,2017-08-01 12:00:00, ,5.00,1,0,0,bread,x", "1,2017-07-01 12:00:00,,5.00,1,0,0,bread,x",
    ])
    #expect(try found.number("orders", "2") == 3 && found.number("orders") == 3)
    #expect(try found.number("tenure_days", "2") == 213 && found.number("recency_days", "2") == 152)
  }

  @Test func `one order number under two customers is two orders`() throws {
    let found = try lines(["2,2017-07-01 12:00:00,A,5.00,1,0,0,bread,x"])
    #expect(try found.number("orders", "2") == 2 && found.number("orders") == 2)
  }

  @Test func `every customer's category shares add up to 1`() throws {
    let found = try lines((1...40).map { "\($0 % 7 + 1),2017-03-01 12:00:00,N\($0),1.0\($0 % 9),1,0,0,k\($0 % 20),x" })
    let shares = found.names.filter { $0.hasPrefix("share_") }
    #expect(shares.count == 13)
    for customer in found.customers {
      let sum = try shares.reduce(0) { try $0 + (found.number($1, customer) ?? .nan) }
      #expect(isClose(sum, 1))
    }
  }

  @Test func `without amounts there are no features of money`() throws {
    try place.write("orders.csv", ["c,t,k", "1,2017-01-01,a", "2,2017-01-02,b"])
    let found = try place.features(
      "sources: {o: {file: orders.csv, role: transactions, columns: {customer: c, time: t, category: k}}}")
    #expect(try found.sum("orders") == 2)
    for name in found.names {
      #expect(!name.hasPrefix("share_") && !name.contains("value") && name != "monetary", "\(name)")
    }
  }

  @Test func `a price without a quantity is an amount`() throws {
    try place.write("orders.csv", ["c,t,a", "1,2017-01-01,2.5", "1,2017-01-02,3.5"])
    let found = try place.features(Workplace.orders().replacing("amount: a", with: "price: a"))
    #expect(try found.number("monetary") == 6)
  }

  @Test func `small unit prices do not round away`() throws {
    try place.write("orders.csv", ["c,t,p,q", "1,2017-01-01,0.00042,1000000"])
    let found = try place.features(Workplace.orders().replacing("amount: a", with: "price: p, quantity: q"))
    #expect(try found.number("monetary") == 420)
  }

  /// Days whose names are known: the moon landing was on a Sunday, and so on.
  static let days = [
    ("1969-07-20", "sunday"), ("1970-01-01", "thursday"), ("1969-12-29", "monday"), ("1900-01-01", "monday"),
    ("1945-05-08", "tuesday"), ("2000-02-29", "tuesday"), ("2001-09-11", "tuesday"), ("2024-02-29", "thursday"),
    ("1963-11-22", "friday"), ("2017-12-30", "saturday"), ("1752-09-13", "wednesday"),
  ]

  @Test(arguments: days) func `weekdays are right, before 1970 too`(_ day: String, _ name: String) throws {
    let found = try place.orders(["1,\(day),5"])
    for other in ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] {
      #expect(try found.number("orders_\(other)_share") == (other == name ? 1 : 0))
    }
  }

  static let hours = [
    ("00:00:00", "night"), ("05:59:59", "night"), ("06:00:00", "morning"), ("11:59:59", "morning"),
    ("12:00:00", "afternoon"), ("17:59:59", "afternoon"), ("18:00:00", "evening"), ("23:59:59", "evening"),
  ]

  @Test(arguments: hours) func `parts of the day begin at 0, 6, 12 and 18`(_ time: String, _ part: String) throws {
    let found = try place.orders(["1,2017-01-01 \(time),5", "2,2017-01-01 00:00:01,5"])
    for other in ["night", "morning", "afternoon", "evening"] {
      #expect(try found.number("orders_\(other)_share") == (other == part ? 1 : 0))
    }
  }

  @Test func `dates without a time of day give no parts of the day`() throws {
    let found = try place.orders(["1,2017-01-01,5"])
    #expect(!found.names.contains { $0.contains("morning") })
  }

  @Test func `the last instant of the day counts, the first one after does not`() throws {
    let lines = ["1,2017-06-30 23:59:59.999999,5", "1,2017-07-01 00:00:00,7", "2,2017-07-01 00:00:00,9"]
    let found = try place.orders(lines, asOf: "2017-06-30")
    #expect(found.customers == ["1"])
    #expect(try found.number("monetary") == 5 && found.number("recency_days") == 0)
    #expect(try found.count("orders").rowsUsed == 1)
    #expect(try found.count("orders").leftOut.map(\.rows) == [2])
  }

  static let zones = [
    ("2017-07-01T01:30:00+02:00", true), ("2017-06-30T23:30:00-02:00", false), ("2017-06-30T23:59:59Z", true),
    ("2017-07-01T00:00:00Z", false), ("2017-06-30 23:30:00+00", true),
  ]

  @Test(arguments: zones) func `times with an offset are told in UTC`(_ time: String, _ isSeen: Bool) throws {
    let found = try place.orders(["1,2017-01-01T00:00:00Z,1", "1,\(time),5"], asOf: "2017-06-30")
    #expect(try found.number("orders") == (isSeen ? 2 : 1))
  }

  @Test func `zones mean the same in Parquet`() throws {
    try place.connection().execute(
      """
      COPY (SELECT 1 AS c, TIMESTAMPTZ '2017-07-01 01:30:00+02:00' AS t, 5 AS a) TO \
      \(SQL.literal(place.path("orders.parquet"))) (FORMAT parquet)
      """)
    let found = try place.features(
      Workplace.orders(asOf: "2017-06-30").replacing("orders.csv", with: "orders.parquet"))
    #expect(try found.number("recency_days") == 0 && found.number("orders_evening_share") == 1)
  }

  // MARK: Contacts and attributes

  static let people = """
    as_of: 2017-06-30
    sources:
      people:
        file: people.csv
        role: customers
        columns: {customer: id}
      mails:
        file: mails.csv
        role: campaigns
        columns: {customer: id, campaign: m}
      plan:
        file: plan.csv
        role: campaign_calendar
        columns: {campaign: m, time: start}
      visits:
        file: visits.csv
        role: events
        columns: {customer: id, time: at}
    features:
      ordinal: {size: [small, middle, large]}

    """

  func people() throws -> Computed {
    try place.write(
      "people.csv",
      [
        "id,age,size,city,joined,vip", "a,30,small,Rome,2017-06-01,true", "b,,large, Oslo ,2016-06-30,false",
        "c,50.5,huge,,,true",
      ])
    try place.write("mails.csv", ["id,m", "a,1", "a,2", "a,2", "a,3", "b,1", "b,9", "c,3"])
    try place.write("plan.csv", ["m,start", "1,2017-01-01", "2,2017-06-30", "3,2017-07-01"])
    try place.write("visits.csv", ["id,at", "a,2017-06-30 23:59:59", "a,2017-06-01", "a,2017-07-01", "z,2017-01-01"])
    return try place.features(Self.people)
  }

  @Test func `campaigns count from their start in the calendar`() throws {
    let found = try people()
    #expect(found.customers == ["a", "b", "c"])
    #expect(try found.number("mails_received", "a") == 2 && found.number("mails_recency_days", "a") == 0)
    #expect(try found.number("mails_received", "b") == 1 && found.number("mails_recency_days", "b") == 180)
    #expect(try found.number("mails_received", "c") == 0 && found.number("mails_recency_days", "c") == nil)
    let count = try found.count("mails")
    #expect(count.rowsRead == 7 && count.rowsUsed == 4)
    #expect(count.leftOut.map(\.reason) == ["of a campaign without a start", "after 2017-06-30"])
    #expect(count.leftOut.map(\.rows) == [1, 2])
  }

  @Test func `events are counted and timed`() throws {
    let found = try people()
    #expect(try found.number("visits_count", "a") == 2 && found.number("visits_recency_days", "a") == 0)
    #expect(try found.number("visits_count", "b") == 0 && found.number("visits_recency_days", "b") == nil)
  }

  @Test func `attributes keep their form: numbers, ranks, texts, days, flags`() throws {
    let found = try people()
    #expect(try found.number("age", "a") == 30 && found.number("age", "b") == nil && found.number("age", "c") == 50.5)
    #expect(try found.number("size", "a") == 0 && found.number("size", "b") == 2 && found.number("size", "c") == nil)
    #expect(
      try found.text("city", "a") == "Rome" && found.text("city", "b") == "Oslo" && found.text("city", "c") == nil)
    #expect(try found.number("joined_days", "a") == 29 && found.number("joined_days", "b") == 365)
    #expect(try found.number("joined_days", "c") == nil)
    #expect(try found.number("vip", "a") == 1 && found.number("vip", "b") == 0)
    #expect(found.plan.definitions.first { $0.name == "city" }?.kind == .category)
    #expect(found.quality.notes.contains { $0.contains("1 rows") && $0.contains("'size'") })
  }

  @Test func `an ordinal for an attribute that is not there names the nearest one`() throws {
    _ = try people()
    let fault = #expect(throws: ProjectError.self) {
      _ = try place.features(Self.people.replacing("{size:", with: "{sizes:"))
    }
    #expect(fault?.reason.contains("Did you mean 'size'?") ?? false)
  }

  @Test func `events alone make a population`() throws {
    try place.write("visits.csv", ["id,at", "7,2017-06-30", "8,2017-06-01", "7,2017-06-01"])
    try place.write("plan.csv", ["m,start", "1,2017-01-01"])
    let found = try place.features(
      """
      sources:
        plan: {file: plan.csv, role: campaign_calendar, columns: {campaign: m, time: start}}
        visits: {file: visits.csv, role: events, columns: {customer: id, time: at}}
      """)
    #expect(found.customers == ["7", "8"])
    #expect(try found.number("visits_count", "7") == 2 && found.number("visits_recency_days", "8") == 29)
  }

  @Test func `families can be switched off, one by one`() throws {
    let whole = try lines()
    let families = Set(whole.plan.definitions.map(\.family))
    #expect(families.count == 18)
    for family in families where family != .frequency {
      let found = try lines(settings: "\nfeatures: {families: {\(family.rawValue): false}}")
      #expect(found.names == whole.plan.definitions.filter { $0.family != family }.map(\.name))
    }
  }

  @Test func `a project without any feature says so`() throws {
    try place.write("orders.csv", ["c,t,a", "1,2017-01-01,1"])
    let all = FeatureFamily.allCases.map { "\($0.rawValue): false" }.joined(separator: ", ")
    let fault = #expect(throws: ProjectError.self) {
      _ = try place.features(Workplace.orders() + "features: {families: {\(all)}}")
    }
    #expect(fault?.reason.contains("no feature") ?? false)
  }

  @Test func `one category more than asked for gets its own share, not the name "other"`() throws {
    let found = try lines(
      ["2,2017-03-01 12:00:00,N,1,1,0,0,rare,x"], settings: "\nfeatures: {categories: 2}")
    #expect(
      found.names.filter { $0.hasPrefix("share_") } == ["share_bread", "share_fruit", "share_rare", "share_other"])
  }
}
