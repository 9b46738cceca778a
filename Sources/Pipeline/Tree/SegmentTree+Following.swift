internal import Clustering
internal import Features
internal import Foundation
internal import LinearAlgebra
internal import Warehouse

/// The same segments a while later: borders move with the customers and are not drawn anew.
///
/// A tree found anew cuts in other features or another order now and then, though the segments are the same; customers
/// near a border would change sides for nothing.
extension SegmentTree {
  /// This tree with the centroids of each division moved to the means of the customers at `rows` that are nearest to them
  /// (Lloyd's iterations from where they stand), memberships and limits measured anew, features and scales as they were.
  func following(_ values: FeatureValues, rows: [Int], budget: Double) throws -> SegmentTree {
    var tree = self
    let placement = place(values)
    var members = [[Int]](repeating: [], count: nodes.count)
    members[0] = rows.filter { !placement.isNone($0) }
    for index in nodes.indices {
      guard let division = nodes[index].division, !members[index].isEmpty else { continue }
      let part = values.gatheringRows(members[index])
      var labels: [Int]
      switch division {
      case .clusters(let clusters):
        let (moved, found) = try clusters.following(clusters.transforms.apply(part).matrix)
        tree.nodes[index] = nodes[index].with(.clusters(moved))
        labels = found.map { clusters.parts?[$0] ?? $0 }
      case .mixture(let mixture):
        let (moved, found) = try mixture.following(mixture.transforms.apply(part).matrix)
        tree.nodes[index] = nodes[index].with(.mixture(moved))
        labels = found
      case .levels, .rules, .patterns:
        let placed = division.place(part).memberships
        labels = (0..<part.rows).map { row in (0..<placed.columns).first { placed[row, $0] > 0 } ?? 0 }
      }
      for (row, label) in zip(members[index], labels) { members[nodes[index].children[label]].append(row) }
    }
    tree.unsettle()
    var arrivals = TreeArrivals()
    arrivals.append(tree.place(values), known: rows)
    tree.settle(arrivals, budget: budget, renumbers: false)
    return tree
  }

  /// Whether `other`, found anew by the same settings in the same features, has these very segments, by id, so that this
  /// tree can follow its customers.
  func canFollow(_ other: SegmentTree) -> Bool {
    guard stages.count == 1, Set(nodes.compactMap(\.segment)) == Set(other.nodes.compactMap(\.segment)) else {
      return false
    }
    func given(_ tree: SegmentTree) -> [SegmentDivision] {
      tree.nodes.compactMap(\.division).filter { division in
        switch division {
        case .levels, .rules: true
        case .clusters, .mixture, .patterns: false
        }
      }
    }
    return given(self) == given(other)
      && nodes.allSatisfy { if case .patterns = $0.division { false } else { true } }
  }

  /// Takes what was measured of the same segments from the tree found anew: how stable they are, and why.
  mutating func takeFindings(from other: SegmentTree) {
    for index in nodes.indices {
      let node = nodes[index]
      guard
        let twin = other.nodes.first(where: {
          node.segment == nil ? index == 0 && $0.parent == nil : $0.segment == node.segment
        })
      else { continue }
      nodes[index] = node.with(
        node.division, stability: twin.stability,
        reason: index == 0
          ? twin.reason + " These are the segments of the model before, whose borders moved with their customers."
          : node.reason)
    }
  }
}

extension SegmentTree.Node {
  fileprivate func with(_ division: SegmentDivision?) -> SegmentTree.Node {
    with(division, stability: stability, reason: reason)
  }

  fileprivate func with(_ division: SegmentDivision?, stability: Double?, reason: String) -> SegmentTree.Node {
    var node = SegmentTree.Node(parent: parent, name: name, stability: stability, reason: reason, division: division)
    (node.children, node.macro, node.segment, node.size) = (children, macro, segment, size)
    return node
  }
}

extension ClusterDivision {
  /// This division with its centroids moved to the rows of `x` (n x d), and the centroid nearest to each row then.
  fileprivate func following(_ x: Matrix) throws -> (division: ClusterDivision, labels: [Int]) {
    var model = model
    var labels = try model.assign(x).labels
    for _ in 0..<20 {
      let means = TreeGrowth.centroids(x, labels, model.clusters)
      var counts = [Int](repeating: 0, count: model.clusters)
      for label in labels { counts[label] += 1 }
      var moved = means
      for center in counts.indices where counts[center] == 0 {
        for column in 0..<means.columns { moved[center, column] = model.centroids[center, column] }
      }
      model = KMeansModel(centroids: moved)
      let next = try model.assign(x).labels
      let isSettled = next == labels
      labels = next
      if isSettled { break }
    }
    let nearest = try model.assign(x)
    let division = ClusterDivision(
      transforms: transforms, model: model, membership: try DistanceMembership(x, model: model),
      limits: NoneLimits(
        squaredDistances: nearest.distances.map { $0 * $0 }, labels: nearest.labels, segments: model.clusters),
      parts: parts)
    return (division, nearest.labels)
  }
}

extension SegmentTraining {
  /// Says how a tree is grown, but for what only ranks its segments.
  private struct TreeMark: Encodable {
    let tree: TreeSettings?
    let transforms: TransformSettings
    let kMeans: KMeans
    let range: ClosedRange<Int>
  }

  /// A mark of the settings that a tree is grown by: two trainings of one mark differ in their customers alone.
  var settingsMark: String {
    var tree = tree
    tree?.attractiveness = AttractivenessSettings()
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let settings = TreeMark(tree: tree, transforms: transforms, kMeans: kmeans, range: range)
    let text = (try? encoder.encode(settings)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return DataFingerprint.text(DataFingerprint.hash(text))
  }
}
