internal import Personas

/// How far lists, those of segments and those by rule, hold the same customers.
///
/// Counts are rounded to tens before anything is made of them, and segments whose size is not told are left out, so that
/// no count of 1 to 9 can be reckoned from what is told.
public struct ReportOverlaps: Sendable, Hashable, Codable {
  /// The lists: paths of segments, and names of rules.
  public internal(set) var names: [String]
  /// Their sizes, to tens.
  public internal(set) var sizes: [Int]
  /// The customers in both of two lists, to tens (l x l); 0 for fewer than ten.
  public internal(set) var shared: [[Int]]

  /// Of `names` and exact `counts` (l x l, row-major; sizes on the diagonal).
  public init(names: [String], counts: [Int]) {
    let count = names.count
    precondition(counts.count == count * count, "\(counts.count) counts of \(count) lists")
    self.names = names
    shared = (0..<count).map { row in (0..<count).map { ReportOverlaps.rounded(counts[row * count + $0]) } }
    let shared = shared
    sizes = names.indices.map { shared[$0][$0] }
  }

  private static func rounded(_ count: Int) -> Int {
    count < ReportedGroups.least ? 0 : (count + ReportedGroups.least / 2) / ReportedGroups.least * ReportedGroups.least
  }

  /// The share of list `i` that is in list `j` too; nil where `i` is small.
  public func share(of i: Int, in j: Int) -> Double? {
    sizes[i] > 0 ? min(1, Double(shared[i][j]) / Double(sizes[i])) : nil
  }

  /// The customers in both lists over those in either.
  public func jaccard(_ i: Int, _ j: Int) -> Double {
    let either = sizes[i] + sizes[j] - shared[i][j]
    return either > 0 ? min(1, Double(shared[i][j]) / Double(either)) : 0
  }

  /// Without the lists called `hidden`.
  func without(_ hidden: Set<String>) -> ReportOverlaps {
    let kept = names.indices.filter { !hidden.contains(names[$0]) && sizes[$0] > 0 }
    var overlaps = self
    overlaps.names = kept.map { names[$0] }
    overlaps.sizes = kept.map { sizes[$0] }
    overlaps.shared = kept.map { row in kept.map { shared[row][$0] } }
    return overlaps
  }
}
