import Foundation
import ModelFiles
import Testing

/// What other programs see, and what they write: `Python/interoperate.py` with the `safetensors` package.
@Suite(
  .enabled(
    if: Python.hasSafetensors,
    "python3 with the packages safetensors and numpy is not there (pip install safetensors numpy)"))
struct `Python's safetensors` {
  private struct Description: Decodable {
    struct Tensor: Decodable, Equatable {
      var dtype: String
      var shape: [Int]
      var bits: [UInt64]
    }
    struct Content: Decodable {
      struct Sections: Decodable { var card: Card }
      var format: Int
      var sections: Sections
    }
    var tensors: [String: Tensor]
    var card: Content
    var sha256: String
    var computed: String
  }

  @Test func `opens a model file, finds every number and the same checksum`() throws {
    try withTemporaryFolder { folder in
      let file = try Sample.everything()
      let url = folder.appendingPathComponent("m.tessera")
      try file.write(to: url)
      let seen = try JSONDecoder().decode(Description.self, from: Python.run("describe", url.path))
      #expect(seen.tensors.keys.sorted() == file.tensorNames.sorted())
      for name in file.tensorNames {
        let tensor = try file.tensor(name)
        let expected = Description.Tensor(
          dtype: "float64", shape: tensor.shape, bits: tensor.values.map(\.bitPattern))
        #expect(seen.tensors[name] == expected)
      }
      #expect(seen.card.format == ModelFile.newestFormat)
      #expect(seen.card.sections.card == Sample.card)
      #expect(seen.computed == seen.sha256)
    }
  }

  @Test func `may write it anew, in its own order`() throws {
    try withTemporaryFolder { folder in
      let (url, again) = (folder.appendingPathComponent("m.tessera"), folder.appendingPathComponent("again.tessera"))
      try Sample.everything().write(to: url)
      _ = try Python.run("rewrite", url.path, again.path)
      #expect(try ModelFile.read(from: again) == Sample.everything())
    }
  }

  @Test(arguments: [
    ("not-a-number", ModelFileError.tensorNotFinite("t", index: 1)),
    ("infinite", .tensorNotFinite("t", index: 1)),
    ("control-in-tensor-name", .badTensorName("t\u{1B}")),
    ("empty-section-name", .badSectionName("")),
    (
      "more-in-card",
      .badCard("it is not an object of 'format' and the object 'sections', and nothing else")
    ),
  ])
  func `cannot pass off what is wrong under a right checksum`(_ kind: String, _ error: ModelFileError) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("forged.tessera")
      _ = try Python.run("forge", kind, url.path)
      #expect(throws: ModelFileError.inFile(path: url.path, error)) { try ModelFile.read(from: url) }
    }
  }
}

private enum Python {
  static let hasSafetensors = (try? start(["-c", "import numpy, safetensors"])) != nil

  /// What the script prints.
  static func run(_ arguments: String...) throws -> Data {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Python/interoperate.py")
    return try start([script.path] + arguments)
  }

  private struct Failure: Error {
    var status: Int32
  }

  private static func start(_ arguments: [String]) throws -> Data {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    process.standardOutput = output
    if arguments.first == "-c" { process.standardError = FileHandle.nullDevice }
    try process.run()
    let printed = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    return printed
  }
}
