internal import Foundation

/// Treated rows matched with the controls whose score is nearest (Rosenbaum & Rubin, 1985).
///
/// Greedy, from the highest score down; of controls equally near the earlier is taken. Taken controls are skipped by a
/// union of runs, so that all of it is O(n log n).
public struct ScoreMatching: Sendable, Hashable, Codable {
  /// Controls a treated row.
  public var controls = 1
  /// Whether a control may be matched again.
  public var isWithReplacement = false
  /// The greatest distance of a match, in standard deviations of the score; nil for any.
  public var caliper: Double?

  /// One control each, none twice, at any distance.
  public init() {}

  /// Matches rows by `scores` (n, finite; the logit of the chance of treatment, say).
  /// - Throws: ``PropensityError`` when these do not go together, or one side is empty.
  public func match(_ scores: [Double], isTreated: [Bool]) throws(PropensityError) -> MatchedRows {
    let n = scores.count
    guard isTreated.count == n else { throw .count(of: "treatments", have: isTreated.count, need: n) }
    guard controls >= 1 else { throw .parameter(name: "controls", requirement: "1 or more") }
    if let caliper, !(caliper > 0) { throw .parameter(name: "caliper", requirement: "above 0") }
    if let row = scores.firstIndex(where: { !$0.isFinite }) { throw .infinite(row: row, column: 0) }
    let pool = scores.indices.filter { !isTreated[$0] }
      .sorted { scores[$0] != scores[$1] ? scores[$0] < scores[$1] : $0 < $1 }
    let treated = scores.indices.filter { isTreated[$0] }
      .sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
    guard !pool.isEmpty, !treated.isEmpty else { throw .treatmentConstant(rows: n) }
    let mean = scores.reduce(0, +) / Double(n)
    let deviation = (scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, n - 1))).squareRoot()
    let most = caliper.map { $0 * deviation } ?? .infinity
    let values = pool.map { scores[$0] }
    var free = FreePlaces(pool.count)
    var pairs: [MatchedRows.Pair] = []
    for row in treated {
      let score = scores[row]
      var (low, high) = (0, values.count)
      while low < high {
        let middle = (low + high) / 2
        if values[middle] < score { low = middle + 1 } else { high = middle }
      }
      var own: [Int] = []
      // Places below and above that are still to be had.
      var (below, above) = (free.below(low - 1), free.above(low))
      while own.count < controls {
        let down = below.map { score - values[$0] } ?? .infinity
        let up = above.map { values[$0] - score } ?? .infinity
        guard min(down, up) <= most, min(down, up) < .infinity else { break }
        if up < down || (up == down && (above.map { pool[$0] } ?? .max) < (below.map { pool[$0] } ?? .max)) {
          guard let place = above else { break }
          own.append(place)
          if !isWithReplacement { free.take(place) }
          above = free.above(place + 1)
        } else {
          guard let place = below else { break }
          own.append(place)
          if !isWithReplacement { free.take(place) }
          below = free.below(place - 1)
        }
      }
      if !own.isEmpty { pairs.append(MatchedRows.Pair(treated: row, controls: own.map { pool[$0] })) }
    }
    return MatchedRows(pairs: pairs, unmatched: treated.count - pairs.count, rows: n)
  }
}

/// Matched rows.
public struct MatchedRows: Sendable, Hashable {
  /// One treated row and its controls, the nearest first.
  public struct Pair: Sendable, Hashable {
    /// The treated row, from 0.
    public let treated: Int
    /// Its controls, from 0.
    public let controls: [Int]
  }

  /// The pairs, the highest score of treated first.
  public let pairs: [Pair]
  /// Treated rows without a control near enough.
  public let unmatched: Int
  let rows: Int

  /// The weight of each row (n): 1 of a matched treated one, a share of 1 of each of its controls.
  public var weights: [Double] {
    var weights = [Double](repeating: 0, count: rows)
    for pair in pairs {
      weights[pair.treated] += 1
      for control in pair.controls { weights[control] += 1 / Double(pair.controls.count) }
    }
    return weights
  }

  /// The mean difference within pairs, and its standard error over pairs (Abadie & Spiess, 2022, without replacement).
  public func effect(outcome: [Double]) throws(PropensityError) -> Estimate {
    guard outcome.count == rows else { throw .count(of: "outcomes", have: outcome.count, need: rows) }
    guard !pairs.isEmpty else { throw .noOverlap(comparable: 0) }
    return UpliftFit.Treatment.mean(
      pairs.map { pair in
        outcome[pair.treated] - pair.controls.reduce(0) { $0 + outcome[$1] } / Double(pair.controls.count)
      })
  }
}

/// Places in a row that can be taken; the nearest free one on either side in nearly constant time (Tarjan, 1975).
private struct FreePlaces {
  private var lower: [Int]
  private var upper: [Int]

  /// One more than the place, so that 0 is none below; `count` is none above.
  init(_ count: Int) {
    lower = Array(0...count)
    upper = Array(0...count)
  }

  mutating func take(_ place: Int) {
    lower[place + 1] = place
    upper[place] = place + 1
  }

  mutating func below(_ place: Int) -> Int? {
    guard place >= 0 else { return nil }
    var at = place + 1
    while lower[at] != at {
      lower[at] = lower[lower[at]]
      at = lower[at]
    }
    return at > 0 ? at - 1 : nil
  }

  mutating func above(_ place: Int) -> Int? {
    guard place < upper.count - 1 else { return nil }
    var at = place
    while upper[at] != at {
      upper[at] = upper[upper[at]]
      at = upper[at]
    }
    return at < upper.count - 1 ? at : nil
  }
}
