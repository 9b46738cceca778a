import Foundation
import ModelFiles
import TestSupport
import Testing

/// `value` in tessera.yml, and the model file of `tessera value`.
@Suite struct ProjectValueTests {
  private struct Card: Decodable {
    struct Ends: Decodable {
      let expected: Double
      let low80: Double
      let high80: Double
    }
    struct Group: Decodable {
      let name: String
      let id: Int?
      let customers: Int
      let orders: Ends
      let revenue: Ends
    }
    let total: Group
    let groups: [Group]
    let macros: [Group]
    let horizon: Double
    let calibrationEnd: String
  }

  /// A year and a half of 240 customers: some buy every week or two, others rarely; some stop at some day. Now and then
  /// something is brought back.
  private static let orders: String = {
    var rows = ["customer,day,paid"]
    for customer in 0..<240 {
      let gap = customer % 2 == 0 ? 5 + customer * 31 % 9 : 30 + customer * 31 % 40
      let last = customer % 3 == 0 ? 80 + customer * 7919 % 400 : 540
      var day = customer * 5 % 30
      while day < last {
        let date = ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: Double(19_000 + day) * 86_400))
        rows.append("c\(customer),\(date.prefix(10)),\(10 + customer * 17 % 40 + day * 7 % 5)")
        if day % 19 == 0 { rows.append("c\(customer),\(date.prefix(10)),-4") }
        day += gap + day * customer % 4
      }
    }
    return rows.joined(separator: "\n") + "\n"
  }()

  private static func project(_ value: String) -> String {
    """
    name: shop
    sources:
      orders:
        file: orders.csv
        role: transactions
        columns: {customer: customer, time: day, amount: paid}
    \(value)
    """
  }

  private func folder(_ value: String, orders: String = orders) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(orders, to: "orders.csv")
    try folder.write(Self.project(value), to: "tessera.yml")
    return folder
  }

  private func card(_ folder: TemporaryFolder) throws -> Card {
    try ModelFile.read(from: folder.url.appendingPathComponent("models/shop.tessera")).section(
      "forecast", as: Card.self)
  }

  @Test func `train forecasts customers and segments, and score tells the same of the same customers`() throws {
    let folder = try folder("value: {horizon: 8}")
    let trained = try TesseraProcess.run(["train"], in: folder.url)
    try #require(trained.code == 0, "\(trained.errors)")
    #expect(trained.output.contains("the next 8 weeks"))
    let card = try card(folder)
    #expect(card.horizon == 8 && card.total.customers == 240)
    // Segments are parts of all, and macro-segments sums of theirs.
    #expect(card.groups.reduce(0) { $0 + $1.customers } == 240)
    let sum = card.groups.reduce(0) { $0 + $1.revenue.expected }
    #expect(abs(sum - card.total.revenue.expected) < 1e-6 * sum)
    for macro in card.macros {
      let own = card.groups.filter { $0.name.hasPrefix("\(macro.name)/") }
      #expect(!own.isEmpty && macro.customers == own.reduce(0) { $0 + $1.customers })
      let expected = own.reduce(0) { $0 + $1.orders.expected }
      #expect(abs(macro.orders.expected - expected) < 1e-6 * expected)
    }
    #expect((card.groups + card.macros).allSatisfy { $0.customers == 0 || $0.revenue.low80 < $0.revenue.high80 })

    let scored = try TesseraProcess.run(
      ["score", "models/shop.tessera", "--output", "output/shop/scored.parquet"], in: folder.url)
    try #require(scored.code == 0, "\(scored.errors)")
    #expect(try folder.bytes("output/shop/scored.parquet") == folder.bytes("output/shop/assignments.parquet"))
    #expect(folder.files.contains("output/shop/predictions.parquet"))
    let shown = try TesseraProcess.run(["score", "models/shop.tessera", "--output", "s.csv"], in: folder.url)
    #expect(shown.code == 0)
    let lines = try String(contentsOf: folder.url.appendingPathComponent("s.csv"), encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    let place = try #require(lines[0].firstIndex(of: "expected_revenue"))
    #expect(
      lines[0].suffix(9) == [
        "probability_alive", "expected_orders", "orders_low", "orders_high", "expected_spend", "expected_revenue",
        "revenue_low", "revenue_high", "next_order_date",
      ])
    let total = lines.dropFirst().compactMap { Double($0[place]) }.reduce(0, +)
    #expect(abs(total - card.total.revenue.expected) < 1e-6 * total)
    let inspected = try TesseraProcess.run(["inspect", "models/shop.tessera"], in: folder.url)
    #expect(inspected.output.contains("the next 8 weeks after \(card.calibrationEnd)"))
  }

  @Test func `a sampled tree forecasts as one of all customers does`() throws {
    // Six times as many customers as a sample has.
    let many = (0..<25).flatMap { copy in
      Self.orders.split(separator: "\n").dropFirst().map { "\(copy)\($0)" }
    }
    let folder = try folder(
      "value: true\ntargets:\n  buys: {event: buy, days: 60, dates: 2}\nsegments: {sample: 1000}",
      orders: "customer,day,paid\n" + many.joined(separator: "\n") + "\n")
    let trained = try TesseraProcess.run(["train"], in: folder.url)
    try #require(trained.code == 0, "\(trained.errors)")
    #expect(try card(folder).total.customers == 6000)
    #expect(trained.errors.contains("of 6,000 customers"), "targets are learnt from a part of them")
    let scored = try TesseraProcess.run(
      ["score", "models/shop.tessera", "--output", "output/shop/scored.parquet"], in: folder.url)
    try #require(scored.code == 0, "\(scored.errors)")
    #expect(try folder.bytes("output/shop/scored.parquet") == folder.bytes("output/shop/assignments.parquet"))
  }

  @Test func `nothing after the as-of date reaches the forecast`() throws {
    let day = "2023-02-20"
    let whole = try folder("value: {horizon: 60, unit: day, model_family: mbgnbd}")
    #expect(try TesseraProcess.run(["train", "--as-of", day], in: whole.url).code == 0)
    let early = Self.orders.split(separator: "\n").filter { line in
      let cells = line.split(separator: ",")
      return cells[1] == "day" || cells[1] <= day
    }
    let noise = (0..<240).map { "c\($0),2023-06-01,999" }
    let cut = try folder(
      "value: {horizon: 60, unit: day, model_family: mbgnbd}",
      orders: (early.map(String.init) + noise).joined(separator: "\n") + "\n")
    #expect(try TesseraProcess.run(["train", "--as-of", day], in: cut.url).code == 0)
    let files = try [whole, cut].map { try $0.bytes("output/shop/predictions.parquet") }
    #expect(files[0] == files[1])
  }

  @Test func `orders that allow no forecast leave the segments, and are told`() throws {
    let once = (0..<300).map { "c\($0),2023-0\(1 + $0 % 9)-11,\(5 + $0 * $0 % 90)" }
    let folder = try folder("value: true", orders: "customer,day,paid\n" + once.joined(separator: "\n") + "\n")
    let trained = try TesseraProcess.run(["train"], in: folder.url)
    #expect(trained.code == 0, "\(trained.errors)")
    #expect(trained.errors.contains("no orders and revenue are forecast: No customer ordered a second time"))
    #expect(!folder.files.contains("output/shop/predictions.parquet"))
  }

  @Test(arguments: [
    ("value: {horizon: 0}", "from 1 to 3650"), ("value: {horizont: 8}", "Did you mean 'horizon'"),
    ("value: {model_family: bgbb}", "must be one of bgnbd, mbgnbd, paretonbd, nbd"),
    ("value: perhaps", "must be true or false"),
  ])
  func `what cannot be meant is told`(value: String, words: String) throws {
    // The folder goes with its value, so it is held until the program has ended.
    let place = try folder(value)
    defer { withExtendedLifetime(place) {} }
    let outcome = try TesseraProcess.run(["train"], in: place.url)
    #expect(outcome.code == 65 && outcome.errors.contains(words), "\(outcome.errors)")
  }

  private static let log = ["value", "orders.csv", "--customer", "customer", "--date", "day", "--amount", "paid"]

  @Test func `a model file of value forecasts its own log as value did, and later ones`() throws {
    let folder = try folder("")
    let made = try TesseraProcess.run(
      Self.log + ["--horizon", "8", "--model", "v.tessera", "--output", "a.csv"], in: folder.url)
    try #require(made.code == 0, "\(made.errors)")
    let scored = try TesseraProcess.run(
      ["score", "v.tessera", "--input", "orders.csv", "--output", "b.csv"], in: folder.url)
    try #require(scored.code == 0, "\(scored.errors)")
    #expect(try folder.bytes("a.csv") == folder.bytes("b.csv"))
    let earlier = try TesseraProcess.run(
      ["score", "v.tessera", "--input", "orders.csv", "--as-of", "2023-01-31", "--output", "c.csv"], in: folder.url)
    #expect(earlier.code == 0 && earlier.output.contains("as of 2023-01-31"))
    #expect(try folder.bytes("c.csv") != folder.bytes("b.csv"))
    let shown = try TesseraProcess.run(["inspect", "v.tessera"], in: folder.url)
    #expect(shown.code == 0 && shown.output.contains("the next 8 weeks"))
    let bare = try TesseraProcess.run(["score", "v.tessera", "--output", "d.csv"], in: folder.url)
    #expect(bare.code == 64 && bare.errors.contains("--input"))
  }

  @Test(arguments: [
    (["card", "model", "orders", "parameters"], Content.list([.real(1)])),
    (["card", "model", "orders", "parameters", "0"], .real(1e300)),
    (["card", "model", "spend", "q"], .real(0.5)), (["card", "model", "returnShare"], .real(7)),
    (["card", "horizon"], .real(1e12)), (["card", "calibrationEnd"], .text("someday")),
    (["card", "model", "revenueCorrection", "degreesOfFreedom"], .real(0)),
    (["card", "logStandardErrors"], .list([])), (["card", "total", "alive"], .real(2)),
  ])
  func `a forecast that nobody fitted is refused`(path: [String], value: Content) throws {
    let folder = try folder("")
    #expect(try TesseraProcess.run(Self.log + ["--model", "v.tessera"], in: folder.url).code == 0)
    let url = folder.url.appendingPathComponent("v.tessera")
    var file = try ModelFile.read(from: url)
    let section = try file.section("value", as: Content.self)
    try file.setSection("value", try #require(section.replacing(path[...], with: value)))
    try file.write(to: url)
    for verb in [["inspect", "v.tessera"], ["score", "v.tessera", "--input", "orders.csv", "--output", "o.csv"]] {
      let outcome = try TesseraProcess.run(verb, in: folder.url)
      #expect(outcome.code == 65 && !outcome.errors.isEmpty, "\(verb[0]): \(outcome.errors)")
    }
    #expect(!folder.files.contains("o.csv"))
  }

  @Test func `init turns the forecast on, and proposes targets that fit the records`() throws {
    let folder = try folder("")
    #expect(try TesseraProcess.run(["init", "--force", "--name", "shop", "orders.csv"], in: folder.url).code == 0)
    let text = try String(contentsOf: folder.url.appendingPathComponent("tessera.yml"), encoding: .utf8)
    #expect(text.contains("\nvalue:\n  horizon: 13\n"))
    #expect(
      text.contains("#   buys_30d: {event: buy, days: 30}")
        && text.contains("#   lapses_90d: {event: no buy, days: 90}"))
    // What is proposed works as it stands.
    let start = try #require(text.range(of: "# targets:")).lowerBound
    let end = text[start...].range(of: "\n\n")?.lowerBound ?? text.endIndex
    let block = text[start..<end].replacing("# targets:", with: "targets:").replacing("#   ", with: "  ")
    let taken = text.replacingCharacters(in: start..<end, with: block)
    try folder.write(taken, to: "tessera.yml")
    let trained = try TesseraProcess.run(["train"], in: folder.url)
    #expect(trained.code == 0, "\(trained.errors)")
    #expect(trained.output.contains("lapses_90d") && trained.output.contains("the next 13 weeks"))
  }
}
