/// Matches the segments of a refit to those of the model before, on the customers that both have seen.
///
/// A new segment takes over the id of the old one it is paired with; others get ids that were never given.
public struct SegmentMatcher: Sendable, Hashable, Codable {
  /// The least Jaccard similarity (shared customers over those in either) at which an id is taken over, from 0 to 1.
  public var leastSimilarity = 0.25
  /// The share of a segment's customers that each part of a split, or each source of a merger, accounts for at least.
  public var leastShare = 0.25
  /// The share of a part of a split, or of a source of a merger, that is in the other segment at least.
  public var leastPurity = 0.5

  /// A matcher with its defaults.
  public init() {}

  /// Gives ids to the new segments 0..<`segments`.
  ///
  /// Pairs are the one-to-one assignment that shares most customers (Kuhn, 1955; see ``optimalAssignment``) among pairs
  /// of at least ``leastSimilarity`` and at least one shared customer. What is left gets new ids in the order of the
  /// labels. O(n + k^3).
  /// - Parameters:
  ///   - old: the old segment of each customer (n), an id from 1; 0 or less for none.
  ///   - new: the new segment of each customer (n), 0..<`segments`; less than 0 for none.
  ///   - oldIds: all segments of the model before, those that no customer bears too.
  ///   - greatestId: the greatest id ever given; those met here count in any case.
  /// - Throws: ``FitError`` when the labels are not equally many, a new one is `segments` or more, or a setting is no
  ///   share.
  public func match(
    old: [Int], new: [Int], segments: Int, oldIds: [Int] = [], greatestId: Int = 0
  ) throws(FitError) -> SegmentMatching {
    let settings = [
      ("leastSimilarity", leastSimilarity), ("leastShare", leastShare), ("leastPurity", leastPurity),
    ]
    for (name, value) in settings {
      guard value >= 0, value <= 1 else { throw .parameter(name: name, requirement: "from 0 to 1") }
    }
    guard old.count == new.count else { throw .labelCount(have: new.count, need: old.count) }
    guard segments >= 0, new.allSatisfy({ $0 < segments }) else {
      throw .parameter(name: "segments", requirement: "greater than every new label")
    }
    let table = SharedCustomers(old: old, new: new, segments: segments, oldIds: oldIds)
    let width = table.ids.count
    func isAlike(_ label: Int, _ place: Int) -> Bool {
      table.shared(place, label) > 0 && table.jaccard(place, label) >= leastSimilarity
    }
    let partners = optimalAssignment(rows: segments, columns: width) { label, place in
      isAlike(label, place) ? -Double(table.shared(place, label)) : 0
    }
    let kept = partners.enumerated().map { label, place in place.flatMap { isAlike(label, $0) ? $0 : nil } }
    var greatest = max(0, greatestId, table.ids.last ?? 0)
    let ids = kept.map { place in
      if let place { return table.ids[place] }
      greatest += 1
      return greatest
    }
    return SegmentMatching(
      ids: ids, greatestId: greatest, events: events(table, kept: kept, ids: ids), moves: table.moves(to: ids))
  }

  /// What happened, kept segments first, then births, deaths, splits and mergers, each by id.
  private func events(_ table: SharedCustomers, kept: [Int?], ids: [Int]) -> [SegmentEvent] {
    let labels = ids.indices.sorted { ids[$0] < ids[$1] }
    var lasting: [SegmentEvent] = []
    var born: [SegmentEvent] = []
    for label in labels {
      guard let place = kept[label] else {
        born.append(.born(id: ids[label], customers: table.newSizes[label]))
        continue
      }
      let shared = table.shared(place, label)
      lasting.append(
        .kept(
          id: ids[label], similarity: table.jaccard(place, label), stayed: shared,
          joined: table.newSizes[label] - shared, left: table.oldSizes[place] - shared))
    }
    let alive = Set(kept.compactMap { $0 })
    let died = table.ids.indices.filter { !alive.contains($0) }
      .map { SegmentEvent.died(id: table.ids[$0], customers: table.oldSizes[$0]) }
    let splits = table.ids.indices.compactMap { place -> SegmentEvent? in
      let parts = labels.filter {
        isPart(table.shared(place, $0), of: table.oldSizes[place], part: table.newSizes[$0])
      }
      return parts.count > 1 ? .split(id: table.ids[place], into: parts.map { ids[$0] }) : nil
    }
    let mergers = labels.compactMap { label -> SegmentEvent? in
      let parts = table.ids.indices.filter {
        isPart(table.shared($0, label), of: table.newSizes[label], part: table.oldSizes[$0])
      }
      return parts.count > 1 ? .merged(id: ids[label], from: parts.map { table.ids[$0] }) : nil
    }
    return lasting + born + died + splits + mergers
  }

  private func isPart(_ shared: Int, of whole: Int, part: Int) -> Bool {
    shared > 0 && Double(shared) >= leastShare * Double(whole) && Double(shared) >= leastPurity * Double(part)
  }
}

/// The ids of new segments and what became of the old ones.
public struct SegmentMatching: Sendable, Hashable, Codable {
  /// The id of each new segment, by label.
  public let ids: [Int]
  /// The greatest id ever given, those given here included.
  public let greatestId: Int
  /// Kept segments, births, deaths, splits and mergers, in this order, each by id.
  public let events: [SegmentEvent]
  /// How many customers went from one id to another (0 is none), the most first.
  public let moves: [Move]

  /// Customers who changed their segment in the same way.
  public struct Move: Sendable, Hashable, Codable {
    /// The old id, 0 for none.
    public let from: Int
    /// The new id, 0 for none.
    public let to: Int
    /// How many.
    public let customers: Int
  }

  /// How many customers are in another segment than before, or came from or went to none.
  public var moved: Int { moves.reduce(0) { $0 + $1.customers } }
}

/// How many customers each pair of an old and a new segment shares.
private struct SharedCustomers {
  /// The old ids, ascending.
  let ids: [Int]
  private(set) var oldSizes: [Int]
  private(set) var newSizes: [Int]
  private let segments: Int
  /// (old ids + 1) x (segments + 1), the last of each for none.
  private var counts: [Int]

  init(old: [Int], new: [Int], segments: Int, oldIds: [Int]) {
    var known = Set(oldIds.filter { $0 > 0 })
    for id in old where id > 0 { known.insert(id) }
    ids = known.sorted()
    self.segments = segments
    let places = Dictionary(uniqueKeysWithValues: zip(ids, ids.indices))
    oldSizes = [Int](repeating: 0, count: ids.count)
    newSizes = [Int](repeating: 0, count: segments)
    counts = [Int](repeating: 0, count: (ids.count + 1) * (segments + 1))
    for (id, label) in zip(old, new) {
      let place = places[id] ?? ids.count
      if place < ids.count { oldSizes[place] += 1 }
      if label >= 0 { newSizes[label] += 1 }
      counts[place * (segments + 1) + (label >= 0 ? label : segments)] += 1
    }
  }

  func shared(_ place: Int, _ label: Int) -> Int { counts[place * (segments + 1) + label] }

  func jaccard(_ place: Int, _ label: Int) -> Double {
    let both = shared(place, label)
    let either = oldSizes[place] + newSizes[label] - both
    return either > 0 ? Double(both) / Double(either) : 0
  }

  func moves(to newIds: [Int]) -> [SegmentMatching.Move] {
    var moves: [SegmentMatching.Move] = []
    for place in 0...ids.count {
      for label in 0...segments where shared(place, label) > 0 {
        let from = place < ids.count ? ids[place] : 0
        let to = label < segments ? newIds[label] : 0
        if from != to { moves.append(.init(from: from, to: to, customers: shared(place, label))) }
      }
    }
    return moves.sorted { ($1.customers, $0.from, $0.to) < ($0.customers, $1.from, $1.to) }
  }
}
