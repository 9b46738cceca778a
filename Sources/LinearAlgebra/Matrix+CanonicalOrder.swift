extension Matrix {
  /// An order of the rows (n indices) that depends on what the rows hold and not on where they stand.
  ///
  /// However the rows are permuted, visiting them in this order meets the same values in the same sequence. Equal rows
  /// are neighbours, the lighter first when there are `weights` (n). -0 counts as 0.
  ///
  /// The order is that of a 64-bit hash of each row's bits, by radix sort; two different rows of one hash are told
  /// apart by their values. O(n d).
  public func canonicalOrder(weights: [Double]? = nil) -> [Int] { canonicalEntries(weights: weights).map { $0.row } }

  /// The rows in canonical order, each with its hash.
  func canonicalEntries(weights: [Double]?) -> [RowHash] {
    precondition(weights.map { $0.count == rows } ?? true, "a weight for each of \(rows) rows")
    var entries = RowHashOrder(Parallel.map(rows: rows, rowHashes)).entries
    var start = 0
    while start < entries.count {
      let key = entries[start].highBits
      var end = start + 1
      while end < entries.count, entries[end].highBits == key { end += 1 }
      if end - start > 1 { orderRun(&entries, start..<end, weights: weights) }
      start = end
    }
    return entries
  }

  /// Whether two rows hold the same values, bit for bit (-0 counts as 0).
  public func rowsAreEqual(_ a: Int, _ b: Int) -> Bool {
    for column in 0..<columns where contentBits(a, column) != contentBits(b, column) { return false }
    return true
  }

  private func contentBits(_ row: Int, _ column: Int) -> UInt64 { (values[row * columns + column] + 0).bitPattern }

  private func rowHashes(_ range: Range<Int>) -> [RowHash] {
    range.map { row in
      var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
      for column in 0..<columns {
        let product = (contentBits(row, column) ^ hash).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        hash = (product.high ^ product.low) &+ 0xA076_1D64_78BD_642F
      }
      // The high bits sort, so the last step stirs all bits into them (the finaliser of SplitMix64).
      hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
      hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
      return RowHash(hash: hash ^ (hash >> 31), row: row)
    }
  }

  /// Puts a run of rows whose hashes begin alike in order: by whole hash, then contents, then weight.
  private func orderRun(_ entries: inout [RowHash], _ run: Range<Int>, weights: [Double]?) {
    if run.contains(where: { entries[$0].hash != entries[run.lowerBound].hash }) {
      entries[run].sort { $0.hash < $1.hash }
    }
    var start = run.lowerBound
    while start < run.upperBound {
      var end = start + 1
      while end < run.upperBound, entries[end].hash == entries[start].hash { end += 1 }
      let same = start..<end
      let first = entries[start].row
      if same.contains(where: { !rowsAreEqual(first, entries[$0].row) }) {
        entries[same].sort { isOrderedBefore($0.row, $1.row, weights: weights) }
      } else if let weights, same.contains(where: { weights[entries[$0].row] != weights[first] }) {
        entries[same].sort { weights[$0.row] < weights[$1.row] }
      }
      start = end
    }
  }

  private func isOrderedBefore(_ a: Int, _ b: Int, weights: [Double]?) -> Bool {
    for column in 0..<columns {
      let (x, y) = (contentBits(a, column), contentBits(b, column))
      if x != y { return x < y }
    }
    return weights.map { $0[a] < $0[b] } ?? false
  }
}

/// A row and the hash of its contents.
struct RowHash: Sendable {
  var hash: UInt64
  var row: Int
  /// What the radix sort orders by: 33 bits, three digits of 11.
  var highBits: UInt64 { hash >> 31 }
}

/// Least-significant-digit radix sort by ``RowHash/highBits``, stable. O(n), on all workers.
private struct RowHashOrder {
  private(set) var entries: [RowHash]
  private static let digits = 1 << 11

  /// Sorts the entries of `parts`, taken one part after the other.
  init(_ parts: [[RowHash]]) {
    entries = []
    entries.reserveCapacity(parts.reduce(0) { $0 + $1.count })
    for part in parts { entries.append(contentsOf: part) }
    for pass in 0..<3 { sort(shift: UInt64(31 + pass * 11)) }
  }

  private mutating func sort(shift: UInt64) {
    let source = entries
    let mask = Self.digits - 1
    // Few pieces: each has a table of digits, and all tables are walked once.
    let pieces = min(16, max(1, source.count / 4096))
    let bounds = (0...pieces).map { source.count * $0 / pieces }
    var places = Parallel.map(count: pieces) { piece in
      var counts = [Int](repeating: 0, count: Self.digits)
      for index in bounds[piece]..<bounds[piece + 1] {
        counts[Int(truncatingIfNeeded: source[index].hash >> shift) & mask] += 1
      }
      return counts
    }
    var position = 0
    for digit in 0..<Self.digits {
      for piece in 0..<pieces {
        let count = places[piece][digit]
        places[piece][digit] = position
        position += count
      }
    }
    let starts = places
    entries = unsafe [RowHash](unsafeUninitializedCapacity: source.count) { buffer, count in
      // Safe: the counts give every entry of every piece a place of its own, and all places are written.
      nonisolated(unsafe) let target = unsafe buffer
      _ = Parallel.map(count: pieces) { piece in
        var next = starts[piece]
        for index in bounds[piece]..<bounds[piece + 1] {
          let digit = Int(truncatingIfNeeded: source[index].hash >> shift) & mask
          unsafe target.initializeElement(at: next[digit], to: source[index])
          next[digit] += 1
        }
      }
      count = source.count
    }
  }
}
