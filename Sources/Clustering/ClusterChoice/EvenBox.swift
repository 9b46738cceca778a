internal import LinearAlgebra
internal import Randomness

/// The box that just holds a data set, filled evenly: data without clusters.
struct EvenBox: Sendable {
  private let mean: [Double]
  private let axes: Matrix
  private let bounds: [ClosedRange<Double>]
  /// What samples are rounded to: far below the extent, far above what one processor's arithmetic differs by from
  /// another's. So every machine draws the same bits, and clusters them from the same order of rows.
  private let grain: Double

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
    grain = 0x1p-30 / powerOfTwoScale(for: bounds.reduce(0) { max($0, $1.upperBound - $1.lowerBound) })
  }

  /// `count` rows spread evenly over the box, in the units and directions of the data.
  func sample(_ count: Int, _ random: inout RandomStream) -> Matrix {
    var even = Matrix(rows: count, columns: bounds.count)
    for row in 0..<count {
      for column in bounds.indices { even[row, column] = random.uniform(in: bounds[column]) }
    }
    let placed = even.times(axes).values.map { ($0 / grain).rounded() * grain }
    var turned = Matrix(rows: count, columns: bounds.count, values: placed)
    turned.center(on: mean.map { -$0 }, scale: 1)
    return turned
  }
}
