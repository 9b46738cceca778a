import Foundation
import Testing

/// The built program, run as a user runs it.
struct TesseraProcess {
  /// What a run left: its exit code and what it said.
  struct Outcome {
    let code: Int32
    let output: String
    let errors: String
  }

  /// The program beside the running tests.
  static let program: URL = {
    let tests = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    var folder = tests.deletingLastPathComponent()
    // On macOS the tests sit inside a bundle.
    while folder.path != "/",
      !FileManager.default.isExecutableFile(atPath: folder.appendingPathComponent("tessera").path)
    {
      folder.deleteLastPathComponent()
    }
    return folder.appendingPathComponent("tessera")
  }()

  /// The checkout.
  static let checkout = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Runs `tessera` with `arguments` in `folder`; `input` is its standard input.
  @discardableResult
  static func run(_ arguments: [String], in folder: URL, input: String? = nil) throws -> Outcome {
    try shell([program.path] + arguments, in: folder, input: input)
  }

  /// Runs any command.
  static func shell(_ command: [String], in folder: URL, input: String? = nil) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.currentDirectoryURL = folder
    // Files, not pipes: no reader needs to keep up.
    let files = try ["out", "err", "in"].map { name in
      let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).\(name)")
      try Data(name == "in" ? (input ?? "").utf8 : "".utf8).write(to: url)
      return url
    }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    process.standardInput = try FileHandle(forReadingFrom: files[2])
    try process.run()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus,
      output: try String(contentsOf: files[0], encoding: .utf8),
      errors: try String(contentsOf: files[1], encoding: .utf8))
  }
}

/// A folder of a test's own, removed with it.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("tessera-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
  }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: url.appendingPathComponent(name)) }

  /// The files in it and below, relative, sorted, hidden ones too.
  var files: [String] {
    let all = FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []
    return all.filter { name in
      (try? FileManager.default.attributesOfItem(atPath: url.path + "/" + name)[.type] as? FileAttributeType)
        == .typeRegular
    }.sorted()
  }
}
