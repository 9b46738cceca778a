/// The squared Euclidean distance between `count` doubles at `a` and at `b`, in units of 1 / `scale`.
///
/// Eight running sums, added in a fixed order: the same bits wherever the rows stand. Unit scale multiplies exactly.
/// The pointers must hold `count` elements each.
@unsafe @inline(__always)
func squaredDistance(
  _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int, scale: Double = 1
) -> Double {
  var sums = SIMD8<Double>.zero
  var index = 0
  while index + 8 <= count {
    let x = unsafe UnsafeRawPointer(a + index).loadUnaligned(as: SIMD8<Double>.self)
    let y = unsafe UnsafeRawPointer(b + index).loadUnaligned(as: SIMD8<Double>.self)
    let difference = (x - y) * scale
    sums += difference * difference
    index += 8
  }
  let halves = sums.lowHalf + sums.highHalf
  let quarters = halves.lowHalf + halves.highHalf
  var total = quarters.x + quarters.y
  while index < count {
    let difference = unsafe (a[index] - b[index]) * scale
    total += difference * difference
    index += 1
  }
  return total
}

extension Matrix {
  /// The squared distance of each row of `range` to `point` (d), computed from the differences.
  package func squaredDistances(rows range: Range<Int>, to point: [Double]) -> [Double] {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows && point.count == columns, "\(range), \(point.count)")
    return unsafe values.withUnsafeBufferPointer { x in
      unsafe point.withUnsafeBufferPointer { c in
        guard let x = x.baseAddress, let c = c.baseAddress else { return [Double](repeating: 0, count: range.count) }
        // Safe: the rows lie inside x, and c holds a row, by the precondition.
        return range.map { unsafe squaredDistance(x + $0 * columns, c, count: columns) }
      }
    }
  }

  /// For each candidate (c x d): the sum over the rows of `range` of weight times the squared distance to it, but no
  /// more than `caps` (n) allows for that row. What k-means++ asks of its candidates.
  package func cappedDistanceSums(
    rows range: Range<Int>, to candidates: Matrix, caps: [Double], weights: [Double]
  ) -> [Double] {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows && candidates.columns == columns && caps.count == rows
        && weights.count == rows, "\(range) of \(rows)")
    var sums = [Double](repeating: 0, count: candidates.rows)
    unsafe values.withUnsafeBufferPointer { x in
      unsafe candidates.values.withUnsafeBufferPointer { c in
        guard let x = x.baseAddress, let c = c.baseAddress else { return }
        for row in range {
          let cap = caps[row]
          for candidate in sums.indices {
            // Safe: both rows lie inside their matrices, by the precondition.
            let distance = unsafe squaredDistance(x + row * columns, c + candidate * columns, count: columns)
            sums[candidate] += weights[row] * min(cap, distance)
          }
        }
      }
    }
    return sums
  }
}
