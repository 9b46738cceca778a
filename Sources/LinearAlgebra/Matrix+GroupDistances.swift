extension Matrix {
  /// What `body` makes of each band of rows and their weighted distances to groups of rows, in the order of the bands.
  ///
  /// `weights` is n x g: element (j, group) is how much row j counts in that group; a row may be in many groups, as it
  /// is when several clusterings are judged at once. `body` gets the range of rows and their sums (rows x g,
  /// row-major): for each row i the sum over j of |x_i - x_j| times `weights[j, group]`. Exact but for rounding:
  /// products give the distances, and where cancellation would cost digits the differences do. Centre the rows first.
  /// O(n^2 (d + g)), on all workers; memory n g.
  package func mapDistanceSums<Result: Sendable>(
    to weights: Matrix, _ body: @Sendable (Range<Int>, [Double]) -> Result
  ) -> [Result] {
    precondition(weights.rows == rows, "weights of \(weights.rows) rows for \(rows)")
    let lengths = (0..<rows).map { row($0).reduce(0) { $0 + $1 * $1 } }
    let band = 128
    return Parallel.map(count: (rows + band - 1) / band) { index in
      let range = index * band..<Swift.min(rows, (index + 1) * band)
      return body(range, distanceSums(of: range, to: weights, lengths: lengths))
    }
  }

  private func distanceSums(of band: Range<Int>, to weights: Matrix, lengths: [Double]) -> [Double] {
    let (d, tile, groups) = (columns, 512, weights.columns)
    var sums = [Double](repeating: 0, count: band.count * groups)
    var distances = [Double](repeating: 0, count: band.count * tile)
    var part = sums
    guard d > 0, groups > 0 else { return sums }
    for first in stride(from: 0, to: rows, by: tile) {
      let width = Swift.min(tile, rows - first)
      // Safe: rows of the band and of the tile lie inside x, the tile's rows inside the weights; distances hold a tile
      // and part a band of sums.
      unsafe values.withUnsafeBufferPointer { x in
        unsafe weights.values.withUnsafeBufferPointer { weights in
          unsafe distances.withUnsafeMutableBufferPointer { distances in
            unsafe part.withUnsafeMutableBufferPointer { part in
              guard let x = x.baseAddress, let weights = weights.baseAddress, let distances = distances.baseAddress,
                let part = part.baseAddress
              else { return }
              unsafe BLAS.multiply(
                x + band.lowerBound * d, x + first * d, into: distances, m: band.count, n: width, k: d,
                transposeB: true)
              unsafe lengths.withUnsafeBufferPointer { lengths in
                guard let lengths = lengths.baseAddress else { return }
                for (position, row) in band.enumerated() {
                  unsafe turnIntoDistances(
                    distances + position * width, from: x, row: row, to: first, width: width, lengths: lengths)
                }
              }
              unsafe BLAS.multiply(
                distances, weights + first * groups, into: part, m: band.count, n: groups, k: width)
            }
          }
        }
      }
      for index in sums.indices { sums[index] += part[index] }
    }
    return sums
  }

  /// Replaces the products of `row` with `width` rows from `first` on by its distances to them, in place.
  @unsafe private func turnIntoDistances(
    _ products: UnsafeMutablePointer<Double>, from x: UnsafePointer<Double>, row: Int, to first: Int, width: Int,
    lengths: UnsafePointer<Double>
  ) {
    let d = columns
    let own = unsafe lengths[row]
    var other = 0
    while other + 8 <= width {
      let place = unsafe UnsafeMutableRawPointer(products + other)
      let scale = unsafe UnsafeRawPointer(lengths + first + other).loadUnaligned(as: SIMD8<Double>.self) + own
      let squares = unsafe scale - 2 * place.loadUnaligned(as: SIMD8<Double>.self)
      let roots = squares.replacing(with: 0, where: squares .< 0).squareRoot()
      unsafe place.storeBytes(of: roots, as: SIMD8<Double>.self)
      let cancelled = squares .< 1e-6 * scale
      if any(cancelled) {
        for lane in 0..<8 where cancelled[lane] {
          let square = unsafe squaredDistance(x + row * d, x + (first + other + lane) * d, count: d)
          unsafe products[other + lane] = square.squareRoot()
        }
      }
      other += 8
    }
    while other < width {
      let square = unsafe squaredDistance(x + row * d, x + (first + other) * d, count: d)
      unsafe products[other] = square.squareRoot()
      other += 1
    }
  }
}
