import Foundation
import Testing

/// What people who use the program for the first time saw on their terminal, or did not.
@Suite struct FirstStepsTests {
  /// A shop of 60 customers with attributes, one of which is known only afterwards by its name.
  private static func shop() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let orders = (1...60).flatMap { who in
      (0...(who % 4)).map {
        "\(who),2024-0\(1 + ($0 + who) % 6)-1\(who % 9),\(who % 2 == 0 ? 20 : 200 + who).5,web,n\($0)\n"
      }
    }
    try folder.write("customer_id,date,amount,channel,remark\n" + orders.joined(), to: "orders.csv")
    let people = (1...60).map { "\($0),\(20 + $0 % 40),\($0 % 2),2024-05-\(10 + $0 % 9)\n" }
    try folder.write("customer_id,age,churned,last_visit\n" + people.joined(), to: "people.csv")
    return folder
  }

  private static func project(exclude: String = "") -> String {
    """
    name: shop
    as_of: 2024-06-30
    sources:
      orders: {file: orders.csv, role: transactions, columns: {customer: customer_id, time: date, amount: amount}}
      people: {file: people.csv, role: customers, columns: {customer: customer_id}}
    segments: {k: 2, micro: {levels: 0}, exclude: [\(exclude)]}

    """
  }

  @Test func `init says on standard error what it has no use for and what forms no segment`() throws {
    let folder = try FirstStepsTests.shop()
    let outcome = try TesseraProcess.run(["init", "orders.csv", "people.csv"], in: folder.url)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("note: orders.csv: no use was found for 'channel', 'remark'"))
    #expect(outcome.errors.contains("note: people.csv: 'churned' looks like what is known only afterwards"))
    #expect(outcome.errors.contains("note: people.csv: 'last_visit' may be known only afterwards"))
    // What it wrote trains as it is, and the doubtful attribute forms nothing.
    let trained = try TesseraProcess.run(["train"], in: folder.url)
    #expect(trained.code == 0 && !trained.errors.contains("warning: 'churned'"), "\(trained.errors)")
    #expect(!trained.errors.contains("warning: 'last_visit"))
  }

  @Test func `features printed the whole dictionary`() throws {
    let folder = try FirstStepsTests.shop()
    try folder.write(FirstStepsTests.project(), to: "tessera.yml")
    let outcome = try TesseraProcess.run(["features", "--output", "f.csv"], in: folder.url)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    let dictionary = String(decoding: try folder.bytes("f.md"), as: UTF8.self)
    // Families, a header and a sentence.
    #expect(lines.count < 25 && dictionary.split(separator: "\n").count > 100)
    #expect(lines.contains { $0.hasPrefix("rfm") && $0.contains("recency_score, frequency_score, monetary_score …") })
    #expect(
      outcome.output.contains("what each means, in f.md") && !outcome.output.contains("Days since the last order"))
  }

  @Test func `a leak formed segments with no more than a note`() throws {
    let folder = try FirstStepsTests.shop()
    try folder.write(FirstStepsTests.project(), to: "tessera.yml")
    let warned = try TesseraProcess.run(["train"], in: folder.url)
    #expect(warned.code == 0, "\(warned.errors)")
    #expect(warned.errors.contains("warning: 'churned' forms segments and may be known only afterwards: its name"))
    #expect(warned.errors.contains("warning: 'last_visit_days' forms segments"))
    let card = String(decoding: try folder.bytes("models/shop.md"), as: UTF8.self)
    #expect(card.contains("**warning:** 'churned' forms segments"))
    // Attributes go by the names of their columns, whatever the features of them are called.
    try folder.write(FirstStepsTests.project(exclude: "churned, last_visit"), to: "tessera.yml")
    let quiet = try TesseraProcess.run(["train", "--fresh"], in: folder.url)
    #expect(quiet.code == 0 && !quiet.errors.contains("warning:"), "\(quiet.errors)")
    try folder.write(FirstStepsTests.project(exclude: "last_visid"), to: "tessera.yml")
    let wrong = try TesseraProcess.run(["train", "--fresh"], in: folder.url)
    #expect(wrong.code == 65 && wrong.errors.contains("last_visit"), "\(wrong.errors)")
  }

  @Test func `codes such as 555 formed segments as if they were amounts`() throws {
    let folder = try FirstStepsTests.shop()
    try folder.write(FirstStepsTests.project(), to: "tessera.yml")
    let trained = try TesseraProcess.run(["train"], in: folder.url)
    #expect(trained.errors.contains("note: 'rfm' forms no segment: it is a code, whose digits are the scores that do"))
    let dictionary = String(decoding: try folder.bytes("output/shop/features.md"), as: UTF8.self)
    #expect(dictionary.contains("343 for 3, 4 and 3; a code that describes segments and forms none"))
  }
}
