internal import CKernels

extension Matrix {
  /// What `body` makes of each band of rows and their weighted distances to groups of rows, in the order of the bands.
  ///
  /// Each of `labelings` (l x n) names the group, from 0, of every row: several clusterings are judged by the same
  /// distances. `body` gets the range of rows and their sums (rows x g, row-major), g the numbers of groups of all
  /// labelings one after another: for each row i the sum over the rows j of the group of `weights[j]` |x_i - x_j|.
  /// From differences, so that equal rows are at distance 0 and near ones lose no digits. Magnitudes up to 1e100; the
  /// same bits at every level of ``Kernels``. O(n^2 (d + l)), on all workers; memory n (d + l) and 32 g a worker.
  package func mapDistanceSums<Result: Sendable>(
    labelings: [[Int]], weights: [Double], _ body: @Sendable (Range<Int>, [Double]) -> Result
  ) -> [Result] {
    precondition(
      weights.count == rows && labelings.allSatisfy { $0.count == rows && $0.allSatisfy { $0 >= 0 } },
      "\(weights.count) weights and labelings of \(labelings.map(\.count)) for \(rows) rows")
    let origin = [Double](repeating: 0, count: columns)
    let packed = RowTiles(self, rows: 0..<rows, origin: origin, scales: origin.map { _ in 1 })
    let widths = labelings.map { ($0.max() ?? -1) + 1 }
    var groups = [Int32](repeating: 0, count: rows * labelings.count)
    var first = 0
    for (index, labels) in labelings.enumerated() {
      for (row, label) in labels.enumerated() { groups[row * labelings.count + index] = Int32(first + label) }
      first += widths[index]
    }
    let pairs = GroupedRows(
      rows: self, packed: packed, weights: weights, groups: groups, labelings: labelings.count, width: first)
    let band = 4 * RowTiles.lanes
    return Parallel.map(count: (rows + band - 1) / band) { index in
      let range = index * band..<Swift.min(rows, (index + 1) * band)
      return body(range, pairs.sums(of: range))
    }
  }
}

/// Rows, the groups that each counts in, and the same rows as tiles.
private struct GroupedRows: Sendable {
  let rows: Matrix
  let packed: RowTiles
  let weights: [Double]
  /// The groups of each row (n x labelings), all below `width`.
  let groups: [Int32]
  let labelings: Int
  let width: Int

  /// The sums (range x width) of the rows of `range`, which begins with a tile.
  func sums(of range: Range<Int>) -> [Double] {
    let (d, lanes) = (rows.columns, RowTiles.lanes)
    let tiles = (range.count + lanes - 1) / lanes
    var sums = [Double](repeating: 0, count: range.count * width)
    let level = Kernels.current
    // Safe: the tiles of the range stand in `packed`, weights and groups are those of all rows, and scratch holds the
    // sums of every lane for every group.
    unsafe packed.values.withUnsafeBufferPointer { packed in
      unsafe rows.values.withUnsafeBufferPointer { x in
        unsafe withScratch(width * tiles * lanes) { scratch in
          guard let packed = packed.baseAddress, let x = x.baseAddress else { return }
          unsafe scratch.update(repeating: 0, count: width * tiles * lanes)
          let first = unsafe packed + range.lowerBound * d
          if level == .plain {
            for tile in 0..<tiles { unsafe addDistances(first + tile * lanes * d, to: x, scratch, tile, of: tiles) }
          } else {
            unsafe tessera_group_distances(
              Int32(level.rawValue), first, Int64(tiles), x, weights, groups, Int64(rows.rows), Int64(d),
              Int64(labelings), scratch)
          }
          for position in 0..<range.count {
            for group in 0..<width {
              sums[position * width + group] = unsafe scratch[group * tiles * lanes + position]
            }
          }
        }
      }
    }
    return sums
  }

  /// Adds the distances of one tile to all rows to its lanes of `sums`, step for step as the C kernel does.
  @unsafe private func addDistances(
    _ tile: UnsafePointer<Double>, to x: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Double>, _ index: Int,
    of tiles: Int
  ) {
    let (d, lanes) = (rows.columns, RowTiles.lanes)
    for row in 0..<rows.rows {
      var squares = SIMD8<Double>.zero
      for column in 0..<d {
        let values = unsafe UnsafeRawPointer(tile + column * lanes).loadUnaligned(as: SIMD8<Double>.self)
        let difference = unsafe values - SIMD8<Double>(repeating: x[row * d + column])
        squares += difference * difference
      }
      let distances = squares.squareRoot() * weights[row]
      for group in groups[row * labelings..<(row + 1) * labelings] {
        let place = unsafe UnsafeMutableRawPointer(sums + (Int(group) * tiles + index) * lanes)
        unsafe place.storeBytes(
          of: place.loadUnaligned(as: SIMD8<Double>.self) + distances, as: SIMD8<Double>.self)
      }
    }
  }
}
