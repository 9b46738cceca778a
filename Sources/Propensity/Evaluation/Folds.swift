internal import Randomness

/// Rows dealt into folds, each of which is predicted by what was learnt on the others.
///
/// Folds have the same share of outcome 1, but for rounding. Rows of one group are never in two folds, so that nobody is
/// predicted by what was learnt of themselves.
public struct Folds: Sendable, Hashable {
  /// The fold of each row (n), from 0.
  public let fold: [Int]
  /// The number of folds.
  public let count: Int

  /// Deals rows with `outcome` (n) into `count` folds, groups (n, any numbers) together.
  public init(_ count: Int, outcome: [Double], groups: [Int]? = nil, seed: UInt64 = 0) {
    precondition(count >= 2, "\(count) folds leave nothing to learn from")
    precondition(groups == nil || groups?.count == outcome.count, "one group a row")
    var order: [Int] = []
    var members: [[Int]] = []
    if let groups {
      var place: [Int: Int] = [:]
      for (row, group) in groups.enumerated() {
        if let known = place[group] {
          members[known].append(row)
        } else {
          place[group] = members.count
          members.append([row])
        }
      }
    } else {
      members = outcome.indices.map { [$0] }
    }
    var generator = RandomStream(seed: seed, index: 7)
    let isPositive = members.map { $0.contains { outcome[$0] > 0 } }
    for kind in [true, false] {
      var own = members.indices.filter { isPositive[$0] == kind }
      generator.shuffle(&own)
      order += own
    }
    var fold = [Int](repeating: 0, count: outcome.count)
    for (turn, index) in order.enumerated() { for row in members[index] { fold[row] = turn % count } }
    self.fold = fold
    self.count = count
  }

  /// The rows of one fold, and all others, ascending.
  public func split(_ index: Int) -> (inside: [Int], outside: [Int]) {
    (fold.indices.filter { fold[$0] == index }, fold.indices.filter { fold[$0] != index })
  }
}
