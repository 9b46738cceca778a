import Foundation
import ModelFiles
import TestSupport
import Testing

/// Personas from the command line: `train` makes them, `inspect` shows them.
@Suite struct PersonaCommandTests {
  /// Three groups of 60 that spend differently, in cities that page and terminal could take for something else.
  private static let table: String = {
    let cities = ["<script>alert(1)</script>", "שלום 🎉", "a | \"b\" 'c'"]
    var rows = ["customer,spend_total,visits_90d,city"]
    for row in 0..<180 {
      let group = row % 3
      let spend = 100 * (group + 1) * (group + 1) + row * 7919 % 37
      let visits = 3 + 14 * ((group + 1) % 3) + row * 31 % 5
      let city = row % 10 == 9 ? cities[(group + 1) % 3] : cities[group]
      rows.append("k\(row),\(spend),\(visits),\"\(city.replacing("\"", with: "\"\""))\"")
    }
    return rows.joined(separator: "\n") + "\n"
  }()

  private func trained(_ project: String? = nil, _ arguments: [String] = []) throws -> (TemporaryFolder, String) {
    let folder = try TemporaryFolder()
    try folder.write(Self.table, to: "shop.csv")
    if let project { try folder.write(project, to: "tessera.yml") }
    let run = try TesseraProcess.run(["train", "--input", "shop.csv", "--k", "3"] + arguments, in: folder.url)
    try #require(run.code == 0, "\(run.errors)")
    return (folder, run.output)
  }

  private func cards(_ folder: TemporaryFolder, _ arguments: [String]) throws -> TesseraProcess.Outcome {
    try TesseraProcess.run(["inspect", "models/shop.tessera"] + arguments, in: folder.url)
  }

  @Test func `train names the segments and says who they are`() throws {
    let (folder, output) = try trained()
    let csv = try String(contentsOf: folder.url.appendingPathComponent("output/shop/personas.csv"), encoding: .utf8)
    let lines = csv.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0].hasPrefix("path,kind,macro,id,name,sentence,customers,share,stability"))
    #expect(output.contains(" who ") && output.contains("spenders"), "\(output)")
    let card = try String(contentsOf: folder.url.appendingPathComponent("output/shop/summary.md"), encoding: .utf8)
    #expect(card.contains("## Who they are"))
    #expect(!card.contains("<script>"))
  }

  @Test func `inspect shows a card, the numbers behind its words, and what it is for machines`() throws {
    let (folder, _) = try trained()
    let card = try cards(folder, ["--segment", "1/1"])
    try #require(card.code == 0, "\(card.errors)")
    #expect(card.output.contains("(segment 1/1)") && card.output.contains("to do"))
    #expect(card.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(card.output)")
    let numbers = try cards(folder, ["--segment", "1/1", "--numbers"]).output
    #expect(numbers.contains("spend_total: median"), "\(numbers)")
    struct Card: Decodable {
      let path: String
      let name: String
      let customers: Int
    }
    let json = try JSONDecoder().decode(
      [Card].self, from: Data(try cards(folder, ["--segment", "all", "--json"]).output.utf8))
    // Those of none of these are in no card.
    #expect(json.count == 3 && (165...180).contains(json.reduce(0) { $0 + $1.customers }))
    let unknown = try cards(folder, ["--segment", "9/9"])
    #expect(unknown.code == 64 && unknown.errors.contains("it has 1/1"), "\(unknown.errors)")
  }

  @Test func `macro-segments that are levels of one column are told, and how to have others`() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<300).map { "k\($0),\(10 + $0 * 7919 % 37),\($0 * 104_729 % 23),\(["north", "south"][$0 % 2])" }
    try folder.write((["customer,spend,visits,zone"] + rows).joined(separator: "\n") + "\n", to: "shop.csv")
    let run = try TesseraProcess.run(["train", "--input", "shop.csv", "--k", "2"], in: folder.url)
    #expect(run.code == 0 && run.errors.contains("every macro-segment is a level of 'zone'"), "\(run.errors)")
    let other = try TesseraProcess.run(
      ["train", "--input", "shop.csv", "--k", "2", "--exclude", "zone"], in: folder.url)
    #expect(other.code == 0 && !other.errors.contains("is a level of"), "\(other.errors)")
    // The model before cannot place customers by a column that it is no longer given.
    #expect(other.output.contains("is no more; none of these customers was in it"), "\(other.output)")
  }

  @Test func `what the user says of a segment survives a refit, and what names none is told`() throws {
    let project = """
      name: shop
      sources:
        unused: {file: shop.csv, role: customers, columns: {customer: customer}}
      personas:
        customers: Kunden
        segments:
          1/1: {name: Our best, note: ask Ada, owner: Ada}
          8/9: {note: gone}
      """
    let (folder, output) = try trained(project)
    #expect(output.contains("Our best"), "\(output)")
    let again = try TesseraProcess.run(["train", "--input", "shop.csv", "--k", "3"], in: folder.url)
    try #require(again.code == 0, "\(again.errors)")
    #expect(again.output.contains("Our best"))
    #expect(again.errors.contains("'personas.segments.8/9' in tessera.yml names no segment"), "\(again.errors)")
    let card = try cards(folder, ["--segment", "1/1"]).output
    #expect(card.contains("note         ask Ada") && card.contains("found name"), "\(card)")
  }

  @Test func `personas that are not of the model's segments are refused`() throws {
    let (folder, _) = try trained()
    let url = folder.url.appendingPathComponent("models/shop.tessera")
    var file = try ModelFile.read(from: url)
    struct Book: Codable {
      var personas: [String]
      var profiles: [String]
    }
    try file.setSection("cards", Book(personas: [], profiles: []))
    try file.encoded().write(to: url)
    let read = try cards(folder, [])
    #expect(read.code == 65, "\(read.errors)")
  }
}
