public import LinearAlgebra
public import Warehouse

/// The segment of each customer.
public struct SegmentAssignments: Sendable {
  /// The identifiers, in row order.
  public let customers: Column
  /// 1 to k, in the order of the model's segments; 0 is none of these. A tree's segments have ids of their own.
  public let segments: [Int]
  /// How far each customer belongs to its segment, from 0 to 1; 1 where segments are divided sharply.
  public let memberships: [Double]
  /// The distance to the segment's centroid, in the units after scaling; nil for a mixture, which has none.
  public let distances: [Double]?
  /// Memberships in every segment (n x k), when they were asked for; what is left of 1 belongs to none of these.
  public let allMemberships: Matrix?
  /// What a tree tells besides; nil for one clustering.
  public var tree: TreeAssignments?
  /// The chances of a project's targets, a column of probabilities and one of percentiles each, and what is forecast.
  var chances: [Column] = []
  /// The ids of a tree's segments, in order.
  var identifiers: [Int]?

  /// A table of the identifier, `segment`, `membership`, then `distance` and a column `membership_1` ... a segment, as
  /// far as there are any.
  public var table: Table {
    var columns = [customers]
    if let tree {
      columns += tree.columns(memberships)
    } else {
      columns += [
        Column(name: "segment", values: .integers(segments.map(Int64.init))),
        Column(name: "membership", values: .reals(memberships)),
      ]
    }
    if let distances { columns.append(Column(name: "distance", values: .reals(distances))) }
    if let allMemberships {
      for segment in 0..<allMemberships.columns {
        columns.append(
          Column(
            name: "membership_\(identifiers?[segment] ?? segment + 1)", values: .reals(allMemberships.column(segment))))
      }
    }
    return Table(columns + chances)
  }

  /// The rows of each segment, segment 1 first, and of none of them.
  public func sizes(_ segments: Int) -> (segments: [Int], none: Int) {
    var sizes = [Int](repeating: 0, count: segments + 1)
    for segment in self.segments { sizes[segment] += 1 }
    return (Array(sizes.dropFirst()), sizes[0])
  }

  /// The sums of `weights` (n) over the rows of each segment, and of none of them.
  func weights(_ weights: [Double], _ segments: Int) -> SegmentModel.Weights {
    var sums = [CompensatedSum](repeating: CompensatedSum(), count: segments + 1)
    for (segment, weight) in zip(self.segments, weights) { sums[segment].add(weight) }
    return SegmentModel.Weights(segments: sums.dropFirst().map(\.value), none: sums[0].value)
  }
}
