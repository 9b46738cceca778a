public import LinearAlgebra

/// The hierarchy of average linkage over a few points: the two groups whose members are nearest to each other on average
/// are joined, again and again (UPGMA; Sokal & Michener, 1958).
public struct AverageLinkage: Sendable, Hashable {
  /// How many points there are.
  public let count: Int
  /// The average distances at which groups were joined (count - 1), ascending, in units of the points.
  public let heights: [Double]
  /// The two groups joined at each height, each by the first of its points.
  private let joins: [Join]

  private struct Join: Sendable, Hashable {
    let first: Int
    let second: Int
  }

  /// Joins the rows of `points` (k x d) by their Euclidean distances. O(k^3 + k^2 d).
  public init(_ points: Matrix) {
    let k = points.rows
    count = k
    // The average distances between groups, known by the first of their points; those of absorbed groups are not read.
    var distances = Matrix(rows: k, columns: k)
    for i in 0..<k {
      for j in 0..<i {
        let distance = zip(points.row(i), points.row(j)).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
          .squareRoot()
        (distances[i, j], distances[j, i]) = (distance, distance)
      }
    }
    var alive = Array(0..<k)
    var sizes = [Double](repeating: 1, count: k)
    var heights: [Double] = []
    var joins: [Join] = []
    while alive.count > 1 {
      var best = (first: alive[0], second: alive[1])
      for (place, i) in alive.enumerated() {
        for j in alive[(place + 1)...] where distances[i, j] < distances[best.first, best.second] { best = (i, j) }
      }
      let (first, second) = best
      heights.append(max(distances[first, second], heights.last ?? 0))
      joins.append(Join(first: first, second: second))
      for other in alive where other != first && other != second {
        let mean =
          (sizes[first] * distances[first, other] + sizes[second] * distances[second, other])
          / (sizes[first] + sizes[second])
        (distances[first, other], distances[other, first]) = (mean, mean)
      }
      sizes[first] += sizes[second]
      alive.removeAll { $0 == second }
    }
    self.heights = heights
    self.joins = joins
  }

  /// The group of each point (k), from 0 in the order of their first points, when there are `groups` of them; as many
  /// groups as points at most, and one at least.
  public func cut(into groups: Int) -> [Int] {
    var leaders = Array(0..<count)
    for join in joins.prefix(max(0, count - max(1, groups))) {
      for point in leaders.indices where leaders[point] == join.second { leaders[point] = join.first }
    }
    let order = Set(leaders).sorted()
    let places = Dictionary(uniqueKeysWithValues: zip(order, order.indices))
    return leaders.compactMap { places[$0] }
  }

  /// The number of groups in `range`, fewer than points, after which joining takes the greatest step: the next join lies
  /// farther apart than the last by the greatest factor. nil where there is none to choose from.
  public func greatestStep(in range: ClosedRange<Int>) -> (groups: Int, factor: Double)? {
    let lower = max(2, range.lowerBound)
    let upper = min(range.upperBound, count - 1)
    guard lower <= upper else { return nil }
    let steps = (lower...upper).map { groups in
      let (below, above) = (heights[count - groups - 1], heights[count - groups])
      return (groups: groups, factor: below > 0 ? above / below : above > 0 ? .infinity : 1)
    }
    return steps.max { $0.factor != $1.factor ? $0.factor < $1.factor : $0.groups > $1.groups }
  }
}
