import Features
import Foundation
import TestSupport
import Testing
import Warehouse

/// Published figures, and features recomputed by plain loops over the raw rows.
@Suite(.onEveryEngine) struct `Features of real data` {
  let place: Workplace

  init() throws { place = try Workplace() }

  /// The grocer's project as `init` drafts it, with its as-of date replaced.
  func grocer(asOf: String) throws -> (features: Computed, connection: Connection) {
    let connection = try place.connection()
    let draft = try ProjectDraft(files: Samples.grocer, folder: place.folder, name: "grocer", connection: connection)
    var project = try place.project(draft.yaml)
    project.asOf = CalendarDate(asOf)
    let sources = try place.sources(project)
    let table = try sources.features(FeaturePlan(sources))
    return (try Computed(table, sources), connection)
  }

  /// Figures: README of the sample, from its source.
  @Test func `the grocer has its baskets, sales and households`() throws {
    let found = try grocer(asOf: "2018-01-01").features
    #expect(try found.sum("orders") == 31_428)
    #expect(try isClose(found.sum("monetary"), 925_350.13))
    #expect(found.customers.count == 493)
    #expect(try #require(found.values.numeric("age")).count { !$0.isNaN } == 151)
    #expect(try found.count("transactions").rowsUsed == 291_501)
    if case .integers = found.values.customers.values {} else { Issue.record("households are numbers") }
  }

  /// One household's receipts, as read.
  struct Household {
    struct Order {
      var day = Int.max
      var second = Int.max
      var value = 0.0
      var items = 0.0
      var lines = 0
    }
    var orders: [String: Order] = [:]
    var stores: Set<String> = []
    var amount = 0.0
    var discount = 0.0
    var lines = 0
    var discounted = 0
    var byCategory: [String: Double] = [:]
    var campaigns: Set<String> = []
    var lastCampaign = Int.min
    var redemptions = 0
    var lastRedemption = Int.min
  }

  @Test(arguments: ["2017-06-30", "2017-12-31"])
  func `the grocer's features are those of a plain loop over the rows`(_ day: String) throws {
    // A server takes many times as long, and differs by no day.
    guard TestEngine.current == .duckDB || day == "2017-12-31" else { return }
    let (found, connection) = try grocer(asOf: day)
    let households = try recount(until: try #require(CalendarDate(day)), connection)
    let asOf = try #require(CalendarDate(day)).daysSince1970
    #expect(found.customers == households.keys.sorted().map(String.init))
    for (name, value) in Self.definitions(asOf) {
      let column = try #require(found.values.numeric(name), "no feature '\(name)'")
      var wrong = 0
      for (row, customer) in found.customers.enumerated() {
        guard let id = Int(customer), let household = households[id] else { continue }
        if !isClose(column[row].isNaN ? nil : column[row], value(household), 1e-8) { wrong += 1 }
      }
      #expect(wrong == 0, "\(name)")
    }
  }

  static func gaps(_ household: Household) -> [Double] {
    let days = Set(household.orders.values.map(\.day)).sorted()
    return zip(days.dropFirst(), days).map { Double($0 - $1) }
  }

  static func mean(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }

  static func deviation(_ values: [Double]) -> Double? {
    guard values.count > 1, let mean = mean(values) else { return nil }
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }

  static func definitions(_ asOf: Int) -> [(String, (Household) -> Double?)] {
    func share(_ household: Household, _ test: (Household.Order) -> Bool) -> Double {
      Double(household.orders.values.count(where: test)) / Double(household.orders.count)
    }
    var all: [(String, (Household) -> Double?)] = [
      ("recency_days", { household in household.orders.values.map(\.day).max().map { Double(asOf - $0) } }),
      ("tenure_days", { household in household.orders.values.map(\.day).min().map { Double(asOf - $0) } }),
      ("orders", { Double($0.orders.count) }), ("order_days", { Double(Set($0.orders.values.map(\.day)).count) }),
      ("monetary", { $0.amount }), ("basket_value_mean", { mean($0.orders.values.map(\.value)) }),
      ("basket_value_sd", { deviation($0.orders.values.map(\.value)) }),
      ("basket_items_mean", { mean($0.orders.values.map(\.items)) }),
      ("basket_lines_mean", { mean($0.orders.values.map { Double($0.lines) }) }),
      ("gap_days_mean", { mean(gaps($0)) }), ("gap_days_sd", { deviation(gaps($0)) }),
      ("discount_share", { $0.amount + $0.discount > 0 ? $0.discount / ($0.amount + $0.discount) : 0 }),
      ("discount_line_share", { Double($0.discounted) / Double($0.lines) }),
      ("stores_used", { Double($0.stores.count) }),
      ("share_grocery", { ($0.byCategory["GROCERY"] ?? 0) / $0.amount }),
      ("share_drug_gm", { ($0.byCategory["DRUG GM"] ?? 0) / $0.amount }),
      ("share_meat_pckgd", { ($0.byCategory["MEAT-PCKGD"] ?? 0) / $0.amount }),
      ("campaigns_received", { Double($0.campaigns.count) }),
      ("campaigns_recency_days", { $0.campaigns.isEmpty ? nil : Double(asOf - $0.lastCampaign) }),
      ("coupon_redemptions_count", { Double($0.redemptions) }),
      ("coupon_redemptions_recency_days", { $0.redemptions == 0 ? nil : Double(asOf - $0.lastRedemption) }),
    ]
    // 1970-01-01 was a Thursday.
    for (index, name) in ["thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday"].enumerated() {
      all.append(("orders_\(name)_share", { household in share(household) { $0.day % 7 == index } }))
    }
    for (index, name) in ["night", "morning", "afternoon", "evening"].enumerated() {
      all.append(("orders_\(name)_share", { household in share(household) { $0.second / 21_600 == index } }))
    }
    return all
  }

  /// The raw rows, read as text and added up without the engine.
  func recount(until day: CalendarDate, _ connection: Connection) throws -> [Int: Household] {
    func rows(_ file: Int, _ columns: [String]) throws -> [[String?]] {
      let table = try connection.open(file: Samples.grocer[file])
      let cells = columns.map { "CAST(\($0) AS VARCHAR)" }.joined(separator: ", ")
      return try connection.query("SELECT \(cells) FROM \(table.relation) AS t").columns.map(\.texts)
    }
    func date(_ text: String) -> Int { CalendarDate(String(text.prefix(10)))?.daysSince1970 ?? .max }
    let products = try rows(4, ["product_id", "department"])
    let departments = Dictionary(uniqueKeysWithValues: zip(products[0].map { $0 ?? "" }, products[1]))
    var households: [Int: Household] = [:]
    let lines = try rows(
      5,
      [
        "household_id", "transaction_timestamp", "basket_id", "product_id", "store_id", "sales_value", "quantity",
        "retail_disc", "coupon_disc", "coupon_match_disc",
      ])
    for row in lines[0].indices {
      guard let time = lines[1][row], date(time) <= day.daysSince1970, let id = lines[0][row].flatMap(Int.init) else {
        continue
      }
      var household = households[id] ?? Household()
      let value = Double(lines[5][row] ?? "") ?? 0
      let discount = (7...9).reduce(0.0) { $0 + abs(Double(lines[$1][row] ?? "") ?? 0) }
      var order = household.orders[lines[2][row] ?? ""] ?? Household.Order()
      let clock = time.dropFirst(11).split(separator: ":").map { Int(Double($0) ?? 0) }
      let second = clock.isEmpty ? 0 : clock[0] * 3600 + clock[1] * 60 + clock[2]
      if (date(time), second) < (order.day, order.second) { (order.day, order.second) = (date(time), second) }
      order.value += value
      order.items += Double(lines[6][row] ?? "") ?? 0
      order.lines += 1
      household.orders[lines[2][row] ?? ""] = order
      household.stores.insert(lines[4][row] ?? "")
      household.amount += value
      household.discount += discount
      household.lines += 1
      household.discounted += discount > 0 ? 1 : 0
      household.byCategory[(departments[lines[3][row] ?? ""] ?? nil) ?? "none", default: 0] += value
      households[id] = household
    }
    let calendar = try rows(0, ["campaign_id", "start_date"])
    let starts = Dictionary(uniqueKeysWithValues: zip(calendar[0].map { $0 ?? "" }, calendar[1].map { date($0 ?? "") }))
    let mails = try rows(1, ["household_id", "campaign_id"])
    for row in mails[0].indices {
      guard let id = mails[0][row].flatMap(Int.init), let campaign = mails[1][row], let start = starts[campaign],
        start <= day.daysSince1970
      else { continue }
      households[id]?.campaigns.insert(campaign)
      let last = households[id]?.lastCampaign ?? start
      households[id]?.lastCampaign = max(last, start)
    }
    let redeemed = try rows(2, ["household_id", "redemption_date"])
    for row in redeemed[0].indices {
      guard let id = redeemed[0][row].flatMap(Int.init), let time = redeemed[1][row], date(time) <= day.daysSince1970
      else { continue }
      households[id]?.redemptions += 1
      let last = households[id]?.lastRedemption ?? date(time)
      households[id]?.lastRedemption = max(last, date(time))
    }
    return households
  }

  /// Figures: README of the sample (2,357 customers, 6,919 orders, 16,479 CDs, 244,091.94 dollars).
  @Test func `the CD shop has its orders and sales`() throws {
    let connection = try place.connection()
    let draft = try ProjectDraft(files: [Samples.cdnow], folder: place.folder, name: "cds", connection: connection)
    let found = try place.features(draft.yaml)
    #expect(found.customers.count == 2357)
    #expect(try found.sum("orders") == 6919 && isClose(found.sum("monetary"), 244_091.94))
    let orders = try #require(found.values.numeric("orders"))
    let items = try #require(found.values.numeric("basket_items_mean"))
    #expect(isClose(zip(orders, items).reduce(0) { $0 + $1.0 * $1.1 }, 16_479))
  }

  /// Figures: the RFM table of R's package rfm 0.3.0, from which the set comes.
  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `recency, frequency and amount are those published for rfm_orders`() throws {
    let path = SharedData.path("rfm_orders/rfm_data_orders.csv.gz")
    let found = try place.features(
      """
      as_of: 2006-12-31
      sources:
        orders:
          file: "\(path)"
          role: transactions
          columns: {customer: customer_id, time: order_date, amount: revenue}
      """)
    #expect(found.customers.count == 995)
    let first = try #require(found.customers.min())
    #expect(try found.number("recency_days", first) == 205 && found.number("orders", first) == 6)
    #expect(try found.number("monetary", first) == 472)
    #expect(try cuts(found, "recency_days") == [115, 181, 297, 482])
    #expect(try cuts(found, "orders") == [4, 5, 6, 8])
    #expect(try cuts(found, "monetary") == [256, 382, 506, 666])
  }

  /// The quintiles' cuts as R's package rfm 0.3.0 prints them: quantiles of type 7 plus 1, below which values belong to
  /// the lower fifth; as whole numbers.
  func cuts(_ found: Computed, _ name: String) throws -> [Double] {
    let values = try #require(found.values.numeric(name)).sorted()
    return [0.2, 0.4, 0.6, 0.8].map { share in
      let position = share * Double(values.count - 1)
      let lower = Int(position)
      return (values[lower] + (position - Double(lower)) * (values[lower + 1] - values[lower]) + 1).rounded()
    }
  }

  static let retail = """
    sources:
      lines:
        file: "FILE"
        role: transactions
        where: 'CONDITION'
        columns:
          customer: CustomerID
          time: InvoiceDate
          order: InvoiceNo
          price: UnitPrice
          quantity: Quantity
          product: StockCode
    """

  /// Figures of the cleaned set: 397,884 lines, 4,338 customers, 18,532 invoices, 8,911,407.90. Without the condition
  /// on quantities, leaving returns out of purchases must give the same.
  @Test(
    .tags(.duckDBAlone),
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    arguments: ["\"Quantity\" > 0 AND \"UnitPrice\" > 0", "\"UnitPrice\" > 0"])
  func `the wholesaler has its invoices and sales, cleaned`(_ condition: String) throws {
    let yaml = Self.retail.replacing("FILE", with: SharedData.path("online_retail/onlineretail_nodesc.csv.gz"))
      .replacing("CONDITION", with: condition)
    let found = try place.features(yaml)
    #expect(found.customers.count == 4338)
    #expect(try found.sum("orders") == 18_532)
    #expect(try abs(found.sum("monetary") - 8_911_407.90) < 0.005)
    let hasReturns = !condition.contains("Quantity")
    #expect(found.names.contains("returned_lines") == hasReturns)
    let returned = hasReturns ? try found.sum("returned_lines") : 0
    let orders = try #require(found.values.numeric("orders"))
    let lines = try #require(found.values.numeric("basket_lines_mean"))
    #expect(isClose(zip(orders, lines).reduce(0) { $0 + $1.0 * $1.1 }, 397_884))
    if !hasReturns { #expect(try found.count("lines").rowsUsed == 397_884) } else { #expect(returned > 8000) }
  }
}
