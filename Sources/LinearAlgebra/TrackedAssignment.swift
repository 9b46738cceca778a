internal import CKernels

/// Rows that are assigned again and again while the centres move: the inner loop of Lloyd's k-means.
///
/// A row is looked at anew only if it may have changed: each holds a lower bound of how much farther its second centre
/// is than its own, which shrinks by as much as its own centre moved and as the fastest other one did (Hamerly, 2010,
/// "Making k-means even faster"). Only rows whose label changes touch the sums. Labels are those of ``NearestCenters``,
/// so everything but the bounds has the same bits with and without kernels. O(n k d) at first, then less and less.
package struct TrackedAssignment: Sendable {
  private let x: Matrix
  private let rowWeights: [Double]
  private let tiles: FloatTiles?
  private let level: Kernels

  /// The centre of each row (n).
  package private(set) var labels: [Int32]
  /// The weighted sum of squared distances of the rows to the centres they were last assigned to.
  package private(set) var inertia = 0.0
  /// The summed weight of the rows of each centre (k).
  package private(set) var weights: [Double] = []
  /// The number of rows of each centre (k).
  package private(set) var counts: [Int] = []
  /// How many rows the last call of ``move(to:)`` compared with all centres.
  package private(set) var compared = 0

  private var sums: [Double] = []
  private var centers: Matrix?
  /// By how much the bounds of each centre's rows have shrunk since the first assignment.
  private var travelled: [Double] = []
  /// Lower bounds of second least less least distance, plus what ``travelled`` was when they were found.
  private var bounds: [Float]
  /// The weight that has come and gone since the sums were last added up anew.
  private var turnover: [Double] = []
  private var countedInertia = 0.0

  /// Rows (n x d) about their middle in units near 1, weighted by `weights` (n), and the same rows as tiles, to be
  /// compared at `level`.
  package init(_ x: Matrix, weights: [Double], tiles: FloatTiles?, level: Kernels = .current) {
    // A caller's mistake, out of reach of data: rows, weights and tiles are made together. Labels, which later checks
    // ask for, are places of centres whatever the values: kernels begin at 0 and only take on those of a better centre.
    precondition(weights.count == x.rows && tiles?.rows ?? x.rows == x.rows, "\(x.rows) rows")
    self.x = x
    rowWeights = weights
    self.tiles = tiles
    self.level = level
    labels = [Int32](repeating: -1, count: x.rows)
    bounds = [Float](repeating: -1, count: x.rows)
  }

  /// Assigns every row to the nearest of `new` (k x d) and returns how many changed their centre.
  @discardableResult
  package mutating func move(to new: Matrix) -> Int {
    let nearest = NearestCenters(centered: new)
    let isFirst = centers?.rows != new.rows
    let reach = isFirst ? [Float](repeating: 0, count: new.rows) : advance(to: new)
    let parts = reassign(nearest, isFirst: isFirst, reach: reach)
    compared = parts.reduce(0) { $0 + $1.compared }
    centers = new
    let changed = isFirst ? x.rows : parts.reduce(0) { $0 + $1.changes.count }
    if isFirst {
      travelled = [Double](repeating: 0, count: new.rows)
      recount()
    } else {
      apply(parts)
      if needsRecount { recount() }
    }
    return changed
  }

  /// The mean of each centre's rows; where a centre has none, its row of `others` (k x d).
  package func means(elsewhere others: Matrix) -> Matrix {
    var means = others
    for cluster in weights.indices where counts[cluster] > 0 {
      for column in 0..<means.columns {
        means[cluster, column] = sums[cluster * means.columns + column] / weights[cluster]
      }
    }
    return means
  }

  /// Adds up sums, weights and inertia anew, so that no rounding of earlier changes stays in them. O(n d).
  package mutating func recount() {
    guard let centers else { return }
    let (x, rowWeights, labels, k, d) = (x, rowWeights, labels, centers.rows, centers.columns)
    let parts = Parallel.map(rows: x.rows) { range in
      var part = Tally(clusters: k, columns: d)
      let own = Array(labels[range])
      let squares = x.squaredDistances(rows: range, to: centers, labels: own)
      for (index, row) in range.enumerated() {
        part.inertia += rowWeights[row] * squares[index]
        part.weights[Int(own[index])] += rowWeights[row]
        part.counts[Int(own[index])] += 1
      }
      x.addRows(range, weights: rowWeights, labels: own, to: &part.sums)
      return part
    }
    var total = Tally(clusters: k, columns: d)
    for part in parts { total.add(part) }
    (sums, weights, counts, inertia) = (total.sums, total.weights, total.counts, total.inertia)
    turnover = [Double](repeating: 0, count: k)
    countedInertia = inertia
  }

  /// The same assignment with the centres in another order: centre `order[j]` becomes centre j.
  ///
  /// A row that could not be told apart from a tie is decided again by the next ``move(to:)``.
  package mutating func reorder(_ order: [Int]) {
    guard let centers else { return }
    var places = [Int32](repeating: 0, count: order.count)
    for (place, old) in order.enumerated() { places[old] = Int32(place) }
    labels = labels.map { places[Int($0)] }
    let d = centers.columns
    sums = order.flatMap { sums[$0 * d..<($0 + 1) * d] }
    weights = order.map { weights[$0] }
    counts = order.map { counts[$0] }
    travelled = order.map { travelled[$0] }
    turnover = order.map { turnover[$0] }
    self.centers = centers.gatheringRows(order)
  }
}

// MARK: - Sums

/// What some rows give to each centre.
private struct Tally: Sendable {
  var sums: [Double]
  var weights: [Double]
  var counts: [Int]
  var inertia = 0.0

  init(clusters: Int, columns: Int) {
    sums = [Double](repeating: 0, count: clusters * columns)
    weights = [Double](repeating: 0, count: clusters)
    counts = [Int](repeating: 0, count: clusters)
  }

  mutating func add(_ other: Tally) {
    for index in sums.indices { sums[index] += other.sums[index] }
    for cluster in weights.indices {
      weights[cluster] += other.weights[cluster]
      counts[cluster] += other.counts[cluster]
    }
    inertia += other.inertia
  }
}

extension TrackedAssignment {
  /// Brings inertia and bounds from the last centres to `new`, and returns how far bounds now have to reach.
  private mutating func advance(to new: Matrix) -> [Float] {
    guard let old = centers else { return [] }
    let d = old.columns
    var moves = [Double](repeating: 0, count: new.rows)
    for cluster in moves.indices {
      var (square, gain) = (0.0, 0.0)
      for index in cluster * d..<(cluster + 1) * d {
        let difference = new.values[index] - old.values[index]
        square += difference * difference
        // |new - mean|^2 - |old - mean|^2 without the digits that the squares would cancel.
        guard weights[cluster] > 0 else { continue }
        let mean = sums[index] / weights[cluster]
        gain += difference * ((new.values[index] - mean) + (old.values[index] - mean))
      }
      moves[cluster] = square.squareRoot() * (1 + 0x1p-40)
      inertia += weights[cluster] * gain
    }
    let fastest = moves.indices.max { moves[$0] < moves[$1] } ?? 0
    let second = moves.indices.lazy.filter { $0 != fastest }.map { moves[$0] }.max() ?? 0
    for cluster in moves.indices {
      travelled[cluster] += moves[cluster] + (cluster == fastest ? second : moves[fastest])
    }
    return travelled.map { Float($0 * (1 + 0x1p-20)) }
  }

  /// Takes changed rows from one sum to the other, piece after piece.
  private mutating func apply(_ parts: [Reassigned]) {
    guard let centers else { return }
    let (x, rowWeights, d) = (x, rowWeights, centers.columns)
    let tallies = Parallel.map(count: parts.count) { index -> Tally? in
      let changes = parts[index].changes
      guard !changes.isEmpty else { return nil }
      var tally = Tally(clusters: centers.rows, columns: d)
      for change in changes {
        let weight = rowWeights[change.row]
        let (old, new) = (Int(change.old), Int(change.new))
        tally.weights[old] -= weight
        tally.weights[new] += weight
        tally.counts[old] -= 1
        tally.counts[new] += 1
        let gain = unsafe x.values.withUnsafeBufferPointer { values in
          unsafe centers.values.withUnsafeBufferPointer { centers in
            unsafe tally.sums.withUnsafeMutableBufferPointer { sums in
              // Safe: the row lies inside x, and both labels are centres, of which each has its sums.
              unsafe carry(
                UnsafeBufferPointer(rebasing: values[change.row * d..<(change.row + 1) * d]), times: weight,
                from: old * d, to: new * d, centers, sums)
            }
          }
        }
        tally.inertia += weight * gain
      }
      return tally
    }
    for (part, tally) in zip(parts, tallies) {
      guard let tally else { continue }
      for index in sums.indices { sums[index] += tally.sums[index] }
      for cluster in weights.indices {
        weights[cluster] += tally.weights[cluster]
        counts[cluster] += tally.counts[cluster]
      }
      inertia += tally.inertia
      for change in part.changes {
        turnover[Int(change.old)] += rowWeights[change.row]
        turnover[Int(change.new)] += rowWeights[change.row]
      }
    }
    for cluster in counts.indices where counts[cluster] == 0 {
      weights[cluster] = 0
      for index in cluster * d..<(cluster + 1) * d { sums[index] = 0 }
    }
  }

  /// Whether the rounding of all that came and went may show in what is left.
  private var needsRecount: Bool {
    inertia < 1e-4 * countedInertia
      || weights.indices.contains { counts[$0] > 0 && !(turnover[$0] <= 1000 * weights[$0]) }
  }
}

/// Takes `weight` times a row from the sum at `old` to that at `new`; returns the change of its squared distance to
/// the centre there.
@unsafe @inline(__always)
private func carry(
  _ row: UnsafeBufferPointer<Double>, times weight: Double, from old: Int, to new: Int,
  _ centers: UnsafeBufferPointer<Double>, _ sums: UnsafeMutableBufferPointer<Double>
) -> Double {
  var gain = 0.0
  for column in row.indices {
    let value = unsafe row[column]
    unsafe sums[old + column] -= weight * value
    unsafe sums[new + column] += weight * value
    let before = unsafe value - centers[old + column]
    let after = unsafe value - centers[new + column]
    gain += after * after - before * before
  }
  return gain
}

// MARK: - Labels

/// A row that goes from one centre to another.
private struct Change: Sendable {
  var row: Int
  var old: Int32
  var new: Int32
}

/// What became of one piece of rows.
private struct Reassigned: Sendable {
  var changes: [Change] = []
  var compared = 0
}

extension TrackedAssignment {
  private mutating func reassign(_ nearest: NearestCenters, isFirst: Bool, reach: [Float]) -> [Reassigned] {
    let (x, tiles, level) = (x, tiles, level)
    return unsafe labels.withUnsafeMutableBufferPointer { labels in
      unsafe bounds.withUnsafeMutableBufferPointer { bounds in
        // Safe: each piece writes its own rows only.
        nonisolated(unsafe) let (labels, bounds) = unsafe (labels, bounds)
        return Parallel.map(rows: x.rows) { range in
          guard let labels = unsafe labels.baseAddress, let bounds = unsafe bounds.baseAddress else {
            return Reassigned()
          }
          var piece = unsafe Piece(
            x: x, rows: range, nearest: nearest, labels: labels + range.lowerBound,
            bounds: bounds + range.lowerBound, reach: reach, isFirst: isFirst)
          if level > .plain, let tiles, let packed = nearest.packed {
            piece.reassign(tiles, packed, level)
          } else {
            piece.reassignByProducts()
          }
          return piece.result
        }
      }
    }
  }
}

/// One piece of rows, with its part of the labels and bounds.
@safe private struct Piece {
  let x: Matrix
  let rows: Range<Int>
  let nearest: NearestCenters
  let labels: UnsafeMutablePointer<Int32>
  let bounds: UnsafeMutablePointer<Float>
  let reach: [Float]
  /// Whether there are no labels yet, so that nothing counts as a change.
  let isFirst: Bool
  var result = Reassigned()

  /// Rows gathered into tiles at once.
  private static let chunkRows = 1024

  init(
    x: Matrix, rows: Range<Int>, nearest: NearestCenters, labels: UnsafeMutablePointer<Int32>,
    bounds: UnsafeMutablePointer<Float>, reach: [Float], isFirst: Bool
  ) {
    self.x = x
    self.rows = rows
    self.nearest = nearest
    unsafe self.labels = labels
    unsafe self.bounds = bounds
    self.reach = reach
    self.isFirst = isFirst
  }

  mutating func reassignByProducts() {
    let assigned = nearest.assign(x, rows: rows)
    for index in 0..<rows.count { take(index, assigned.labels[index]) }
    result.compared = rows.count
  }

  private mutating func take(_ index: Int, _ label: Int32) {
    let old = unsafe labels[index]
    guard label != old else { return }
    unsafe labels[index] = label
    if isFirst { return }
    result.changes.append(Change(row: rows.lowerBound + index, old: old, new: label))
  }

  mutating func reassign(_ tiles: FloatTiles, _ packed: PackedCenters, _ level: Kernels) {
    let room = (rows.count + FloatTiles.tileRows - 1) / FloatTiles.tileRows * FloatTiles.tileRows
    var stale = [Int32](repeating: 0, count: isFirst ? 0 : room)
    if !isFirst {
      let count = unsafe tessera_bounds_stale(
        Int32(level.rawValue), bounds, labels, reach, Int64(rows.count), &stale)
      stale.removeLast(stale.count - Int(count))
    }
    // To gather a row costs about twice what it costs to compare it, so it pays while two thirds stay out.
    let isWhole = isFirst || 3 * stale.count > rows.count
    result.compared = isWhole ? rows.count : stale.count
    guard isWhole || !stale.isEmpty else { return }
    let chunk = isWhole ? room : min(Self.chunkRows, room)
    var found = [Int32](repeating: 0, count: chunk)
    var gaps = [Float](repeating: 0, count: chunk)
    var doubtful: [Int32] = []
    unsafe found.withUnsafeMutableBufferPointer { found in
      unsafe gaps.withUnsafeMutableBufferPointer { gaps in
        guard let found = found.baseAddress, let gaps = gaps.baseAddress else { return }
        if isWhole {
          unsafe packed.findNearest(
            tiles, from: rows.lowerBound, count: rows.count, level: level, labels: found, gaps: gaps)
          for index in 0..<rows.count {
            if unsafe gaps[index] > 0 {
              unsafe keep(index, found[index], gap: gaps[index])
            } else {
              doubtful.append(Int32(index))
            }
          }
        } else {
          let gathered = unsafe FloatTiles(capacity: chunk, columns: x.columns)
          unsafe x.values.withUnsafeBufferPointer { values in
            unsafe stale.withUnsafeBufferPointer { stale in
              guard let values = values.baseAddress, let indices = stale.baseAddress else { return }
              for first in stride(from: 0, to: stale.count, by: chunk) {
                let part = min(chunk, stale.count - first)
                unsafe gathered.pack(values, first: rows.lowerBound, indices + first, count: part)
                unsafe packed.findNearest(gathered, from: 0, count: part, level: level, labels: found, gaps: gaps)
                for position in 0..<part {
                  if unsafe gaps[position] > 0 {
                    unsafe keep(Int(indices[first + position]), found[position], gap: gaps[position])
                  } else {
                    unsafe doubtful.append(indices[first + position])
                  }
                }
              }
            }
          }
        }
      }
    }
    guard !doubtful.isEmpty else { return }
    let wasSure = result.changes.count
    let decided = nearest.decide(doubtful, of: x, from: rows.lowerBound)
    for (position, index) in doubtful.enumerated() {
      unsafe bounds[Int(index)] = -1
      take(Int(index), decided[position])
    }
    // Sums are changed in the order of the rows, whichever way a row was decided.
    if wasSure < result.changes.count { result.changes.sort { $0.row < $1.row } }
  }

  private mutating func keep(_ index: Int, _ label: Int32, gap: Float) {
    let travelled = reach[Int(label)]
    unsafe bounds[index] = (gap + travelled) * (1 - 0x1p-22)
    take(index, label)
  }
}
