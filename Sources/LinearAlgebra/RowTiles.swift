/// Rows packed in tiles of eight, each column of a tile a vector: what kernels read whose lanes are rows.
///
/// Element (row i, column j) is at `((i / 8) * columns + j) * 8 + i % 8`. The last tile is filled up with zeros.
package struct RowTiles: Sendable {
  /// Rows in one tile.
  package static let lanes = 8
  /// No element exceeds this magnitude, so that squares of products with moderate factors stay finite.
  package static let greatestMagnitude = 1e100

  /// n, the number of rows.
  package let rows: Int
  /// d, the number of columns.
  package let columns: Int
  let values: [Double]

  /// Packs (x - `origin`) x `scales`, column by column, of the rows `range` of `x`, held to ``greatestMagnitude``.
  package init(_ x: Matrix, rows range: Range<Int>, origin: [Double], scales: [Double]) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= x.rows && origin.count == x.columns && scales.count == x.columns,
      "rows \(range) of \(x.rows) x \(x.columns), \(origin.count) origins, \(scales.count) scales")
    let (d, lanes) = (x.columns, Self.lanes)
    rows = range.count
    columns = d
    let tiles = (range.count + lanes - 1) / lanes
    let limit = Self.greatestMagnitude
    values = unsafe [Double](unsafeUninitializedCapacity: tiles * lanes * d) { buffer, count in
      // Safe: every piece writes only its own tiles (pieces are a multiple of the lanes), all elements of them.
      nonisolated(unsafe) let target = unsafe buffer
      _ = Parallel.map(rows: tiles * lanes) { piece in
        for row in piece {
          let tile = unsafe target.extracting(row / lanes * lanes * d..<(row / lanes + 1) * lanes * d)
          let lane = row % lanes
          if row < range.count {
            let source = (range.lowerBound + row) * d
            for column in 0..<d {
              let value = (x.values[source + column] - origin[column]) * scales[column]
              unsafe tile[column * lanes + lane] = min(max(value, -limit), limit)
            }
          } else {
            for column in 0..<d { unsafe tile[column * lanes + lane] = 0 }
          }
        }
      }
      count = tiles * lanes * d
    }
  }

  /// The rows at `indices` as a matrix, in the units of the tiles.
  package func gatheringRows(_ indices: [Int]) -> Matrix {
    var gathered: [Double] = []
    gathered.reserveCapacity(indices.count * columns)
    for row in indices {
      precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
      let first = row / Self.lanes * Self.lanes * columns + row % Self.lanes
      for column in 0..<columns { gathered.append(values[first + column * Self.lanes]) }
    }
    return Matrix(rows: indices.count, columns: columns, values: gathered)
  }
}
