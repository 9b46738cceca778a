import Foundation
import Reports
import TestSupport
import Testing

/// Pages as a browser shows them: `Browser/check.py`, where Chromium and Python are there.
@Suite(.serialized) struct BrowserTests {
  private static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func isThere(_ programs: [String]) -> Bool {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return programs.contains { program in
      path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }
  }

  private static let isPresent =
    isThere(["python3"])
    && (ProcessInfo.processInfo.environment["TESSERA_CHROMIUM"] != nil
      || isThere(["chromium", "chromium-browser", "google-chrome", "chrome"]))

  /// axe-core's rules, where `Scripts/browser setup` put them.
  private static var axe: [String] {
    let path = checkout.appendingPathComponent(".venv/browser/axe.min.js").path
    return FileManager.default.fileExists(atPath: path) ? ["--axe", path] : []
  }

  private struct Told: Decodable {
    let problems: [String]
  }

  private static func problems(_ html: String) throws -> [String] {
    let folder = try TemporaryFolder()
    _ = try folder.write(html, to: "page.html")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["python3", checkout.appendingPathComponent("Tests/ReportsTests/Browser/check.py").path, "page.html"] + axe
    process.currentDirectoryURL = folder.url
    let output = folder.url.appendingPathComponent("told.json")
    try Data().write(to: output)
    process.standardOutput = try FileHandle(forWritingTo: output)
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "check.py ended with \(process.terminationStatus)")
    return try JSONDecoder().decode(Told.self, from: Data(contentsOf: output)).problems
  }

  @Test(
    .enabled(if: isPresent, "there is no Chromium or no Python here (Scripts/browser setup installs both)"),
    arguments: [
      SampleReport(), SampleReport(segments: 42, features: 14, sizes: [40, 40, 7]),
      SampleReport(
        segments: 4, features: 5, sizes: [60], level: "\"\u{301} onclick=alert(1) <script>alert(1)</script>",
        name: "مرحبا " + String(repeating: "wide", count: 75)),
    ])
  func `a page neither complains, asks for anything, nor scrolls sideways, and can be read and used`(
    sample: SampleReport
  ) throws {
    let problems = try Self.problems(sample.content.html())
    #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
  }

  @Test(.enabled(if: isPresent, "there is no Chromium or no Python here (Scripts/browser setup installs both)"))
  func `the check sees what is wrong`() throws {
    let html = SampleReport(segments: 4, features: 5, sizes: [60]).content.html()
    let broken = html.replacing(
      "</main>",
      with: "<p style=\"width:3000px\">wide</p><p style=\"color:#aaa;background:#fff\">pale</p></main>"
        + "<img alt=\"\" src=\"nowhere.png\">")
    let problems = try Self.problems(broken).joined(separator: "\n")
    for word in ["scrolls sideways", "contrast", "log error"] {
      #expect(problems.contains(word), "\(word): \(problems)")
    }
  }
}
