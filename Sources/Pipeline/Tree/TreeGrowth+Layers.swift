internal import Clustering
internal import Features
internal import LinearAlgebra

/// Clusterings side by side: macro-segments are the parts of the first, micro-segments the patterns of the others.
extension TreeGrowth {
  /// The nodes of such a tree over the customers at `rows`, and which are macro-segments.
  mutating func layered(
    _ rows: [Int], _ observer: @escaping FitObserver
  ) throws -> (nodes: [SegmentTree.Node], macros: [Int]) {
    let least = settings.leastSize(of: values.rows)
    var layers: [Layer] = []
    var words: [String] = []
    for (index, layer) in settings.layers.enumerated() {
      let share = 1 / Double(settings.layers.count)
      let (division, reason) = try found(
        rows, in: layer.features, layer.minimum...max(layer.minimum, layer.maximum), least: least, isDemanded: false
      ) { [observer] in observer(FitProgress(fraction: (Double(index) + $0.fraction) * share)) }
      words.append("\(layer.name): \(reason)")
      guard let division, case .clusters(let clusters) = division.division else { continue }
      var labels = [Int](repeating: 0, count: values.rows)
      for (part, own) in division.rows.enumerated() { for row in own { labels[row] = part } }
      layers.append(Layer(name: layer.name, clusters: clusters, labels: labels, stability: division.stability))
    }
    let reason = words.joined(separator: " ")
    guard let first = layers.first else {
      return ([SegmentTree.Node(parent: nil, name: nil, stability: nil, reason: reason, division: nil)], [0])
    }
    var nodes = [
      SegmentTree.Node(parent: nil, name: nil, stability: nil, reason: reason, division: .clusters(first.clusters))
    ]
    let others = Array(layers.dropFirst())
    var patterns: [(macro: Int, division: PatternDivision, first: [[Int]])] = []
    for part in 0..<first.clusters.count {
      let own = rows.filter { first.labels[$0] == part }
      let (division, kept) = TreeGrowth.patterns(others, own, least: least)
      let macro = nodes.count
      nodes.append(
        SegmentTree.Node(
          parent: 0, name: "\(first.name) \(part + 1)", stability: first.stability[part],
          reason: division == nil
            ? "Not divided: no two patterns of the other layers hold \(least) customers each."
            : "\(kept.count) patterns of the other layers hold \(least) customers or more; the others count to the nearest.",
          division: division.map { .patterns($0) }))
      nodes[0].children.append(macro)
      if let division { patterns.append((macro, division, kept)) }
    }
    for (macro, _, kept) in patterns {
      for pattern in kept {
        nodes[macro].children.append(nodes.count)
        let stability = zip(others, pattern).map { $0.stability[$1] ?? 0 } + [nodes[macro].stability ?? 0]
        nodes.append(
          SegmentTree.Node(
            parent: macro, name: zip(others, pattern).map { "\($0.name) \($1 + 1)" }.joined(separator: ", "),
            stability: stability.min(), reason: "A pattern of layers.", division: nil))
      }
    }
    return (nodes, nodes[0].children)
  }

  private struct Layer {
    let name: String
    let clusters: ClusterDivision
    /// The part of each customer of `rows`, by its place among all.
    let labels: [Int]
    let stability: [Double?]
  }

  /// The patterns that the customers at `rows` show, those of `least` or more, the largest first; nil when they are not
  /// two.
  private static func patterns(
    _ layers: [Layer], _ rows: [Int], least: Int
  ) -> (division: PatternDivision?, kept: [[Int]]) {
    var counts: [[Int]: Int] = [:]
    for row in rows { counts[layers.map { $0.labels[row] }, default: 0] += 1 }
    let kept = counts.filter { $0.value >= least }
      .sorted { $0.value != $1.value ? $0.value > $1.value : $0.key.lexicographicallyPrecedes($1.key) }.map(\.key)
    guard kept.count > 1, !layers.isEmpty else { return (nil, kept) }
    return (PatternDivision(layers.map(\.clusters), kept: kept), kept)
  }
}
