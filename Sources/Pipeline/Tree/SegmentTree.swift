public import Clustering
public import Features
internal import LinearAlgebra
internal import Warehouse

/// Macro-segments and, inside them, micro-segments: every customer is in one leaf, or in none of them.
///
/// The root is everybody. Each node is divided or is a leaf, which is a micro-segment; a macro-segment that is not divided
/// is its own only leaf. Ids of macro-segments and those of leaves each stay with their segment when a model is refitted.
public struct SegmentTree: Sendable, Hashable {
  /// A part of the customers.
  public struct Node: Sendable, Hashable {
    /// The place of the node that this one is a part of; nil for the root.
    public let parent: Int?
    /// The places of its parts, in the order of its division; empty for a leaf.
    public internal(set) var children: [Int] = []
    /// The id of the macro-segment that it is or lies in; nil above.
    public internal(set) var macro: Int?
    /// The id of the leaf that it is; nil for a node that is divided.
    public internal(set) var segment: Int?
    /// What it was given by: "country = France"; nil for parts that were found.
    public let name: String?
    /// The mean Jaccard similarity with which it came back when its parent was divided; nil where none was measured.
    public let stability: Double?
    /// Customers of training in its leaves.
    public internal(set) var size = 0
    /// Why it was divided so, or not.
    public let reason: String
    /// How customers find their part; nil for a leaf.
    public let division: SegmentDivision?
  }

  /// A part of the tree that customers are placed in as a whole: that which was found first, or what was added to it.
  public struct Stage: Sendable, Hashable, Codable {
    /// The place of its root.
    public let root: Int
    /// By how much all limits of distance are enlarged, so that no more customers than the budget are none of these.
    public internal(set) var stretch: Double
  }

  /// The root first, parents before their parts; the roots of later stages after all of those before.
  public internal(set) var nodes: [Node]
  /// The stages in the order in which they were added. Whoever belongs to no segment of one is placed in the next.
  public internal(set) var stages = [Stage(root: 0, stretch: 1)]
  /// A customer is listed in every leaf that it belongs to with this membership or more.
  public let listedFrom: Double
  /// The greatest id of a segment ever given, in this model or one before.
  public internal(set) var greatestSegment = 0
  /// The greatest id of a macro-segment ever given.
  public internal(set) var greatestMacro = 0

  /// The places of the leaves, in the order of macro-segments and ids.
  public var leaves: [Int] {
    nodes.indices.filter { nodes[$0].segment != nil }.sorted {
      (nodes[$0].macro ?? 0, nodes[$0].segment ?? 0) < (nodes[$1].macro ?? 0, nodes[$1].segment ?? 0)
    }
  }

  /// The ids of the macro-segments, ascending.
  public var macros: [Int] { Set(nodes.compactMap(\.macro)).sorted() }

  /// The places of the nodes that are macro-segments.
  var macroNodes: [Int] {
    nodes.indices.filter { nodes[$0].macro != nil && nodes[$0].parent.flatMap { nodes[$0].macro } == nil }
  }

  /// How many macro- and micro-segments there are, and why, in sentences.
  public var reason: String {
    let macros = macroNodes
    guard macros.count > 1 || nodes.count > 1 else {
      return "One macro-segment, no micro-segments. \(nodes[0].reason)"
    }
    let divided = macros.count { !nodes[$0].children.isEmpty }
    let head =
      macros.count == 1
      ? "One macro-segment" : "\(macros.count) macro-segments, \(divided == 0 ? "none" : "\(divided)") of them divided"
    let later = stages.dropFirst().map { " Added: \(nodes[$0.root].reason)" }.joined()
    return "\(head), \(leaves.count) segments in all. \(nodes[0].reason)\(later)"
  }

  /// "2/7": the macro-segment and the leaf at one place.
  public func path(of node: Int) -> String { "\(nodes[node].macro ?? 0)/\(nodes[node].segment ?? 0)" }
}

/// How the customers of a node find their part.
public enum SegmentDivision: Sendable, Hashable {
  /// The nearest centroid of k-means, on columns of its own.
  case clusters(ClusterDivision)
  /// The likeliest component of a mixture, on columns of its own.
  case mixture(MixtureDivision)
  /// The level of a feature.
  case levels(LevelDivision)
  /// The first list of the project that a customer is in.
  case rules(RuleDivision)
  /// A pattern of several clusterings.
  case patterns(PatternDivision)
}

/// Parts found by k-means.
public struct ClusterDivision: Sendable, Hashable {
  /// How features become columns here.
  public let transforms: FeatureTransforms
  /// The centroids.
  public let model: KMeansModel
  /// How far customers belong to each part.
  public let membership: DistanceMembership
  /// The greatest squared distance to each centroid, before they are enlarged.
  public let limits: NoneLimits
  /// The part of each centroid, from 0; nil where each has one of its own.
  public var parts: [Int]?

  /// The number of parts.
  var count: Int { parts.map { ($0.max() ?? 0) + 1 } ?? model.clusters }
}

/// Parts given by a categorical feature.
public struct LevelDivision: Sendable, Hashable, Codable {
  /// The feature.
  public let feature: String
  /// The level of each part; nil for all others, and for customers without one.
  public let levels: [String?]
}

extension SegmentDivision {
  /// Where customers stand in a division.
  struct Placement {
    /// How far each belongs to each part (m x parts).
    let memberships: Matrix
    /// The squared distance to each part over its limit (m x parts); above 1 lies outside.
    let excess: Matrix
  }

  /// The number of parts.
  var parts: Int {
    switch self {
    case .clusters(let clusters): clusters.count
    case .mixture(let mixture): mixture.count
    case .levels(let levels): levels.levels.count
    case .rules(let rules): rules.parts.count
    case .patterns(let patterns): patterns.count
    }
  }

  /// Places `values` (m customers), each by itself.
  func place(_ values: FeatureValues) -> Placement {
    switch self {
    case .clusters(let clusters): clusters.place(clusters.transforms.apply(values).matrix)
    case .mixture(let mixture): mixture.place(mixture.transforms.apply(values).matrix)
    case .levels(let levels): levels.place(values)
    case .rules(let rules): rules.place(values)
    case .patterns(let patterns): patterns.place(values)
    }
  }

  /// The features that tell its parts apart.
  public var features: [String] {
    switch self {
    case .clusters(let clusters): return clusters.transforms.features
    case .mixture(let mixture): return mixture.transforms.features
    case .levels(let levels): return [levels.feature]
    case .rules(let rules): return rules.lists
    case .patterns(let patterns):
      var features: [String] = []
      for name in patterns.layers.flatMap(\.transforms.features) where !features.contains(name) {
        features.append(name)
      }
      return features
    }
  }
}

extension ClusterDivision {
  func place(_ x: Matrix) -> SegmentDivision.Placement {
    let k = count
    let partOf = parts ?? Array(0..<k)
    let found = Parallel.map(rows: x.rows) { range -> (memberships: [Double], excess: [Double]) in
      var memberships = [Double](repeating: 0, count: range.count * k)
      var excess = [Double](repeating: .infinity, count: range.count * k)
      let all = x.squaredDistances(rows: range, toEach: model.centroids)
      for index in 0..<range.count {
        let squares = Array(all.row(index))
        for (center, share) in membership.memberships(squaredDistances: squares).enumerated() {
          let place = index * k + partOf[center]
          let (square, limit) = (squares[center], limits.limits[center])
          memberships[place] += share
          excess[place] = min(excess[place], limit > 0 ? square / limit : square > 0 ? .infinity : 0)
        }
      }
      return (memberships, excess)
    }
    return SegmentDivision.Placement(
      memberships: Matrix(rows: x.rows, columns: k, values: found.flatMap(\.memberships)),
      excess: Matrix(rows: x.rows, columns: k, values: found.flatMap(\.excess)))
  }
}

extension LevelDivision {
  func place(_ values: FeatureValues) -> SegmentDivision.Placement {
    var memberships = Matrix(rows: values.rows, columns: levels.count)
    var excess = Matrix(rows: values.rows, columns: levels.count)
    let texts = values.categories.first { $0.name == feature }?.texts
    let others = levels.firstIndex(of: nil)
    for row in 0..<values.rows {
      let level = texts?[row]
      if let part = level.flatMap({ levels.firstIndex(of: $0) }) ?? others {
        memberships[row, part] = 1
      } else {
        // A level that training did not have, where none was rare: none of these, and the first is the largest.
        memberships[row, 0] = 1
        for part in levels.indices { excess[row, part] = .infinity }
      }
    }
    return SegmentDivision.Placement(memberships: memberships, excess: excess)
  }
}
