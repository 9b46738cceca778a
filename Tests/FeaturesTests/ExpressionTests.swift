import Features
import Foundation
import Testing
import Warehouse

/// Features of the user's own in SQL, and of plans.
@Suite(.onEveryEngine) struct `Expressions and plans` {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(
      "orders.csv",
      [
        "c,t,a,p", "1,2024-01-05,10,Monthly basic", "1,2024-02-05,30,Monthly basic", "1,2024-03-05,5,Annual gold",
        "2,2024-03-01,60,Weekly", "3,2024-03-01,9,", "2,2024-04-01,1000,Annual gold",
      ])
    try place.write("visits.csv", ["c,t,what", "1,2024-03-31 23:59:59,call", "2,2024-04-01,call", "1,2024-01-01,mail"])
  }

  static let orders = """
    as_of: 2024-03-31
    sources:
      orders: {file: orders.csv, role: transactions, columns: {customer: c, time: t, amount: a, plan: p}}
      visits: {file: visits.csv, role: events, columns: {customer: c, time: t, type: what}}

    """

  func features(_ expressions: String, _ more: String = "") throws -> Computed {
    try place.features(Self.orders + "features:\n\(more)  expressions:\n\(expressions)\n")
  }

  @Test func `expressions of features and of rows are features`() throws {
    let found = try features(
      """
          - {name: a_month, sql: 'orders / nullif(tenure_days, 0) * 30', unit: orders, meaning: Orders a month}
          - {name: big, over: orders, sql: 'sum(amount) FILTER (WHERE age < 60)'}
          - {name: calls, over: visits, sql: "count(*) FILTER (WHERE type = 'call')"}
          - {name: big_share, sql: 'big / monetary'}
          - {name: on_gold, sql: "CASE WHEN plan = 'Annual gold' THEN 1 ELSE 0 END -- the best"}
      """)
    #expect(try isClose(found.number("a_month", "1"), 3.0 / 86 * 30))
    #expect(try found.number("big", "1") == 35 && found.number("big", "2") == 60)
    #expect(try found.number("calls", "1") == 1 && found.number("calls", "2") == nil, "nothing of the future")
    #expect(try isClose(found.number("big_share", "1"), 35.0 / 45))
    #expect(try found.number("on_gold", "1") == 1 && found.number("on_gold", "2") == 0)
    let month = try #require(found.plan.definitions.first { $0.name == "a_month" })
    #expect(month.family == .expressions && month.meaning == "Orders a month" && month.unit == "orders")
    #expect(Set(month.uses ?? []) == ["orders", "tenure_days"])
    #expect(found.names.suffix(3) == ["a_month", "big_share", "on_gold"])
  }

  /// PostgreSQL takes an overflow for an error, which the message tells.
  @Test(.tags(.duckDBAlone)) func `what is not finite is missing`() throws {
    let found = try features("    - {name: endless, sql: 'exp(orders * 1000) - exp(orders * 1000)'}")
    #expect(try found.number("endless", "1") == nil)
  }

  @Test func `names in texts are no uses, and FROM that reads no table is taken`() throws {
    let found = try features(
      """
          - {name: x, sql: "CASE WHEN trim(both ' ' from 'monetary') IS DISTINCT FROM 'orders' THEN orders_30d END"}
      """)
    #expect(try #require(found.plan.definitions.first { $0.name == "x" }).uses == ["orders_30d"])
  }

  @Test func `a plan with expressions survives being kept, and loses those whose features are not there`() throws {
    let found = try features(
      "    - {name: spent_often, sql: 'orders_30d * monetary'}\n    - {name: often, sql: 'orders * 2'}")
    let kept = try JSONDecoder().decode(FeaturePlan.self, from: JSONEncoder().encode(found.plan))
    #expect(kept == found.plan)
    let bare = """
      as_of: 2024-03-31
      sources:
        orders: {file: orders.csv, role: transactions, columns: {customer: c, time: t}}
      """
    let sources = try place.sources(bare)
    let table = try sources.features(kept)
    #expect(table.plan.definitions.last?.name == "often")
    #expect(try Computed(table, sources).number("often", "1") == 6)
  }

  @Test(arguments: [
    ("{name: x, sql: 'ordres + 1'}", "Is 'ordres' the feature 'orders'?"),
    ("{name: x, sql: '(SELECT max(a) FROM orders)'}", "reads tables"),
    ("{name: x, sql: 'orders * random()'}", "twice alike"),
    ("{name: x, sql: 'lag(orders) over ()'}", "twice alike"),
    ("{name: x, sql: '(orders + 1'}", "does not close every bracket"),
    ("{name: orders, sql: 'monetary'}", "already"),
    ("{name: x, sql: '1 + 1'}", "uses no feature"),
    ("{name: x, sql: 'count(*)', over: nothing}", "no source 'nothing'"),
    ("{name: x, sql: 'sum(nothing)', over: orders}", "cannot be used"), ("{name: x}", "'sql'"),
    (
      "{name: x, sql: 'sum(amout)', over: orders}",
      "Is 'amout' the column 'amount'? The rows of 'orders' have the columns plan, amount, ts, age"
    ),
    (
      "{name: x, sql: 'count(typ)', over: visits}",
      "Is 'typ' the column 'type'? The rows of 'visits' have the columns type,"
    ),
    ("{name: 1x, sql: orders}", "digit"), ("{name: x, sql: 'orders +'}", "cannot be used"),
  ])
  func `bad expressions are told with their line`(_ text: String, _ words: String) throws {
    let error = #expect(throws: ProjectError.self) { _ = try features("    - \(text)") }
    #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    #expect(error?.line == 7)
  }

  @Test(
    .tags(.duckDBAlone),
    arguments: [
      "expressions:\n    - {name: x, sql: 'CAST(plan AS INT)'}",
      "expressions:\n    - {name: fine, sql: 'orders + 1'}\n    - {name: x, over: orders, sql: 'sum(CAST(plan AS INT))'}",
      "rules:\n    - {name: x, count: lines, sql: 'CAST(plan AS INT) > 3', at_least: 1}",
    ])
  func `what own SQL meets in the rows was told without its name and line`(_ feature: String) throws {
    let error = #expect(throws: ProjectError.self) { _ = try place.features(Self.orders + "features:\n  \(feature)\n") }
    let reason = try #require(error?.reason)
    #expect(reason.contains("'x' cannot be computed") && reason.contains("could not be converted"))
    #expect(!reason.contains("Monthly") && error?.line == (feature.contains("fine") ? 8 : 7))
  }

  @Test func `what is divided by zero is missing, whole numbers divide as fractions, and a remainder is one`() throws {
    let found = try features(
      """
          - {name: none, sql: '10 / (orders - orders)'}
          - {name: within, sql: 'coalesce(1 / (orders - 3), 7)'}
          - {name: half, over: orders, sql: 'count(*) / count(DISTINCT plan)'}
          - {name: gold, over: orders, sql: "count(*) / count(*) FILTER (WHERE plan = 'Annual gold')"}
          - {name: rest, over: orders, sql: 'count(*) % (count(plan) - 1)'}
          - {name: of_mod, over: orders, sql: 'mod(count(*), (count(plan) - 1))'}
          - {name: mod_in_mod, over: orders, sql: 'mod(count(*) + 4, mod(count(*), 2) * 2)'}
          - {name: nested, sql: 'orders / (monetary / -orders) / 2'}
      """)
    #expect(try found.number("none", "1") == nil)
    #expect(try found.number("within", "1") == 7 && found.number("within", "2") == -0.5)
    #expect(try found.number("half", "1") == 1.5 && found.number("half", "3") == nil)
    #expect(try found.number("gold", "1") == 3 && found.number("gold", "2") == nil)
    #expect(try found.number("rest", "1") == 1 && found.number("rest", "2") == nil)
    #expect(try found.number("of_mod", "1") == 1 && found.number("of_mod", "2") == nil)
    #expect(try found.number("mod_in_mod", "1") == 1 && found.number("mod_in_mod", "2") == 1)
    #expect(try isClose(found.number("nested", "1"), -3.0 / 15 / 2))
  }

  @Test func `plans are those of the latest orders`() throws {
    let found = try place.features(Self.orders)
    #expect(try found.text("plan", "1") == "Annual gold" && found.text("plan", "2") == "Weekly")
    #expect(try found.text("plan", "3") == nil && found.text("plan_term", "3") == nil)
    #expect(try found.text("plan_term", "1") == "annual" && found.text("plan_term", "2") == "weekly")
    #expect(try found.number("plan_changes", "1") == 1 && found.number("plan_changes", "3") == 0)
    #expect(try found.number("plans", "1") == 2 && found.number("plan_days", "1") == 26)
    #expect(try found.number("plan_days", "2") == 30)
  }
}
