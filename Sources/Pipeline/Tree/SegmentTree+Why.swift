internal import Features
internal import LinearAlgebra

/// Why customers are in their segment and not in the second, or in none.
///
/// Where the ways to the two leaves part, a customer x lies nearer to the centroid a of its own part than to b of the
/// other by sum over columns j of (x_j - b_j)^2 - (x_j - a_j)^2, which is linear in x: the discriminant of two groups of
/// one variance in every column (Fisher, 1936; Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, 2nd
/// edition, 2009, section 4.3), and so falls into what each feature adds. Whoever is in none of the segments lies outside
/// the limit about a centroid c on the way to the nearest; there (x_j - c_j)^2 falls into features.
///
/// In a mixture the log-densities of the two components stand for the distances (``MixtureDivision``).
///
/// The sums of a feature's columns are told of, at most three and each at least a tenth of the first: a number as low or
/// high against the middle of a and b (against c), a category by its level.
/// Each customer is told of by itself, so alone or among others it has the same words.
extension SegmentTree {
  /// Assigns customers to the leaves; with `reasons` in words what decided.
  func assign(_ values: FeatureValues, allMemberships: Bool, reasons: Bool) -> SegmentAssignments {
    var assigned = assign(values, allMemberships: allMemberships)
    if reasons, let tree = assigned.tree { assigned.tree?.reasons = why(values, tree) }
    return assigned
  }

  /// What decided where each of `values` (n) stands in `assigned`, the largest contribution first, such as
  /// "recency_days low; orders_90d high"; nil where there is no other segment that it could be in.
  func why(_ values: FeatureValues, _ assigned: TreeAssignments) -> [String?] {
    var leaves: [Int: Int] = [:]
    for index in nodes.indices { if let segment = nodes[index].segment { leaves[segment] = index } }
    var words = [String?](repeating: nil, count: assigned.ids.count)
    var pairs: [Ways: [Int]] = [:]
    for row in words.indices {
      if let own = leaves[assigned.ids[row]], let second = leaves[assigned.seconds[row]] {
        pairs[Ways(own: own, other: second), default: []].append(row)
      } else if let nearest = leaves[assigned.nearest[row]] {
        pairs[Ways(own: nearest, other: nil), default: []].append(row)
      }
    }
    for ways in pairs.keys.sorted() {
      guard let rows = pairs[ways] else { continue }
      let part = rows.count == values.rows ? values : values.gatheringRows(rows)
      let found = ways.other.map { between(part, ways.own, $0) } ?? outside(part, ways.own)
      for (row, text) in zip(rows, found) { words[row] = text }
    }
    return words
  }

  /// Two leaves by place; without another it is the one that a customer of none is nearest to.
  private struct Ways: Hashable, Comparable {
    let own: Int
    let other: Int?
    static func < (a: Ways, b: Ways) -> Bool { (a.own, a.other ?? -1) < (b.own, b.other ?? -1) }
  }

  /// The places from the root to `node`.
  private func way(to node: Int) -> [Int] {
    var way = [node]
    while let parent = nodes[way[way.count - 1]].parent { way.append(parent) }
    return way.reversed()
  }

  /// Why customers are in the leaf `own` and not in `other`.
  private func between(_ values: FeatureValues, _ own: Int, _ other: Int) -> [String?] {
    let none = [String?](repeating: nil, count: values.rows)
    let (first, second) = (way(to: own), way(to: other))
    let shared = zip(first, second).prefix { $0 == $1 }.count
    guard shared > 0, shared < first.count, shared < second.count,
      let a = nodes[first[shared - 1]].children.firstIndex(of: first[shared]),
      let b = nodes[first[shared - 1]].children.firstIndex(of: second[shared])
    else { return none }
    let found: [(isNearer: Bool, words: String?)]
    switch nodes[first[shared - 1]].division {
    case .levels(let levels): return levels.reasons(values)
    case .rules(let rules): return rules.reasons(values)
    case .mixture(let mixture): found = mixture.reasons(values, own: a, other: b)
    case .clusters(let clusters): found = clusters.reasons(values, own: a, other: b)
    case .patterns(let patterns): found = patterns.reasons(values, own: a, other: b)
    case nil: return none
    }
    // Its part may lie farther, and be chosen because the memberships in the other are divided among leaves below.
    return found.map { $0.isNearer ? $0.words : "the part of the second is nearer but divided further" }
  }

  /// Why customers lie outside all segments, by the division on the way to `leaf` that they lie outside of most.
  private func outside(_ values: FeatureValues, _ leaf: Int) -> [String?] {
    var greatest = [Double](repeating: -.infinity, count: values.rows)
    var found = [String?](repeating: nil, count: values.rows)
    let way = way(to: leaf)
    for (node, child) in zip(way, way.dropFirst()) {
      guard let part = nodes[node].children.firstIndex(of: child) else { continue }
      let remote: [(excess: Double, words: String?)]
      switch nodes[node].division {
      case .levels(let levels):
        let excess = levels.place(values).excess
        remote = levels.reasons(values).enumerated().map { (excess[$0, part], $1) }
      case .rules(let rules):
        let excess = rules.place(values).excess
        remote = rules.reasons(values).enumerated().map { (excess[$0, part], $1) }
      case .mixture(let mixture): remote = mixture.remoteness(values, part: part)
      case .clusters(let clusters): remote = clusters.remoteness(values, part: part)
      case .patterns(let patterns): remote = patterns.remoteness(values, part: part)
      case nil: continue
      }
      for (row, own) in remote.enumerated() where own.excess > greatest[row] {
        (greatest[row], found[row]) = own
      }
    }
    return found
  }
}
