import Foundation
import ModelFiles
import Testing

/// Model files that were cut, changed or made by a later version.
@Suite struct ModelFileFaultTests {
  private static func makeModel() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("id,x\n1,1\n2,2\n3,9\n4,10\n", to: "t.csv")
    let made = try TesseraProcess.run(
      ["cluster", "t.csv", "--method", "kmeans", "--id", "id", "--k", "2", "--model", "m.tessera"], in: folder.url)
    try #require(made.code == 0, "\(made.errors)")
    return folder
  }

  @Test func `a truncated model is refused`() throws {
    let folder = try ModelFileFaultTests.makeModel()
    try folder.bytes("m.tessera").dropLast(9).write(to: folder.url.appendingPathComponent("m.tessera"))
    let outcome = try TesseraProcess.run(["inspect", "m.tessera"], in: folder.url)
    #expect(outcome.code == 65)
    #expect(outcome.errors.contains("too early"))
  }

  @Test func `a tampered model is refused`() throws {
    let folder = try ModelFileFaultTests.makeModel()
    var bytes = try folder.bytes("m.tessera")
    bytes[bytes.count - 2] ^= 1
    try bytes.write(to: folder.url.appendingPathComponent("m.tessera"))
    let outcome = try TesseraProcess.run(
      ["score", "m.tessera", "--input", "t.csv", "--output", "o.csv"], in: folder.url)
    #expect(outcome.code == 65)
    #expect(outcome.errors.contains("SHA-256"))
    #expect(!folder.files.contains("o.csv"))
  }

  @Test func `a model of a newer format is refused by name`() throws {
    let folder = try ModelFileFaultTests.makeModel()
    let bytes = try folder.bytes("m.tessera")
    // Latin-1 keeps every byte, so that text can be replaced in a binary file.
    let text = try #require(String(data: bytes, encoding: .isoLatin1))
    let newer = text.replacingOccurrences(of: "{\\\"format\\\":\(ModelFile.newestFormat),", with: "{\\\"format\\\":7,")
    try #require(newer != text)
    try #require(newer.data(using: .isoLatin1)).write(to: folder.url.appendingPathComponent("m.tessera"))
    let outcome = try TesseraProcess.run(["inspect", "m.tessera"], in: folder.url)
    #expect(outcome.code == 65)
    #expect(outcome.errors.contains("format 7"))
    #expect(outcome.errors.contains("newer Tessera"))
  }

  @Test func `scoring the rows a model was made from gives their clusters`() throws {
    let folder = try ModelFileFaultTests.makeModel()
    try TesseraProcess.run(
      ["cluster", "t.csv", "--method", "kmeans", "--id", "id", "--k", "2", "--output", "a.csv"], in: folder.url)
    try TesseraProcess.run(["score", "m.tessera", "--input", "t.csv", "--output", "b.csv"], in: folder.url)
    #expect(try folder.bytes("a.csv") == folder.bytes("b.csv"))
  }

  @Test func `scoring a table with some of the columns imputes the rest and says so`() throws {
    let folder = try TemporaryFolder()
    try folder.write("id,x,y\n1,1,1\n2,2,2\n3,9,9\n4,10,10\n", to: "t.csv")
    try TesseraProcess.run(
      ["cluster", "t.csv", "--method", "kmeans", "--id", "id", "--k", "2", "--model", "m.tessera"], in: folder.url)
    try folder.write("id,x\n7,1\n8,10\n", to: "n.csv")
    let outcome = try TesseraProcess.run(
      ["score", "m.tessera", "--input", "n.csv", "--output", "o.csv"], in: folder.url)
    #expect(outcome.code == 0)
    #expect(outcome.errors.contains("training median: y"))
    let lines = String(decoding: try folder.bytes("o.csv"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 3)
  }
}
