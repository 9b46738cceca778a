import Foundation
import ModelFiles
import TestSupport
import Testing

/// `targets` in tessera.yml: chances learnt by `train` and told by `score`.
@Suite struct TargetCommandTests {
  private struct Model: Decodable {
    let name: String
    let dates: [String]
    let segments: [Segment]
    let prediction: Prediction
  }
  private struct Segment: Decodable {
    let rows: Int
  }
  private struct Prediction: Decodable {
    let rows: Int
    let positives: Int
    let card: Card
  }
  private struct Card: Decodable {
    let isJudgedLater: Bool
    let quality: Quality
  }
  private struct Quality: Decodable {
    let rows: Int
    let auc: Estimate
  }
  private struct Estimate: Decodable {
    let value: Double
  }

  /// A year and a half of 240 customers: some buy every week or two to the end, others stop at some day.
  private static let orders: String = {
    var rows = ["customer,day,paid,gender"]
    for customer in 0..<240 {
      let gap = 6 + customer * 31 % 19
      let last = customer % 3 == 0 ? 80 + customer * 7919 % 400 : 540
      var day = customer * 5 % 30
      while day < last {
        let date = Date(timeIntervalSince1970: Double(19_000 + day) * 86_400)
        rows.append(
          "c\(customer),\(ISO8601DateFormatter().string(from: date).prefix(10)),\(10 + customer * 17 % 40),"
            + (customer % 2 == 0 ? "f" : "m"))
        day += gap + day * customer % 4
      }
    }
    return rows.joined(separator: "\n") + "\n"
  }()

  private static func project(_ targets: String) -> String {
    """
    name: shop
    sources:
      orders:
        file: orders.csv
        role: transactions
        columns: {customer: customer, time: day, amount: paid}
    targets:
    \(targets.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
    """
  }

  private func folder(_ targets: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(Self.orders, to: "orders.csv")
    try folder.write(Self.project(targets), to: "tessera.yml")
    return folder
  }

  private func predictions(_ folder: TemporaryFolder) throws -> [Model] {
    let file = try ModelFile.read(from: folder.url.appendingPathComponent("models/shop.tessera"))
    return try file.section("predictions", as: [Model].self)
  }

  @Test func `who buys again is learnt, judged on the latest date, and told by score as by train`() throws {
    let folder = try folder("buys: {event: buy, days: 40}\nstops: {event: no buy, days: 60, dates: 3}")
    let trained = try TesseraProcess.run(["train"], in: folder.url)
    try #require(trained.code == 0, "\(trained.errors)")
    #expect(trained.output.contains("1 or more orders in the next 40 days"))
    let found = try predictions(folder)
    #expect(found.map(\.name) == ["buys", "stops"] && found.map(\.dates.count) == [4, 3])
    #expect(found.allSatisfy { $0.prediction.card.isJudgedLater && $0.prediction.card.quality.auc.value > 0.8 })
    // Customers of all dates are learnt from, those of the last one judged; the segments' customers are these.
    #expect(found[0].prediction.rows > 3 * 200 && found[0].prediction.card.quality.rows <= 240)
    #expect(found[0].segments.reduce(0) { $0 + $1.rows } == found[0].prediction.card.quality.rows)

    let scored = try TesseraProcess.run(["score", "models/shop.tessera", "--output", "s.csv"], in: folder.url)
    try #require(scored.code == 0, "\(scored.errors)")
    let lines = try String(contentsOf: folder.url.appendingPathComponent("s.csv"), encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    let columns = ["buys_probability", "buys_percentile", "stops_probability", "stops_percentile"]
    #expect(Array(lines[0].suffix(4)) == columns && lines.count == 241)
    #expect(lines.dropFirst().allSatisfy { (0...1).contains(Double($0[lines[0].count - 4]) ?? -1) })
    let same = try TesseraProcess.run(
      ["value", "output/shop/predictions.parquet", "--customer", "customer", "--date", "buys_probability"],
      in: folder.url)
    // A file that any engine reads: its columns are known by name.
    #expect(same.code == 65 && same.errors.contains("buys_probability"))
    let shown = try TesseraProcess.run(["inspect", "models/shop.tessera"], in: folder.url)
    #expect(shown.output.contains("no order in the next 60 days"))

    let inspected = try TesseraProcess.run(["inspect", "models/shop.tessera", "--json"], in: folder.url)
    let told = try JSONDecoder().decode(Inspected.self, from: Data(inspected.output.utf8)).predictions
    #expect(told.map(\.name) == ["buys", "stops"] && told.map(\.dates) == found.map(\.dates))
    #expect(told.map(\.model.auc) == found.map(\.prediction.card.quality.auc.value))
    #expect(told[0].segments.reduce(0) { $0 + $1.rows } == found[0].segments.reduce(0) { $0 + $1.rows })

    // Grown from a table, the model foretells as before and says of when; files of this run's sources would be stale.
    try FileManager.default.copyItem(
      at: folder.url.appendingPathComponent("output/shop/features.parquet"),
      to: folder.url.appendingPathComponent("table.parquet"))
    try folder.write("mine", to: "output/shop/mine.md")
    let stale = ["features.parquet", "features.md", "features.json", "features.dictionary.csv", "predictions.parquet"]
    #expect(stale.allSatisfy { folder.files.contains("output/shop/\($0)") })
    let grown = try TesseraProcess.run(["train", "--grow", "--input", "table.parquet"], in: folder.url)
    try #require(grown.code == 0, "\(grown.errors)")
    #expect(grown.errors.contains("are those of the training before (as of "))
    #expect(!stale.contains { folder.files.contains("output/shop/\($0)") })
    #expect(folder.files.contains("output/shop/mine.md") && folder.files.contains("output/shop/assignments.parquet"))
    #expect(try predictions(folder).map(\.name) == ["buys", "stops"])
    // Trained without targets, nothing of them stands any more.
    try folder.write("of an earlier run", to: "output/shop/predictions.parquet")
    let project = try String(contentsOf: folder.url.appendingPathComponent("tessera.yml"), encoding: .utf8)
    try folder.write(
      String(project.prefix(upTo: try #require(project.range(of: "targets:")).lowerBound)), to: "tessera.yml")
    #expect(try TesseraProcess.run(["train"], in: folder.url).code == 0)
    #expect(
      !folder.files.contains("output/shop/predictions.parquet") && folder.files.contains("output/shop/features.md"))
  }

  /// What `inspect --json` says of targets.
  private struct Inspected: Decodable {
    struct Target: Decodable {
      struct Figures: Decodable { let auc: Double }
      let name: String
      let dates: [String]
      let model: Figures
      let segments: [Segment]
    }
    let predictions: [Target]
  }

  @Test func `a category, an amount and their contraries are counted as they say`() throws {
    let folder = try folder(
      "any: {event: buy, days: 40, dates: 2}\nwomen: {event: buy, days: 40, dates: 2, where: category = f}\n"
        + "never: {event: no buy, days: 40, dates: 2, where: category = f}\n"
        + "much: {event: buy, days: 40, dates: 2, spend: 120}")
    let targets = try String(contentsOf: folder.url.appendingPathComponent("tessera.yml"), encoding: .utf8)
    try folder.write(
      targets.replacing("amount: paid}", with: "amount: paid, category: gender}"), to: "tessera.yml")
    let trained = try TesseraProcess.run(["train"], in: folder.url)
    try #require(trained.code == 0, "\(trained.errors)")
    #expect(trained.output.contains("with category = f in the next 40 days"))
    #expect(trained.output.contains("120 or more spent in the next 40 days"))
    // Counted anew from the text of the log: two dates, 40 days apart, the last 40 days before the end of the records.
    struct Line {
      let customer, day, gender: String
      let paid: Int
    }
    let lines = Self.orders.split(separator: "\n").dropFirst().map { line in
      let cells = line.split(separator: ",").map(String.init)
      return Line(customer: cells[0], day: cells[1], gender: cells[3], paid: Int(cells[2]) ?? 0)
    }
    func text(_ date: Date) -> String { String(ISO8601DateFormatter().string(from: date).prefix(10)) }
    let latest = try #require(lines.map(\.day).max())
    let end = try #require(ISO8601DateFormatter().date(from: latest + "T00:00:00Z"))
    var counts = [0, 0, 0, 0]
    for back in [1, 2] {
      let (from, to) = (
        text(end.addingTimeInterval(-86_400 * 40 * Double(back))),
        text(end.addingTimeInterval(-86_400 * 40 * Double(back - 1)))
      )
      for customer in Set(lines.filter { $0.day <= from }.map(\.customer)) {
        let later = lines.filter { $0.customer == customer && $0.day > from && $0.day <= to }
        let women = later.contains { $0.gender == "f" }
        if !later.isEmpty { counts[0] += 1 }
        if women { counts[1] += 1 } else { counts[2] += 1 }
        if later.reduce(0, { $0 + $1.paid }) >= 120 { counts[3] += 1 }
      }
    }
    #expect(try predictions(folder).map(\.prediction.positives) == counts)
  }

  @Test func `nothing after the as-of date is looked at, not even by labels`() throws {
    let day = "2023-02-20"
    let folder = try folder("buys: {event: buy, days: 40}")
    #expect(try TesseraProcess.run(["train", "--as-of", day], in: folder.url).code == 0)
    let whole = try Data(contentsOf: folder.url.appendingPathComponent("models/shop.tessera"))
    let early = Self.orders.split(separator: "\n").filter { line in
      let cells = line.split(separator: ",")
      return cells[1] == "day" || cells[1] <= day
    }
    let other = try TemporaryFolder()
    // What came later is replaced by noise: orders of everybody, at other prices.
    let noise = (0..<240).map { "c\($0),2023-06-01,999,f" }
    try other.write((early.map(String.init) + noise).joined(separator: "\n") + "\n", to: "orders.csv")
    try other.write(Self.project("buys: {event: buy, days: 40}"), to: "tessera.yml")
    #expect(try TesseraProcess.run(["train", "--as-of", day], in: other.url).code == 0)
    let cut = try ModelFile.read(from: other.url.appendingPathComponent("models/shop.tessera"))
    let full = try ModelFile.read(from: folder.url.appendingPathComponent("models/shop.tessera"))
    #expect(!whole.isEmpty)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let sections = try [cut, full].map { try encoder.encode(try $0.section("predictions", as: Content.self)) }
    #expect(sections[0] == sections[1])
  }

  @Test func `who is addressed by a campaign is foretold by the campaigns that were over before`() throws {
    let folder = try folder("redeems: {event: redemptions, days: 40, campaigns: mailings}")
    func text(_ day: Int) -> String {
      String(ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: Double(19_000 + day) * 86_400)).prefix(10))
    }
    // Nobody learns from the first, which began too early, the last, too late, and the one at 415, whose days were not over
    // when those began that are judged: 424 and 460, a fifth of all.
    let begun = [20] + (0..<8).map { 100 + 45 * $0 } + [424, 460, 530]
    var (addressed, calendar, redeemed) = (["who,mailing"], ["mailing,begins"], ["who,day,mailing"])
    var answers: [Int: Set<[Int]>] = [:]
    var (rows, positives, judged) = (0, 0, 0)
    for (number, start) in begun.enumerated() {
      calendar.append("m\(number),\(text(start))")
      let isKept = number > 0 && start != 415 && start <= 500
      for customer in 0..<240 where (customer + number) % 3 > 0 {
        addressed.append("c\(customer),m\(number)")
        rows += isKept ? 1 : 0
        judged += isKept && start >= 424 ? 1 : 0
        // Some answer in time, some too late, and some another mailing.
        guard customer % 5 == 0 || (customer + number) % 7 == 0 else { continue }
        let day = start + (customer % 11 == 0 ? 40 : 39)
        let mailing = customer % 13 == 0 ? number + 1 : number
        redeemed.append("c\(customer),\(text(day)),m\(mailing)")
        answers[customer, default: []].insert([mailing, day])
      }
    }
    for (number, start) in begun.enumerated() where number > 0 && start != 415 && start <= 500 {
      positives += (0..<240).count { customer in
        (customer + number) % 3 > 0
          && answers[customer, default: []].contains { $0[0] == number && (start..<start + 40).contains($0[1]) }
      }
    }
    for (name, lines) in [("mailings", addressed), ("calendar", calendar), ("redemptions", redeemed)] {
      try folder.write(lines.joined(separator: "\n") + "\n", to: "\(name).csv")
    }
    let project = try String(contentsOf: folder.url.appendingPathComponent("tessera.yml"), encoding: .utf8)
    try folder.write(
      project.replacing(
        "targets:",
        with: """
            mailings: {file: mailings.csv, role: campaigns, columns: {customer: who, campaign: mailing}}
            calendar: {file: calendar.csv, role: campaign_calendar, columns: {campaign: mailing, time: begins}}
            redemptions: {file: redemptions.csv, role: events, columns: {customer: who, time: day, campaign: mailing}}
          targets:
          """), to: "tessera.yml")
    let trained = try TesseraProcess.run(["train"], in: folder.url)
    try #require(trained.code == 0, "\(trained.errors)")
    #expect(
      trained.output.contains("1 or more rows of redemptions in the first 40 days of a campaign that addresses them"))
    let found = try predictions(folder)
    #expect(found.map(\.dates) == [(begun[1...7] + [424, 460]).map { text($0 - 1) }])
    #expect(found.map(\.prediction.rows) == [rows] && found.map(\.prediction.positives) == [positives])
    #expect(found.allSatisfy { $0.prediction.card.isJudgedLater && $0.prediction.card.quality.rows == judged })
    // Segments as of the last date would know what the campaign before it brought.
    #expect(found[0].segments.reduce(0) { $0 + $1.rows } == judged / 2)
    // Of the campaigns one alone remains: it is foretold out of fold.
    try folder.write(calendar[0...2].joined(separator: "\n") + "\n", to: "calendar.csv")
    let alone = try TesseraProcess.run(["train"], in: folder.url)
    try #require(alone.code == 0, "\(alone.errors)")
    let model = try predictions(folder)[0]
    #expect(model.dates == [text(99)] && !model.prediction.card.isJudgedLater && model.prediction.rows == 160)
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let targets: String
    let words: String
    var testDescription: String { targets }
  }

  @Test(arguments: [
    Refusal(targets: "buys: {days: 40}", words: "names no event"),
    Refusal(targets: "buys: {event: buy}", words: "has no 'days'"),
    Refusal(targets: "buys: {event: visit, days: 3}", words: "known are 'buy', 'no buy'"),
    Refusal(targets: "buys it: {event: buy, days: 3}", words: "letters, digits and '_'"),
    Refusal(targets: "buys: {event: buy, days: 3, dates: 0}", words: "from 1 to 36"),
    Refusal(targets: "buys: {event: buy, days: 3, campaigns: mails}", words: "'mails' is no source of role campaigns"),
    Refusal(targets: "buys: {event: buy, days: 3, where: category}", words: "a test is a column"),
    Refusal(targets: "buys: {event: buy, days: 40, where: categry = Toys}", words: "has no column 'categry'"),
    Refusal(targets: "buys: {event: buy, days: 40, spend: none}", words: "must be an amount above 0"),
    Refusal(targets: "buys: {event: buy, days: 40, spend: 5, at_least: 2}", words: "give one of them"),
    Refusal(targets: "orders: {event: buy, days: 40}", words: "a feature is called 'orders'"),
    Refusal(targets: "as_of: {event: buy, days: 40}", words: "the name 'as_of' is taken"),
    Refusal(targets: "buys: {event: buy, days: 3000}", words: "records are too short for the target 'buys'"),
    Refusal(targets: "buys: {event: buy, days: 40, at_least: 1000}", words: "cannot be learnt"),
  ])
  func `what cannot be foretold is told`(refusal: Refusal) throws {
    let folder = try folder(refusal.targets)
    let outcome = try TesseraProcess.run(["train"], in: folder.url)
    #expect(outcome.code == 65, "\(outcome.errors)")
    #expect(outcome.errors.contains(refusal.words), "\(outcome.errors)")
    #expect(!folder.files.contains("models"))
  }
}
