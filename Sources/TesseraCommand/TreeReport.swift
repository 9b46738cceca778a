internal import Clustering
internal import Features
internal import Pipeline

/// A tree of segments and its lists, in words.
enum TreeReport {
  /// Every node, indented, and how it was divided.
  static func print(_ outline: [SegmentTree.Outline]) {
    Terminal.print("")
    for line in outline {
      let indent = String(repeating: "  ", count: line.depth)
      for part in Paragraph.lines(line.text, after: indent) { Terminal.print(part) }
      guard let features = line.features else { continue }
      let named = features.prefix(4).joined(separator: ", ")
      let more = features.count > 4 ? " and \(features.count - 4) more" : ""
      for part in Paragraph.lines("divided by \(named)\(more)", after: "\(indent)  | ") { Terminal.print(part) }
    }
  }

  /// The lists by rule, and with which segment each shares most.
  static func print(_ lists: SegmentLists) {
    guard !lists.rules.isEmpty else { return }
    let overlaps = lists.overlaps
    var table = TextTable([("list", .left), ("customers", .right), ("most in", .left), ("share of list", .right)])
    for (rule, size) in zip(lists.rules, lists.sizes) {
      guard let size, let own = overlaps.names.firstIndex(of: rule.name) else {
        table.add([rule.name, "–", "could not be evaluated", ""])
        continue
      }
      let others = overlaps.names.indices.filter { $0 != own && overlaps.shared(own, $0) > 0 }
      let most = others.max { overlaps.shared(own, $0) < overlaps.shared(own, $1) }
      table.add([
        rule.name, ReadableNumber.grouped(size), most.map { overlaps.names[$0] } ?? "–",
        most.map { ReadableNumber.percent(overlaps.share(of: own, in: $0)) } ?? "",
      ])
    }
    Terminal.print("")
    for line in table.lines { Terminal.print(line) }
  }
}
