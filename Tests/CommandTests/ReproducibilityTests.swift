import Foundation
import Testing

/// The main job on the sample that comes with the project: same bits whatever the threads and the order of the rows.
@Suite(.serialized) struct ReproducibilityTests {
  private static let sample = TesseraProcess.checkout.appendingPathComponent("notebooks-data/completejourney")

  private static let names = [
    "transactions", "products", "demographics", "campaigns", "campaign_descriptions", "coupon_redemptions",
  ]

  /// The sample unpacked into `folder`, rows in the order that `order` gives them.
  private static func unpack(into folder: TemporaryFolder, order: ([Substring]) -> [Substring] = { $0 }) throws {
    for name in names {
      let packed = sample.appendingPathComponent("\(name).csv.gz").path
      let text = try TesseraProcess.shell(["/bin/gzip", "-dc", packed], in: folder.url).output
      let lines = text.split(separator: "\n")
      try folder.write(([lines[0]] + order(Array(lines.dropFirst()))).joined(separator: "\n") + "\n", to: "\(name).csv")
    }
    let drafted = try TesseraProcess.run(["init", "--name", "cj"] + names.map { "\($0).csv" }, in: folder.url)
    try #require(drafted.code == 0, "\(drafted.errors)")
  }

  private static let results = [
    "models/cj.tessera", "models/cj.md", "output/cj/assignments.parquet", "output/cj/features.parquet",
    "output/cj/features.dictionary.csv", "output/cj/features.json", "output/cj/features.md", "output/cj/summary.md",
    "output/cj/overlaps.csv", "output/cj/segments.csv", "output/cj/predictions.parquet", "output/cj/personas.csv",
    "output/cj/report.html",
  ]

  @Test func `threads, row order and repetition do not change a bit of model and assignments`() throws {
    let folder = try TemporaryFolder()
    try ReproducibilityTests.unpack(into: folder)
    var errors = ""
    func train(_ options: String..., in folder: TemporaryFolder) throws -> [Data] {
      let outcome = try TesseraProcess.run(["train"] + options, in: folder.url)
      try #require(outcome.code == 0, "\(outcome.errors)")
      errors = outcome.errors
      return try ReproducibilityTests.results.map(folder.bytes)
    }
    let one = try train("--threads", "1", in: folder)
    #expect(try train("--threads", "2", "--fresh", in: folder) == one)
    #expect(!errors.contains("without looking again"))
    #expect(try train(in: folder) == one)
    #expect(errors.contains("its segments were kept without looking again"), "\(errors)")

    let shuffled = try TemporaryFolder()
    var random = SystemRandomNumberGenerator()
    try ReproducibilityTests.unpack(into: shuffled) { $0.shuffled(using: &random) }
    #expect(try train(in: shuffled) == one)
    #expect(
      Set(folder.files).subtracting(ReproducibilityTests.results)
        == Set(ReproducibilityTests.names.map { "\($0).csv" } + ["tessera.yml"]), "something was left behind")

    let scored = try TesseraProcess.run(
      ["score", "models/cj.tessera", "--output", "output/cj/scored.parquet"], in: folder.url)
    #expect(scored.code == 0, "\(scored.errors)")
    #expect(try folder.bytes("output/cj/scored.parquet") == folder.bytes("output/cj/assignments.parquet"))

    // The model that comes with the project assigns the sample as training does.
    let model = TesseraProcess.checkout.appendingPathComponent("models/completejourney.tessera").path
    func segments(_ model: String) throws -> [Substring] {
      let scored = try TesseraProcess.run(["score", model, "--output", "scored.csv"], in: folder.url)
      try #require(scored.code == 0, "\(scored.errors)")
      return String(decoding: try folder.bytes("scored.csv"), as: UTF8.self).split(separator: "\n")
        .map { $0.split(separator: ",").prefix(2).joined(separator: ",")[...] }
    }
    // Another machine's arithmetic may move a customer who stands on a border.
    #expect(zip(try segments(model), try segments("models/cj.tessera")).count { $0 != $1 } <= 2)
  }

  @Test func `shuffled rows of one table get the same clusters and the same model`() throws {
    let folder = try TemporaryFolder()
    let rows = (1...500).map {
      "c\($0),\(Double($0 * 7919 % 1009) / 10),\(Double($0 * 104_729 % 997) / 3),\($0 % 5 == 0 ? "" : "g\($0 % 3)")"
    }
    try folder.write((["id,x,y,group"] + rows).joined(separator: "\n") + "\n", to: "a.csv")
    try folder.write((["id,x,y,group"] + rows.reversed()).joined(separator: "\n") + "\n", to: "b.csv")
    for name in ["a", "b"] {
      let outcome = try TesseraProcess.run(
        [
          "cluster", "\(name).csv", "--method", "kmeans", "--id", "id", "--k", "4", "--threads",
          name == "a" ? "1" : "2", "--output",
          "\(name).out.csv", "--model", "\(name).tessera",
        ], in: folder.url)
      try #require(outcome.code == 0, "\(outcome.errors)")
    }
    func lines(_ name: String) throws -> [String] {
      String(decoding: try folder.bytes(name), as: UTF8.self).split(separator: "\n").map(String.init).sorted()
    }
    #expect(try lines("a.out.csv") == lines("b.out.csv"))
    #expect(try folder.bytes("a.tessera") == folder.bytes("b.tessera"))
  }
}
