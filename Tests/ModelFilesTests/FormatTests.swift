import Foundation
import ModelFiles
import Testing

@Suite struct `Formats` {
  /// Golden files, one a format, each what `Sample.everything` was in its time: formats 1 and 2 by Swift 6.3.1 on
  /// x86-64 Linux. They are never rewritten but for the newest, by `TESSERA_RECORD=1 swift test --filter ModelFilesTests`,
  /// while nobody has files of it yet.
  private static func golden(_ format: Int) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Golden/format-\(format).tessera")
  }

  @Test(arguments: 1...ModelFile.newestFormat)
  func `a file of every format there has been is read`(_ format: Int) throws {
    let file = try ModelFile.read(from: Self.golden(format))
    let expected = try Sample.everything()
    #expect(file.format == format)
    #expect(file.tensorNames == expected.tensorNames)
    for name in expected.tensorNames { #expect(try file.tensor(name) == expected.tensor(name)) }
    #expect(file.sectionNames == expected.sectionNames)
    #expect(try file.section("card", as: Card.self) == Sample.card)
    #expect(try file.section("version", as: String.self) == "1.0")
  }

  @Test func `a file of the newest format is written byte for byte as before`() throws {
    let golden = Self.golden(ModelFile.newestFormat)
    let bytes = try Sample.everything().encoded()
    if ProcessInfo.processInfo.environment["TESSERA_RECORD"] != nil {
      try bytes.write(to: golden)
      Issue.record("recorded \(golden.lastPathComponent): look at the difference, then run without TESSERA_RECORD")
    }
    #expect(try Data(contentsOf: golden) == bytes)
  }

  @Test func `a newer format is refused by name`() throws {
    let error = try readError(safetensors(card: #"{"format":3}"#))
    #expect(error == .newerFormat(3, newest: ModelFile.newestFormat))
    #expect(
      "\(error)"
        == "was written by a newer Tessera (format 3; this one reads up to \(ModelFile.newestFormat)): update Tessera.")
  }

  @Test(arguments: [
    safetensors(##"{"__metadata__":{"tessera":"{\"format\":9}"},"t":{"dtype":"BF16","blocks":[]}}"##, data: 5),
    safetensors(##"{"__metadata__":{"tessera":"{\"layout\":[{}],\"format\":9,\"sections\":[]}"},"t":null}"##),
    safetensors(##"{"__metadata__":{"tessera":"{\"format\":9}","tessera.blake3":[1]}}"##),
  ])
  func `that comes before anything a newer layout may have changed`(_ bytes: Data) throws {
    #expect(try readError(bytes) == .newerFormat(9, newest: ModelFile.newestFormat))
  }
}
