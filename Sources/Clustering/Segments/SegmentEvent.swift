internal import Foundation

/// What a refit did to one segment. Counts are of customers that both models have seen.
public enum SegmentEvent: Sendable, Hashable, Codable {
  /// It goes on: Jaccard similarity of its customers, how many stayed, joined and left.
  case kept(id: Int, similarity: Double, stayed: Int, joined: Int, left: Int)
  /// It is like none of the old ones.
  case born(id: Int, customers: Int)
  /// No new one is like it.
  case died(id: Int, customers: Int)
  /// Two or more new segments share its customers.
  case split(id: Int, into: [Int])
  /// Two or more old segments went into it.
  case merged(id: Int, from: [Int])
}

extension SegmentEvent: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    switch self {
    case .kept(let id, let similarity, let stayed, let joined, let left):
      "Segment \(id) goes on: \(stayed) customers stayed, \(joined) joined and \(left) left "
        + "(Jaccard similarity \(String(format: "%.2f", similarity)))."
    case .born(let id, let customers):
      "Segment \(id) is new, with \(customers) customers."
    case .died(let id, let customers):
      "Segment \(id) is no more; \(customers == 0 ? "none of these customers was in it" : "it had \(customers) customers")."
    case .split(let id, let parts):
      "Segment \(id) was split into \(Self.list(parts))."
    case .merged(let id, let sources):
      "Segment \(id) unites \(Self.list(sources))."
    }
  }

  private static func list(_ ids: [Int]) -> String {
    guard let last = ids.last, ids.count > 1 else { return ids.map(String.init).joined() }
    return ids.dropLast().map(String.init).joined(separator: ", ") + " and \(last)"
  }
}
