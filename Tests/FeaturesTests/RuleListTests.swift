import Features
import Foundation
import TestSupport
import Testing
import Warehouse

/// Lists of customers by rules: who is in them, against plain loops, and what is said of one that cannot be used.
@Suite(.onEveryEngine) struct `Rule lists` {
  typealias Customer = `Rules of counts`.Customer

  let place: Workplace

  init() throws { place = try Workplace() }

  struct Stated: Sendable {
    let name: String
    let yaml: String
    let holds: @Sendable (Customer) -> Bool

    init(_ name: String, _ yaml: String, _ holds: @escaping @Sendable (Customer) -> Bool) {
      (self.name, self.yaml, self.holds) = (name, yaml, holds)
    }
  }

  /// Twenty lists of the shop of `Rules of counts`, as a project states them, and in plain Swift.
  static let stated: [Stated] = [
    Stated(
      "Frequent Shoppers: Men's Shirts",
      "{count: orders, where: category = \"Men's Shirts\", within: 150, at_least: 2}"
    ) { $0.orders { $0.category == "Men's Shirts" && $0.age < 150 } >= 2 },
    Stated("select", "orders >= 3") { $0.orders { _ in true } >= 3 },
    Stated("\"quoted\" 'twice'", "'orders_90d >= 2 and recency_days < 30'") {
      $0.orders { $0.age < 90 } >= 2 && recency($0) < 30
    },
    Stated("not many", "{not: monetary > 300}") { $0.cents { _ in true } <= 30_000 },
    Stated("👕 顧客", "{all: [orders > 1, {not: orders_30d > 0}]}") {
      $0.orders { _ in true } > 1 && $0.orders { $0.age < 30 } == 0
    },
    Stated("a/b", "{any: [recency_days < 7, {count: lines, at_least: 12}]}") {
      recency($0) < 7 || $0.lines { _ in true } >= 12
    },
    Stated(
      "{as_of}", "{all: [{any: [orders = 1, orders = 7]}, {not: {count: items, within: 200, at_least: 8}}]}"
    ) { [1, 7].contains($0.orders { _ in true }) && $0.items { $0.age < 200 } < 8 },
    Stated("100%", "{not: {not: orders between 2 and 4}}") { (2...4).contains($0.orders { _ in true }) },
    Stated("Carts: left", "{count: lines, source: visits, where: type = cart, within: 60, at_least: 1}") {
      $0.visits { $0.type == "cart" && $0.age < 60 } >= 1
    },
    Stated("DROP TABLE", "{not: {count: lines, source: visits, at_least: 1}}") { $0.visits.isEmpty },
    Stated("carts left", "{all: [{count: lines, source: visits, at_least: 2}, monetary >= 200]}") {
      $0.visits.count >= 2 && $0.cents { _ in true } >= 20_000
    },
    Stated("case", "case when orders > 4 then true else false end") { $0.orders { _ in true } > 4 },
    Stated("orders", "'orders in (2, 3, 5)'") { [2, 3, 5].contains($0.orders { _ in true }) },
    Stated("-- nothing", "'\"orders\" > 2 -- often'") { $0.orders { _ in true } > 2 },
    Stated("a\\b", "monetary / orders > 90 /* a basket */") {
      $0.cents { _ in true } > 9_000 * $0.orders { _ in true }
    },
    Stated(
      "2/7 of all",
      "{any: [{all: [orders > 5, recency_days < 60]}, {all: [{count: amount, within: 150, at_least: 200}, "
        + "{not: orders > 3}]}]}"
    ) {
      let orders = $0.orders { _ in true }
      return orders > 5 && recency($0) < 60 || $0.cents { $0.age < 150 } >= 20_000 && orders <= 3
    },
    Stated("é", "{count: days, where: 'channel in [web, \"app\"]', within: 90, exactly: 1}") {
      $0.days { $0.channel != "store" && $0.age < 90 } == 1
    },
    Stated("CAPITALS", "NOT (ORDERS > 2 OR Recency_Days > 100)") {
      $0.orders { _ in true } <= 2 && recency($0) <= 100
    },
    Stated("deep", "{all: [{not: {any: [orders < 2, {count: orders, older_than: 60, within: 180, at_least: 2}]}}]}") {
      $0.orders { _ in true } >= 2 && $0.orders { $0.age >= 60 && $0.age < 180 } < 2
    },
    Stated("windows", "orders_365d - orders_90d >= 2") {
      $0.orders { $0.age < 365 } - $0.orders { $0.age < 90 } >= 2
    },
  ]

  private static func recency(_ customer: Customer) -> Int { customer.lines.map(\.age).min() ?? .max }

  static var yaml: String {
    let lists = stated.map { "  \(`Hostile names`.quoted($0.name)): \($0.yaml)\n" }.joined()
    return `Rules of counts`.sources + "lists:\n" + lists
  }

  static func write(_ place: Workplace) throws {
    try place.write("lines.csv", ["c,t,o,k,h,a,q,d"] + `Rules of counts`.shop.lines)
    try place.write("visits.csv", ["c,t,y"] + `Rules of counts`.shop.visits)
  }

  static func expectBruteForce(_ members: ListMembers, _ customers: [String]) throws {
    #expect(members.names == stated.map(\.name) && members.notes.isEmpty)
    #expect(Set(customers) == Set(`Rules of counts`.shop.customers.keys))
    for (list, answer) in zip(stated, members.answers) {
      guard case .members(let flags) = answer else {
        Issue.record("'\(list.name)' was not evaluated")
        continue
      }
      let wanted = try customers.map { list.holds(try #require(`Rules of counts`.shop.customers[$0])) }
      let wrong = zip(customers, zip(flags, wanted)).filter { $1.0 != $1.1 }.map(\.0)
      #expect(flags.count == wanted.count && wrong.isEmpty, "'\(list.name)': \(wrong.prefix(5))")
      // Each tells customers apart, so that agreement means something.
      #expect(wanted.contains(true) && wanted.contains(false), "'\(list.name)'")
    }
  }

  @Test func `twenty lists with windows, negation and nesting are those of plain loops`() throws {
    try Self.write(place)
    let project = try place.project(Self.yaml)
    let sources = try place.sources(project)
    let plan = try FeaturePlan(sources)
    let table = try sources.features(plan)
    let customers = try table.values().customers.texts.compactMap { $0 }
    try Self.expectBruteForce(table.members(of: project.lists), customers)

    // Kept with a model, they mean the same; over the features in a file, too.
    let lists = try JSONDecoder().decode([RuleList].self, from: JSONEncoder().encode(project.lists))
    let kept = try JSONDecoder().decode(FeaturePlan.self, from: JSONEncoder().encode(plan))
    #expect(lists == project.lists)
    try Self.expectBruteForce(sources.features(kept).members(of: lists), customers)
    let connection = try place.connection()
    for file in ["f.parquet", "f.csv"] {
      let files = StagedFiles()
      try table.write(to: place.path(file), in: files)
      try files.commit()
      let ready = try connection.open(file: place.path(file))
      let relation = ready.relation(asText: [plan.customer])
      let read = try connection.featureValues(relation, plan.columns, source: file)
      #expect(read.customers.texts == customers.map(Optional.init))
      try Self.expectBruteForce(connection.members(of: lists, in: ready, plan.columns), customers)
    }
  }

  @Test func `counts of lists are features of their own family, which form no segments`() throws {
    try Self.write(place)
    let project = try place.project(Self.yaml)
    let sources = try place.sources(project)
    let counts = try FeaturePlan(sources).definitions.filter { $0.family == .lists }
    #expect(
      counts.map(\.name) == [
        "list_frequent_shoppers_men_s_shirts", "list_a_b", "list_as_of", "list_carts_left", "list_drop_table",
        "list_carts_left_2", "list_2_7_of_all", "list_e", "list_deep",
      ])
    #expect(
      counts.first?.meaning
        == "1 where orders of transactions with category = Men's Shirts in the last 150 days are at least 2, else 0")
    #expect(project.features.weights == ["lists": 0])
    #expect(try place.project(`Rules of counts`.sources + "lists: {often: orders > 2}").features.weights.isEmpty)
  }

  @Test func `names of counts stay clear of rules, expressions and customers`() throws {
    let project = try place.project(
      """
      sources:
        o: {file: o.csv, role: transactions, columns: {customer: List_A_3, time: t}}
      features:
        rules: [{name: LIST_A, count: orders, at_least: 1}]
        expressions: [{name: list_a_2, sql: orders}]
      lists: {A: {count: orders, at_least: 2}}
      """)
    #expect(project.lists.flatMap(\.condition.counts).map(\.name) == ["list_a_4"])
  }

  /// Columns x = 1, 5, missing, and plan = 'gold', missing, 'it''s', three rows.
  static let small = """
    (SELECT 1 AS id, 1.5 AS x, 'gold' AS plan UNION ALL SELECT 2, 5, CAST(NULL AS VARCHAR)
      UNION ALL SELECT 3, NULL, 'it''s')
    """
  static let smallColumns = FeatureColumns(identifier: "id", numeric: ["x"], categories: ["plan"])

  /// A condition, as YAML, and who meets it.
  static let missing: [(String, [Bool])] = [
    ("x > 3", [false, true, false]), ("{not: x > 3}", [true, false, true]), ("not x > 3", [true, false, false]),
    ("x > 3 or x <= 3", [true, true, false]), ("x is null", [false, false, true]),
    ("coalesce(x, 9) > 3", [false, true, true]), ("plan = 'gold'", [true, false, false]),
    ("{not: plan = 'gold'}", [false, true, true]), ("{all: [x > 3, plan = 'gold']}", [false, false, false]),
    ("{any: [x > 3, plan = 'gold']}", [true, true, false]),
    ("{all: [{not: x > 3}, {not: plan = 'gold'}]}", [false, false, true]), ("plan = 'it''s'", [false, false, true]),
    ("plan is distinct from 'gold'", [false, true, true]), ("PLAN like 'g%' and X < 2", [true, false, false]),
    ("null", [false, false, false]),
  ]

  static func list(_ condition: String, _ name: String = "L") throws -> RuleList {
    let project = try Project(
      yaml: "sources: {o: {file: o.csv, role: events, columns: {customer: c, time: t}}}\nlists:\n  "
        + "\(`Hostile names`.quoted(name)): \(condition == "null" ? "'null'" : condition)\n",
      file: "tessera.yml", folder: URL(fileURLWithPath: "/data"))
    return try #require(project.lists.first)
  }

  @Test(arguments: missing)
  func `what a missing value makes unknown counts as false`(_ condition: String, _ wanted: [Bool]) throws {
    let members = try place.connection().members(
      of: [Self.list(condition)], in: Self.small, Self.smallColumns, source: "small")
    #expect(members.answers == [.members(wanted)])
  }

  @Test(arguments: `Hostile names`.names + ["and", "IN", "null", "not", "x\"\"", "'", "👕", "from", "年"])
  func `a feature may be called anything`(_ name: String) throws {
    let column = SQL.identifier(name)
    let connection = try place.connection()
    let relation = "(SELECT 1 AS \(column), 'a' AS \"in\", 7 AS zz UNION ALL SELECT 2, \(SQL.literal(name)), 8)"
    var columns = FeatureColumns(identifier: nil, numeric: [name, "zz"], categories: ["in"])
    if name.lowercased() == "in" { columns.categories = [] }
    let lists = [
      RuleList(name: "quoted", condition: .sql("\(column) > 1 and zz is not null and zz in (7, 8)", line: nil)),
      RuleList(name: "text", condition: .sql("zz > 1 and '\(column.replacing("'", with: "''"))' <> ''", line: nil)),
    ]
    let members = try connection.members(of: lists, in: relation, columns, source: "t")
    #expect(members.answers == [.members([false, true]), .members([true, true])])
    #expect(lists[0].uses(columns) == [name, "zz"] && lists[1].uses(columns) == ["zz"])
    guard name.lowercased() != "in" else { return }
    let level = RuleList(
      name: "level", condition: .sql("\"in\" = \(SQL.literal(name)) /* \" */ and zz > 0 -- '", line: nil))
    #expect(
      try connection.members(of: [level], in: relation, columns, source: "t").answers == [.members([false, true])])
  }

  @Test(arguments: `Hostile names`.names)
  func `a list may be called anything but what paths and semicolons mean`(_ name: String) throws {
    guard !name.contains(";") else {
      #expect(throws: ProjectError.self) { _ = try Self.list("x > 1", name) }
      return
    }
    let list = try Self.list("{all: [x > 1, {not: {count: orders, at_least: 1}}]}", name)
    #expect(list.name == name)
    let feature = try #require(list.condition.counts.first?.name)
    #expect(feature.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } && feature.utf8.count <= 63)
  }

  @Test func `a list that names what the table lacks is told, and the others are evaluated`() throws {
    let lists = try [
      Self.list("x > 3", "first"), Self.list("segment = 2 and membership > 0.5 and x < 9", "beside"),
      Self.list(
        "{any: [{count: orders, at_least: 2}, 'date ''2020-01-01'' < date ''2030-01-01'' and x > 1']}", "Counted"),
      Self.list("extract(year from timestamp '2020-05-01 00:00:00') = 2020 and x > 1", "dates"),
    ]
    let connection = try place.connection()
    let members = try connection.members(of: lists, in: Self.small, Self.smallColumns, source: "small")
    #expect(
      members.answers == [
        .members([false, true, false]), .lacks(["segment", "membership"]), .lacks(["list_counted"]),
        .members([true, true, false]),
      ])
    #expect(members.lists(of: 1) == ["first", "dates"] && members.lists(of: 2) == [])
    #expect(
      members.notes.first == "the list 'beside' could not be evaluated: there is no column 'segment', 'membership'")
    var columns = Self.smallColumns
    columns.numeric += ["segment", "membership"]
    let beside = try connection.members(
      of: [lists[1]], in: "(SELECT *, 2 AS segment, x / 6 AS membership FROM \(Self.small) AS s)", columns, source: "b")
    #expect(beside.answers == [.members([false, true, false])])
    #expect(lists[1].uses(columns) == ["x", "segment", "membership"])
  }

  @Test func `flags stand in the order in which features are read, with a condition on rows too`() throws {
    let connection = try place.connection()
    let relation = "(SELECT i AS id, CAST(i * 7919 % 1009 AS DOUBLE) AS x FROM range(400000) AS r(i))"
    for condition in [nil, "x >= 500"] {
      let columns = FeatureColumns(identifier: "id", numeric: ["x"], categories: [], condition: condition)
      let values = try connection.featureValues(relation, columns, source: "many")
      let members = try connection.members(of: [Self.list("x < 700")], in: relation, columns, source: "many")
      let wanted = try #require(values.numeric("x")).map { $0 < 700 }
      #expect(wanted.count > 150_000 && members.answers == [.members(wanted)])
    }
  }

  @Test func `a failure of the engine names the list`() throws {
    let lists = try [Self.list("x > 0", "fine"), Self.list("cast(plan as integer) > 0", "failing")]
    let error = #expect(throws: WarehouseError.self) {
      _ = try place.connection().members(of: lists, in: Self.small, Self.smallColumns, source: "small")
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("failing"))
  }

  // MARK: The project file

  @Test func `lists are read in their order, with their lines`() throws {
    let project = try place.project(
      """
      sources: {o: {file: o.csv, role: events, columns: {customer: c, time: t}}}
      lists:
        "Gold: really": "orders_90d >= 3 and plan = 'gold'"
        nested:
          all:
            - orders > 1
            - any: [a > 1, {not: b > 2}]
            - {count: lines, source: o, within: 30, at_least: 2}
      """)
    let lists = project.lists
    #expect(lists.map(\.name) == ["Gold: really", "nested"] && lists.map(\.line) == [3, 4])
    #expect(lists.first?.condition == .sql("orders_90d >= 3 and plan = 'gold'", line: 3))
    guard case .all(let parts)? = lists.last?.condition, case .count(let count, let feature) = parts[2] else {
      Issue.record("not read as 'all'")
      return
    }
    #expect(parts[0] == .sql("orders > 1", line: 6))
    #expect(parts[1] == .any([.sql("a > 1", line: 7), .not(.sql("b > 2", line: 7))]))
    #expect(count.source == "o" && count.within == 30 && count.atLeast == 2 && count.line == 8)
    #expect(feature == "list_nested")
    #expect(
      lists.last?.condition.words
        == "(orders > 1) and ((a > 1) or (not (b > 2))) and (lines of o in the last 30 days are at least 2)")
    #expect(try JSONDecoder().decode([RuleList].self, from: JSONEncoder().encode(lists)) == lists)
  }

  /// What stands under `lists`, on line 8, the line of the complaint and words of it.
  static let faults: [(String, Int, String)] = [
    ("\"2/7\": orders > 1", 8, "looks like the path"), ("\"a;b\": orders > 1", 8, "';'"),
    ("\"a\\nb\": orders > 1", 8, "line break"), ("\" a\": orders > 1", 8, "blank"),
    ("\"\": orders > 1", 8, "needs a name"),
    ("\"\(String(repeating: "é", count: 101))\": orders > 1", 8, "101 characters"),
    ("A: orders > 1\n  A: orders > 2", 9, "twice"), ("A:", 8, "has no condition"),
    ("A: [orders > 1]", 8, "must be one condition"),
    ("A: {all: []}", 8, "must be a list of conditions"), ("A: {any: orders > 1}", 8, "must be a list of conditions"),
    ("A: {all: [orders > 1], not: orders > 2}", 8, "exactly one of"), ("A: {}", 8, "exactly one of"),
    ("A: {not: orders > 1, within: 3}", 8, "belongs to a count"), ("A: {al: [orders > 1]}", 8, "Did you mean 'all'?"),
    ("A: {count: orders}", 8, "without a bound"),
    ("A:\n    all:\n      - orders > 1\n      - ordres > 2", 11, "Is it 'orders'?"),
    ("A: \"plan = \\\"gold\\\" and orders > 1\"", 8, "Texts stand in single quotes"),
    ("A: orders", 8, "is no condition"), ("A: orders >", 8, "cannot be used"), ("A: 1 = 1", 8, "uses no feature"),
    ("A: (orders > 1", 8, "close every bracket"), ("A: 'orders > 1) or (orders > 2'", 8, "did not open"),
    ("A: orders > 1; drop table x", 8, "ends a statement"), ("A: \"orders > 1 and 'x' <> 'y\"", 8, "never ends"),
    ("A: orders > random()", 8, "twice alike"),
    ("A: \"recency_days < 90 and current_date > date '2020-01-01'\"", 8, "twice alike"),
    ("A: orders > (select 1)", 8, "reads tables"), ("A: orders > (from orders)", 8, "reads tables"),
    ("A: {count: orders, source: visits, at_least: 1}", 8, "there is no source 'visits'"),
    ("A: {any: [orders > 1, {count: orders, where: colour = red, at_least: 1}]}", 8, "no column 'colour'"),
    ("A: upper(orders, 1) = 'A'", 8, "cannot be used"), ("A: ''", 8, "it is empty"),
  ]

  @Test(arguments: faults)
  func `a list that cannot be used is told with its line`(_ list: String, _ line: Int, _ words: String) throws {
    try place.write("orders.csv", ["c,t,a", "1,2017-01-01,1"])
    let yaml = Workplace.orders(asOf: "2017-01-31") + "lists:\n  \(list)\n"
    let fault = #expect(throws: ProjectError.self) { _ = try place.features(yaml) }
    #expect(fault?.reason.contains(words) ?? false, "\(fault?.description ?? "")")
    #expect(fault?.line == line, "\(fault?.description ?? "")")
  }

  @Test(arguments: [
    ("families: {lists: false}", "leave it on"), ("weights: {lists: 2}", "form no segments"),
  ])
  func `the family of counts can neither be off nor weigh`(_ setting: String, _ words: String) throws {
    let fault = #expect(throws: ProjectError.self) {
      _ = try place.project(
        Workplace.orders() + "features: {\(setting)}\nlists: {A: {count: orders, at_least: 2}}\n")
    }
    #expect(fault?.reason.contains(words) ?? false && fault?.line == 7, "\(fault?.description ?? "")")
  }

  @Test(arguments: ["path = '2/7'", "segment = 3", "membership > 0.5"])
  func `conditions speak of features, not of the segments that these will form`(_ condition: String) throws {
    try place.write("orders.csv", ["c,t,a", "1,2017-01-01,1"])
    let fault = #expect(throws: ProjectError.self) {
      _ = try place.features(Workplace.orders() + "lists: {A: \"orders > 0 and \(condition)\"}\n")
    }
    #expect(fault?.reason.contains("there is no feature '\(condition.prefix { $0 != " " })'") == true)
  }

  @Test func `the example of a drafted project can be used`() throws {
    try place.write(
      "orders.csv", ["customer_id,order_date,amount", "1,2017-01-01,5.00", "2,2017-01-02,6.00", "1,2017-01-09,7.50"])
    let draft = try ProjectDraft(
      files: [place.path("orders.csv")], folder: place.folder, name: "x", connection: place.connection())
    #expect(try place.project(draft.yaml).lists.isEmpty)
    let used = draft.yaml.replacing("# lists:  #", with: "lists:  #").replacing("#   \"Good", with: "  \"Good")
    #expect(try place.project(used).lists.map(\.name) == ["Good customers, gone quiet"])
    #expect(try place.features(used).customers == ["1", "2"])
  }
}

/// The same lists in a PostgreSQL of the tests' own.
@Suite(.enabled(if: PostgreSQLServer.isPresent, Comment(rawValue: PostgreSQLServer.absence)))
struct `Rule lists of PostgreSQL` {
  typealias Lists = `Rule lists`

  let place: Workplace

  init() throws { place = try Workplace() }

  @Test(arguments: Lists.missing)
  func `what a missing value makes unknown counts as false`(_ condition: String, _ wanted: [Bool]) throws {
    let members = try Connection(PostgreSQLServer.settings()).members(
      of: [Lists.list(condition)], in: Lists.small, Lists.smallColumns, source: "small")
    #expect(members.answers == [.members(wanted)])
  }

  @Test func `what lacks a column is told`() throws {
    let members = try Connection(PostgreSQLServer.settings()).members(
      of: [Lists.list("x > 3 and segment = 1"), Lists.list("x > 3")], in: Lists.small, Lists.smallColumns, source: "s")
    #expect(members.answers == [.lacks(["segment"]), .members([false, true, false])])
  }
}
