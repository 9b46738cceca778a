internal import Foundation
public import LinearAlgebra

/// How far clusters lie apart for their size, judged from their centroids. O(n d + k^2 d).
public struct ClusterSeparation: Sendable, Hashable, Codable {
  /// Variance between clusters over variance within, each by its degrees of freedom (Caliński & Harabasz, 1974):
  /// higher is better. Nil with fewer than 2 clusters, no more weight than clusters, or nothing but rounding within.
  public let calinskiHarabasz: Double?
  /// The mean over clusters of the worst (s_i + s_j) / |c_i - c_j|, s the mean distance to the centroid (Davies &
  /// Bouldin, 1979): lower is better. Nil with fewer than 2 clusters or when two centroids coincide.
  public let daviesBouldin: Double?

  /// Measures `labels` (n, >= 0) on `x` (n x d), rows weighted by `weights` (n, >= 0; all 1 when nil).
  ///
  /// - Throws: ``FitError`` when labels or weights do not fit the rows, or a value cannot be used.
  public init(_ x: Matrix, labels: [Int], weights: [Double]? = nil) throws(FitError) {
    try DataChecks.checkValues(x)
    try DataChecks.checkLabels(labels, rows: x.rows)
    try DataChecks.checkWeights(weights, rows: x.rows)
    let labels = dense(labels)
    let totals = ClusterTotals(x, labels: labels, weights: weights)
    let (k, weight, centroids) = (totals.weights.count, totals.weights, totals.centroids)
    guard k > 1 else {
      calinskiHarabasz = nil
      daviesBouldin = nil
      return
    }
    let (within, lengths) = totals.spread(x, labels: labels, weights: weights)

    let n = weight.reduce(0, +)
    let mean = x.columnMeans(weights: weights)[...]
    let between = (0..<k).reduce(0) { $0 + weight[$1] * squaredDistance(centroids.row($1), mean) }
    // What rounding leaves of nothing within is nothing.
    let isDefined = within > 1e-24 * between && within > 0 && n > Double(k)
    calinskiHarabasz = isDefined ? between / Double(k - 1) / (within / (n - Double(k))) : nil

    var worst = [Double](repeating: 0, count: k)
    var coincide = false
    for i in 0..<k {
      for j in 0..<k where i != j {
        let spread = lengths[i] / weight[i] + lengths[j] / weight[j]
        let apart = squaredDistance(centroids.row(i), centroids.row(j)).squareRoot()
        if apart > 0 { worst[i] = max(worst[i], spread / apart) } else { coincide = true }
      }
    }
    daviesBouldin = coincide ? nil : worst.reduce(0, +) / Double(k)
  }
}

/// `labels` as they are when they are small, else numbered from 0 in their order: arrays are as long as the largest.
private func dense(_ labels: [Int]) -> [Int] {
  guard labels.max() ?? 0 >= 1 << 16 else { return labels }
  let names = Set(labels).sorted()
  let indexOfName = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
  return labels.map { indexOfName[$0] ?? 0 }
}

/// The weight and the centroid of each cluster that has weight, in the order of their labels.
private struct ClusterTotals {
  let weights: [Double]
  let centroids: Matrix
  /// Where each label from 0 stands among these; nil for one without weight.
  private let positions: [Int?]

  init(_ x: Matrix, labels: [Int], weights: [Double]?) {
    let (d, count) = (x.columns, (labels.max() ?? -1) + 1)
    let parts = Parallel.map(rows: x.rows) { range in
      var totals = [CompensatedSum](repeating: CompensatedSum(), count: count)
      var sums = [CompensatedSum](repeating: CompensatedSum(), count: count * d)
      for row in range {
        let weight = weights?[row] ?? 1
        guard weight > 0 else { continue }
        totals[labels[row]].add(weight)
        for column in 0..<d { sums[labels[row] * d + column].add(x.values[row * d + column], times: weight) }
      }
      return (totals: totals, sums: sums)
    }
    var totals = [CompensatedSum](repeating: CompensatedSum(), count: count)
    var sums = [CompensatedSum](repeating: CompensatedSum(), count: count * d)
    for part in parts {
      for index in totals.indices { totals[index].add(part.totals[index]) }
      for index in sums.indices { sums[index].add(part.sums[index]) }
    }
    let present = totals.indices.filter { totals[$0].value > 0 }
    var positions = [Int?](repeating: nil, count: count)
    for (position, label) in present.enumerated() { positions[label] = position }
    self.positions = positions
    self.weights = present.map { totals[$0].value }
    centroids = Matrix(
      rows: present.count, columns: d,
      values: present.flatMap { label in (0..<d).map { sums[label * d + $0].value / totals[label].value } })
  }

  /// The weighted sum of squared distances to the centroids, and each cluster's sum of distances to its own.
  func spread(_ x: Matrix, labels: [Int], weights: [Double]?) -> (within: Double, lengths: [Double]) {
    let (d, k) = (x.columns, self.weights.count)
    let parts = Parallel.map(rows: x.rows) { range in
      var within = CompensatedSum()
      var lengths = [CompensatedSum](repeating: CompensatedSum(), count: k)
      for row in range {
        let weight = weights?[row] ?? 1
        guard weight > 0, let cluster = positions[labels[row]] else { continue }
        var square = 0.0
        for column in 0..<d {
          let difference = x.values[row * d + column] - centroids.values[cluster * d + column]
          square += difference * difference
        }
        within.add(square, times: weight)
        lengths[cluster].add(square.squareRoot(), times: weight)
      }
      return (within: within, lengths: lengths)
    }
    var within = CompensatedSum()
    var lengths = [CompensatedSum](repeating: CompensatedSum(), count: k)
    for part in parts {
      within.add(part.within)
      for index in lengths.indices { lengths[index].add(part.lengths[index]) }
    }
    return (within.value, lengths.map(\.value))
  }
}

private func squaredDistance(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
  zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
}
