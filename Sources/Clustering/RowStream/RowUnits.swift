internal import LinearAlgebra

/// The units that sums are taken in: rows about their mean and scaled so that squares neither overflow nor vanish.
struct RowUnits: Sendable {
  private let mean: [Double]
  private let scale: Double
  /// What brings the heaviest weight near 1.
  let weightScale: Double

  /// Units for rows of this mean (d), none farther from it in a column than `largest`, and no heavier than `heaviest`.
  init(mean: [Double], largest: Double, heaviest: Double) {
    self.mean = mean
    scale = powerOfTwoScale(for: largest)
    weightScale = powerOfTwoScale(for: heaviest)
  }

  /// Units for these rows.
  init(_ distinct: DistinctRows) {
    let x = distinct.matrix
    let mean = x.columnMeans(weights: distinct.weights)
    var largest = 0.0
    for row in 0..<x.rows {
      for (column, value) in x.row(row).enumerated() { largest = max(largest, (value - mean[column]).magnitude) }
    }
    self.init(mean: mean, largest: largest, heaviest: distinct.weights.max() ?? 1)
  }

  /// Rows in these units.
  func converting(_ x: Matrix) -> Matrix {
    var result = x
    result.center(on: mean, scale: scale)
    return result
  }

  /// Weights in these units.
  func converting(weights: [Double]) -> [Double] { weights.map { $0 * weightScale } }

  /// A piece of a stream in these units; nil when it has values or weights beyond those the units were made for.
  func converting(_ piece: RowPiece) -> RowPiece? {
    let rows = converting(piece.rows)
    let weights = converting(weights: piece.weights)
    // What is largest comes below 2, and rounding of the mean adds less than that again.
    guard rows.isWithin(4, rows: 0..<rows.rows), weights.allSatisfy({ $0 <= 4 }) else { return nil }
    return RowPiece(rows: rows, weights: weights)
  }

  /// Centres (k x d) in the units of the data.
  func inDataUnits(_ centers: Matrix) -> Matrix {
    var result = centers
    for row in 0..<centers.rows {
      for column in 0..<centers.columns { result[row, column] = centers[row, column] / scale + mean[column] }
    }
    return result
  }

  /// A squared distance in squared units of the data.
  func squareInDataUnits(_ square: Double) -> Double { square / scale / scale }

  /// A weighted sum of squared distances in squared units of the data.
  func inertiaInDataUnits(_ inertia: Double) -> Double { inertia / scale / scale / weightScale }
}
