/// Finds, for many rows, the nearest of k centres: the inner loop of k-means, and the place for faster kernels.
///
/// With everything measured from an origin near the data, |x - c|^2 = |x|^2 - 2 x.c + |c|^2, whose products BLAS makes
/// block by block. The product decides only where its rounding cannot matter; near ties are decided by the squared
/// distance computed from the differences, and exact ties go to the lower index. So the answer for a row depends on
/// that row and the centres alone, not on the block it stands in, nor on the library. O(n k d).
package struct NearestCenters: Sendable {
  /// The centres (k x d).
  package let centers: Matrix
  /// Rows are compared in units of 1 / `scale`, a power of two, so that squares neither overflow nor vanish.
  private let scale: Double
  /// What is taken off every row and centre before multiplying; nil when the rows already come so.
  private let origin: [Double]?
  /// The centres less the origin, scaled.
  private let shifted: [Double]
  /// Half the squared length of each shifted centre.
  private let halfSquares: [Double]
  /// The length of the longest.
  private let longest: Double

  /// Rows and centres already measured from the middle of the data, in units that square well.
  package init(centered centers: Matrix) {
    self.init(centers: centers, origin: nil, scale: 1)
  }

  /// Any rows and centres: the origin is the mean of the centres, the scale comes from their spread.
  package init(_ centers: Matrix) {
    let origin = centers.columnMeans()
    var largest = 0.0
    for row in 0..<centers.rows {
      for column in 0..<centers.columns { largest = max(largest, (centers[row, column] - origin[column]).magnitude) }
    }
    self.init(centers: centers, origin: origin, scale: powerOfTwoScale(for: largest))
  }

  private init(centers: Matrix, origin: [Double]?, scale: Double) {
    self.centers = centers
    self.origin = origin
    self.scale = scale
    var shifted = centers.values
    if let origin {
      for index in shifted.indices { shifted[index] = (shifted[index] - origin[index % centers.columns]) * scale }
    }
    halfSquares = (0..<centers.rows).map { row in
      shifted[row * centers.columns..<(row + 1) * centers.columns].reduce(0) { $0 + $1 * $1 } / 2
    }
    self.shifted = shifted
    longest = (2 * (halfSquares.max() ?? 0)).squareRoot()
  }

  /// What one range of rows was assigned to.
  package struct Assignment: Sendable {
    /// The nearest centre of each row.
    package var labels: [Int32]
    /// The squared distance to it.
    package var squaredDistances: [Double]
  }

  /// What one range of rows gives to the next centres.
  package struct Step: Sendable {
    /// The nearest centre of each row.
    package var labels: [Int32]
    /// The weighted sum of the rows of each centre (k x d), in the units of the rows.
    package var sums: [Double]
    /// The summed weight of the rows of each centre (k).
    package var weights: [Double]
    /// The weighted sum of squared distances.
    package var inertia: Double
  }

  /// Assigns the rows of `range`.
  package func assign(_ x: Matrix, rows range: Range<Int>) -> Assignment {
    var result = Assignment(labels: [], squaredDistances: [])
    result.labels.reserveCapacity(range.count)
    result.squaredDistances.reserveCapacity(range.count)
    unsafe forEachBlock(x, range) { _, _, labels, squares in
      unsafe result.labels.append(contentsOf: labels)
      unsafe result.squaredDistances.append(contentsOf: squares)
    }
    return result
  }

  /// Assigns the rows of `range` and adds them up by centre, each `weights` (n) times, in row order.
  package func step(_ x: Matrix, weights: [Double], rows range: Range<Int>) -> Step {
    precondition(weights.count == x.rows, "a weight for each of \(x.rows) rows")
    let d = x.columns
    var labels: [Int32] = []
    labels.reserveCapacity(range.count)
    var sums = [Double](repeating: 0, count: centers.rows * d)
    var totals = [Double](repeating: 0, count: centers.rows)
    var inertia = 0.0
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe forEachBlock(x, range) { first, rows, blockLabels, squares in
        unsafe labels.append(contentsOf: blockLabels)
        guard let sums = sums.baseAddress else { return }
        for index in 0..<blockLabels.count {
          let weight = weights[first + index]
          let label = unsafe Int(blockLabels[index])
          unsafe inertia += weight * squares[index]
          totals[label] += weight
          // Safe: label < k, so the sum row lies inside `sums`; the row lies inside x.
          unsafe addRow(rows + index * d, times: weight, to: sums + label * d, count: d)
        }
      }
    }
    return Step(labels: labels, sums: sums, weights: totals, inertia: inertia)
  }
}

// MARK: - The kernel

extension NearestCenters {
  /// Rows multiplied at once: with k = 50 the block, its scores and the centres stay in the second-level cache.
  private static let blockRows = 256

  private typealias Block = (
    _ first: Int, _ rows: UnsafePointer<Double>, _ labels: UnsafeBufferPointer<Int32>,
    _ squaredDistances: UnsafeBufferPointer<Double>
  ) -> Void

  /// Assigns the rows of `range` block by block and hands each block on while it is in the cache.
  private func forEachBlock(_ x: Matrix, _ range: Range<Int>, _ body: Block) {
    let (k, d) = (centers.rows, centers.columns)
    precondition(
      x.columns == d && range.lowerBound >= 0 && range.upperBound <= x.rows && k > 0 && d > 0,
      "rows \(range) of \(x.rows) x \(x.columns) to \(k) centres of \(d) columns")
    let block = min(Self.blockRows, max(1, range.count))
    var labels = [Int32](repeating: 0, count: block)
    var squares = [Double](repeating: 0, count: block)
    var moved = [Double](repeating: 0, count: origin == nil ? 0 : block * d)
    // Padded to whole vectors of four, which may be read past the last row but never used.
    let lanes = (block + 3) / 4 * 4
    var products = [Double](repeating: 0, count: k * block + 4)
    var best = Winners(count: lanes)
    // Safe: every pointer below stays inside the array it comes from, whose size is stated above; `rows` stays inside
    // x by the precondition.
    unsafe x.values.withUnsafeBufferPointer { values in
      guard let values = values.baseAddress else { return }
      var first = range.lowerBound
      while first < range.upperBound {
        let count = min(block, range.upperBound - first)
        let rows = unsafe values + first * d
        if let origin { unsafe move(rows, count: count, origin: origin, into: &moved) }
        unsafe products.withUnsafeMutableBufferPointer { products in
          unsafe shifted.withUnsafeBufferPointer { shifted in
            unsafe moved.withUnsafeBufferPointer { moved in
              guard let products = products.baseAddress, let shifted = shifted.baseAddress else { return }
              let near = unsafe origin == nil ? rows : (moved.baseAddress ?? rows)
              unsafe BLAS.multiply(shifted, near, into: products, m: k, n: count, k: d, transposeB: true)
              unsafe best.find(products, halfSquares: halfSquares, k: k, count: count)
              unsafe decide(
                rows: rows, near: near, products: products, best: best, count: count, labels: &labels,
                squares: &squares)
            }
          }
        }
        unsafe labels.withUnsafeBufferPointer { labels in
          unsafe squares.withUnsafeBufferPointer { squares in
            unsafe body(
              first, rows, UnsafeBufferPointer(rebasing: labels[..<count]),
              UnsafeBufferPointer(rebasing: squares[..<count]))
          }
        }
        first += count
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
    count: Int, labels: inout [Int32], squares: inout [Double]
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
        labels[row] = Int32(truncatingIfNeeded: label)
        let square = unsafe squaredDistance(rows + row * d, centers + label * d, count: d, scale: unit)
        squares[row] = square / unit / unit
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

@unsafe @inline(__always)
private func addRow(
  _ x: UnsafePointer<Double>, times weight: Double, to sum: UnsafeMutablePointer<Double>, count: Int
) {
  for index in 0..<count { unsafe sum[index] += weight * x[index] }
}

/// The power of two that brings `largest` near 1, or 1 for 0: multiplying by it rounds nothing.
///
/// Held to 2^±1000, so that it and its inverse are finite and its products with subnormal numbers still square.
package func powerOfTwoScale(for largest: Double) -> Double {
  guard largest > 0, largest.isFinite else { return 1 }
  return Double(sign: .plus, exponent: max(-1000, min(1000, -Int(largest.exponent))), significand: 1)
}
