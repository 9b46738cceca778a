import Features
import Foundation
import Testing
import Warehouse

@Suite struct `Sources` {
  let place: Workplace

  init() throws { place = try Workplace() }

  func fault(_ body: () throws -> Void) -> (any Error)? {
    do {
      try body()
      return nil
    } catch {
      return error
    }
  }

  // MARK: Counting

  @Test(.onEveryEngine) func `what is left out is counted, each row for its first reason`() throws {
    let found = try place.orders(
      [
        "1,2017-01-01,5", ",2017-01-01,5", ",,", "2,,5", "2,2018-01-01,5", "2,2018-01-01,", "3,2017-01-01,",
        "1,2017-01-02,-1",
      ], asOf: "2017-12-31")
    let count = try found.count("orders")
    #expect(count.rowsRead == 8 && count.rowsUsed == 2)
    #expect(count.leftOut.map(\.reason) == ["no customer", "no date", "after 2017-12-31", "no amount"])
    #expect(count.leftOut.map(\.rows) == [2, 1, 2, 1])
    #expect(found.customers == ["1"])
  }

  @Test func `customers twice in the attributes are an error that names no one`() throws {
    try place.write("people.csv", ["id,age", "secret7,1", "secret7,2", "b,1"])
    let yaml = "as_of: 2017-01-01\nsources: {p: {file: people.csv, role: customers, columns: {customer: id}}}"
    let error = try #require(fault { _ = try place.features(yaml) })
    let text = "\(error)"
    #expect(text.contains("people.csv") && text.contains("'id'") && text.contains("row 2"))
    #expect(text.contains("1 customer has more") && !text.contains("secret"))
    #expect(try place.features(yaml.replacing("role:", with: "where: 'age < 2', role:")).customers.count == 2)
  }

  @Test(.onEveryEngine) func `products that stand twice do not count purchases twice`() throws {
    try place.write("orders.csv", ["c,t,a,i", "1,2017-01-01,5,x", "1,2017-01-02,5,y"])
    try place.write("goods.csv", ["i,k", "x,fruit", "x,bread", "x,", "y,bread"])
    let found = try place.features(
      Workplace.orders().replacing("amount: a", with: "amount: a, product: i")
        + "  goods: {file: goods.csv, role: products, columns: {product: i, category: k}}")
    #expect(try found.number("monetary") == 10 && found.number("share_bread") == 1)
    #expect(try found.count("goods").rowsRead == 4)
  }

  // MARK: Identifiers

  @Test(.onEveryEngine) func `identifiers with leading zeros keep them, all of them`() throws {
    let found = try place.orders(["007,2017-01-01,5", "7,2017-01-01,6", "  8 ,2017-01-01,6"])
    #expect(found.customers == ["007", "7", "8"])
    if case .texts = found.values.customers.values {} else { Issue.record("texts stay texts") }
  }

  @Test(.onEveryEngine) func `identifiers that are whole numbers come out as numbers, in their order`() throws {
    let found = try place.orders(["10,2017-01-01,5", "9,2017-01-01,6", "-3,2017-01-01,6"])
    #expect(found.values.customers.values == .integers([-3, 9, 10]))
  }

  @Test(arguments: [
    "CAST(i AS BIGINT)", "CAST(i AS DOUBLE)", "CAST(i AS UBIGINT)", "CAST(i AS VARCHAR)", "CAST(i AS SMALLINT)",
  ])
  func `numbers in Parquet and texts in CSV are the same customers`(_ key: String) throws {
    let target = SQL.literal(place.path("orders.parquet"))
    try place.connection().execute(
      "COPY (SELECT \(key) AS c, DATE '2017-01-01' AS t, 2.5 AS a FROM range(1, 4) AS r(i)) TO \(target) (FORMAT parquet)"
    )
    try place.write("people.csv", ["id,age", "1,20", "3,40"])
    let found = try place.features(
      Workplace.orders().replacing("orders.csv", with: "orders.parquet")
        + "  people: {file: people.csv, role: customers, columns: {customer: id}}")
    #expect(found.values.customers.values == .integers([1, 2, 3]))
    #expect(try found.number("age", "1") == 20 && found.number("age", "2") == nil && found.number("age", "3") == 40)
  }

  @Test func `identifiers beyond 64 bits stay whole`() throws {
    let target = SQL.literal(place.path("orders.parquet"))
    try place.connection().execute(
      "COPY (SELECT 18446744073709551615::UBIGINT AS c, DATE '2017-01-01' AS t, 2.5 AS a) TO \(target) (FORMAT parquet)"
    )
    let found = try place.features(Workplace.orders().replacing("orders.csv", with: "orders.parquet"))
    #expect(found.customers == ["18446744073709551615"])
  }

  // MARK: Cells

  static let bad: [(String, String, String)] = [
    ("1,2017-01-01,five", "a", "numbers"), ("1,2017-01-01,inf", "a", "finite"),
    ("1,2017-01-01,-Infinity", "a", "finite"), ("1,2017-01-01,123456789012345", "a", "10^14"),
    ("1,2017-01-01,1e300", "a", "10^14"), ("1,2017-01-01,\"1,5\"", "a", "numbers"), ("1,2017-13-01,5", "t", "dates"),
    ("1,2017-02-30,5", "t", "dates"), ("1,yesterday,5", "t", "dates"), ("1,01/02/2017,5", "t", "time_format"),
    ("1,20170101,5", "t", "time_format"),
  ]

  @Test(arguments: bad)
  func `a bad cell is named by file, row and column, and not by its value`(
    _ line: String, _ column: String, _ needed: String
  ) throws {
    // A row that 'where' leaves out and an empty line do not shift the number.
    let error = try #require(
      fault {
        _ = try place.orders(
          ["1,2017-01-01,5", "1,2016-01-01,6", line, "2,2017-01-01,5"], more: "    where: a <> '6'\n")
      })
    guard case .badCell("orders.csv", 3, column, let found)? = error as? WarehouseError else {
      Issue.record("\(error)")
      return
    }
    #expect(found.contains(needed))
    let cell = line.split(separator: ",", maxSplits: 2)[column == "a" ? 2 : 1]
    #expect(!"\(error)".contains(cell))
  }

  @Test(arguments: ["'NaN'::DOUBLE", "'inf'::DOUBLE", "1e20"])
  func `a bad number in Parquet is named too`(_ value: String) throws {
    try place.connection().execute(
      """
      COPY (SELECT i AS c, DATE '2017-01-01' AS t, CASE WHEN i = 5 THEN \(value) ELSE 2.5 END AS a FROM range(9) AS r(i))
      TO \(SQL.literal(place.path("orders.parquet"))) (FORMAT parquet)
      """)
    let error = #expect(throws: WarehouseError.self) {
      _ = try place.features(Workplace.orders().replacing("orders.csv", with: "orders.parquet"))
    }
    guard case .badCell("orders.parquet", 6, "a", _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `prices times quantities that are too much are named`() throws {
    try place.write("orders.csv", ["c,t,p,q", "1,2017-01-01,1,1", "1,2017-01-01,10000000000,10000000000"])
    let error = #expect(throws: WarehouseError.self) {
      _ = try place.features(Workplace.orders().replacing("amount: a", with: "price: p, quantity: q"))
    }
    guard case .badCell("orders.csv", 2, "p", _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(.onEveryEngine) func `large prices and quantities are multiplied in full`() throws {
    try place.write("orders.csv", ["c,t,p,q", "1,2017-01-01,1000000,10000000"])
    let found = try place.features(Workplace.orders().replacing("amount: a", with: "price: p, quantity: q"))
    #expect(try found.number("monetary") == 1e13)
  }

  @Test(.onEveryEngine) func `blank cells are missing, whatever the file`() throws {
    let found = try place.orders(["1,2017-01-01,\"  \"", "1,2017-01-01,", "1,2017-01-01,NA", "1,2017-01-01, 5.5 "])
    #expect(try found.number("monetary") == 5.5 && found.count("orders").leftOut.map(\.rows) == [3])
    try place.connection().execute(
      """
      COPY (SELECT '1' AS c, '2017-01-01' AS t, unnest(['', '  ', '5.5']) AS a)
      TO \(SQL.literal(place.path("orders.parquet"))) (FORMAT parquet)
      """)
    let texts = try place.features(Workplace.orders().replacing("orders.csv", with: "orders.parquet"))
    #expect(try texts.number("monetary") == 5.5 && texts.count("orders").leftOut.map(\.rows) == [2])
  }

  @Test func `a date for an amount is refused by its column`() throws {
    try place.connection().execute(
      """
      COPY (SELECT 1 AS c, DATE '2017-01-01' AS t, DATE '2017-01-01' AS a)
      TO \(SQL.literal(place.path("orders.parquet"))) (FORMAT parquet)
      """)
    #expect(throws: WarehouseError.badCell(source: "orders.parquet", row: nil, column: "a", needed: "numbers")) {
      _ = try place.features(Workplace.orders().replacing("orders.csv", with: "orders.parquet"))
    }
  }

  @Test(.onEveryEngine) func `what floats left of nothing was taken for a ten-thousandth`() throws {
    let lines = ["1,2017-01-01,5.551115e-17", "1,2017-01-01,9e-6", "2,2017-01-01,-6.66E-16", "3,2017-01-01,1.5e2"]
    let found = try place.orders(lines + ["4,2017-01-01,5.1e-5"])
    #expect(try ["1", "2", "3", "4"].map { try found.number("monetary", $0) } == [0, 0, 150, 0.0001])
    // Nor is it a return.
    #expect(!found.names.contains("returned_lines"))
  }

  @Test(.onEveryEngine) func `amounts keep four decimals`() throws {
    let found = try place.orders(["1,2017-01-01,1.23456", "1,2017-01-01,0.00004"])
    #expect(try found.number("monetary") == 1.2346)
  }

  static let written = [
    ("31/12/2017", "01/02/2017", "'%d/%m/%Y'"), ("12/31/2017", "02/01/2017", "'%m/%d/%Y'"),
    ("20171231", "20170201", "'%Y%m%d'"), ("31.12.2017 23:59", "01.02.2017 00:00", "'%d.%m.%Y %H:%M'"),
    ("31-Dec-2017", "01-Feb-2017", "'%d-%b-%Y'"),
  ]

  @Test(.onEveryEngine, arguments: written)
  func `dates are read as time_format says`(_ first: String, _ second: String, _ format: String) throws {
    let found = try place.orders(["1,\(first),5", "1,\(second),5"], more: "    time_format: \(format)\n")
    #expect(try found.number("gap_days_mean") == 333 && found.asOf.description == "2017-12-31")
  }

  @Test(
    .onEveryEngine,
    arguments: [("31/12/2017", "01/02/2017"), ("31.12.2017", "01.02.2017"), ("2017/12/31", "2017/02/01")])
  func `dates of another custom are recognised where they are unmistakable`(_ first: String, _ second: String) throws {
    let found = try place.orders(["1,\(first),5", "1,\(second),5"])
    #expect(try found.number("gap_days_mean") == 333)
  }

  @Test func `integers as dates in Parquet need their format`() throws {
    try place.connection().execute(
      """
      COPY (SELECT 1 AS c, unnest([20171231, 20170201]) AS t, 5 AS a)
      TO \(SQL.literal(place.path("orders.parquet"))) (FORMAT parquet)
      """)
    let yaml = Workplace.orders().replacing("orders.csv", with: "orders.parquet")
    let error = try #require(fault { _ = try place.features(yaml) })
    #expect("\(error)".contains("time_format"))
    let found = try place.features(yaml.replacing("columns:", with: "time_format: '%Y%m%d'\n    columns:"))
    #expect(try found.number("gap_days_mean") == 333)
  }

  @Test func `text in another encoding is read when it is named`() throws {
    let lines = Data("c,t,a,k\n1,2017-01-01,5,caf".utf8) + Data([0xE9]) + Data("\n".utf8)
    try lines.write(to: place.folder.appendingPathComponent("orders.csv"))
    let found = try place.features(
      Workplace.orders(more: "    encoding: latin-1\n").replacing("amount: a", with: "amount: a, category: k"))
    #expect(try found.number("share_cafe") == 1)
  }

  // MARK: Conditions

  static let conditions = [
    ("a > 4", 2.0), ("a > 4 AND t >= DATE '2017-02-01'", 1), ("c = 1", 3), ("c = '1'", 3), ("n = 'x'", 1),
    ("a IS NOT NULL", 3), ("\"t\" < '2017-01-15'", 1),
  ]

  @Test(.onEveryEngine, arguments: conditions)
  func `a condition sees the columns with their own types`(_ condition: String, _ orders: Double) throws {
    try place.write(
      "orders.csv", ["c,t,a,n", "1,2017-01-01,5,x", "1,2017-02-01,6,y", "1,2017-03-01,4,z", "1,2017-03-01,,z"])
    let quoted = "'" + condition.replacing("'", with: "''") + "'"
    let found = try place.features(Workplace.orders(more: "    where: \(quoted)\n"))
    #expect(try found.number("orders") == orders)
  }

  @Test(.onEveryEngine) func `a condition that divides by zero holds for no row`() throws {
    let lines = ["1,2017-01-01,5", "2,2017-01-01,6", "3,2017-01-01,12"]
    let found = try place.orders(lines, more: "    where: '10 / (a - 5) > 1'\n")
    // 10 / 7 is more than 1 where whole numbers give a fraction, too.
    #expect(found.customers == ["2", "3"])
    let count = try found.count("orders")
    #expect(count.rowsRead == 3 && count.rowsUsed == 2)
    #expect(count.leftOut.map(\.reason) == ["that 'where' leaves out"] && count.leftOut.map(\.rows) == [1])
    #expect(try place.orders(lines, more: "    where: 'mod(10, a - 5) >= 0'\n").customers == ["2", "3"])
  }

  @Test func `a condition sees dates of another custom as dates`() throws {
    let found = try place.orders(
      ["1,31/12/2017,5", "1,01/02/2017,5"], more: "    where: t < DATE '2017-06-01'\n")
    #expect(try found.number("orders") == 1 && found.asOf.description == "2017-02-01")
  }

  @Test(arguments: ["nothing > 1", "a >", "a > 1; DROP TABLE x", "a > 'x' + 1"])
  func `a condition that cannot be used is named with its source and line`(_ condition: String) throws {
    let quoted = "'" + condition.replacing("'", with: "''") + "'"
    let error = #expect(throws: (any Error).self) {
      _ = try place.orders(["1,2017-01-01,5"], more: "    where: \(quoted)\n")
    }
    let fault = try #require(error as? ProjectError, "\(String(describing: error))")
    #expect(fault.line == 4 && fault.reason.contains("'orders'"))
  }

  // MARK: Sources as a whole

  @Test func `no row in time, no row with a date, no row at all: each is told`() throws {
    let early = try #require(fault { _ = try place.orders(["1,2017-01-01,5"], asOf: "2016-12-31") })
    #expect("\(early)".contains("on or before 2016-12-31"))
    let dateless = try #require(fault { _ = try place.orders(["1,,5"]) })
    #expect("\(dateless)".contains("no row with a time"))
    let none = try #require(fault { _ = try place.orders([]) })
    #expect("\(none)".contains("orders.csv") || "\(none)".contains("'orders'"))
    let absent = try #require(
      fault { _ = try place.features(Workplace.orders().replacing("orders.csv", with: "no.csv")) })
    #expect("\(absent)".contains("no.csv"))
  }

  @Test func `an unknown column is answered with the nearest one`() throws {
    try place.write("orders.csv", ["customer,when,amount", "1,2017-01-01,5"])
    let error = #expect(throws: WarehouseError.self) {
      _ = try place.features(
        Workplace.orders().replacing(
          "{customer: c, time: t, amount: a}", with: "{customer: custmer, time: when, amount: amount}"))
    }
    #expect(error == .unknownColumn(name: "custmer", source: "orders.csv", nearest: ["customer"]))
  }

  @Test func `two sources of a role that has one are refused, and so are names that differ in case alone`() throws {
    try place.write("orders.csv", ["c,t,a", "1,2017-01-01,5"])
    let second = "  more: {file: orders.csv, role: transactions, columns: {customer: c, time: t, amount: a}}"
    let two = try #require(fault { _ = try place.features(Workplace.orders() + second) } as? ProjectError)
    #expect(two.reason.contains("UNION ALL"))
    let events = "  ORDERS: {file: orders.csv, role: events, columns: {customer: c, time: t}}"
    let alike = try #require(fault { _ = try place.features(Workplace.orders() + events) } as? ProjectError)
    #expect(alike.reason.contains("capital letters"))
  }

  @Test func `campaigns without a time need a calendar`() throws {
    try place.write("orders.csv", ["c,t,a", "1,2017-01-01,5"])
    let mails = "  mails: {file: orders.csv, role: campaigns, columns: {customer: c, campaign: a}}"
    let error = try #require(fault { _ = try place.features(Workplace.orders() + mails) } as? ProjectError)
    #expect(error.reason.contains("campaign_calendar"))
  }

  @Test func `tables and queries of a database are sources too`() throws {
    var settings = EngineSettings()
    settings.database = place.path("shop.db")
    do {
      let connection = try Connection(settings)
      try connection.execute("CREATE TABLE orders AS SELECT '1' AS c, DATE '2017-01-01' AS t, 5.5 AS a")
    }
    let found = try place.features(
      """
      sources:
        orders: {table: orders, role: transactions, columns: {customer: c, time: t, amount: a}}
        visits: {query: SELECT c AS "who is", t FROM orders, role: events, columns: {customer: who is, time: t}}
      engine: {database: shop.db}
      """.replacing("orders, role: events", with: "orders', role: events").replacing("SELECT c", with: "'SELECT c"),
      settings: settings)
    #expect(try found.number("monetary") == 5.5 && found.number("visits_count") == 1)
  }

  // MARK: A plan elsewhere

  @Test(.onEveryEngine) func `a plan on sources that lack columns computes what is there`() throws {
    let header = "c,t,a,q,d,k,s"
    try place.write("orders.csv", [header, "1,2017-01-01,5,1,1,fruit,x", "1,2017-01-02,5,1,0,bread,x"])
    try place.write("people.csv", ["id,age,city", "1,20,Rome"])
    let people = "  people: {file: people.csv, role: customers, columns: {customer: id}}"
    let all = Workplace.orders().replacing(
      "amount: a", with: "amount: a, quantity: q, discount: d, category: k, store: s")
    let plan = try FeaturePlan(place.sources(all + people))
    try place.write("people.csv", ["id,age", "1,21"])
    let few = try place.sources(Workplace.orders() + people)
    let table = try few.features(plan)
    let names = table.plan.definitions.map(\.name)
    #expect(names.contains("monetary") && names.contains("age"))
    for absent in ["city", "stores_used", "share_fruit", "discount_share", "basket_items_mean"] {
      #expect(plan.definitions.contains { $0.name == absent } && !names.contains(absent))
    }
    #expect(try table.values().numeric("age") == [21])
    let values = try table.values()
    let report = FeatureTransforms.fit(values, settings: TransformSettings()).apply(values).report
    #expect(report.absentFeatures.isEmpty)
  }

  @Test func `a plan survives its coding`() throws {
    try place.write("people.csv", ["id,size,city", "1,small,Rome", "2,large,Oslo"])
    try place.write("orders.csv", ["c,t,a", "1,2017-01-01,5"])
    let yaml =
      Workplace.orders() + "  people: {file: people.csv, role: customers, columns: {customer: id}}\n"
      + "features: {ordinal: {size: [small, large]}}"
    let sources = try place.sources(yaml)
    let plan = try FeaturePlan(sources)
    let copy = try JSONDecoder().decode(FeaturePlan.self, from: JSONEncoder().encode(plan))
    #expect(copy == plan)
    #expect(try sources.features(copy).values().numeric("size") == [0])
  }
}

extension Workplace {
  func features(_ yaml: String, settings: EngineSettings) throws -> Computed {
    let sources = try SourceSet(try project(yaml), connection: Connection(settings))
    return try Computed(sources.features(FeaturePlan(sources)), sources)
  }
}
