import Foundation
import Testing

/// Attractiveness and reasons, as the program tells them.
@Suite struct AttractivenessCommandTests {
  /// Four groups by visits and place, in three regions; each row its number, its spend by row and group.
  private static let table: String = {
    var rows = ["id,visits,place,spend,region"]
    for row in 0..<2_400 {
      let group = row % 4
      let jitter = row * 7919 % 13
      rows.append(
        "\(row),\(group % 2 * 60 + jitter),\(group / 2 * 90 + row * 31 % 17),\(group * 10 + row % 3),"
          + ["north", "south", "south", "islands"][row / 4 % 4])
    }
    return rows.joined(separator: "\n") + "\n"
  }()

  /// A CSV without quotes: its rows by the names of its columns.
  private static func rows(_ text: String) -> [[String: String]] {
    let lines = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    guard let header = lines.first else { return [] }
    return lines.dropFirst().map { Dictionary(zip(header, $0)) { first, _ in first } }
  }

  @Test(arguments: [[], ["--sample", "1000"]])
  func `segments.csv tells what the assignments of all customers add up to`(options: [String]) throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.table, to: "t.csv")
    let trained = try TesseraProcess.run(
      ["train", "--input", "t.csv", "--id", "id", "--exclude", "region"] + options, in: folder.url)
    try #require(trained.code == 0, "\(trained.errors)")
    let scored = try TesseraProcess.run(
      ["score", "models/t.tessera", "--input", "t.csv", "--output", "a.csv"], in: folder.url)
    try #require(scored.code == 0, "\(scored.errors)")
    let spend = Dictionary(
      Self.rows(Self.table).map { ($0["id"] ?? "", Double($0["spend"] ?? "") ?? 0) }
    ) { first, _ in first }
    var (customers, revenue): ([String: Int], [String: Double]) = ([:], [:])
    for row in Self.rows(String(decoding: try folder.bytes("a.csv"), as: UTF8.self)) {
      customers[row["path"] ?? "", default: 0] += 1
      revenue[row["path"] ?? "", default: 0] += spend[row["id"] ?? ""] ?? 0
    }
    let segments = Self.rows(String(decoding: try folder.bytes("output/t/segments.csv"), as: UTF8.self))
    #expect(segments.count >= 4)
    #expect(Set(segments.compactMap { $0["path"] }) == Set(customers.keys).subtracting(["0"]))
    for segment in segments {
      let path = segment["path"] ?? ""
      #expect(path.hasSuffix("/\(segment["segment"] ?? "none")"))
      #expect(segment["customers"].flatMap { Int($0) } == customers[path])
      #expect(abs((segment["revenue"].flatMap(Double.init) ?? -1) - (revenue[path] ?? 0)) < 1e-6)
    }
    let ranks = segments.compactMap { segment in segment["rank"].flatMap { Int($0) } }
    #expect(ranks.count == segments.count && ranks.min() == 1)
    let shown = try TesseraProcess.run(["inspect", "models/t.tessera"], in: folder.url)
    #expect(shown.output.contains("attractiveness:") && shown.output.contains(", revenue "))
    #expect(shown.output.contains("winnability (weight 1): left out"))
    let card = String(decoding: try folder.bytes("output/t/summary.md"), as: UTF8.self)
    #expect(card.contains("## Attractiveness"))
  }

  @Test func `a level that training did not have is the reason for being in none`() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.table, to: "t.csv")
    try folder.write(
      """
      name: t
      sources:
        t: {file: t.csv, role: customers, columns: {customer: id}}
      segments:
        k: 1
        by: region
        micro: {levels: 0}
      """, to: "tessera.yml")
    let trained = try TesseraProcess.run(["train", "--input", "t.csv", "--id", "id", "--why"], in: folder.url)
    try #require(trained.code == 0, "\(trained.errors)")
    try folder.write("id,visits,place,spend,region\n1,3,4,5,atlantis\n2,3,4,5,north\n", to: "new.csv")
    let scored = try TesseraProcess.run(
      ["score", "models/t.tessera", "--input", "new.csv", "--output", "a.csv", "--why"], in: folder.url)
    try #require(scored.code == 0, "\(scored.errors)")
    let rows = Self.rows(String(decoding: try folder.bytes("a.csv"), as: UTF8.self))
    #expect(rows.map { $0["segment"] == "0" } == [true, false])
    #expect(rows.map { $0["why"] } == ["region = atlantis", ""])
  }

  @Test func `one clustering has no reasons to tell`() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.table, to: "t.csv")
    let made = try TesseraProcess.run(
      ["cluster", "t.csv", "--id", "id", "--method", "kmeans", "--k", "4", "--model", "m.tessera"], in: folder.url)
    try #require(made.code == 0, "\(made.errors)")
    let scored = try TesseraProcess.run(
      ["score", "m.tessera", "--input", "t.csv", "--output", "a.csv", "--why"], in: folder.url)
    #expect(scored.code == 64 && scored.errors.contains("one clustering"))
    #expect(!folder.files.contains("a.csv"))
  }
}
