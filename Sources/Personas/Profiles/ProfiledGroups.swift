/// The groups that are described: macro-segments of several micro-segments, and micro-segments; and who is in which.
public struct ProfiledGroups: Sendable, Hashable {
  /// The micro-segments, in the order of the labels.
  public let segments: [Segment]
  /// The place of each customer's micro-segment (n, from 0); -1 for none.
  public let labels: [Int]

  /// A micro-segment.
  public struct Segment: Sendable, Hashable {
    /// Its id.
    public let id: Int
    /// The id of its macro-segment.
    public let macro: Int
    /// The mean Jaccard similarity with which it came back; nil where none was measured.
    public let stability: Double?
    /// All customers in it, those that are not among the labelled too.
    public let customers: Int

    /// A micro-segment of `customers`.
    public init(id: Int, macro: Int, stability: Double?, customers: Int) {
      (self.id, self.macro, self.stability, self.customers) = (id, macro, stability, customers)
    }

    /// "2/7".
    public var path: String { "\(macro)/\(id)" }
  }

  /// Segments and the place of each customer's.
  public init(segments: [Segment], labels: [Int]) {
    (self.segments, self.labels) = (segments, labels)
  }

  /// The ids of the macro-segments of several micro-segments, in order.
  public var dividedMacros: [Int] {
    Dictionary(grouping: segments, by: \.macro).filter { $0.value.count > 1 }.keys.sorted()
  }

  /// The places of the micro-segments of a macro-segment.
  public func members(of macro: Int) -> [Int] { segments.indices.filter { segments[$0].macro == macro } }

  /// The groups in the order of profiles: every divided macro-segment followed by its micro-segments, others alone.
  public var groups: [Group] {
    let divided = Set(dividedMacros)
    var groups: [Group] = []
    for macro in Set(segments.map(\.macro)).sorted() {
      if divided.contains(macro) { groups.append(.macro(macro)) }
      groups += members(of: macro).map { .segment($0) }
    }
    return groups
  }

  /// A group of customers.
  public enum Group: Sendable, Hashable, Codable {
    /// A macro-segment, by id.
    case macro(Int)
    /// A micro-segment, by its place.
    case segment(Int)
  }

  /// The sizes of all groups among the labelled customers, in order.
  func sizes(_ groups: [Group]) -> [Int] {
    var own = [Int](repeating: 0, count: segments.count)
    for label in labels where label >= 0 { own[label] += 1 }
    return groups.map { group in
      switch group {
      case .segment(let place): own[place]
      case .macro(let id): members(of: id).reduce(0) { $0 + own[$1] }
      }
    }
  }
}
