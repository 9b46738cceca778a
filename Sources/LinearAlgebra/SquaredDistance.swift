internal import CKernels

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
    precondition(point.count == columns, "a point of \(point.count) for \(columns) columns")
    return squaredDistances(rows: range, toRowsOf: point, labels: nil)
  }

  /// The squared distance of each row of `range` to the one of `centers` (k x d) that its label (of the range) names.
  package func squaredDistances(rows range: Range<Int>, to centers: Matrix, labels: [Int32]) -> [Double] {
    precondition(
      centers.columns == columns && labels.count == range.count
        && labels.allSatisfy { $0 >= 0 && Int($0) < centers.rows }, "\(labels.count) labels for \(range)")
    return squaredDistances(rows: range, toRowsOf: centers.values, labels: labels)
  }

  /// As above, of centers laid one after another, the first for all rows without labels.
  private func squaredDistances(
    rows range: Range<Int>, toRowsOf centers: [Double], labels: [Int32]?
  ) -> [Double] {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "\(range) of \(rows)")
    let level = Kernels.current
    var squares = [Double](repeating: 0, count: range.count)
    unsafe values.withUnsafeBufferPointer { x in
      unsafe centers.withUnsafeBufferPointer { c in
        unsafe squares.withUnsafeMutableBufferPointer { squares in
          guard let x = x.baseAddress, let c = c.baseAddress, let squares = squares.baseAddress else { return }
          // Safe: the rows lie inside x by the precondition, and the callers saw to a centre for every label.
          if level > .plain {
            unsafe tessera_squared_distances(
              Int32(level.rawValue), x + range.lowerBound * columns, Int64(range.count), Int64(columns), c, labels, 1,
              squares)
          } else {
            for (index, row) in range.enumerated() {
              let center = unsafe c + Int(labels?[index] ?? 0) * columns
              unsafe squares[index] = unsafe squaredDistance(x + row * columns, center, count: columns)
            }
          }
        }
      }
    }
    return squares
  }

  /// For each candidate (c x d): the sum over the rows of `range` of weight times the squared distance to it, but no
  /// more than `caps` (n) allows for that row. What k-means++ asks of its candidates.
  ///
  /// Eight candidates at a time, one in each lane; the same bits at every level of ``Kernels``.
  package func cappedDistanceSums(
    rows range: Range<Int>, to candidates: Matrix, caps: [Double], weights: [Double]
  ) -> [Double] {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows && candidates.columns == columns && caps.count == rows
        && weights.count == rows, "\(range) of \(rows)")
    let level = Kernels.current
    return stride(from: 0, to: candidates.rows, by: 8).flatMap { first in
      let count = min(8, candidates.rows - first)
      // Column after column, eight candidates side by side; lanes without one repeat the first.
      let packed = (0..<columns * 8).map { candidates[first + ($0 % 8 < count ? $0 % 8 : 0), $0 / 8] }
      var sums = [Double](repeating: 0, count: 8)
      unsafe values.withUnsafeBufferPointer { x in
        unsafe packed.withUnsafeBufferPointer { packed in
          unsafe caps.withUnsafeBufferPointer { caps in
            unsafe weights.withUnsafeBufferPointer { weights in
              guard let x = x.baseAddress, let packed = packed.baseAddress, let caps = caps.baseAddress,
                let weights = weights.baseAddress
              else { return }
              // Safe: every row, cap and weight of the range exists, by the precondition; sums and packed hold eights.
              let start = range.lowerBound
              if level > .plain {
                unsafe tessera_capped_sums(
                  Int32(level.rawValue), x + start * columns, Int64(range.count), Int64(columns), packed,
                  caps + start, weights + start, &sums)
              } else {
                unsafe cappedSums(
                  x + start * columns, count: range.count, columns: columns, to: packed, caps: caps + start,
                  weights: weights + start, sums: &sums)
              }
            }
          }
        }
      }
      return sums[..<count]
    }
  }

  /// Adds each row of `range`, times its weight (of n), to the sum (k x d) of its label (of the range), in row order.
  ///
  /// The same bits at every level of ``Kernels``.
  func addRows(_ range: Range<Int>, weights: [Double], labels: [Int32], to sums: inout [Double]) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows && weights.count == rows && labels.count == range.count
        && labels.allSatisfy { $0 >= 0 && (Int($0) + 1) * columns <= sums.count }, "\(range) of \(rows)")
    let level = Kernels.current
    unsafe values.withUnsafeBufferPointer { x in
      unsafe weights.withUnsafeBufferPointer { weights in
        unsafe sums.withUnsafeMutableBufferPointer { sums in
          guard let x = x.baseAddress, let weights = weights.baseAddress, let sums = sums.baseAddress else { return }
          // Safe: rows, weights and sums exist for every row and label, by the precondition.
          if level > .plain {
            unsafe tessera_add_rows(
              Int32(level.rawValue), x + range.lowerBound * columns, Int64(range.count), Int64(columns),
              weights + range.lowerBound, labels, sums)
          } else {
            for (index, row) in range.enumerated() {
              let sum = unsafe sums + Int(labels[index]) * columns
              for column in 0..<columns { unsafe sum[column] += unsafe x[row * columns + column] * weights[row] }
            }
          }
        }
      }
    }
  }
}

/// Adds to `sums` (8) what `count` rows give to each of eight candidates, as the C kernel does: column after column and
/// row after row, product and sum rounded apart.
@unsafe private func cappedSums(
  _ x: UnsafePointer<Double>, count: Int, columns: Int, to candidates: UnsafePointer<Double>,
  caps: UnsafePointer<Double>, weights: UnsafePointer<Double>, sums: inout [Double]
) {
  var totals = SIMD8<Double>(sums)
  for row in 0..<count {
    var squares = SIMD8<Double>.zero
    for column in 0..<columns {
      let values = unsafe UnsafeRawPointer(candidates + column * 8).loadUnaligned(as: SIMD8<Double>.self)
      let difference = unsafe SIMD8<Double>(repeating: x[row * columns + column]) - values
      squares += difference * difference
    }
    let cap = unsafe SIMD8<Double>(repeating: caps[row])
    totals += unsafe cap.replacing(with: squares, where: squares .< cap) * weights[row]
  }
  for lane in 0..<8 { sums[lane] = totals[lane] }
}
