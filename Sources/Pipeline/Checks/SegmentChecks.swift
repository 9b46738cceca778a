internal import Features
internal import LinearAlgebra
internal import Warehouse

/// What training found out about its own features: which tell the same, and which stand in for guarded attributes.
public struct SegmentChecks: Sendable, Hashable, Codable {
  /// Groups of features that tell the same; nil where nobody asked.
  public var redundancy: Redundancy?
  /// How well features and segments tell each guarded attribute; nil where nothing is guarded.
  public var proxies: [GuardedProxy]?
  /// Features that form segments and may be known only afterwards; nil without any.
  public var leaks: [Leak]?

  /// A feature made of an attribute that may be known only after the as-of date.
  public struct Leak: Sendable, Hashable, Codable {
    /// The feature.
    public let feature: String
    /// Why, in words.
    public let reason: String
  }

  /// Nothing looked at.
  public init() {}
}

/// At most 20,000 rows in an order that follows from their identifiers alone, not from where they stand.
struct CheckSample {
  static let mostRows = 20_000
  /// The rows, those of the least hashes first.
  let rows: [Int]

  init(_ values: FeatureValues) {
    let hashes = values.customers.texts.map { DataFingerprint.hash($0 ?? "\u{0}") }
    let order = hashes.indices.sorted { hashes[$0] != hashes[$1] ? hashes[$0] < hashes[$1] : $0 < $1 }
    rows = Array(order.prefix(CheckSample.mostRows))
  }
}

/// The places of equal values share their mean.
enum MidRanks {
  /// The rank of each of `values` (none NaN), from 1; equal values have the mean of theirs. O(n log n).
  static func of(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      var last = first
      while last + 1 < order.count, values[order[last + 1]] == values[order[first]] { last += 1 }
      for place in first...last { ranks[order[place]] = Double(first + last) / 2 + 1 }
      first = last + 1
    }
    return ranks
  }
}
