internal import LinearAlgebra

/// The rows as k-means works on them: distinct, in canonical order, about their mean and in units that square well.
struct PreparedRows: Sendable {
  /// The distinct rows less the mean, scaled (m x d).
  private(set) var matrix: Matrix
  /// Their weights, scaled so that the heaviest is near 1 (m).
  private(set) var weights: [Double]
  /// The rows in single precision, for the fused kernel; nil where none runs.
  private var tiles: FloatTiles?
  /// The least weight beside a heaviest of about 1: it shows in no sum with that, and its products lose no digits.
  private static let leastWeight = 0x1p-800
  private let mean: [Double]
  private let scale: Double
  private let weightScale: Double

  /// Prepares checked rows and weights. O(n d).
  init(_ x: Matrix, weights: [Double]?) {
    var distinct = DistinctRows(x, weights: weights)
    (mean, scale) = distinct.standardise()
    let weightScale = powerOfTwoScale(for: distinct.weights.max() ?? 1)
    // What is left of a weight is never 0, or the mean of a cluster of such rows would be 0 / 0.
    self.weights = distinct.weights.map { max($0 * weightScale, Self.leastWeight) }
    self.weightScale = weightScale
    matrix = distinct.matrix
    tiles = Kernels.current > .plain ? FloatTiles(matrix) : nil
  }

  /// Some of the rows, in the same units.
  func subset(_ indices: [Int]) -> PreparedRows {
    var subset = self
    subset.matrix = matrix.gatheringRows(indices)
    subset.tiles = tiles == nil ? nil : FloatTiles(subset.matrix)
    subset.weights = indices.map { weights[$0] }
    return subset
  }

  /// The rows that `hits` (ascending) name, each weighted by how often.
  func subset(hits: [Int]) -> PreparedRows {
    var kept: [Int] = []
    var counts: [Double] = []
    for row in hits {
      if row == kept.last {
        counts[counts.count - 1] += 1
      } else {
        kept.append(row)
        counts.append(1)
      }
    }
    var subset = subset(kept)
    subset.weights = counts
    return subset
  }

  /// The rows ready to be assigned to centres that move.
  func assignment() -> TrackedAssignment { TrackedAssignment(matrix, weights: weights, tiles: tiles) }

  /// Centres (k x d) of the data in the units of these rows.
  func inOwnUnits(_ centers: Matrix) -> Matrix {
    var result = centers
    result.center(on: mean, scale: scale)
    return result
  }

  /// Centres (k x d) in the units of the data.
  func inDataUnits(_ centers: Matrix) -> Matrix {
    var result = centers
    for row in 0..<centers.rows {
      for column in 0..<centers.columns { result[row, column] = centers[row, column] / scale + mean[column] }
    }
    return result
  }

  /// An inertia in squared units of the data.
  func inertiaInDataUnits(_ inertia: Double) -> Double { inertia / scale / scale / weightScale }
}
