import Clustering
import Foundation
import Randomness
import Testing

@Suite struct SegmentMatchingTests {
  @Test func `ids go with the customers and new ones are never reused`() throws {
    let old = [4, 4, 4, 9, 9, 9, 9, 0, 0, 0]
    let new = [1, 1, 1, 0, 0, 0, -1, 2, 2, 2]
    let matching = try SegmentMatcher().match(old: old, new: new, segments: 3, oldIds: [4, 9, 11], greatestId: 20)
    #expect(matching.ids == [9, 4, 21])
    #expect(matching.greatestId == 21)
    #expect(
      matching.events == [
        .kept(id: 4, similarity: 1, stayed: 3, joined: 0, left: 0),
        .kept(id: 9, similarity: 0.75, stayed: 3, joined: 0, left: 1),
        .born(id: 21, customers: 3), .died(id: 11, customers: 0),
      ])
    #expect(matching.moves.map { [$0.from, $0.to, $0.customers] } == [[0, 21, 3], [9, 0, 1]])
    #expect(matching.moved == 4)
  }

  @Test func `a segment in two halves is split, and one half keeps the id`() throws {
    let matching = try SegmentMatcher().match(old: [1, 1, 1, 1, 1], new: [0, 0, 0, 1, 1], segments: 2)
    #expect(matching.ids == [1, 2])
    #expect(matching.events.last == .split(id: 1, into: [1, 2]))
  }

  @Test func `two segments in one are merged, and the smaller one dies`() throws {
    let matching = try SegmentMatcher().match(old: [3, 3, 7, 7, 7], new: [0, 0, 0, 0, 0], segments: 1)
    #expect(matching.ids == [7])
    #expect(
      matching.events == [
        .kept(id: 7, similarity: 0.6, stayed: 3, joined: 2, left: 0), .died(id: 3, customers: 2),
        .merged(id: 7, from: [3, 7]),
      ])
  }

  @Test func `too little likeness gives a new id`() throws {
    // One customer of seven in either.
    let old = [1, 1, 1, 1, 0, 0, 0]
    let new = [-1, -1, -1, 0, 0, 0, 0]
    var matcher = SegmentMatcher()
    #expect(try matcher.match(old: old, new: new, segments: 1).ids == [2])
    matcher.leastSimilarity = 1.0 / 7
    #expect(try matcher.match(old: old, new: new, segments: 1).ids == [1])
  }

  @Test(arguments: 1...5, 1...5)
  func `no other pairing of enough likeness shares more customers`(segments: Int, olds: Int) throws {
    var random = RandomStream(seed: UInt64(segments * 10 + olds))
    let old = (0..<60).map { _ in random.integer(below: olds + 1) }
    let new = old.map { random.uniform() < 0.6 ? ($0 + 1) % segments : random.integer(below: segments + 1) - 1 }
    let ids = try SegmentMatcher().match(old: old, new: new, segments: segments, oldIds: Array(1...olds)).ids
    func worth(_ label: Int, _ id: Int) -> Int? {
      let both = zip(old, new).count { $0 == id && $1 == label }
      let either = zip(old, new).count { $0 == id || $1 == label }
      return Double(both) >= 0.25 * Double(either) && both > 0 ? both : nil
    }
    func most(from label: Int, _ free: Set<Int>) -> Int {
      guard label < segments else { return 0 }
      var best = most(from: label + 1, free)
      for id in free {
        if let worth = worth(label, id) { best = max(best, worth + most(from: label + 1, free.subtracting([id]))) }
      }
      return best
    }
    let shared = ids.enumerated().filter { $1 <= olds }.map { worth($0, $1) }
    #expect(!shared.contains(nil))
    #expect(shared.compactMap { $0 }.reduce(0, +) == most(from: 0, Set(1...olds)))
    #expect(Set(ids).count == segments)
    let given = ids.filter { $0 > olds }
    #expect(given == given.indices.map { olds + 1 + $0 })
  }

  @Test func `events are sentences and can be saved`() throws {
    let events: [SegmentEvent] = [
      .kept(id: 2, similarity: 0.875, stayed: 7, joined: 1, left: 0), .split(id: 1, into: [1, 4, 5]),
    ]
    #expect(
      events.map(\.description) == [
        "Segment 2 goes on: 7 customers stayed, 1 joined and 0 left (Jaccard similarity 0.88).",
        "Segment 1 was split into 1, 4 and 5.",
      ])
    #expect(try JSONDecoder().decode([SegmentEvent].self, from: JSONEncoder().encode(events)) == events)
  }

  @Test func `labels that do not fit are refused`() {
    #expect(throws: FitError.labelCount(have: 1, need: 2)) {
      try SegmentMatcher().match(old: [1, 1], new: [0], segments: 1)
    }
    #expect(throws: FitError.self) { try SegmentMatcher().match(old: [1], new: [1], segments: 1) }
  }
}
