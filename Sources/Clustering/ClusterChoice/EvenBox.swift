internal import LinearAlgebra
internal import Randomness

/// The box that just holds a data set, filled evenly: data without clusters.
struct EvenBox: Sendable {
  private let mean: [Double]
  private let axes: Matrix
  private let bounds: [ClosedRange<Double>]

  /// A box along the principal axes of `x`, or along its columns.
  init(_ x: Matrix, alongPrincipalAxes: Bool) {
    mean = x.columnMeans()
    var centered = x
    centered.center(on: mean, scale: 1)
    if alongPrincipalAxes {
      axes = SymmetricEigen(centered.crossProduct()).vectors
    } else {
      var identity = Matrix(rows: x.columns, columns: x.columns)
      for column in 0..<x.columns { identity[column, column] = 1 }
      axes = identity
    }
    let turned = centered.timesTranspose(axes)
    bounds = (0..<x.columns).map { column in
      let values = turned.column(column)
      return (values.min() ?? 0)...(values.max() ?? 0)
    }
  }

  /// `count` rows spread evenly over the box, in the units and directions of the data.
  func sample(_ count: Int, _ random: inout RandomStream) -> Matrix {
    var even = Matrix(rows: count, columns: bounds.count)
    for row in 0..<count {
      for column in bounds.indices { even[row, column] = random.uniform(in: bounds[column]) }
    }
    var turned = even.times(axes)
    turned.center(on: mean.map { -$0 }, scale: 1)
    return turned
  }
}
