import Features
import Foundation
import Randomness
import Testing
import Warehouse

/// Customers at the edges, in a shop with sources of every role: each family answers them all, and never with what is no
/// number.
@Suite(.onEveryEngine) struct `Customers at the edges` {
  let found: Computed

  init() throws {
    let place = try Workplace()
    var random = RandomStream(seed: 7)
    var shop = `As-of rule`.Shop(&random)
    // One order; two at the last instants of the as-of date and one just after; returns alone; lines without a product,
    // a quantity or a discount; an order of nothing; one told with the offset of another time zone (the others in UTC).
    shop.tables["lines.csv"]? += [
      "one,2017-03-01 12:00:00,one-1,10.00,1,0,1,x", "edge,2017-06-30 23:59:59.999999,edge-1,2.00,1,0,1,x",
      "edge,2017-06-30 00:00:00,edge-2,3.00,1,0,1,x", "edge,2017-07-01 00:00:00,edge-3,500.00,1,0,1,x",
      "back,2017-03-01 12:00:00,back-1,-10.00,-1,0,1,x", "bare,2017-03-01 12:00:00,,4.00,,,,",
      "free,2017-03-01 12:00:00,free-1,0.00,1,0,1,x", "zone,2017-07-01 01:30:00+02:00,zone-1,6.00,1,0,1,x",
      "zone,2017-06-30 23:30:00-02:00,zone-2,700.00,1,0,1,x",
    ]
    shop.tables["web.csv"]? += [
      "zone,,2017-07-01 01:30:00+02:00,page_view,1,phone", "edge,,2017-07-01 00:00:00,search,1,",
    ]
    shop.tables["posts.csv"]? += ["edge,p1,2017-06-30 23:59:59,sent,mail", "edge,p2,2017-07-01 00:00:00,sent,mail"]
    try shop.write(place)
    found = try place.features(`As-of rule`.Shop.yaml)
  }

  @Test func `every number of every family is finite or missing`() throws {
    for definition in found.plan.definitions where definition.kind == .numeric {
      let column = try #require(found.values.numeric(definition.name))
      #expect(column.allSatisfy { $0.isNaN || $0.isFinite }, "\(definition.name)")
    }
    // A missing value is NaN once read; in the file it is missing, which the bytes of its column say.
    let families = Set(found.plan.definitions.map(\.family))
    #expect(
      families.isSuperset(of: [
        .recency, .rfm, .trend, .lifecycle, .affinity, .replenishment, .urgency, .engagement, .browsing, .usage, .lead,
        .demographics, .geography, .surveys, .firmographics, .rules, .expressions,
      ]))
  }

  @Test func `who bought nothing is no customer, and who returned alone neither`() {
    #expect(!found.customers.contains("back"))
    #expect(["one", "edge", "bare", "free", "zone"].allSatisfy(found.customers.contains))
  }

  @Test func `one order has no rhythm and no spread`() throws {
    #expect(try found.number("orders", "one") == 1 && found.number("recency_days", "one") == 121)
    for name in ["gap_days_mean", "gap_days_sd", "basket_value_sd", "recency_gaps"] {
      #expect(try found.number(name, "one") == nil, "\(name)")
    }
    #expect(try found.number("web_sessions", "one") == 0 && found.number("posts_sent", "one") == 0)
    #expect(try found.number("lead_score", "one") == 0 && found.number("age_years", "one") == nil)
    #expect(try found.text("climate", "one") == nil && found.number("account_orders", "one") == nil)
  }

  @Test func `the last instant of the as-of date counts and the next does not`() throws {
    #expect(try found.number("orders", "edge") == 2 && found.number("monetary", "edge") == 5)
    #expect(try found.number("recency_days", "edge") == 0 && found.number("orders_7d", "edge") == 2)
    #expect(try found.number("posts_sent", "edge") == 1 && found.number("web_sessions", "edge") == 0)
  }

  @Test func `times of other zones are told in UTC`() throws {
    // Half past one in the morning, two hours east, is still the as-of date; half past eleven at night, two west, is not.
    #expect(try found.number("orders", "zone") == 1 && found.number("monetary", "zone") == 6)
    #expect(try found.number("web_views", "zone") == 1)
  }

  @Test func `lines that tell little are orders all the same`() throws {
    #expect(try found.number("orders", "bare") == 1 && found.number("monetary", "bare") == 4)
    #expect(try found.number("repeat_line_share", "bare") == 0)
    #expect(try found.number("monetary", "free") == 0 && found.number("largest_order_share", "free") == nil)
  }
}
