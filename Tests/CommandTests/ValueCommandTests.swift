import Foundation
import TestSupport
import Testing

/// `value`, from a log of orders to forecasts.
@Suite struct ValueCommandTests {
  private struct Answer: Decodable {
    struct Ends: Decodable {
      let expected: Double
      let low80: Double
      let high80: Double
      let low90: Double
      let high90: Double
    }
    struct Totals: Decodable {
      let orders: Ends
      let revenue: Ends
    }
    struct Holdout: Decodable {
      let orders: Double
      let revenue: Double
    }
    struct Group: Decodable {
      let group: String
      let customers: Int
      let orders: Ends
    }
    let model: String
    let parameters: [String: Double]
    let logLikelihood: Double
    let findings: [String]
    let customers: Int
    let repeatOrders: Int
    let range: Totals
    let holdout: Holdout?
    let groups: [Group]
  }

  /// 120 customers of two countries with a rhythm each, who stop sooner or later; two lines a day, and some returns.
  private static let orders: String = {
    var rows = ["customer,day,paid,country"]
    for customer in 0..<120 {
      let gap = 9 + customer * 7 % 23
      let last = 60 + customer * 7919 % 260
      var day = customer * 5 % 40
      while day < last {
        let date = Date(timeIntervalSince1970: Double(19_000 + day) * 86_400)
        let text = ISO8601DateFormatter().string(from: date).prefix(10)
        let paid = 10 + Double(customer * 31 % 50) + Double(day * 13 % 7)
        rows.append("c\(customer),\(text),\(paid),\(customer % 3 == 0 ? "AT" : "DE")")
        if day % 4 == 0 { rows.append("c\(customer),\(text),\(paid / 2),\(customer % 3 == 0 ? "AT" : "DE")") }
        if day % 17 == 0 { rows.append("c\(customer),\(text),-5,") }
        day += gap + day * customer % 5
      }
    }
    return rows.joined(separator: "\n") + "\n"
  }()

  private static let columns = ["orders.csv", "--customer", "customer", "--date", "day", "--amount", "paid"]

  private func run(_ arguments: [String], in folder: TemporaryFolder) throws -> TesseraProcess.Outcome {
    try folder.write(Self.orders, to: "orders.csv")
    return try TesseraProcess.run(["value"] + Self.columns + arguments, in: folder.url)
  }

  private func answer(_ arguments: [String], in folder: TemporaryFolder) throws -> Answer {
    let outcome = try run(arguments + ["--json"], in: folder)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return try JSONDecoder().decode(Answer.self, from: Data(outcome.output.utf8))
  }

  @Test func `a log gives one row a customer, and totals with ranges`() throws {
    let folder = try TemporaryFolder()
    let found = try answer(["--output", "v.csv", "--horizon", "10"], in: folder)
    #expect(found.customers == 120 && found.holdout == nil && found.groups.count == 10)
    #expect(found.range.revenue.low90 < found.range.revenue.low80)
    #expect(found.range.revenue.low80 < found.range.revenue.expected)
    #expect(found.range.revenue.expected < found.range.revenue.high80)
    let lines = try String(contentsOf: folder.url.appendingPathComponent("v.csv"), encoding: .utf8).split(
      separator: "\n")
    #expect(lines.count == 121)
    #expect(
      lines[0] == "customer,repeat_orders,probability_alive,expected_orders,orders_low,orders_high,expected_spend,"
        + "expected_revenue,revenue_low,revenue_high,next_order_date")
    let alive = lines.dropFirst().compactMap { Double($0.split(separator: ",")[2]) }
    #expect(alive.count == 120 && alive.allSatisfy { (0...1).contains($0) })
  }

  @Test func `days after the end of calibration are held against the forecast, by group`() throws {
    let folder = try TemporaryFolder()
    let found = try answer(["--calibration-end", "2022-08-01", "--group", "country"], in: folder)
    let holdout = try #require(found.holdout)
    #expect(holdout.orders > 0 && holdout.revenue > 0)
    #expect(found.groups.map(\.group) == ["AT", "DE"] && found.groups.map(\.customers) == [40, 80])
    let words = try run(["--calibration-end", "2022-08-01"], in: folder)
    #expect(words.output.contains("came") && words.output.contains("back-tests inside the known days"))
  }

  @Test func `an expression of columns counts as the amount`() throws {
    let folder = try TemporaryFolder()
    let plain = try answer([], in: folder)
    try folder.write(Self.orders, to: "orders.csv")
    let outcome = try TesseraProcess.run(
      ["value", "orders.csv", "--customer", "customer", "--date", "day", "--amount", "2 * paid", "--json"],
      in: folder.url)
    let doubled = try JSONDecoder().decode(Answer.self, from: Data(outcome.output.utf8))
    #expect(abs(doubled.range.revenue.expected / plain.range.revenue.expected - 2) < 1e-4)
    #expect(doubled.parameters == plain.parameters)
  }

  @Test func `the number of threads and the order of rows change nothing`() throws {
    let folder = try TemporaryFolder()
    #expect(try run(["--threads", "1", "--output", "a.csv"], in: folder).code == 0)
    var lines = Self.orders.split(separator: "\n")
    let header = lines.removeFirst()
    try folder.write(([header] + lines.reversed()).joined(separator: "\n") + "\n", to: "orders.csv")
    #expect(
      try TesseraProcess.run(["value"] + Self.columns + ["--threads", "3", "--output", "b.csv"], in: folder.url).code
        == 0)
    let files = try ["a.csv", "b.csv"].map { try Data(contentsOf: folder.url.appendingPathComponent($0)) }
    #expect(files[0] == files[1])
  }

  @Test func `orders that leave the parameters open are told so, with finite ranges`() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<400).map { row in
      let (month, day) = (1 + row / 28 % 12, 1 + row % 28)
      return "\(row % 40),2022-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day),\(7 + row % 5)"
    }
    try folder.write("customer,day,paid\n" + rows.joined(separator: "\n") + "\n", to: "orders.csv")
    let outcome = try TesseraProcess.run(["value"] + Self.columns, in: folder.url)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(!outcome.output.contains("inf") && !outcome.output.contains("nan"), "\(outcome.output)")
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var arguments: [String] = []
    var log: String?
    var code: Int32 = 65
    let words: String
  }

  @Test(arguments: [
    Refusal(
      testDescription: "a text that is no date", log: "customer,day,paid\na,2022-01-01,5\nb,someday,6\n",
      words: "row 2"),
    Refusal(
      testDescription: "nobody orders twice",
      log: "customer,day,paid\n" + (0..<30).map { "c\($0),2022-01-0\(1 + $0 % 9),5\n" }.joined(),
      words: "No customer ordered a second time"),
    Refusal(
      testDescription: "an amount without end, counted in the file in spite of --where",
      arguments: ["--where", "customer <> 'a'"],
      log: "customer,day,paid\na,2022-01-01,5\nb,2022-01-02,inf\n", words: "row 2"),
    Refusal(testDescription: "an unknown column", arguments: ["--group", "contry"], words: "country"),
    Refusal(
      testDescription: "a calibration before all orders", arguments: ["--calibration-end", "2001-01-01"],
      words: "Move it later"),
    Refusal(
      testDescription: "a day that does not exist", arguments: ["--calibration-end", "2022-02-30"], code: 64,
      words: "existing day"),
    Refusal(
      testDescription: "opportunities instead of dates", arguments: ["--model-family", "bgbb"], code: 64,
      words: "opportunities"),
  ])
  func `what cannot be forecast is told`(refusal: Refusal) throws {
    let folder = try TemporaryFolder()
    try folder.write(refusal.log ?? Self.orders, to: "orders.csv")
    let outcome = try TesseraProcess.run(
      ["value"] + Self.columns + refusal.arguments + ["--output", "v.csv"], in: folder.url)
    #expect(outcome.code == refusal.code, "\(outcome.errors)")
    #expect(outcome.errors.contains(refusal.words), "\(outcome.errors)")
    #expect(!folder.files.contains("v.csv"))
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `a shop whose customers are not seen to leave is told so, and forecast all the same`() throws {
    let folder = try TemporaryFolder()
    let outcome = try TesseraProcess.run(
      [
        "value", SharedData.path("online_retail/onlineretail_nodesc.csv.gz"), "--customer", "CustomerID", "--date",
        "InvoiceDate", "--amount", "Quantity * UnitPrice", "--calibration-end", "2011-08-31", "--json",
      ], in: folder.url)
    try #require(outcome.code == 0, "\(outcome.errors)")
    let found = try JSONDecoder().decode(Answer.self, from: Data(outcome.output.utf8))
    #expect(found.findings.contains { $0.contains("cannot see any dropout") || $0.contains("cannot be told") })
    #expect(found.range.revenue.expected > 0 && found.holdout != nil)
  }
}
