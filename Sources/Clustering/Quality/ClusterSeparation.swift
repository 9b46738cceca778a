internal import Foundation
public import LinearAlgebra

/// How far clusters lie apart for their size, judged from their centroids. O(n d + k^2 d).
public struct ClusterSeparation: Sendable, Hashable, Codable {
  /// Variance between clusters over variance within, each by its degrees of freedom (Caliński & Harabasz, 1974):
  /// higher is better. Nil with fewer than 2 clusters, no more weight than clusters, or nothing within.
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
    let present = (0..<x.rows).filter { weights?[$0] ?? 1 > 0 }
    let names = Set(present.map { labels[$0] }).sorted()
    let indexOfName = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    let (k, d) = (names.count, x.columns)
    guard k > 1 else {
      calinskiHarabasz = nil
      daviesBouldin = nil
      return
    }
    var totals = [CompensatedSum](repeating: CompensatedSum(), count: k)
    var sums = [CompensatedSum](repeating: CompensatedSum(), count: k * d)
    let clusters = present.map { indexOfName[labels[$0]] ?? 0 }
    for (row, cluster) in zip(present, clusters) {
      let weight = weights?[row] ?? 1
      totals[cluster].add(weight)
      for (column, value) in x.row(row).enumerated() { sums[cluster * d + column].add(value, times: weight) }
    }
    let weight = totals.map(\.value)
    let centroids = Matrix(rows: k, columns: d, values: sums.indices.map { sums[$0].value / weight[$0 / d] })
    var within = CompensatedSum()
    var lengths = [CompensatedSum](repeating: CompensatedSum(), count: k)
    for (row, cluster) in zip(present, clusters) {
      let square = squaredDistance(x.row(row), centroids.row(cluster))
      within.add(square, times: weights?[row] ?? 1)
      lengths[cluster].add(square.squareRoot(), times: weights?[row] ?? 1)
    }

    let n = weight.reduce(0, +)
    let mean = x.columnMeans(weights: weights)[...]
    let between = (0..<k).reduce(0) { $0 + weight[$1] * squaredDistance(centroids.row($1), mean) }
    let isDefined = within.value > 0 && n > Double(k)
    calinskiHarabasz = isDefined ? between / Double(k - 1) / (within.value / (n - Double(k))) : nil

    var worst = [Double](repeating: 0, count: k)
    var coincide = false
    for i in 0..<k {
      for j in 0..<k where i != j {
        let spread = lengths[i].value / weight[i] + lengths[j].value / weight[j]
        let apart = squaredDistance(centroids.row(i), centroids.row(j)).squareRoot()
        if apart > 0 { worst[i] = max(worst[i], spread / apart) } else { coincide = true }
      }
    }
    daviesBouldin = coincide ? nil : worst.reduce(0, +) / Double(k)
  }
}

private func squaredDistance(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
  zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
}
