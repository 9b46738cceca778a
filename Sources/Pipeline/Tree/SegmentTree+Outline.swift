internal import Features

extension SegmentTree {
  /// One node of a tree, for people and machines.
  public struct Outline: Sendable, Encodable {
    /// How far below the root it stands, from 0.
    public let depth: Int
    /// The id of its macro-segment; nil above.
    public let macro: Int?
    /// The id of the segment, where it is a leaf.
    public let segment: Int?
    /// "2/7" for a leaf.
    public let path: String?
    /// Customers of training.
    public let customers: Int
    /// Their share of all in the tree.
    public let share: Double
    /// The mean Jaccard similarity with which it came back when its parent was divided; nil where none was measured.
    public let stability: Double?
    /// Its segments' share of revenue; nil where there is none.
    public internal(set) var revenueShare: Double?
    /// The features by which its parts were found; nil for a leaf.
    public let features: [String]?
    /// Why it was divided so, or not.
    public let reason: String
    /// What it is, in a few words.
    public internal(set) var text: String
  }

  /// The nodes from the root down, each followed by its parts, those of the smaller ids first.
  public func outline(unit: String) -> [Outline] {
    var lines: [Outline] = []
    let macroNodes = Set(macroNodes)
    let total = Double(max(1, stages.reduce(0) { $0 + nodes[$1.root].size }))
    func add(_ index: Int, _ depth: Int) {
      let node = nodes[index]
      let features = node.division?.features
      var words: [String] = []
      if index == 0, nodes.count > 1 { words.append("everybody") }
      if index > 0, node.parent == nil { words.append("added for those of none before") }
      if macroNodes.contains(index) { words.append("macro-segment \(node.macro ?? 0)") }
      if node.segment != nil { words.append("segment \(path(of: index))") }
      if let name = node.name { words.append(name) }
      if words.isEmpty { words.append("part") }
      let size = "\(ReadableNumber.grouped(node.size)) \(unit) (\(ReadableNumber.percent(Double(node.size) / total)))"
      let stability = node.stability.map { ", stability \(ReadableNumber.hundredths($0))" } ?? ""
      lines.append(
        Outline(
          depth: depth, macro: node.macro, segment: node.segment, path: node.segment == nil ? nil : path(of: index),
          customers: node.size, share: Double(node.size) / total, stability: node.stability, features: features,
          reason: node.reason, text: "\(words.joined(separator: ", ")): \(size)\(stability)"))
      let order = node.children.sorted { (least($0), $0) < (least($1), $1) }
      for child in order { add(child, depth + 1) }
    }
    for stage in stages { add(stage.root, 0) }
    return lines
  }

  /// The least of a node's ids below.
  private func least(_ index: Int) -> Int {
    let node = nodes[index]
    return node.segment ?? node.children.map(least).min() ?? 0
  }
}
