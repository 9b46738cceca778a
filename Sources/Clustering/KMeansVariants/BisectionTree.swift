public import LinearAlgebra

/// The hierarchy that bisecting k-means made: which group was split into which two.
public struct BisectionTree: Sendable, Hashable, Codable {
  /// The two groups of a split, by their place among the nodes.
  public struct Children: Sendable, Hashable, Codable {
    /// The heavier of the two at the split.
    public let first: Int
    /// The lighter.
    public let second: Int
  }

  /// One group, whether it was split or not.
  public struct Node: Sendable, Hashable, Codable {
    /// The group it was split from, by its place among the nodes; nil for the first, which holds all rows.
    public let parent: Int?
    /// What it was split into; nil for a leaf.
    public internal(set) var children: Children?
    /// The cluster that a leaf is; nil when it was split.
    public internal(set) var cluster: Int?
    /// The summed weight of its training rows.
    public let weight: Double
    /// The weighted sum of their squared distances to its centroid, in squared units of the data.
    public let inertia: Double
  }

  /// All groups in the order they were made: a split appends two, so the first 2 j - 1 nodes are the hierarchy of j
  /// clusters.
  public let nodes: [Node]
  /// The centroid of each node (as many rows as nodes, x d).
  public let centroids: Matrix

  init(nodes: [Node], centroids: Matrix) {
    self.nodes = nodes
    self.centroids = centroids
  }

  /// By how much splitting `node` lowered the inertia, in squared units of the data; nil for a leaf.
  public func gain(of node: Int) -> Double? {
    nodes[node].children.map { nodes[node].inertia - nodes[$0.first].inertia - nodes[$0.second].inertia }
  }

  /// The nodes that are clusters, in the order of the clusters.
  public var leaves: [Int] {
    nodes.indices.filter { nodes[$0].cluster != nil }
      .sorted { (nodes[$0].cluster ?? 0) < (nodes[$1].cluster ?? 0) }
  }

  /// The centroids of the leaves (k x d), in the order of the clusters.
  var leafCentroids: Matrix { centroids.gatheringRows(leaves) }

  /// The hierarchy with cluster j at the leaf that was cluster `order[j]`.
  func renumbered(_ order: [Int]) -> BisectionTree {
    let leaves = leaves
    var nodes = nodes
    for (cluster, former) in order.enumerated() { nodes[leaves[former]].cluster = cluster }
    return BisectionTree(nodes: nodes, centroids: centroids)
  }

  /// The leaf's cluster that each row of `x` (m x d, checked) comes to, at every split by the nearer centroid, and the
  /// squared distance to the leaf's centroid. O(m d) for each level.
  func descend(_ x: Matrix) throws(FitError) -> (labels: [Int], squares: [Double]) {
    var labels = [Int](repeating: 0, count: x.rows)
    var squares = [Double](repeating: 0, count: x.rows)
    if let root = nodes.first, root.children == nil {
      squares = try KMeansModel(centroids: centroids.gatheringRows([0])).assignSquared(x).squares
    }
    var waiting = [(node: 0, rows: Array(0..<x.rows))]
    while let (node, rows) = waiting.popLast() {
      guard let children = nodes[node].children, !rows.isEmpty else { continue }
      let both = [children.first, children.second]
      let sides = KMeansModel(centroids: centroids.gatheringRows(both))
      let assigned = try sides.assignSquared(rows.count == x.rows ? x : x.gatheringRows(rows))
      for (side, child) in both.enumerated() {
        let own = rows.indices.filter { assigned.labels[$0] == side }
        if let cluster = nodes[child].cluster {
          for position in own {
            labels[rows[position]] = cluster
            squares[rows[position]] = assigned.squares[position]
          }
        } else {
          waiting.append((child, own.map { rows[$0] }))
        }
      }
    }
    return (labels, squares)
  }
}

extension BisectionTree {
  private enum CodingKeys: String, CodingKey { case nodes, centroids }

  /// Reads a hierarchy, refusing one that is not a binary tree with a finite centroid a node and its leaves numbered.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      nodes: try container.decode([Node].self, forKey: .nodes),
      centroids: try container.decode(Matrix.self, forKey: .centroids))
    let hasShape = centroids.rows == nodes.count && centroids.columns > 0 && !nodes.isEmpty
    let isBinary = nodes.indices.allSatisfy { place in
      let node = nodes[place]
      let hangsRight = place == 0 ? node.parent == nil : isChild(place, of: node.parent)
      guard let children = node.children else { return hangsRight && node.cluster != nil }
      // Children come after their parent, so that no descent goes in a circle.
      let comesFirst = place < children.first && children.first < children.second && children.second < nodes.count
      return hangsRight && node.cluster == nil && comesFirst && nodes[children.first].parent == place
        && nodes[children.second].parent == place
    }
    let clusters = nodes.compactMap(\.cluster).sorted()
    guard hasShape, isBinary, clusters == Array(clusters.indices), centroids.values.allSatisfy(\.isFinite) else {
      throw DecodingError.dataCorruptedError(
        forKey: .nodes, in: container,
        debugDescription: "A hierarchy needs one finite centroid a node, two children a split, and numbered leaves.")
    }
  }

  private func isChild(_ place: Int, of parent: Int?) -> Bool {
    guard let parent, nodes.indices.contains(parent), let children = nodes[parent].children else { return false }
    return children.first == place || children.second == place
  }
}
