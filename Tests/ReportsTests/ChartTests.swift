import Foundation
import Reports
import Testing

/// Charts as they are drawn, beside recorded ones: files in `Snapshots`. `TESSERA_RECORD=1` writes them anew, and fails the
/// run, so that a recording is never taken for a test.
@Suite struct ChartTests {
  private static let html = SampleReport(segments: 4, features: 3, sizes: [30, 50, 7, 90]).content.html()

  /// The first chart of the class `kind`, with what it holds, an element a line.
  private static func chart(_ kind: String) throws -> String {
    let start = try #require(html.range(of: "<svg class=\"chart \(kind)\""))
    var depth = 0
    var place = start.lowerBound
    repeat {
      let opened = html.range(of: "<svg", range: place..<html.endIndex)
      let closed = try #require(html.range(of: "</svg>", range: place..<html.endIndex))
      if let opened, opened.lowerBound < closed.lowerBound {
        depth += 1
        place = opened.upperBound
      } else {
        depth -= 1
        place = closed.upperBound
      }
    } while depth > 0
    return html[start.lowerBound..<place].replacing("><", with: ">\n<") + "\n"
  }

  @Test(arguments: ["icicle", "effect", "strip", "rate", "curve"]) func `a chart is drawn as recorded`(
    kind: String
  ) throws {
    let drawn = try Self.chart(kind)
    let recorded = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Snapshots/\(kind).svg")
    if ProcessInfo.processInfo.environment["TESSERA_RECORD"] != nil {
      try Data(drawn.utf8).write(to: recorded)
      Issue.record("recorded \(recorded.lastPathComponent); run again without TESSERA_RECORD")
    }
    #expect(try String(contentsOf: recorded, encoding: .utf8) == drawn)
  }

  @Test func `a number that does not vary has no chart, and no chart holds what is no number`() {
    #expect(!Self.html.contains("=\"nan") && !Self.html.contains("=\"inf") && !Self.html.contains("NaN"))
    let content = ReportContent(
      title: "t", madeBy: "m", everybody: 40,
      segments: [
        ReportSegment(path: "1", name: "one", macro: 1, isMacro: false, customers: 20),
        ReportSegment(path: "2", name: "two", macro: 2, isMacro: false, customers: 20),
      ], found: ReportFound(sentences: []),
      comparison: ReportComparison(
        paths: ["1", "2"],
        numbers: [
          .init(feature: "same", everyone: [3, 3, 3, 3, 3], groups: [[3, 3, 3], [3, 3, 3]]),
          .init(feature: "vast", everyone: [-1e308, 0, 0, 0, 1e308], groups: [[0, 0, 0], [-1e308, 0, 1e308]]),
          .init(feature: "odd", everyone: [0, .infinity, .nan, 1, 2], groups: [[.nan, 1, 2], nil]),
        ], levels: []))
    let html = content.html()
    #expect(!html.contains("=\"nan") && !html.contains("nan%") && !html.contains("inf%"))
    #expect(html.contains(">same</th>"))
  }

  @Test func `tiles of the tree fill it, and are as high as their customers`() throws {
    let page = PageReader(try Self.chart("icicle"))
    let tiles = page.all("svg").filter { $0.attributes["y"] != nil }
    let heights = try tiles.map { try #require(Double($0.attributes["height"] ?? "")) }
    // Everybody, 1 with 1/1 (30) and 1/2 (50), 2 with 2/3 (few) and 2/4, which share 97 evenly.
    #expect(heights.count == 7)
    let unit = 240.0 / 177
    for (height, customers) in zip(heights, [177, 80, 30, 50, 97, 48.5, 48.5]) {
      #expect(abs(height - (unit * customers - 1)) < 0.011)
    }
  }
}
