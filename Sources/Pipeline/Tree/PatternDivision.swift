internal import Clustering
internal import Features
internal import LinearAlgebra

/// Parts that are patterns of several clusterings: a customer's part in the first, in the second, and so on.
public struct PatternDivision: Sendable, Hashable {
  /// The clusterings, side by side.
  public let layers: [ClusterDivision]
  /// The part of each pattern; patterns count up like numbers, the last layer's digit fastest.
  public let parts: [Int]

  /// The number of parts.
  var count: Int { (parts.max() ?? -1) + 1 }

  init(layers: [ClusterDivision], parts: [Int]) {
    self.layers = layers
    self.parts = parts
  }

  /// Each pattern of `kept` is a part of its own; every other counts to the nearest of these: the least sum over layers of
  /// the squared distances between their centroids, each in units of how customers vary in it.
  init(_ layers: [ClusterDivision], kept: [[Int]]) {
    self.layers = layers
    parts = PatternDivision.patterns(layers).map { pattern in
      let distances = kept.map { other in
        zip(layers, zip(pattern, other)).reduce(0.0) { sum, step in
          let (layer, pair) = step
          let centers = layer.model.centroids
          let square = zip(centers.row(pair.0), centers.row(pair.1)).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
          return sum + square / max(layer.membership.variance, .leastNormalMagnitude)
        }
      }
      return distances.indices.min { distances[$0] != distances[$1] ? distances[$0] < distances[$1] : $0 < $1 } ?? 0
    }
  }

  /// All patterns of `layers`, in order.
  static func patterns(_ layers: [ClusterDivision]) -> [[Int]] {
    layers.reduce([[]]) { patterns, layer in
      patterns.flatMap { pattern in (0..<layer.model.clusters).map { pattern + [$0] } }
    }
  }

  /// The membership in a part is the sum over its patterns of the products over layers; a customer lies outside a part as
  /// far as outside the nearest of its patterns.
  func place(_ values: FeatureValues) -> SegmentDivision.Placement {
    let placed = layers.map { $0.place($0.transforms.apply(values).matrix) }
    let patterns = PatternDivision.patterns(layers)
    var memberships = Matrix(rows: values.rows, columns: count)
    var excess = Matrix(
      rows: values.rows, columns: count, values: [Double](repeating: .infinity, count: values.rows * count))
    for row in 0..<values.rows {
      for (pattern, part) in zip(patterns, parts) {
        var (share, outside) = (1.0, 0.0)
        for (layer, label) in zip(placed, pattern) {
          share *= layer.memberships[row, label]
          outside = max(outside, layer.excess[row, label])
        }
        memberships[row, part] += share
        excess[row, part] = min(excess[row, part], outside)
      }
    }
    return SegmentDivision.Placement(memberships: memberships, excess: excess)
  }
}
