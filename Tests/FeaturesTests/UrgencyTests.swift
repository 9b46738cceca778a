import Features
import Foundation
import Testing
import Warehouse

/// How soon customers want what they order.
@Suite(.onEveryEngine) struct `Urgency of orders` {
  let place: Workplace

  init() throws { place = try Workplace() }

  static let lines = [
    // Two lines of one order, wanted the next day and later.
    "1,2024-01-01 10:00:00,o1,10,2024-01-02,Standard", "1,2024-01-01 10:00:00,o1,5,2024-01-05,Standard",
    "1,2024-02-01 10:00:00,o2,20,2024-02-11,Standard", "1,2024-03-01 10:00:00,o3,20,,Express",
    "1,2024-03-02 10:00:00,o4,1,,", "1,2024-04-01 00:00:00,o5,1,2024-04-01,Express",
    "2,2024-03-31 23:59:59,p1,7,2024-03-31,",
    // A day before that of the order tells nothing.
    "3,2024-03-01 10:00:00,q1,7,2024-02-27,", "4,2024-03-01 10:00:00,r1,7,2024-03-03,Low priority",
    "4,2024-03-02 10:00:00,r2,7,2024-03-05,Low priority",
  ]

  func features(_ lines: [String] = Self.lines, _ more: String = "") throws -> Computed {
    try place.write("orders.csv", ["c,t,o,a,due,ship"] + lines)
    return try place.features(
      """
      as_of: 2024-03-31
      sources:
        orders:
          file: orders.csv
          role: transactions
          columns: {customer: c, time: t, order: o, amount: a, deliver_by: due, shipping: ship}

      """ + more)
  }

  @Test func `an order is urgent by the day it is wanted or by the way it is shipped`() throws {
    let found = try features()
    #expect(try found.number("urgent_orders", "1") == 2 && isClose(found.number("urgent_orders_share", "1"), 2.0 / 3))
    #expect(try found.number("delivery_days_mean", "1") == 5.5 && found.number("delivery_days_min", "1") == 1)
    #expect(try found.number("urgent_orders_share", "2") == 1 && found.number("delivery_days_mean", "2") == 0)
    #expect(try found.number("urgent_orders", "3") == 0 && found.number("urgent_orders_share", "3") == nil)
    #expect(try found.number("delivery_days_mean", "3") == nil && found.number("delivery_days_min", "3") == nil)
    #expect(try found.number("urgent_orders", "4") == 1 && found.number("delivery_days_mean", "4") == 2.5)
    let share = try #require(found.plan.definitions.first { $0.name == "urgent_orders_share" })
    #expect(share.family == .urgency && share.meaning.contains("wanted within 2 days or shipped by 'Express'"))
  }

  @Test func `days and ways are the project's own`() throws {
    let found = try features(Self.lines, "features: {urgency: {days: 0, shipping: [Standard, Expres]}}\n")
    #expect(try found.number("urgent_orders", "1") == 2 && found.number("urgent_orders", "2") == 1)
    #expect(try found.number("urgent_orders", "4") == 0)
    #expect(found.quality.notes.contains { $0.contains("'Expres'") && $0.contains("is it 'Express'?") })
    let error = #expect(throws: ProjectError.self) { _ = try features([], "features: {urgency: {days: -1}}\n") }
    #expect(error?.reason.contains("'features.urgency.days'") == true)
  }

  @Test func `nobody's urgency depends on other customers`() throws {
    let all = try features()
    let alone = try features(Self.lines.filter { $0.hasPrefix("1,") })
    for name in ["urgent_orders", "urgent_orders_share", "delivery_days_mean", "delivery_days_min"] {
      #expect(try all.number(name, "1") == alone.number(name, "1"))
    }
  }

  @Test func `the day may be written otherwise than the time, and what is no day is found`() throws {
    let yaml = Workplace.orders(asOf: "2024-03-31", more: "    time_format: '%d/%m/%Y'\n")
      .replacing("amount: a", with: "amount: a, deliver_by: due")
    try place.write("orders.csv", ["c,t,a,due", "1,01/02/2024,5,2024-02-05", "2,05/02/2024,5,2024-02-15"])
    let found = try place.features(yaml)
    #expect(try found.number("delivery_days_mean", "1") == 4 && found.number("delivery_days_mean", "2") == 10)
    try place.write("orders.csv", ["c,t,a,due", "1,01/02/2024,5,05/02/2024", "2,05/02/2024,5,06/02/2024"])
    let alike = try place.features(yaml)
    #expect(try alike.number("delivery_days_mean", "1") == 4 && alike.number("delivery_days_mean", "2") == 1)
    try place.write("orders.csv", ["c,t,a,due", "1,01/02/2024,5,soon"])
    let error = #expect(throws: WarehouseError.self) { _ = try place.features(yaml) }
    guard case .badCell(_, let row, let column, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(row == 1 && column == "due")
  }

  @Test(arguments: [
    ("Express", true), ("SAME_DAY", true), ("next-day air", true), ("Priority mail", true), ("High", true),
    ("Critical", true), ("overnight", true), ("NextDay", true), ("Low priority", false), ("not urgent", false),
    ("Standard", false), ("High street shop", false), ("Monday", false), ("", false),
  ])
  func `ways of shipping are urgent by their words`(_ way: String, _ isUrgent: Bool) throws {
    let found = try features(["1,2024-03-01,x,1,,\(way)", "2,2024-03-01,y,1,2024-03-05,"])
    #expect(try found.number("urgent_orders", "1") == (isUrgent ? 1 : 0))
  }
}
