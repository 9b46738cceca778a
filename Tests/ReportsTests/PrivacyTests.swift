import Foundation
import Reports
import Testing

/// Nothing tells of fewer than ten customers, nor lets such be reckoned.
@Suite struct PrivacyTests {
  private static func told(_ sizes: [(path: String, macro: Int, isMacro: Bool, count: Int)], none: Int? = nil)
    -> [ReportCount]
  {
    let all = sizes.filter { !$0.isMacro }.reduce(none ?? 0) { $0 + $1.count }
    let content = ReportContent(
      title: "t", madeBy: "m", everybody: all, none: none,
      segments: sizes.map {
        ReportSegment(
          path: $0.path, name: $0.path, macro: $0.macro, isMacro: $0.isMacro, customers: $0.count,
          revenue: ReportRevenue(feature: "spend", sum: 777_777, share: 0.5, mean: 3))
      }, found: ReportFound(sentences: []))
    for segment in content.segments where segment.customers.number == nil {
      #expect(segment.share == nil && segment.revenue == nil)
    }
    return content.segments.map(\.customers) + (content.none.map { [$0] } ?? [])
  }

  @Test func `a macro-segment's second smallest part goes with its small one`() {
    let told = Self.told([
      ("1", 1, true, 207), ("1/1", 1, false, 100), ("1/2", 1, false, 100), ("1/3", 1, false, 7), ("2/4", 2, false, 300),
    ])
    #expect(told == [.exactly(207), .withheld, .exactly(100), .few, .exactly(300)])
  }

  @Test func `few in none of the segments hide no segment, and everybody is told as those in segments`() {
    let sizes = [("1", 1, true, 200), ("1/1", 1, false, 90), ("1/2", 1, false, 110), ("2/3", 2, false, 300)]
    let told = Self.told(sizes.map { (path: $0.0, macro: $0.1, isMacro: $0.2, count: $0.3) }, none: 3)
    #expect(told == [.exactly(200), .exactly(90), .exactly(110), .exactly(300), .few])
  }

  @Test func `nothing tells how many all are where few are in none`() throws {
    let content = ReportContent(
      title: "t", madeBy: "m", everybody: 1_503, none: 3,
      segments: [ReportSegment(path: "1", name: "one", macro: 1, isMacro: false, customers: 1_500)],
      found: ReportFound(sentences: ["Found on 1,503 customers, 11,503 lines, 1503.5 and 1,503."]),
      quality: ReportQuality(
        sources: ReportTable(caption: "c", columns: [.init("rows")], rows: [["1,503"]]), notes: ["1503 looked at"]),
      method: [ReportSetting("a", "b", "1503")])
    #expect(content.everybody == .exactly(1_500) && content.segments[0].share == 1)
    #expect(
      content.found.sentences == ["Found on more than 1,500 customers, 11,503 lines, 1503.5 and more than 1,500."])
    #expect(content.quality.sources?.rows == [["more than 1,500"]])
    #expect(content.quality.notes == ["more than 1,500 looked at"] && content.method[0].value == "more than 1,500")
  }

  @Test func `two small parts hide each other, and nobody is no one to be hidden`() {
    #expect(
      Self.told(
        [("1", 1, true, 210), ("1/1", 1, false, 5), ("1/2", 1, false, 5), ("1/3", 1, false, 200)], none: 0)
        == [.exactly(210), .few, .few, .exactly(200), .exactly(0)])
  }

  @Test(arguments: 0..<60) func `no count of 1 to 9 can be solved for in any tree`(seed: Int) {
    // Three macro-segments of one to four parts and a rest, sizes from a small generator.
    var state = UInt64(seed) &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var sizes: [(path: String, macro: Int, isMacro: Bool, count: Int)] = []
    var sums: [[Int]] = [[]]
    for macro in 1...3 {
      let parts = (0..<1 + next(4)).map { _ in next(3) == 0 ? 1 + next(9) : 10 + next(500) }
      let start = sizes.count
      sums[0].append(start)
      if parts.count > 1 {
        sizes.append(("\(macro)", macro, true, parts.reduce(0, +)))
        sums.append(Array(start...start + parts.count))
      }
      for part in parts { sizes.append(("\(macro)/\(sizes.count)", macro, false, part)) }
    }
    let none = next(2) == 0 ? next(12) : 50
    let told = Self.told(sizes, none: none)
    // A few in none stand outside the sum: everybody is those in segments.
    if none == 0 || none >= 10 { sums[0].append(sizes.count) }
    let counts = sizes.map(\.count) + [none]
    for (count, told) in zip(counts, told) where count > 0 && count < 10 { #expect(told == .few) }
    // Peeling: whatever stands alone unknown in a sum can be solved for, and then is known in the others.
    var isKnown = told.map { $0.number != nil }
    var changed = true
    while changed {
      changed = false
      for sum in sums where sum.count(where: { !isKnown[$0] }) == 1 {
        for index in sum where !isKnown[index] {
          isKnown[index] = true
          changed = true
          #expect(counts[index] == 0 || counts[index] >= 10, "\(sizes) \(none)")
        }
      }
    }
  }

  @Test func `small segments are drawn no higher than is told, and have neither card nor numbers`() throws {
    let content = SampleReport(segments: 6, sizes: [120, 120, 7, 120, 120, 120]).content
    #expect(content.segment("2/3")?.customers == .few && content.segment("2/4")?.customers == .withheld)
    let card = try #require(content.personas.first { $0.path == "2/3" })
    #expect(card == ReportPersona(path: "2/3"))
    let place = try #require(content.comparison?.paths.firstIndex(of: "2/3"))
    #expect(content.comparison?.numbers.allSatisfy { $0.groups[place] == nil } == true)
    #expect(content.comparison?.levels.allSatisfy { $0.groups[place] == nil } == true)
    #expect(content.overlaps?.names.contains("2/3") == false && content.overlaps?.names.contains("2/4") == false)
    #expect(content.predictions.allSatisfy { $0.segments.allSatisfy { $0.path != "2/3" } })
    // Both parts of the macro-segment are drawn alike, as their numbers are not told.
    let heights = PageReader(content.html()).all("svg").filter {
      $0.attributes["data-card"]?.hasPrefix("segment-2-") == true
    }
    #expect(heights.count == 2 && Set(heights.map { $0.attributes["height"] }).count == 1)
    let other = SampleReport(segments: 6, sizes: [120, 120, 8, 119, 120, 120]).content
    #expect(content.segments.map(\.customers) == other.segments.map(\.customers))
    #expect(Self.tree(content) == Self.tree(other))
  }

  /// The tree as it is drawn, without the names in it.
  private static func tree(_ content: ReportContent) -> [[String: String]] {
    PageReader(content.html()).all("svg").filter { $0.attributes["y"] != nil }.map(\.attributes)
  }

  @Test func `no identifier and no row is told in any form`() throws {
    let content = SampleReport().content
    for text in [content.html(), content.markdown(), String(decoding: try content.json(), as: UTF8.self)] {
      #expect(!text.contains("SECRET"))
    }
  }

  @Test func `notes that tell of fewer than ten are left out and counted`() throws {
    let content = SampleReport().content
    #expect(content.quality.notes.count == 1 && content.quality.withheldNotes == 1)
    let kept = ReportContent(
      title: "t", madeBy: "m", everybody: 100, segments: [],
      found: ReportFound(
        sentences: ["k = 3. Only 4 customers lie outside.", "1,234 customers; 12 rows."],
        nodes: [.init(depth: 0, title: "x", features: [], stability: nil, reason: "1 customer is alone.")]))
    #expect(kept.found.sentences == ["k = 3. Only fewer than ten customers lie outside.", "1,234 customers; 12 rows."])
    #expect(kept.found.nodes[0].reason == "fewer than ten customer is alone.")
  }

  @Test func `overlaps are told in tens`() {
    let overlaps = ReportOverlaps(names: ["a", "b"], counts: [104, 9, 9, 86])
    #expect(overlaps.sizes == [100, 90] && overlaps.shared[0][1] == 0)
    #expect(ReportOverlaps(names: ["a", "b"], counts: [104, 14, 14, 86]).share(of: 0, in: 1) == 0.1)
  }

  @Test func `what came is not told where fewer than ten did it, and parts of a gain table are put together`() {
    let gains = [(0.5, 30.0), (0.1, 30.0), (0.1, 200.0), (0.0, 100.0)].map { rate, rows in
      ReportGain(rows: rows, predicted: rate, observed: rate, low: 0, high: 1, lift: 1, depth: 0.5, gain: 0.5)
    }
    let content = ReportContent(
      title: "t", madeBy: "m", everybody: 360, segments: [], found: ReportFound(sentences: []),
      predictions: [
        ReportPrediction(
          name: "p", meaning: "", judged: "", reason: "", rate: 0.1, figures: [], gains: gains,
          segments: [
            ReportReliability(path: "1", rows: 200, predicted: 0.1, observed: 0.03, low: 0, high: 1),
            ReportReliability(path: "2", rows: 200, predicted: 0.1, observed: 0.1, low: 0, high: 1),
            ReportReliability(path: "3", rows: 9, predicted: 0.1, observed: 0.5, low: 0, high: 1),
          ], importances: [])
      ])
    // 15 of 30; 3 of 30 and 20 of 200 together; 0 of 100 joins them.
    #expect(content.predictions[0].gains.map(\.rows) == [30, 330])
    #expect(abs((content.predictions[0].gains.last?.observed ?? 0) - 23.0 / 330) < 1e-12)
    #expect(content.predictions[0].segments.map(\.path) == ["1", "2"])
    #expect(content.predictions[0].segments.map { $0.observed == nil } == [true, false])
  }

  @Test func `a report read from its JSON is the same`() throws {
    let content = SampleReport(segments: 6, sizes: [120, 120, 7, 120, 120, 120]).content
    #expect(try JSONDecoder().decode(ReportContent.self, from: try content.json()) == content)
  }
}
