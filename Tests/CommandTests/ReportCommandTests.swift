import Foundation
import ModelFiles
import TestSupport
import Testing

/// Reports from the command line: `train` writes one, `report` makes them of a model.
@Suite struct ReportCommandTests {
  /// Three groups of 60, and 4 customers far from all of them; a city that a page could take for something else.
  private static let table: String = {
    var rows = ["customer,spend_total,visits_90d,city"]
    for row in 0..<184 {
      let group = row % 3
      let spend = row < 180 ? 100 * (group + 1) * (group + 1) + row * 7919 % 37 : 90_000 + row
      let visits = row < 180 ? 3 + 14 * ((group + 1) % 3) + row * 31 % 5 : 900
      rows.append("secret-\(row),\(spend),\(visits),\(group == 0 ? "<script>alert(1)</script>" : "Ulm")")
    }
    return rows.joined(separator: "\n") + "\n"
  }()

  private func trained() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    _ = try folder.write(Self.table, to: "shop.csv")
    let run = try TesseraProcess.run(["train", "--input", "shop.csv", "--k", "3"], in: folder.url)
    try #require(run.code == 0, "\(run.errors)")
    return folder
  }

  @Test func `train writes a page, and report makes the same of the model`() throws {
    let folder = try trained()
    let page = try Data(contentsOf: folder.url.appendingPathComponent("output/shop/report.html"))
    let text = String(decoding: page, as: UTF8.self)
    #expect(text.hasPrefix("<!doctype html>") && text.contains("<article") && !text.contains("secret-"))
    #expect(!text.contains("<script>alert"))
    let run = try TesseraProcess.run(["report", "models/shop.tessera"], in: folder.url)
    try #require(run.code == 0, "\(run.errors)")
    #expect(run.output == "report       shop.html\n")
    #expect(try Data(contentsOf: folder.url.appendingPathComponent("shop.html")) == page)
  }

  @Test func `the form follows --format, else the ending of the file`() throws {
    let folder = try trained()
    let words = try TesseraProcess.run(["report", "models/shop.tessera", "--output", "team.md"], in: folder.url)
    try #require(words.code == 0, "\(words.errors)")
    let markdown = try String(contentsOf: folder.url.appendingPathComponent("team.md"), encoding: .utf8)
    #expect(markdown.hasPrefix("# shop\n") && !markdown.contains("<script>") && !markdown.contains("secret-"))
    let json = try TesseraProcess.run(
      ["report", "models/shop.tessera", "--format", "json", "--output", "-"], in: folder.url)
    struct Told: Decodable {
      let title: String
      let segments: [Segment]
      struct Segment: Decodable { let path: String }
    }
    let told = try JSONDecoder().decode(Told.self, from: Data(json.output.utf8))
    #expect(told.title == "shop" && told.segments.count >= 3)
  }

  @Test func `what cannot be told of is refused, and nothing is written`() throws {
    let folder = try TemporaryFolder()
    let absent = try TesseraProcess.run(["report", "none.tessera"], in: folder.url)
    #expect(absent.code == 66, "\(absent.errors)")
    let ending = try TesseraProcess.run(["report", "none.tessera", "--output", "new/x.xyz"], in: folder.url)
    #expect(ending.code == 64 && ending.errors.contains("'new/x.xyz' stands for no form"), "\(ending.errors)")
    let both = try TesseraProcess.run(
      ["report", "none.tessera", "--output", "new/x.html", "--format", "md"], in: folder.url)
    #expect(both.code == 64 && both.errors.contains("contradicts the ending"), "\(both.errors)")
    let form = try TesseraProcess.run(["report", "none.tessera", "--format", "pdf"], in: folder.url)
    #expect(form.code == 64 && form.errors.contains("html"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func `a clustering of a table has a report without cards`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Self.table, to: "shop.csv")
    let run = try TesseraProcess.run(
      ["cluster", "shop.csv", "--id", "customer", "--method", "kmeans", "--k", "3", "--model", "c.tessera"],
      in: folder.url)
    try #require(run.code == 0, "\(run.errors)")
    let report = try TesseraProcess.run(["report", "c.tessera", "--output", "-"], in: folder.url)
    try #require(report.code == 0, "\(report.errors)")
    #expect(report.output.contains("<svg class=\"chart icicle\"") && !report.output.contains("<article"))
    // The four far ones are few; so another number is not told either.
    let json = try TesseraProcess.run(["report", "c.tessera", "--format", "json", "--output", "-"], in: folder.url)
    #expect(json.output.components(separatedBy: "\"customers\" : \"<10\"").count == 2, "\(json.output)")
    #expect(json.output.components(separatedBy: "\"customers\" : \"10+\"").count == 2, "\(json.output)")
  }
}
