internal import Foundation
package import LinearAlgebra

/// Starts for mixtures: rows are merged pair by pair, each time the two clusters whose union costs the least likelihood.
///
/// One run gives a partition for every number of clusters. Fraley (1998), "Algorithms for model-based Gaussian
/// hierarchical clustering", SIAM Journal on Scientific Computing 20. The rows are first centred, divided by each
/// column's standard deviation and turned to their principal axes, each divided by the square root of its singular
/// value, as mclust does by default (Scrucca & Raftery, 2015): elongated data then merge neither along nor across their
/// length alone.
///
/// O(n^2 d^3) time and O(n^2) memory for n rows: meant for a sample of at most ``greatestRows(columns:)``.
package struct ModelBasedAgglomeration: Sendable, Hashable {
  /// What a merge costs.
  package enum Criterion: Sendable, Hashable, CaseIterable {
    /// The growth of the within-cluster sum of squares (Ward, 1963): equal spheres.
    case ward
    /// The fall of the classification likelihood with a covariance for each cluster, held off zero by its trace.
    case varyingCovariances
  }

  /// Which cluster was merged into which, in order; both are named by their first row, `into` < `from`.
  private let merges: [(into: Int, from: Int)]
  /// n, the number of rows.
  package let rows: Int

  /// The most rows worth agglomerating in `columns` columns: a few tenths of a second's work.
  package static func greatestRows(columns: Int) -> Int {
    let d = Double(max(1, columns))
    return max(200, min(2000, Int((4e10 / (d * d * d + 60 * d + 400)).squareRoot())))
  }

  /// The partition into `clusters` <= n parts: a number from 0 for each row, numbered by the first row of each part.
  package func labels(clusters: Int) -> [Int] {
    precondition(clusters > 0 && clusters <= rows, "\(clusters) clusters of \(rows) rows")
    var owner = Array(0..<rows)
    for merge in merges.prefix(rows - clusters).reversed() { owner[merge.from] = merge.into }
    // A cluster's name is its first row, so that an owner is numbered before what it owns.
    var next = 0
    var labels = [Int](repeating: 0, count: rows)
    for row in 0..<rows {
      if owner[row] == row {
        labels[row] = next
        next += 1
      } else {
        labels[row] = labels[owner[row]]
      }
    }
    return labels
  }

  /// Agglomerates the rows of `x` (n x d, finite), best distinct, each counting as `weights` (n, > 0) rows.
  ///
  /// Ties go to the pair of the first rows.
  package init(_ x: Matrix, weights: [Double], criterion: Criterion) {
    precondition(weights.count == x.rows, "\(weights.count) weights for \(x.rows) rows")
    rows = x.rows
    guard x.rows > 1 else {
      merges = []
      return
    }
    // Against the median, so that the unit of the weights does not matter and counts of mostly 1 stay counts.
    let unit = weights.sorted()[(weights.count - 1) / 2]
    let counts = weights.map { $0 / unit }
    var forest = AgglomerationForest(x.turnedForAgglomeration(counts), counts: counts, criterion: criterion)
    merges = forest.mergeAll()
  }

  package static func == (a: Self, b: Self) -> Bool {
    a.rows == b.rows && a.merges.elementsEqual(b.merges) { $0 == $1 }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(rows)
    for merge in merges { hasher.combine(merge.from) }
  }
}

extension Matrix {
  /// The rows on their principal axes after standardising the columns, each axis divided by the square root of its
  /// singular value; constant columns and axes without length are left out.
  fileprivate func turnedForAgglomeration(_ weights: [Double]) -> Matrix {
    let mean = columnMeans(weights: weights)
    let n = weights.reduce(0, +)
    var scales: [(column: Int, scale: Double)] = []
    for column in 0..<columns {
      let largest = (0..<rows).reduce(0) { max($0, (self[$1, column] - mean[column]).magnitude) }
      let unit = powerOfTwoScale(for: largest)
      let squares = (0..<rows).reduce(0) { sum, row in
        let difference = (self[row, column] - mean[column]) * unit
        return sum + weights[row] * difference * difference
      }
      let deviation = (squares / max(1, n - 1)).squareRoot()
      if deviation > 0, largest > mean[column].magnitude * 0x1p-48 { scales.append((column, unit / deviation)) }
    }
    let d = scales.count
    var standard = Matrix(rows: rows, columns: d)
    for row in 0..<rows {
      for (index, (column, scale)) in scales.enumerated() {
        standard[row, index] = (self[row, column] - mean[column]) * scale
      }
    }
    var cross = Matrix(rows: d, columns: d)
    for row in 0..<rows {
      for i in 0..<d { for j in 0...i { cross[i, j] += weights[row] * standard[row, i] * standard[row, j] } }
    }
    let eigen = SymmetricEigen(cross)
    let kept = eigen.values.indices.filter { eigen.values[$0] > 1e-12 * (eigen.values.first ?? 0) }
    var axes = Matrix(rows: kept.count, columns: d)
    for (index, axis) in kept.enumerated() {
      let scale = 1 / eigen.values[axis].squareRoot().squareRoot()
      for column in 0..<d { axes[index, column] = eigen.vectors[axis, column] * scale }
    }
    return standard.timesTranspose(axes)
  }
}
