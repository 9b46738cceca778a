public import Clustering
internal import Features

/// What a refit did to the segments of the model before.
public struct SegmentHistory: Sendable, Hashable, Codable {
  /// How many segments kept their id.
  public let kept: Int
  /// How many segments there are now.
  public let of: Int
  /// How many customers are in another segment than the model before would put them, none among the segments.
  public let moved: Int
  /// How many customers there are.
  public let customers: Int
  /// What happened besides: births, deaths, splits, mergers.
  public let events: [SegmentEvent]

  /// In a sentence or several.
  public var sentences: [String] {
    [
      "\(kept) of \(of) segments keep their id; \(ReadableNumber.grouped(moved)) of "
        + "\(ReadableNumber.grouped(customers)) customers change theirs."
    ] + events.map(\.description)
  }
}

extension SegmentTree {
  /// Takes over the ids of the tree that `previous` scores with, by optimal assignment on the customers of `values`.
  ///
  /// The previous model places these customers as they are now, so a segment is the same when it holds the same customers,
  /// whatever became of its centroid.
  /// - Returns: what became of the segments; nil when the previous model has no tree or none of its features is there.
  mutating func takeOverIDs(from previous: SegmentModel, _ values: FeatureValues) throws -> SegmentHistory? {
    guard let before = previous.tree, let scored = try? previous.score(values),
      let old = scored.assignments.tree
    else { return nil }
    let own = assign(values)
    guard let new = own.tree else { return nil }
    let matcher = SegmentMatcher()
    let leaves = leaves
    let matching = try matcher.match(
      old: old.ids, new: own.segments.map { $0 - 1 }, segments: leaves.count,
      oldIds: before.nodes.compactMap(\.segment), greatestId: before.greatestSegment)
    let macros = macros
    let place = Dictionary(macros.enumerated().map { ($1, $0) }) { first, _ in first }
    let matchingMacros = try matcher.match(
      old: old.macros, new: new.macros.map { place[$0] ?? -1 }, segments: macros.count, oldIds: before.macros,
      greatestId: before.greatestMacro)
    for (position, leaf) in leaves.enumerated() { nodes[leaf].segment = matching.ids[position] }
    for index in nodes.indices {
      nodes[index].macro = nodes[index].macro.flatMap { place[$0] }.map { matchingMacros.ids[$0] }
    }
    (greatestSegment, greatestMacro) = (matching.greatestId, matchingMacros.greatestId)
    let events = matching.events.filter { if case .kept = $0 { false } else { true } }
    return SegmentHistory(
      kept: matching.events.count - events.count, of: leaves.count, moved: matching.moved,
      customers: own.segments.count, events: events)
  }

  /// What became of customers when a tree of the same segments follows `before`.
  func history(since before: SegmentTree, _ values: FeatureValues) -> SegmentHistory {
    let ids = leaves.map { nodes[$0].segment ?? 0 }
    let old = before.leaves.map { before.nodes[$0].segment ?? 0 }
    let (now, then) = (place(values), before.place(values))
    func id(_ placement: TreePlacement, _ ids: [Int], _ row: Int) -> Int {
      placement.isNone(row) ? 0 : placement.leaf(row, rank: 0).map { ids[$0.leaf] } ?? 0
    }
    return SegmentHistory(
      kept: ids.count, of: ids.count,
      moved: (0..<values.rows).count { id(now, ids, $0) != id(then, old, $0) }, customers: values.rows, events: [])
  }
}
