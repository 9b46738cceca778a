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

  /// The quantile at `share` of `values` (in any order, none NaN), by linear interpolation (type 7 of Hyndman & Fan,
  /// 1996); 0 of none. O(n).
  static func quantile(_ values: [Double], _ share: Double) -> Double {
    guard let last = values.indices.last else { return 0 }
    let position = share * Double(last)
    let lower = Int(position)
    var values = values
    select(lower, in: &values)
    let fraction = position - Double(lower)
    guard fraction > 0, let next = values[(lower + 1)...].min() else { return values[lower] }
    return values[lower] + fraction * (next - values[lower])
  }

  /// Puts the value of rank `rank` in its place, none greater before it and none less after it (Hoare, 1961).
  private static func select(_ rank: Int, in values: inout [Double]) {
    var low = 0
    var high = values.count - 1
    while low < high {
      // The median of three, so that sorted columns are no worse than others.
      let (a, b, c) = (values[low], values[low + (high - low) / 2], values[high])
      let pivot = max(min(a, b), min(max(a, b), c))
      var i = low
      var j = high
      while i <= j {
        while values[i] < pivot { i += 1 }
        while values[j] > pivot { j -= 1 }
        guard i <= j else { break }
        values.swapAt(i, j)
        i += 1
        j -= 1
      }
      if rank <= j {
        high = j
      } else if rank >= i {
        low = i
      } else {
        return
      }
    }
  }
}
