internal import CKernels

/// Finds, for many rows, the nearest of k centres: the inner loop of k-means.
///
/// With everything measured from an origin near the data, |x - c|^2 = |x|^2 - 2 x.c + |c|^2. A fused kernel in single
/// precision makes the products and keeps the best; what it cannot prove, or all rows where no kernel runs, goes
/// through products in double. A product decides only where its rounding cannot matter; near ties are decided by the
/// squared distance computed from the differences, and exact ties go to the lower index. So the answer for a row
/// depends on that row and the centres alone: not on the block it stands in, nor on kernel or library. O(n k d).
package struct NearestCenters: Sendable {
  /// The centres (k x d).
  package let centers: Matrix
  /// Rows are compared in units of 1 / `scale`, a power of two, so that squares neither overflow nor vanish.
  let scale: Double
  /// What is taken off every row and centre before multiplying; nil when the rows already come so.
  let origin: [Double]?
  /// The centres less the origin, scaled.
  let shifted: [Double]
  /// Half the squared length of each shifted centre.
  let halfSquares: [Double]
  /// The length of the longest.
  let longest: Double
  /// The centres for the fused kernel; nil where it is of no use.
  let packed: PackedCenters?

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
    packed = PackedCenters(shifted, halfSquares: halfSquares, columns: centers.columns)
  }

  /// What one range of rows was assigned to.
  package struct Assignment: Sendable {
    /// The nearest centre of each row.
    package var labels: [Int32]
    /// The squared distance to it.
    package var squaredDistances: [Double]

    /// An assignment of rows, each with a label and a distance.
    package init(labels: [Int32], squaredDistances: [Double]) {
      self.labels = labels
      self.squaredDistances = squaredDistances
    }
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
    let (k, d) = (centers.rows, centers.columns)
    precondition(
      x.columns == d && range.lowerBound >= 0 && range.upperBound <= x.rows && k > 0 && d > 0,
      "rows \(range) of \(x.rows) x \(x.columns) to \(k) centres of \(d) columns")
    var result = Assignment(
      labels: [Int32](repeating: 0, count: range.count), squaredDistances: [Double](repeating: 0, count: range.count))
    // Safe: both arrays hold a place for each row of the range, which lies inside x.
    unsafe x.values.withUnsafeBufferPointer { values in
      unsafe result.labels.withUnsafeMutableBufferPointer { labels in
        unsafe result.squaredDistances.withUnsafeMutableBufferPointer { squares in
          guard let values = values.baseAddress, let labels = labels.baseAddress, let squares = squares.baseAddress
          else { return }
          unsafe assign(values + range.lowerBound * d, count: range.count, labels: labels, squares: squares)
        }
      }
    }
    return result
  }

  /// Assigns the rows of `range` and adds them up by centre, each `weights` (n) times, in row order.
  package func step(_ x: Matrix, weights: [Double], rows range: Range<Int>) -> Step {
    precondition(weights.count == x.rows, "a weight for each of \(x.rows) rows")
    let assigned = assign(x, rows: range)
    var step = Step(
      labels: assigned.labels, sums: [Double](repeating: 0, count: centers.rows * centers.columns),
      weights: [Double](repeating: 0, count: centers.rows), inertia: 0)
    for (index, row) in range.enumerated() {
      step.inertia += weights[row] * assigned.squaredDistances[index]
      step.weights[Int(assigned.labels[index])] += weights[row]
    }
    x.addRows(range, weights: weights, labels: assigned.labels, to: &step.sums)
    return step
  }
}

extension NearestCenters {
  /// Rows rounded to tiles at once: they stay in the second-level cache.
  private static let chunkRows = 1024

  /// The label and the squared distance of each of `count` rows (of d).
  @unsafe func assign(
    _ rows: UnsafePointer<Double>, count: Int, labels: UnsafeMutablePointer<Int32>,
    squares: UnsafeMutablePointer<Double>
  ) {
    let level = Kernels.current
    guard level > .plain, let packed else {
      return unsafe assignByProducts(rows, count: count, labels: labels, squares: squares)
    }
    let d = centers.columns
    let chunk = min(Self.chunkRows, (count + FloatTiles.tileRows - 1) / FloatTiles.tileRows * FloatTiles.tileRows)
    let tiles = unsafe FloatTiles(capacity: chunk, columns: d)
    var found = [Int32](repeating: 0, count: chunk)
    var gaps = [Float](repeating: 0, count: chunk)
    var doubtful: [Int32] = []
    for first in stride(from: 0, to: count, by: chunk) {
      let part = min(chunk, count - first)
      doubtful.removeAll(keepingCapacity: true)
      // Safe: a chunk holds whole tiles, and `part` rows from `first` on lie inside what the caller lends.
      unsafe tiles.pack(rows + first * d, count: part, origin: origin, scale: scale)
      unsafe found.withUnsafeMutableBufferPointer { found in
        unsafe gaps.withUnsafeMutableBufferPointer { gaps in
          guard let found = found.baseAddress, let gaps = gaps.baseAddress else { return }
          unsafe packed.findNearest(tiles, from: 0, count: part, level: level, labels: found, gaps: gaps)
          unsafe (labels + first).update(from: found, count: part)
          // Written so that what is not a number counts as doubtful.
          for index in 0..<part where unsafe !(gaps[index] > 0) { doubtful.append(Int32(first + index)) }
        }
      }
      unsafe centers.values.withUnsafeBufferPointer { centers in
        unsafe tessera_squared_distances(
          Int32(level.rawValue), rows + first * d, Int64(part), Int64(d), centers.baseAddress, labels + first, scale,
          squares + first)
      }
      var index = scale == 1 ? first + part : first
      while index < first + part {
        unsafe squares[index] = unsafe squares[index] / scale / scale
        index += 1
      }
      unsafe decide(doubtful, of: rows, labels: labels, squares: squares)
    }
  }

  /// Decides in double what the kernel could not: the rows at `indices`.
  @unsafe private func decide(
    _ indices: [Int32], of rows: UnsafePointer<Double>, labels: UnsafeMutablePointer<Int32>,
    squares: UnsafeMutablePointer<Double>
  ) {
    guard !indices.isEmpty else { return }
    let decided = unsafe decide(indices, of: rows)
    for (position, index) in indices.enumerated() {
      unsafe labels[Int(index)] = decided.labels[position]
      unsafe squares[Int(index)] = decided.squaredDistances[position]
    }
  }

  /// The labels, decided in double, of the rows of `x` at `first` + each of `indices`.
  func decide(_ indices: [Int32], of x: Matrix, from first: Int) -> [Int32] {
    precondition(indices.allSatisfy { $0 >= 0 && first >= 0 && first + Int($0) < x.rows }, "an index is outside")
    // Safe: every row exists, by the precondition.
    return unsafe x.values.withUnsafeBufferPointer { values in
      guard let values = values.baseAddress else { return [] }
      return unsafe decide(indices, of: values + first * x.columns).labels
    }
  }

  @unsafe private func decide(_ indices: [Int32], of rows: UnsafePointer<Double>) -> Assignment {
    let d = centers.columns
    var gathered: [Double] = []
    gathered.reserveCapacity(indices.count * d)
    for index in indices {
      unsafe gathered.append(contentsOf: UnsafeBufferPointer(start: rows + Int(index) * d, count: d))
    }
    var result = Assignment(
      labels: [Int32](repeating: 0, count: indices.count),
      squaredDistances: [Double](repeating: 0, count: indices.count))
    unsafe gathered.withUnsafeBufferPointer { gathered in
      unsafe result.labels.withUnsafeMutableBufferPointer { labels in
        unsafe result.squaredDistances.withUnsafeMutableBufferPointer { squares in
          guard let rows = gathered.baseAddress, let labels = labels.baseAddress, let squares = squares.baseAddress
          else { return }
          unsafe assignByProducts(rows, count: indices.count, labels: labels, squares: squares)
        }
      }
    }
    return result
  }
}

/// The power of two that brings `largest` near 1, or 1 for 0: multiplying by it rounds nothing.
///
/// Held to 2^±1000, so that it and its inverse are finite and its products with subnormal numbers still square.
package func powerOfTwoScale(for largest: Double) -> Double {
  guard largest > 0, largest.isFinite else { return 1 }
  return Double(sign: .plus, exponent: max(-1000, min(1000, -Int(largest.exponent))), significand: 1)
}
