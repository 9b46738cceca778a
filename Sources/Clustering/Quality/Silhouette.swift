public import LinearAlgebra
internal import Randomness

/// How well each row lies in its cluster, from -1 (belongs elsewhere) to 1 (far from all others).
///
/// s = (b - a) / max(a, b), where a is the mean distance to the other rows of the cluster and b the least mean distance
/// to the rows of another (Rousseeuw, 1987). 0 for the only row of a cluster and when there is but one cluster. Exact
/// up to ``sampleLimit`` rows, O(n^2 d); beyond, on a seeded random sample of that many, drawn whatever their order.
public struct Silhouette: Sendable, Hashable, Codable {
  /// The rows that are measured against one another at most.
  public static let sampleLimit = 20_000

  /// The rows that were measured, ascending: all of positive weight, or the sample of them.
  public let rows: [Int]
  /// The silhouette of each of ``rows``.
  public let values: [Double]
  /// The weighted mean of ``values``; 0 when there are none.
  public let mean: Double

  /// Measures `labels` (n, >= 0) on `x` (n x d). A whole weight (n, >= 0) counts as that many equal rows.
  ///
  /// - Throws: ``FitError`` when labels or weights do not fit the rows, or a value cannot be used.
  public init(
    _ x: Matrix, labels: [Int], weights: [Double]? = nil, seed: UInt64 = 0, sampleLimit: Int = Silhouette.sampleLimit
  ) throws(FitError) {
    guard sampleLimit >= 1 else { throw .parameter(name: "sampleLimit", requirement: "at least 1") }
    try DataChecks.checkValues(x)
    try DataChecks.checkLabels(labels, rows: x.rows)
    try DataChecks.checkWeights(weights, rows: x.rows)
    var rows = Array(0..<x.rows)
    if let weights { rows = rows.filter { weights[$0] > 0 } }
    if rows.count > sampleLimit {
      let ordered = x.canonicalOrder(weights: weights).filter { weights?[$0] ?? 1 > 0 }
      var random = RandomStream(seed: seed)
      rows = random.sample(sampleLimit, from: ordered.count).map { ordered[$0] }.sorted()
    }
    self.rows = rows
    values = Self.values(x.gatheringRows(rows), rows.map { labels[$0] }, rows.map { weights?[$0] ?? 1 })
    var sum = CompensatedSum()
    var total = CompensatedSum()
    for (row, value) in zip(rows, values) {
      sum.add(value, times: weights?[row] ?? 1)
      total.add(weights?[row] ?? 1)
    }
    mean = total.value > 0 ? sum.value / total.value : 0
  }

  private static func values(_ x: Matrix, _ labels: [Int], _ weights: [Double]) -> [Double] {
    // Clusters side by side, so that each is one range of columns of the distances.
    let order = labels.indices.sorted { (labels[$0], $0) < (labels[$1], $1) }
    var groups: [Range<Int>] = []
    for (position, row) in order.enumerated() {
      if let last = groups.last, labels[order[last.lowerBound]] == labels[row] {
        groups[groups.count - 1] = last.lowerBound..<position + 1
      } else {
        groups.append(position..<position + 1)
      }
    }
    guard groups.count > 1 else { return [Double](repeating: 0, count: labels.count) }
    var grouped = x.gatheringRows(order)
    let mean = grouped.columnMeans()
    let spread = grouped.values.indices.reduce(0) {
      max($0, (grouped.values[$1] - mean[$1 % grouped.columns]).magnitude)
    }
    grouped.center(on: mean, scale: powerOfTwoScale(for: spread))
    let groupedWeights = order.map { weights[$0] }
    let totals = groups.map { groupedWeights[$0].reduce(0, +) }
    let sums = grouped.distanceSums(groups: groups, weights: groupedWeights)

    var values = [Double](repeating: 0, count: labels.count)
    for (own, range) in groups.enumerated() where totals[own] > 1 {
      for position in range {
        let a = sums[position, own] / (totals[own] - 1)
        var b = Double.infinity
        for other in groups.indices where other != own { b = min(b, sums[position, other] / totals[other]) }
        let larger = max(a, b)
        if larger > 0 { values[order[position]] = (b - a) / larger }
      }
    }
    return values
  }
}
