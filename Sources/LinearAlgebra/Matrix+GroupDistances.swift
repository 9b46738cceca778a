internal import CKernels

extension Matrix {
  /// What `body` makes of each band of rows and their weighted distances to groups of rows, in the order of the bands.
  ///
  /// Each of `labelings` (l x n) names the group, from 0, of every row: several clusterings are judged by the same
  /// distances. `body` gets the range of rows and their sums (rows x g, row-major), g the numbers of groups of all
  /// labelings one after another: for each row i the sum over the rows j of the group of `weights[j]` |x_i - x_j|.
  /// From differences, so that equal rows are at distance 0 and near ones lose no digits. Magnitudes up to 1e100; the
  /// same bits at every level of ``Kernels``. Each pair is met once: O(n^2 (d + l)), on all workers; memory
  /// n (d + l + g).
  package func mapDistanceSums<Result: Sendable>(
    labelings: [[Int]], weights: [Double], _ body: @Sendable (Range<Int>, [Double]) -> Result
  ) -> [Result] {
    precondition(
      weights.count == rows && labelings.allSatisfy { $0.count == rows && $0.allSatisfy { $0 >= 0 } },
      "\(weights.count) weights and labelings of \(labelings.map(\.count)) for \(rows) rows")
    let grouped = GroupedRows(self, labelings: labelings, weights: weights)
    return unsafe withUnsafeTemporaryAllocation(byteCount: max(1, grouped.sumCount) * 8, alignment: 64) { bytes in
      let sums = unsafe bytes.bindMemory(to: Double.self)
      unsafe sums.update(repeating: 0)
      guard let first = sums.baseAddress else { return [] }
      unsafe grouped.addDistances(to: first)
      // Safe: nothing writes the sums any more.
      nonisolated(unsafe) let source = unsafe first
      return Parallel.map(count: grouped.panels) { panel in
        let range = panel * GroupedRows.panelRows..<Swift.min(rows, (panel + 1) * GroupedRows.panelRows)
        return body(range, unsafe grouped.sums(of: range, in: source))
      }
    }
  }
}

/// Rows as tiles, with the groups that each counts in.
private struct GroupedRows: Sendable {
  /// The rows of one panel: pairs of panels are the pieces of the work. Whole tiles.
  static let panelRows = 512

  private let rows: RowTiles
  /// The weight of each place of a tile; 0 where there is no row.
  private let weights: [Double]
  /// The groups of each place (l each), all below `width`.
  private let groups: [Int32]
  private let labelings: Int
  private let width: Int

  init(_ x: Matrix, labelings: [[Int]], weights: [Double]) {
    let origin = [Double](repeating: 0, count: x.columns)
    rows = RowTiles(x, rows: 0..<x.rows, origin: origin, scales: origin.map { _ in 1 })
    let places = (x.rows + RowTiles.lanes - 1) / RowTiles.lanes * RowTiles.lanes
    self.weights = weights + [Double](repeating: 0, count: places - x.rows)
    self.labelings = labelings.count
    var groups = [Int32](repeating: 0, count: places * labelings.count)
    var first = 0
    for (index, labels) in labelings.enumerated() {
      for (row, label) in labels.enumerated() { groups[row * labelings.count + index] = Int32(first + label) }
      first += (labels.max() ?? -1) + 1
    }
    self.groups = groups
    width = first
  }

  var panels: Int { (rows.rows + Self.panelRows - 1) / Self.panelRows }
  /// The sums of all places: for each tile and group, one for each lane.
  var sumCount: Int { weights.count * width }

  /// Adds all distances to `sums`, zeros before.
  ///
  /// Panels meet as players do in a tournament: in each round every panel meets one other, so that no two pieces of a
  /// round write the same sums, and the order in which a sum grows is that of the rounds, whoever works.
  @unsafe func addDistances(to sums: UnsafeMutablePointer<Double>) {
    guard width > 0 else { return }
    // Safe: the two panels of each piece are its own for the round.
    nonisolated(unsafe) let sums = unsafe sums
    let panels = panels
    _ = Parallel.map(count: panels) { unsafe meet($0, $0, sums) }
    // One place stays, the others go round; with an odd number of panels, who meets the last place pauses.
    let places = panels + panels % 2
    for round in 0..<Swift.max(0, places - 1) {
      _ = Parallel.map(count: places / 2) { piece in
        let a = piece == 0 ? places - 1 : (round + piece) % (places - 1)
        let b = (round + places - 1 - piece) % (places - 1)
        if Swift.max(a, b) < panels { unsafe meet(Swift.min(a, b), Swift.max(a, b), sums) }
      }
    }
  }

  /// The sums (range x width) of the rows of `range`, which begins with a tile.
  @unsafe func sums(of range: Range<Int>, in sums: UnsafePointer<Double>) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(range.count * width)
    for row in range {
      let (tile, lane) = row.quotientAndRemainder(dividingBy: RowTiles.lanes)
      for group in 0..<width { unsafe result.append(sums[(tile * width + group) * RowTiles.lanes + lane]) }
    }
    return result
  }

  @unsafe private func meet(_ a: Int, _ b: Int, _ sums: UnsafeMutablePointer<Double>) {
    let level = Kernels.current
    unsafe rows.values.withUnsafeBufferPointer { x in
      unsafe weights.withUnsafeBufferPointer { weights in
        unsafe groups.withUnsafeBufferPointer { groups in
          guard let weights = weights.baseAddress, let groups = groups.baseAddress else { return }
          // Without columns there is no row to point at, and none is read.
          let x = unsafe x.baseAddress ?? weights
          // Safe: every row, weight, group and sum of a panel exists, up to the last tile's places.
          let sides = unsafe [a, b].map { panel in
            let first = panel * Self.panelRows
            let places = Swift.min(self.weights.count, first + Self.panelRows) - first
            return unsafe tessera_grouped_tiles(
              packed: x + first * rows.columns, weights: weights + first, groups: groups + first * labelings,
              sums: sums + first * width, tiles: Int64(places / RowTiles.lanes))
          }
          if level == .plain {
            unsafe meetPlainly(sides[0], sides[1], isSame: a == b)
          } else {
            unsafe withUnsafePointer(to: sides[0]) { one in
              unsafe withUnsafePointer(to: sides[1]) { other in
                unsafe tessera_group_distances(
                  Int32(level.rawValue), one, a == b ? one : other, Int64(rows.columns), Int64(labelings),
                  Int64(width))
              }
            }
          }
        }
      }
    }
  }

  /// Step for step what the C kernel does.
  @unsafe private func meetPlainly(_ a: tessera_grouped_tiles, _ b: tessera_grouped_tiles, isSame: Bool) {
    let (d, lanes) = (rows.columns, RowTiles.lanes)
    unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: lanes * lanes) { met in
      guard let met = met.baseAddress else { return }
      for i in 0..<Int(unsafe a.tiles) {
        for j in (isSame ? i : 0)..<Int(unsafe b.tiles) {
          let (left, right) = unsafe (a.packed + i * d * lanes, b.packed + j * d * lanes)
          for other in 0..<lanes {
            var squares = SIMD8<Double>.zero
            for column in 0..<d {
              let difference =
                unsafe load(left + column * lanes) - SIMD8<Double>(repeating: right[column * lanes + other])
              squares += difference * difference
            }
            unsafe store(squares.squareRoot(), at: met + other * lanes)
          }
          unsafe add(met, of: b, tile: j, to: a.sums + i * width * lanes)
          if isSame && i == j { continue }
          for row in 0..<lanes {
            for other in 0..<row {
              let kept = unsafe met[row * lanes + other]
              unsafe met[row * lanes + other] = unsafe met[other * lanes + row]
              unsafe met[other * lanes + row] = kept
            }
          }
          unsafe add(met, of: a, tile: i, to: b.sums + j * width * lanes)
        }
      }
    }
  }

  /// Adds the distances of eight rows, those of a tile, to the sums of eight others.
  @unsafe @inline(__always) private func add(
    _ met: UnsafePointer<Double>, of side: tessera_grouped_tiles, tile: Int, to sums: UnsafeMutablePointer<Double>
  ) {
    for lane in 0..<RowTiles.lanes {
      let place = tile * RowTiles.lanes + lane
      let weighted = unsafe load(met + lane * RowTiles.lanes) * side.weights[place]
      for index in place * labelings..<(place + 1) * labelings {
        let sum = unsafe sums + Int(side.groups[index]) * RowTiles.lanes
        unsafe store(load(sum) + weighted, at: sum)
      }
    }
  }

  @unsafe @inline(__always) private func load(_ place: UnsafePointer<Double>) -> SIMD8<Double> {
    unsafe UnsafeRawPointer(place).loadUnaligned(as: SIMD8<Double>.self)
  }

  @unsafe @inline(__always) private func store(_ value: SIMD8<Double>, at place: UnsafeMutablePointer<Double>) {
    unsafe UnsafeMutableRawPointer(place).storeBytes(of: value, as: SIMD8<Double>.self)
  }
}
