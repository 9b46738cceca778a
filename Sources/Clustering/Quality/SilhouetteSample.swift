internal import LinearAlgebra
internal import Randomness

/// Rows made ready to measure silhouettes on, shared by all the labelings that are compared.
struct SilhouetteSample: Sendable {
  /// The rows that are drawn when there are more than ``Silhouette/sampleLimit`` and many labelings to compare: the mean
  /// is then known to about 0.005.
  static let rowsInSweeps = 8_000

  /// The rows that are measured, in canonical order: all of positive weight, or a seeded random sample of them.
  let rows: [Int]
  private let matrix: Matrix
  private let weights: [Double]

  /// Checked rows, weighted by checked `weights`; of more than `limit` a sample of `drawn`. `order` is the canonical
  /// order of the rows, when known.
  init(_ x: Matrix, weights: [Double]?, seed: UInt64, limit: Int, drawn: Int, order: [Int]? = nil) {
    let ordered = (order ?? x.canonicalOrder(weights: weights)).filter { weights?[$0] ?? 1 > 0 }
    if ordered.count > limit {
      var random = RandomStream(seed: seed)
      rows = random.sample(min(drawn, limit), from: ordered.count).map { ordered[$0] }
    } else {
      rows = ordered
    }
    var matrix = x.gatheringRows(rows)
    let mean = matrix.columnMeans()
    var spread = 0.0
    for row in 0..<matrix.rows {
      for (column, value) in matrix.row(row).enumerated() { spread = max(spread, (value - mean[column]).magnitude) }
    }
    matrix.center(on: mean, scale: powerOfTwoScale(for: spread))
    self.matrix = matrix
    self.weights = rows.map { weights?[$0] ?? 1 }
  }

  /// The silhouettes of ``rows`` under each of `labelings` (n, of all rows); any whole numbers serve as labels.
  ///
  /// Distances are computed once for as many labelings as make up to 256 clusters.
  func values(_ labelings: [[Int]]) -> [[Double]] {
    var values: [[Double]] = []
    var batch: [[Int]] = []
    var width = 0
    for labels in labelings {
      let clusters = Set(rows.map { labels[$0] }).count
      if width + clusters > 256, !batch.isEmpty {
        values += valuesAtOnce(batch)
        batch = []
        width = 0
      }
      batch.append(labels)
      width += clusters
    }
    return values + valuesAtOnce(batch)
  }

  private func valuesAtOnce(_ labelings: [[Int]]) -> [[Double]] {
    let grouped = labelings.map { Grouping($0, rows: rows, weights: weights) }
    let width = grouped.reduce(0) { $0 + $1.totals.count }
    let bands = matrix.mapDistanceSums(labelings: grouped.map(\.groups), weights: weights) { range, sums in
      var first = 0
      return grouped.map { grouping in
        defer { first += grouping.totals.count }
        return range.enumerated().map { position, row in
          let start = position * width + first
          return grouping.silhouette(row, sums[start..<start + grouping.totals.count])
        }
      }
    }
    return labelings.indices.map { index in bands.flatMap { $0[index] } }
  }

  /// The weighted mean of silhouettes of ``rows``; 0 when there are none.
  func mean(_ values: [Double]) -> Double {
    var sum = CompensatedSum()
    var total = CompensatedSum()
    for (weight, value) in zip(weights, values) {
      sum.add(value, times: weight)
      total.add(weight)
    }
    return total.value > 0 ? sum.value / total.value : 0
  }

  /// The mean silhouette of each of `labelings`; nil where all rows are in one cluster.
  func means(_ labelings: [[Int]]) -> [Double?] {
    var seen: Set<[Int]> = []
    let different = labelings.filter { labels in
      rows.contains { labels[$0] != labels[rows[0]] } && seen.insert(labels).inserted
    }
    let means = Dictionary(uniqueKeysWithValues: zip(different, values(different).map(mean)))
    return labelings.map { means[$0] }
  }
}

/// The clusters of the sampled rows under one labeling.
private struct Grouping: Sendable {
  /// The group of each sampled row, from 0.
  let groups: [Int]
  /// The weight of each group.
  let totals: [Double]

  init(_ labels: [Int], rows: [Int], weights: [Double]) {
    let names = Set(rows.map { labels[$0] }).sorted()
    let indexOfName = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    groups = rows.map { indexOfName[labels[$0]] ?? 0 }
    var totals = [Double](repeating: 0, count: names.count)
    for (group, weight) in zip(groups, weights) { totals[group] += weight }
    self.totals = totals
  }

  /// The silhouette of a sampled row from the sums of its distances to each group.
  func silhouette(_ row: Int, _ sums: ArraySlice<Double>) -> Double {
    let own = groups[row]
    guard totals.count > 1, totals[own] > 1 else { return 0 }
    let a = sums[sums.startIndex + own] / (totals[own] - 1)
    var b = Double.infinity
    for other in totals.indices where other != own { b = min(b, sums[sums.startIndex + other] / totals[other]) }
    let larger = max(a, b)
    return larger > 0 ? (b - a) / larger : 0
  }
}
