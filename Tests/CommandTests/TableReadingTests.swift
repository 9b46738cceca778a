import Foundation
import Testing

/// What `cluster` and `score --input` make of the cells of a table.
@Suite struct TableReadingTests {
  @Test func `identifiers keep their leading zeros, and whole numbers stay numbers`() throws {
    let folder = try TemporaryFolder()
    try folder.write("id,x\n007,1\n008,2\n010,9\n011,8\n", to: "zeros.csv")
    try folder.write("id,x\n7,1\n8,2\n10,9\n11,8\n", to: "numbers.csv")
    for name in ["zeros", "numbers"] {
      let outcome = try TesseraProcess.run(
        ["cluster", "\(name).csv", "--method", "kmeans", "--id", "id", "--k", "2", "--output", "\(name)-out.jsonl"],
        in: folder.url)
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    #expect(String(decoding: try folder.bytes("zeros-out.jsonl"), as: UTF8.self).contains("\"id\":\"007\""))
    #expect(String(decoding: try folder.bytes("numbers-out.jsonl"), as: UTF8.self).contains("\"id\":7,"))
  }

  /// What the engine takes such columns for differs from file to file; the model decides, not the file.
  @Test func `a category of digits and a column without values score as they were trained`() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<40).map { "\($0),\($0 % 2 * 9),\($0 % 3),\(["1", "b", "c"][$0 % 3])" }
    try folder.write("id,x,y,kind\n" + rows.joined(separator: "\n") + "\n", to: "train.csv")
    try folder.write("id,x,y,kind\n1,9,,1\n2,0,,1\n", to: "new.csv")
    let trained = try TesseraProcess.run(
      ["cluster", "train.csv", "--id", "id", "--method", "kmeans", "--k", "2", "--model", "m.tessera"], in: folder.url)
    #expect(trained.code == 0, "\(trained.errors)")
    let scored = try TesseraProcess.run(
      ["score", "m.tessera", "--input", "new.csv", "--output", "out.csv"], in: folder.url)
    #expect(scored.code == 0, "\(scored.errors)")
    #expect(scored.errors.contains("not in the table, so taken at their training median: y"))
    #expect(!scored.errors.contains("rare or new"))
  }

  @Test func `no result takes the place of an input or of another result`() throws {
    let folder = try TemporaryFolder()
    let table = "id,x\n" + (0..<40).map { "\($0),\($0 % 2 * 9 + $0 % 3)\n" }.joined()
    try folder.write(table, to: "a.csv")
    for name in ["a.jsonl", "b.jsonl"] { try folder.write("{\"x\": 1}\n{\"x\": 2}\n{\"x\": 9}\n", to: name) }
    let model = try TesseraProcess.run(
      ["cluster", "a.csv", "--method", "kmeans", "--k", "2", "--model", "a.csv"], in: folder.url)
    #expect(model.code == 74 && model.errors.contains("this run reads it"))
    let pattern = try TesseraProcess.run(
      ["cluster", "*.jsonl", "--method", "kmeans", "--k", "2", "--output", "b.jsonl"], in: folder.url)
    #expect(pattern.code == 74 && pattern.errors.contains("this run reads it"))
    let both = try TesseraProcess.run(
      ["cluster", "a.csv", "--method", "kmeans", "--k", "2", "--output", "o.csv", "--model", "o.csv"], in: folder.url)
    #expect(both.code == 74 && both.errors.contains("another result of this run goes there too"))
    #expect(try folder.bytes("a.csv") == Data(table.utf8) && folder.files.sorted() == ["a.csv", "a.jsonl", "b.jsonl"])
  }
}
