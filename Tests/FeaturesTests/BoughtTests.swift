import Features
import Foundation
import Testing
import Warehouse

/// Affinities, offers, replenishment, seasons and channels on tables worked by hand, and on customers at the edges.
@Suite(.onEveryEngine) struct `What is bought` {
  let place: Workplace

  init() throws { place = try Workplace() }

  static let project = """
    as_of: 2020-12-31
    sources:
      lines:
        file: lines.csv
        role: transactions
        columns:
          {customer: c, time: t, order: o, product: p, category: [k, k2], brand: b, channel: h, amount: a, discount: d,
           currency: m}

    """

  func lines(_ lines: [String], settings: String = "") throws -> Computed {
    try place.write("lines.csv", ["c,t,o,p,k,k2,b,h,a,d,m"] + lines)
    return try place.features(Self.project + settings)
  }

  /// 1 spends 60 on tea and 20 on milk, 2 spends 100 on milk, 3 has only a return, 4 one order at the last second.
  static let shop = [
    "1,2020-01-10 09:00:00,A,t1,tea,green,x,web,20.00,5.00,EUR",
    "1,2020-01-20 09:00:00,B,t1,tea,green,x,web,20.00,0,EUR",
    "1,2020-01-30 09:00:00,C,t1,tea,black,x,store,20.00,0,EUR", "1,2020-01-30 09:00:00,C,m1,milk,,y,store,20.00,0,EUR",
    "1,2020-02-02 09:00:00,R,m1,milk,,y,store,-20.00,0,EUR",
    "2,2019-12-01 09:00:00,D,m1,milk,,y,store,60.00,20.00,EUR",
    "2,2020-07-01 09:00:00,E,m1,milk,,y,app,40.00,10.00,USD",
    "3,2020-07-01 09:00:00,F,m1,milk,,y,app,-4.00,0,EUR",
    "4,2020-12-31 23:59:59,G,c1,cake,,,app,20.00,0,EUR", "4,2021-01-01 00:00:00,H,t1,tea,green,x,app,500.00,0,EUR",
  ]

  @Test func `affinities are drawn to the shares of everybody`() throws {
    let found = try lines(Self.shop)
    // Spend 80, 100 and 20: a median of 80. Everybody: tea 60, milk 120, cake 20 of 200.
    #expect(try isClose(found.number("affinity_tea", "1"), (60 + 80 * 0.3) / 160))
    #expect(try isClose(found.number("affinity_milk", "1"), (20 + 80 * 0.6) / 160))
    #expect(try isClose(found.number("affinity_tea", "2"), 80 * 0.3 / 180))
    #expect(try isClose(found.number("affinity_cake", "4"), (20 + 80 * 0.1) / 100))
    #expect(try isClose(found.number("affinity_brand_x", "1"), (60 + 80 * 0.3) / 160))
    #expect(try isClose(found.number("affinity_category_2_green", "1"), (40 + 80 * 0.2) / 160))
    #expect(try isClose(found.number("category_concentration", "1"), 0.625, 1e-5))
    #expect(try found.number("category_concentration", "2") == 1)
    #expect(try found.text("favourite_category", "1") == "tea" && found.text("favourite_category", "2") == "milk")
    #expect(try found.text("favourite_brand", "4") == nil && found.number("brands_bought", "4") == 0)
    #expect(try found.number("categories_bought", "1") == 2 && found.number("categories_bought", "4") == 1)
    #expect(try found.number("categories_never_bought", "1") == 1 && found.number("categories_never_bought", "4") == 2)
    #expect(try found.number("categories_returned", "1") == 1 && found.number("categories_returned", "2") == 0)
    #expect(found.customers == ["1", "2", "4"])
  }

  @Test func `of equal spend the favourite has more lines, then the first name`() throws {
    let found = try lines([
      "1,2020-01-10,A,p,b,,,,10.00,0,", "1,2020-01-10,A,p,a,,,,5.00,0,", "1,2020-01-10,A,p,a,,,,5.00,0,",
      "2,2020-01-10,B,p,b,,,,5.00,0,", "2,2020-01-10,B,p,a,,,,5.00,0,",
    ])
    #expect(try found.text("favourite_category", "1") == "a" && found.text("favourite_category", "2") == "a")
  }

  @Test func `shrinkage and what is well known are the project's own`() throws {
    let found = try lines(Self.shop, settings: "features: {affinity: {shrinkage: 0, known: 0.5, values: 1}}")
    // Milk alone reached two of three customers.
    #expect(try found.number("affinity_milk", "1") == 0.25 && !found.names.contains("affinity_tea"))
    #expect(try found.number("categories_never_bought", "1") == 0 && found.number("categories_never_bought", "4") == 1)
  }

  @Test func `other data are drawn to the shares of the plan`() throws {
    try place.write("lines.csv", ["c,t,o,p,k,k2,b,h,a,d,m"] + Self.shop)
    let plan = try FeaturePlan(place.sources(Self.project))
    try place.write("lines.csv", ["c,t,o,p,k,k2,b,h,a,d,m", "9,2020-05-01,Z,t1,tea,green,x,web,80.00,0,EUR"])
    let sources = try place.sources(Self.project)
    let found = try Computed(sources.features(plan), sources)
    #expect(try isClose(found.number("affinity_tea", "9"), (80 + 80 * 0.3) / 160))
    #expect(try isClose(found.number("affinity_milk", "9"), 80 * 0.6 / 160))
  }

  @Test func `offers, depth and full price`() throws {
    let found = try lines(Self.shop)
    #expect(try isClose(found.number("orders_on_offer_share", "1"), 1.0 / 3))
    #expect(try isClose(found.number("discount_depth", "1"), 0.2))
    #expect(try isClose(found.number("full_price_share", "1"), 0.75))
    #expect(try found.number("only_on_offer", "1") == 0 && found.number("only_on_offer", "2") == 1)
    #expect(try isClose(found.number("discount_depth", "2"), 30.0 / 130))
    #expect(try found.number("full_price_share", "2") == 0 && found.number("full_price_share", "4") == 1)
    #expect(try found.number("discount_depth", "4") == nil && found.number("only_on_offer", "4") == 0)
  }

  @Test func `products come back and are due`() throws {
    let found = try lines(Self.shop)
    // t1 on 10, 20 and 30 January: the third day plus 10 is 9 February, 326 days before the end of 2020.
    #expect(try found.number("repeat_line_share", "1") == 0.5 && found.number("staple_products", "1") == 1)
    #expect(try found.number("product_gap_days_median", "1") == 10)
    #expect(try found.number("replenishment_due_days", "1") == -326)
    // m1 on 1 December 2019 and 1 July 2020.
    #expect(try found.number("product_gap_days_median", "2") == 213 && found.number("staple_products", "2") == 0)
    #expect(try found.number("replenishment_due_days", "2") == nil && found.number("repeat_line_share", "2") == 0.5)
    #expect(try found.number("repeat_line_share", "4") == 0 && found.number("product_gap_days_median", "4") == nil)
  }

  @Test func `the most regular product is that of the steadiest gaps, and may be due in days to come`() throws {
    func bought(_ product: String, _ days: [String]) -> [String] {
      days.map { "1,2020-\($0),\($0),\(product),k,,,,1.00,0," }
    }
    let found = try lines(
      bought("often", ["12-01", "12-02", "12-05", "12-06", "12-31"]) + bought("steady", ["10-01", "11-01", "12-02"])
        + bought("twice", ["12-01", "12-11"]))
    // Gaps of 31 and 31: the next of 2 December falls on 2 January, two days after the end of 2020.
    #expect(try found.number("replenishment_due_days") == 2)
  }

  @Test func `quarters count from a year on, and channels by order`() throws {
    let found = try lines(Self.shop)
    #expect(
      try found.number("orders_quarter_4_share", "2") == 0.5 && found.number("orders_quarter_3_share", "2") == 0.5)
    #expect(try found.number("orders_quarter_1_share", "2") == 0 && found.number("orders_quarter_1_share", "1") == nil)
    #expect(try isClose(found.number("channel_web_share", "1"), 2.0 / 3))
    #expect(try isClose(found.number("channel_store_share", "1"), 1.0 / 3))
    #expect(try found.number("channels_used", "2") == 2 && found.number("channel_web_share", "2") == 0)
    #expect(try found.number("channel_app_share", "4") == 1)
  }

  @Test func `money of two currencies is told`() throws {
    #expect(try lines(Self.shop).quality.notes.contains { $0.contains("mixes 2 currencies") })
    let one = try lines(Self.shop.map { $0.replacing("USD", with: "EUR") })
    #expect(!one.quality.notes.contains { $0.contains("currencies") })
  }

  @Test func `netted, what came back leaves no share below 0`() throws {
    let found = try lines(Self.shop, settings: "features: {returns: net}")
    #expect(try found.number("affinity_milk", "3") == nil && found.number("category_concentration", "3") == nil)
    #expect(try found.number("full_price_share", "3") == nil)
    #expect(try found.number("affinity_milk", "1") != nil)
  }
}
