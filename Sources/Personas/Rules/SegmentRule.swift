public import Features
internal import Foundation
public import Warehouse

/// A few conditions that all must hold: who meets them belongs, as a rule, to a segment.
public struct SegmentRule: Sendable, Hashable, Codable {
  /// One condition on one feature. Whoever has no value meets none.
  public enum Condition: Sendable, Hashable, Codable {
    /// A number of this much or less.
    case atMost(feature: String, Double)
    /// A number above this.
    case above(feature: String, Double)
    /// A level.
    case level(feature: String, String)
    /// Any other level.
    case otherLevel(feature: String, String)

    /// The feature.
    public var feature: String {
      switch self {
      case .atMost(let feature, _), .above(let feature, _), .level(let feature, _), .otherLevel(let feature, _): feature
      }
    }
  }

  /// All must hold; empty for everybody.
  public let conditions: [Condition]

  /// A rule of conditions that all must hold.
  public init(conditions: [Condition]) { self.conditions = conditions }

  /// Whether each customer of `values` (n) meets it. Features that are not there are met by nobody.
  public func members(_ values: FeatureValues) -> [Bool] {
    var members = [Bool](repeating: true, count: values.rows)
    for condition in conditions {
      for (row, holds) in condition.holds(values).enumerated() where !holds { members[row] = false }
    }
    return members
  }

  /// As SQL over a table of features, to stand after WHERE.
  public func sql(_ dialect: Dialect) -> String {
    conditions.isEmpty ? "TRUE" : conditions.map { $0.sql(dialect) }.joined(separator: " AND ")
  }

  /// In words: "recency_days at most 30 and orders above 4".
  public var words: String { conditions.map(\.words).joined(separator: " and ") }
}

extension SegmentRule.Condition {
  /// Whether it holds of each customer of `values` (n).
  func holds(_ values: FeatureValues) -> [Bool] {
    let none = [Bool](repeating: false, count: values.rows)
    switch self {
    // A comparison with NaN, a missing number, is false.
    case .atMost(let feature, let bound): return values.numeric(feature)?.map { $0 <= bound } ?? none
    case .above(let feature, let bound): return values.numeric(feature)?.map { $0 > bound } ?? none
    case .level(let feature, let level):
      return values.categories.first { $0.name == feature }?.texts.map { $0 == level } ?? none
    case .otherLevel(let feature, let level):
      return values.categories.first { $0.name == feature }?.texts.map { $0 != nil && $0 != level } ?? none
    }
  }

  fileprivate func sql(_ dialect: Dialect) -> String {
    let name = SQL.identifier(feature)
    return switch self {
    case .atMost(_, let bound): "\(dialect.asReal(name)) <= \(dialect.literal(bound))"
    case .above(_, let bound): "\(dialect.asReal(name)) > \(dialect.literal(bound))"
    case .level(_, let level): "\(dialect.asText(name)) = \(SQL.literal(level))"
    case .otherLevel(_, let level): "\(dialect.asText(name)) <> \(SQL.literal(level))"
    }
  }

  /// "recency_days at most 30".
  public var words: String {
    switch self {
    case .atMost(let feature, let bound): "\(feature) at most \(ReadableNumber.text(bound))"
    case .above(let feature, let bound): "\(feature) above \(ReadableNumber.text(bound))"
    case .level(let feature, let level): "\(feature) = \(level)"
    case .otherLevel(let feature, let level): "\(feature) not \(level)"
    }
  }
}

/// The best rule that was found for a segment, and how well it does on customers that it was not sought on.
public struct RuleFinding: Sendable, Hashable, Codable {
  /// The rule.
  public let rule: SegmentRule
  /// In words.
  public let words: String
  /// As SQL over the table of features.
  public let sql: String
  /// Of the held-out customers who meet it, the share that belongs to the segment; nil where nobody meets it.
  public let precision: Double?
  /// Of the segment's held-out customers, the share that meets it; nil where none is held out.
  public let recall: Double?
  /// How many customers were held out, and how many of those are the segment's.
  public let heldOut: Int
  /// The segment's among them.
  public let heldOutMembers: Int
  /// Whether it is good enough to go by: both precision and recall are.
  public var isRuleLike: Bool {
    (precision ?? 0) >= RuleFinding.leastPrecision && (recall ?? 0) >= RuleFinding.leastRecall
  }

  /// Below this, a rule names others more than it should.
  public static let leastPrecision = 0.6
  /// Below this, a rule misses too many.
  public static let leastRecall = 0.5
}
