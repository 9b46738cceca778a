extension Matrix {
  /// For each row, the weighted sum of its Euclidean distances to the rows of each group (n x g).
  ///
  /// `groups` are g ranges that follow one another and together cover all rows; `weights` (n) weigh the rows that are
  /// measured to. Exact but for rounding: products give the distances, and where cancellation would cost digits the
  /// differences do. Centre the rows first. O(n^2 d), on all workers; memory n g.
  package func distanceSums(groups: [Range<Int>], weights: [Double]) -> Matrix {
    precondition(
      weights.count == rows && groups.first?.lowerBound ?? 0 == 0 && groups.last?.upperBound ?? 0 == rows
        && zip(groups, groups.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound }, "\(groups) of \(rows) rows")
    guard rows > 0, columns > 0 else { return Matrix(rows: rows, columns: groups.count) }
    let lengths = (0..<rows).map { row($0).reduce(0) { $0 + $1 * $1 } }
    let band = 128
    let parts = Parallel.map(count: (rows + band - 1) / band) { index in
      distanceSums(
        of: index * band..<Swift.min(rows, (index + 1) * band), groups: groups, weights: weights, lengths: lengths)
    }
    return Matrix(rows: rows, columns: groups.count, values: parts.flatMap { $0 })
  }

  private func distanceSums(of band: Range<Int>, groups: [Range<Int>], weights: [Double], lengths: [Double]) -> [Double]
  {
    let (d, tile) = (columns, 256)
    var sums = [Double](repeating: 0, count: band.count * groups.count)
    var products = [Double](repeating: 0, count: band.count * tile)
    // Safe: rows of the band and of each tile lie inside x; products holds a tile; weights and lengths hold n.
    unsafe values.withUnsafeBufferPointer { x in
      unsafe products.withUnsafeMutableBufferPointer { products in
        guard let x = x.baseAddress, let products = products.baseAddress else { return }
        for (group, range) in groups.enumerated() {
          for first in stride(from: range.lowerBound, to: range.upperBound, by: tile) {
            let width = Swift.min(tile, range.upperBound - first)
            unsafe BLAS.multiply(
              x + band.lowerBound * d, x + first * d, into: products, m: band.count, n: width, k: d, transposeB: true)
            for (position, row) in band.enumerated() {
              var sum = 0.0
              for other in 0..<width {
                let scale = lengths[row] + lengths[first + other]
                var square = unsafe scale - 2 * products[position * width + other]
                if square < 1e-6 * scale {
                  square = unsafe squaredDistance(x + row * d, x + (first + other) * d, count: d)
                }
                sum += weights[first + other] * square.squareRoot()
              }
              sums[position * groups.count + group] += sum
            }
          }
        }
      }
    }
    return sums
  }
}
