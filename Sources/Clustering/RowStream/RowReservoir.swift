internal import Foundation
internal import LinearAlgebra
internal import Randomness

/// A weighted random sample of the different rows of a stream, by reservoir.
///
/// Efraimidis & Spirakis (2006): each row has the key E / w, with E exponential, and the rows of least key are kept. E
/// is made from a hash of the seed and what the row holds, not of where it stands, so the sample does not depend on the
/// order of the rows, and equal rows are one candidate, as heavy as its heaviest, that carries their summed weight.
/// (Equal rows of unequal weights that fall out and come back lose what they had before.) O(d) a row, memory
/// `capacity` x d.
struct RowReservoir {
  /// The most rows that are kept.
  let capacity: Int
  /// Keys are E / w times this power of two, so that all are finite: E < 38 and w >= 2^-1074.
  private static let keyUnit = 0x1p-100
  private let columns: Int
  private let seed: UInt64
  private var entries: [Entry] = []
  private var values: [Double] = []
  private var places: [UInt64: Int] = [:]
  /// The least key that was let go; infinite while every different row is kept.
  private var leastDropped = Double.infinity

  private struct Entry {
    var key: Double
    var hash: UInt64
    /// The heaviest weight and the sum of the weights of the equal rows.
    var heaviest: Double
    var total: Double
  }

  /// An empty reservoir of at most `capacity` rows of `columns`.
  init(capacity: Int, columns: Int, seed: UInt64) {
    self.capacity = capacity
    self.columns = columns
    self.seed = seed
  }

  /// The hash and the exponential number of each row of `x`.
  static func draws(_ x: Matrix, seed: UInt64) -> [(hash: UInt64, exponential: Double)] {
    (0..<x.rows).map { row in
      var hash = SplitMix64.mixed(seed ^ 0x243F_6A88_85A3_08D3)
      // Adding 0 makes -0 and 0 one.
      for value in x.row(row) { hash = SplitMix64.mixed(hash &+ 0x9E37_79B9_7F4A_7C15 ^ (value + 0).bitPattern) }
      let uniform = (Double(SplitMix64.mixed(hash &+ 1) >> 11) + 0.5) * 0x1p-53
      return (hash, -log(uniform))
    }
  }

  /// Offers the rows of `x` (m x d) of these weights (m, > 0), with what ``draws(_:seed:)`` made of them.
  mutating func offer(_ x: Matrix, weights: [Double], _ draws: [(hash: UInt64, exponential: Double)]) {
    for row in 0..<x.rows {
      let (hash, weight) = (draws[row].hash, weights[row])
      let key = draws[row].exponential * Self.keyUnit / weight
      if let place = places[hash] {
        entries[place].key = min(entries[place].key, key)
        entries[place].heaviest = max(entries[place].heaviest, weight)
        entries[place].total += weight
      } else if key < leastDropped {
        places[hash] = entries.count
        entries.append(Entry(key: key, hash: hash, heaviest: weight, total: weight))
        values.append(contentsOf: x.row(row))
        // Twice the capacity at most stand here between two prunings, which so cost little a row.
        if entries.count >= 2 * capacity { prune() }
      }
    }
  }

  /// Keeps the entries of least key.
  private mutating func prune() {
    guard entries.count > capacity else { return }
    let order = entries.indices.sorted {
      (entries[$0].key, entries[$0].hash) < (entries[$1].key, entries[$1].hash)
    }
    leastDropped = min(leastDropped, entries[order[capacity]].key)
    let kept = Array(order.prefix(capacity))
    values = Matrix(rows: entries.count, columns: columns, values: values).gatheringRows(kept).values
    entries = kept.map { entries[$0] }
    places = [:]
    for (place, entry) in entries.enumerated() { places[entry.hash] = place }
  }

  /// The sample, and the weights with which it stands for all rows: each its own over the chance it had to be kept
  /// (Horvitz & Thompson, 1952), all scaled alike. The whole of the rows with their weights when they fit.
  consuming func sample() -> (rows: Matrix, weights: [Double], isWhole: Bool) {
    prune()
    let matrix = Matrix(rows: entries.count, columns: columns, values: values)
    guard leastDropped.isFinite else { return (matrix, entries.map(\.total), true) }
    let shares = entries.map { entry in
      // The weight is brought to the keys' unit first: the other way round, the light ones would come to 0.
      entry.total / max(-expm1(-(entry.heaviest / Self.keyUnit) * leastDropped), Double.leastNormalMagnitude)
    }
    let scale = powerOfTwoScale(for: shares.reduce(0, max))
    return (matrix, shares.map { $0 * scale }, false)
  }
}
