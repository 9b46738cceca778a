import Foundation
import ModelFiles
import Testing

/// Effects of experiments, and scores that form segments, in a project.
@Suite struct ProjectEffectTests {
  private struct Effect: Decodable {
    struct Estimate: Decodable {
      let value: Double
      let low: Double
      let high: Double
    }
    struct Group: Decodable {
      let group: String
      let customers: Int
      let average: Estimate
      let shrunk: Estimate
    }
    struct Arm: Decodable {
      let treatment: String
      let average: Estimate
      let verdict: String
      let segments: [Group]
      let macros: [Group]?
    }
    struct Prediction: Decodable {
      let arms: [Arm]
      let controlRows: Int
    }
    let name: String
    let date: String
    let prediction: Prediction
  }

  /// 600 customers of two kinds, frequent and rare; a card sent by lot on 1 June 2023 brings frequent ones back. Its column
  /// is called as one of the results is.
  private static let files: (orders: String, cards: String) = {
    var orders = ["customer,day,paid"]
    var cards = ["customer,sent,segment,came"]
    for customer in 0..<600 {
      let isFrequent = customer % 2 == 0
      let gap = isFrequent ? 6 + customer * 31 % 7 : 50 + customer * 31 % 30
      var day = customer * 5 % 40
      while day < 520 {
        let date = ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: Double(19_000 + day) * 86_400))
        orders.append("c\(customer),\(date.prefix(10)),\((isFrequent ? 80 : 12) + customer * 17 % 9)")
        day += gap + day * customer % 4
      }
      let isSent = customer * 7919 % 5 < 2
      let chance = 0.15 + (isSent && isFrequent ? 0.5 : 0)
      let came = Double(customer * 104_729 % 9973) / 9973 < chance
      cards.append("c\(customer),2023-06-01,\(isSent ? "red" : "none"),\(came ? 1 : 0)")
    }
    return (orders.joined(separator: "\n") + "\n", cards.joined(separator: "\n") + "\n")
  }()

  private func folder(_ more: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(Self.files.orders, to: "orders.csv")
    try folder.write(Self.files.cards, to: "cards.csv")
    try folder.write(
      """
      name: shop
      sources:
        orders: {file: orders.csv, role: transactions, columns: {customer: customer, time: day, amount: paid}}
        cards: {file: cards.csv, role: experiments, columns: {customer: customer, time: sent, treatment: segment, outcome: came}}
      \(more)
      """, to: "tessera.yml")
    return folder
  }

  @Test func `an experiment's effect is learnt before it, told by segment, and kept`() throws {
    let folder = try folder("targets:\n  card_brings: {experiment: cards, outcome: came}")
    let trained = try TesseraProcess.run(["train"], in: folder.url)
    try #require(trained.code == 0, "\(trained.errors)")
    #expect(trained.output.contains("card_brings, learnt from cards by features as of 2023-05-31"))
    let file = try ModelFile.read(from: folder.url.appendingPathComponent("models/shop.tessera"))
    let effect = try #require(try file.section("effects", as: [Effect].self).first)
    let arm = try #require(effect.prediction.arms.first)
    #expect(effect.date == "2023-05-31" && arm.treatment == "red")
    // As the lots fell, 87% of the frequent came with a card and 20% without, of the rare 20% either way: a third on average.
    #expect(arm.average.low < 1.0 / 3 && arm.average.high > 1.0 / 3 && arm.average.low > 0.2)
    let customers = arm.segments.reduce(0) { $0 + $1.customers }
    #expect(customers == 600 && arm.macros?.reduce(0) { $0 + $1.customers } == 600)
    let effects = arm.segments.filter { $0.customers > 100 }.map(\.shrunk.value)
    #expect((effects.max() ?? 0) > 0.3 && (effects.min() ?? 1) < 0.2, "\(effects)")
    let scored = try TesseraProcess.run(
      ["score", "models/shop.tessera", "--output", "output/shop/scored.parquet"], in: folder.url)
    #expect(scored.code == 0, "\(scored.errors)")
    #expect(try folder.bytes("output/shop/scored.parquet") == folder.bytes("output/shop/assignments.parquet"))
    #expect(try TesseraProcess.run(["score", "models/shop.tessera", "-o", "s.csv"], in: folder.url).code == 0)
    let head = try String(contentsOf: folder.url.appendingPathComponent("s.csv"), encoding: .utf8).split(
      separator: "\n")[0]
    #expect(head.hasSuffix(",card_brings_untreated,card_brings_uplift"))
    let shown = try TesseraProcess.run(["inspect", "models/shop.tessera"], in: folder.url)
    #expect(shown.output.contains("drawn to its parent"))
    // Cards have it, and rules go by it.
    let cards = try TesseraProcess.run(["inspect", "models/shop.tessera", "--segment", "all"], in: folder.url)
    #expect(cards.output.contains("uplift       card_brings by red: came = 1"), "\(cards.output)")
    #expect(cards.output.contains("Treat: Give them red,"), "\(cards.output)")
    let table = try String(contentsOf: folder.url.appendingPathComponent("output/shop/personas.csv"), encoding: .utf8)
    #expect(
      table.split(separator: "\n")[0].contains(",card_brings_uplift,card_brings_uplift_low,card_brings_uplift_high,"))
    let report = try TesseraProcess.run(
      ["report", "models/shop.tessera", "--format", "md", "--output", "-"], in: folder.url)
    #expect(report.output.contains("Uplift of card\\_brings by red: came = 1"), "\(report.errors)")
    let page = try String(contentsOf: folder.url.appendingPathComponent("output/shop/report.html"), encoding: .utf8)
    #expect(page.contains("What treatments change") && page.contains("card_brings by <bdi>red</bdi>"))

    struct Inspected: Decodable {
      struct Told: Decodable {
        struct Model: Decodable { let arms: [Arm] }
        struct Arm: Decodable {
          let segments: [Effect.Group]
          let macros: [Effect.Group]
        }
        let name: String
        let model: Model
      }
      let effects: [Told]
    }
    let inspected = try TesseraProcess.run(["inspect", "models/shop.tessera", "--json"], in: folder.url)
    let told = try #require(try JSONDecoder().decode(Inspected.self, from: Data(inspected.output.utf8)).effects.first)
    #expect(told.name == "card_brings" && told.model.arms[0].segments.map(\.group) == arm.segments.map(\.group))
    #expect(told.model.arms[0].macros.map(\.group) == arm.macros?.map(\.group))

    // Without a time nobody knows which of two different rows came first.
    let twice =
      Self.files.cards + "c1,2023-06-01,red,1\nc1,2023-06-01,none,0\nc3,2023-06-01,red,1\nc3,2023-06-01,none,1\n"
    try folder.write(twice, to: "cards.csv")
    let timed = try TesseraProcess.run(["train"], in: folder.url)
    #expect(timed.code == 0 && timed.errors.contains("2 customers have several first treatments"), "\(timed.errors)")
    let yaml = try String(contentsOf: folder.url.appendingPathComponent("tessera.yml"), encoding: .utf8)
    try folder.write(yaml.replacing("time: sent, ", with: ""), to: "tessera.yml")
    let untimed = try TesseraProcess.run(["train"], in: folder.url)
    #expect(untimed.code == 65 && untimed.errors.contains("2 customers have several rows in the experiment 'cards'"))
  }

  @Test(arguments: [
    ("targets:\n  x: {experiment: crds}", "there are: 'cards'"),
    ("targets:\n  x: {experiment: cards, outcome: went}", "is no outcome of 'cards'; it has: 'came'"),
    ("targets:\n  x: {experiment: cards, days: 3}", "unknown key 'days'"),
    ("targets:\n  x: {experiment: cards, control: blue}", "no row has the control 'blue'"),
    (
      "targets:\n  x: {experiment: cards}\npersonas: {actions: [{title: t, do: d, when: {uplift of y: high}}]}",
      "asks for 'y', which is none of the targets with an experiment"
    ),
    (
      "personas: {actions: [{title: t, do: d, when: {chance of buys: high}}]}",
      "asks for 'buys', which is none of the targets without an experiment"
    ),
    ("segments: {micro: {features: [scores]}}", "stands for the chances of 'targets', and there are none"),
    (
      "  people: {file: people.csv, role: customers, columns: {customer: customer}, attributes: [buys_probability]}\n"
        + "targets: {buys: {event: buy, days: 60}}\nsegments: {micro: {features: [scores]}}",
      "rename the target or the column"
    ),
  ])
  func `what cannot be learnt is told`(settings: String, words: String) throws {
    // The folder goes with its value, so it is held until the program has ended.
    let place = try folder(settings)
    defer { withExtendedLifetime(place) {} }
    try place.write("customer,buys_probability\n" + (0..<600).map { "c\($0),\($0 % 7)\n" }.joined(), to: "people.csv")
    let outcome = try TesseraProcess.run(["train"], in: place.url)
    #expect(outcome.code == 65 && outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test func `scores form micro-segments where that is asked for, and score gives the same`() throws {
    let folder = try folder(
      "targets:\n  buys: {event: buy, days: 60, dates: 2}\nsegments: {k: 2, micro: {k: 2, features: [scores]}}")
    let trained = try TesseraProcess.run(["train"], in: folder.url)
    try #require(trained.code == 0, "\(trained.errors)")
    struct Features: Decodable { let numeric: [String] }
    let file = try ModelFile.read(from: folder.url.appendingPathComponent("models/shop.tessera"))
    #expect(try file.section("features", as: Features.self).numeric.contains("buys_probability"))
    for name in ["features.md", "features.json", "features.dictionary.csv"] {
      let dictionary = String(decoding: try folder.bytes("output/shop/\(name)"), as: UTF8.self)
      #expect(dictionary.replacing("\\_", with: "_").contains("buys_probability"), "\(name)")
    }
    let scored = try TesseraProcess.run(
      ["score", "models/shop.tessera", "--output", "output/shop/scored.parquet"], in: folder.url)
    try #require(scored.code == 0, "\(scored.errors)")
    #expect(try folder.bytes("output/shop/scored.parquet") == folder.bytes("output/shop/assignments.parquet"))
  }

  @Test func `a ready table is told the targets whose features it has`() throws {
    let folder = try folder("targets:\n  buys: {event: buy, days: 60, dates: 2}")
    #expect(try TesseraProcess.run(["train"], in: folder.url).code == 0)
    let scored = try TesseraProcess.run(
      ["score", "models/shop.tessera", "--input", "output/shop/features.parquet", "-o", "s.csv"], in: folder.url)
    try #require(scored.code == 0, "\(scored.errors)")
    let lines = try String(contentsOf: folder.url.appendingPathComponent("s.csv"), encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    #expect(lines[0].suffix(2) == ["buys_probability", "buys_percentile"] && lines.count == 601)
    #expect(lines.dropFirst().allSatisfy { (0...1).contains(Double($0[lines[0].count - 2]) ?? -1) })
    try folder.write("customer,orders\nc1,4\n", to: "few.csv")
    let few = try TesseraProcess.run(
      ["score", "models/shop.tessera", "--input", "few.csv", "-o", "f.csv"], in: folder.url)
    #expect(few.code == 0 && few.errors.contains("'buys' is not told: the table has 1 of its"), "\(few.errors)")
  }
}
