internal import LinearAlgebra

/// What a transform needs to know of the present values of one column. Free of the order of the rows.
struct ColumnStatistics: Sendable {
  let present: Int
  let minimum: Double
  let maximum: Double
  let mean: Double
  /// Dividing by n.
  let standardDeviation: Double
  /// The third standardised moment; 0 for a constant column.
  let skewness: Double

  init(_ values: [Double]) {
    var sum = CompensatedSum()
    var present = 0
    var minimum = Double.infinity
    var maximum = -Double.infinity
    for value in values where !value.isNaN {
      sum.add(value)
      present += 1
      minimum = min(minimum, value)
      maximum = max(maximum, value)
    }
    let mean = present > 0 ? sum.value / Double(present) : 0
    var squares = CompensatedSum()
    var cubes = CompensatedSum()
    for value in values where !value.isNaN {
      let deviation = value - mean
      squares.add(deviation, times: deviation)
      cubes.add(deviation * deviation, times: deviation)
    }
    let variance = present > 0 ? max(0, squares.value / Double(present)) : 0
    self.present = present
    self.minimum = minimum
    self.maximum = maximum
    self.mean = mean
    // A column of equal values is constant, whatever rounding made of its variance.
    standardDeviation = minimum < maximum ? variance.squareRoot() : 0
    skewness =
      standardDeviation > 0
      ? cubes.value / Double(present) / (variance * variance.squareRoot()) : 0
  }

  /// The quantile at `share` of the present values, by linear interpolation (type 7 of Hyndman & Fan, 1996).
  static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    guard let last = sorted.indices.last else { return 0 }
    let position = share * Double(last)
    let lower = Int(position)
    let upper = min(lower + 1, last)
    return sorted[lower] + (position - Double(lower)) * (sorted[upper] - sorted[lower])
  }
}
