/// The assignment by products in double: where no kernel runs, and what the kernel leaves in doubt.
extension NearestCenters {
  /// Rows multiplied at once: with k = 50 the block, its scores and the centres stay in the second-level cache.
  private static let blockRows = 256

  /// The label and the squared distance of each of `count` rows (of d), block by block.
  @unsafe func assignByProducts(
    _ rows: UnsafePointer<Double>, count: Int, labels: UnsafeMutablePointer<Int32>,
    squares: UnsafeMutablePointer<Double>
  ) {
    let (k, d) = (centers.rows, centers.columns)
    let block = min(Self.blockRows, max(1, count))
    var moved = [Double](repeating: 0, count: origin == nil ? 0 : block * d)
    // Padded to whole vectors of four, which may be read past the last row but never used.
    let lanes = (block + 3) / 4 * 4
    var products = [Double](repeating: 0, count: k * block + 4)
    var best = Winners(count: lanes)
    for first in stride(from: 0, to: count, by: block) {
      let part = min(block, count - first)
      let rows = unsafe rows + first * d
      if let origin { unsafe move(rows, count: part, origin: origin, into: &moved) }
      // Safe: every pointer stays inside the array it comes from, whose size is stated above, or inside the `count`
      // rows that the caller lends.
      unsafe products.withUnsafeMutableBufferPointer { products in
        unsafe shifted.withUnsafeBufferPointer { shifted in
          unsafe moved.withUnsafeBufferPointer { moved in
            guard let products = products.baseAddress, let shifted = shifted.baseAddress else { return }
            let near = unsafe origin == nil ? rows : (moved.baseAddress ?? rows)
            unsafe BLAS.multiply(shifted, near, into: products, m: k, n: part, k: d, transposeB: true)
            unsafe best.find(products, halfSquares: halfSquares, k: k, count: part)
            unsafe decide(
              rows: rows, near: near, products: products, best: best, count: part, labels: labels + first,
              squares: squares + first)
          }
        }
      }
    }
  }

  private func move(_ rows: UnsafePointer<Double>, count: Int, origin: [Double], into moved: inout [Double]) {
    let d = origin.count
    for row in 0..<count {
      for column in 0..<d {
        let index = row * d + column
        unsafe moved[index] = (rows[index] - origin[column]) * scale
      }
    }
  }

  /// Takes the winner of the products where they are clear, and compares true distances where they are not.
  private func decide(
    rows: UnsafePointer<Double>, near: UnsafePointer<Double>, products: UnsafePointer<Double>, best: Winners,
    count: Int, labels: UnsafeMutablePointer<Int32>, squares: UnsafeMutablePointer<Double>
  ) {
    let (k, d) = (centers.rows, centers.columns)
    unsafe centers.values.withUnsafeBufferPointer { centers in
      guard let centers = centers.baseAddress else { return }
      for row in 0..<count {
        let length = unsafe squaredLength(near + row * d, count: d).squareRoot() + longest
        // A row so far off that its scaled square would overflow is measured as it is.
        let unit = length < 1e150 ? scale : 1
        // The rounding of a d-term product and of a d-term distance, each at most (d + 4) ulps of `length` squared.
        let doubt = Double(d + 4) * 0x1p-51 * length * length
        var label = best.labels[row]
        // Written so that scores that are not finite count as doubtful.
        if !(best.seconds[row] - best.scores[row] > doubt) {
          var least = Double.infinity
          label = 0
          for j in 0..<k where unsafe !(halfSquares[j] - products[j * count + row] - best.scores[row] > doubt) {
            let distance = unsafe squaredDistance(rows + row * d, centers + j * d, count: d, scale: unit)
            if distance < least {
              least = distance
              label = j
            }
          }
        }
        unsafe labels[row] = Int32(truncatingIfNeeded: label)
        let square = unsafe squaredDistance(rows + row * d, centers + label * d, count: d, scale: unit)
        unsafe squares[row] = square / unit / unit
      }
    }
  }
}

/// The least and second least score |c|^2/2 - x.c of each row of a block, and whose the least is.
private struct Winners {
  var scores: [Double]
  var seconds: [Double]
  var labels: [Int]

  init(count: Int) {
    scores = [Double](repeating: 0, count: count)
    seconds = scores
    labels = [Int](repeating: 0, count: count)
  }

  /// Four rows at a time, one in each lane, over `products` (k x `count`, readable four beyond its end). Eight
  /// lanes would not stay in the registers that every processor has.
  mutating func find(_ products: UnsafePointer<Double>, halfSquares: [Double], k: Int, count: Int) {
    var lane = 0
    while lane < count {
      var best = SIMD4<Double>(repeating: .infinity)
      var second = best
      var winner = SIMD4<Int64>.zero
      for j in 0..<k {
        let product = unsafe UnsafeRawPointer(products + j * count + lane).loadUnaligned(as: SIMD4<Double>.self)
        let score = halfSquares[j] - product
        let isLess = score .< best
        let loser = score.replacing(with: best, where: isLess)
        second.replace(with: loser, where: loser .< second)
        best.replace(with: score, where: isLess)
        winner.replace(with: SIMD4<Int64>(repeating: Int64(j)), where: isLess)
      }
      for index in 0..<4 {
        scores[lane + index] = best[index]
        seconds[lane + index] = second[index]
        labels[lane + index] = Int(winner[index])
      }
      lane += 4
    }
  }
}

@unsafe @inline(__always)
private func squaredLength(_ x: UnsafePointer<Double>, count: Int) -> Double {
  var sums = SIMD8<Double>.zero
  var index = 0
  while index + 8 <= count {
    let values = unsafe UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Double>.self)
    sums += values * values
    index += 8
  }
  var total = sums.sum()
  while index < count {
    unsafe total += x[index] * x[index]
    index += 1
  }
  return total
}
