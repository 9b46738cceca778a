internal import LinearAlgebra

/// A linear function of raw features: a + b' x, with a share of its own in place of a missing value.
struct LinearForm {
  let intercept: Double
  /// What a unit of each feature adds (d).
  let coefficients: [Double]
  /// What is added in place of a missing value's share (d).
  let missing: [Double]

  /// Its value for each row of `x` (n x d). O(n d).
  func values(_ x: Matrix) throws(PropensityError) -> [Double] {
    let d = coefficients.count
    guard x.columns == d else { throw .columnCount(have: x.columns, need: d) }
    return Parallel.map(rows: x.rows) { range in
      range.map { row in
        var sum = intercept
        for j in 0..<d {
          let value = x.values[row * d + j]
          sum += value.isNaN ? missing[j] : coefficients[j] * value
        }
        return sum
      }
    }.flatMap { $0 }
  }
}
