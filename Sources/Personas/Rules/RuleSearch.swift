public import Features
internal import Foundation
internal import LinearAlgebra
public import Warehouse

/// Seeks for each group the few conditions that find its customers best.
///
/// A beam search over conjunctions (Clark & Niblett, 1989) for the greatest F1, the harmonic mean of precision and recall,
/// on two thirds of the customers; what it is worth is told by the others. Cuts are quantiles, rounded to three digits.
public struct RuleSearch: Sendable {
  /// The most conditions of a rule.
  public static let mostConditions = 4
  /// How many unfinished rules are followed.
  private static let beam = 5
  /// The features tried for a group: those that differ most.
  private static let mostFeatures = 14
  /// What another condition must add to F1.
  private static let leastGain = 0.01

  private struct Candidate: Sendable {
    let condition: SegmentRule.Condition
    let rows: RowSet
  }

  private let values: FeatureValues
  private let train: RowSet
  private let test: RowSet
  private let candidates: [String: [Candidate]]

  /// Prepares a search on `values` (n) with conditions on `features` only. O(n log n) a feature.
  public init(_ values: FeatureValues, features: Set<String>) {
    self.values = values
    let isHeldOut = RuleSearch.heldOut(values)
    test = RowSet(isHeldOut)
    train = RowSet(isHeldOut.map { !$0 })
    let numbers = values.numbers.names.enumerated().filter { features.contains($0.element) }
    let texts = values.categories.filter { features.contains($0.name) }
    let width = values.numbers.names.count
    let ofNumbers = Parallel.map(count: numbers.count) { index -> (String, [Candidate]) in
      let (column, name) = numbers[index]
      return (
        name, RuleSearch.cuts(name, (0..<values.rows).map { values.numbers.values[$0 * width + column] })
      )
    }
    let ofTexts = Parallel.map(count: texts.count) { (texts[$0].name, RuleSearch.levels(texts[$0])) }
    candidates = Dictionary(ofNumbers + ofTexts) { first, _ in first }
  }

  /// A third of the customers, by a hash of their identifier, so that the order of rows does not matter.
  private static func heldOut(_ values: FeatureValues) -> [Bool] {
    values.customers.texts.map { text in
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in (text ?? "").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      hash = (hash ^ hash >> 32) &* 0x9e37_79b9_7f4a_7c15
      return (hash >> 33) % 3 == 0
    }
  }

  private static let shares = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85,
    0.9,
    0.95, 0.975, 0.99, 0.995,
  ]

  private static func cuts(_ name: String, _ values: [Double]) -> [Candidate] {
    let sorted = values.filter(\.isFinite).sorted()
    guard let least = sorted.first, let most = sorted.last, least < most else { return [] }
    let present = RowSet(values.map(\.isFinite))
    let bounds = Set(shares.map { rounded(sorted[Int($0 * Double(sorted.count - 1))]) }).sorted()
    return bounds.filter { $0 >= least && $0 < most }.flatMap { bound -> [Candidate] in
      let rows = RowSet(values.map { $0 <= bound })
      return [
        Candidate(condition: .atMost(feature: name, bound), rows: rows),
        Candidate(condition: .above(feature: name, bound), rows: rows.missing(from: present)),
      ]
    }
  }

  private static func levels(_ column: Column) -> [Candidate] {
    let texts = column.texts
    var counts: [String: Int] = [:]
    for case let text? in texts { counts[text, default: 0] += 1 }
    let common = counts.filter { $0.value >= ReportedGroups.least }
      .sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.prefix(20)
    return common.flatMap { level, _ -> [Candidate] in
      [
        Candidate(condition: .level(feature: column.name, level), rows: RowSet(texts.map { $0 == level })),
        Candidate(
          condition: .otherLevel(feature: column.name, level), rows: RowSet(texts.map { $0 != nil && $0 != level })),
      ]
    }
  }

  /// Three significant digits.
  static func rounded(_ value: Double) -> Double { Double(String(format: "%.3g", value)) ?? value }

  /// The best rule for the customers with `isMember` (n), as SQL of `dialect` too.
  /// - Parameter features: what sets them apart, what differs most first; the first fourteen are tried.
  public func find(_ isMember: [Bool], features: [String], dialect: Dialect) -> RuleFinding {
    let members = RowSet(isMember)
    let own = members.intersection(train).count
    let known = features.filter { candidates[$0] != nil }
    let tried = known.prefix(RuleSearch.mostFeatures).flatMap { candidates[$0] ?? [] }
    var best = (rule: [SegmentRule.Condition](), rows: train, score: RuleSearch.score(train.count, own, own))
    var open = [best]
    while !open.isEmpty, open[0].rule.count < RuleSearch.mostConditions, own > 0 {
      var found: [(conditions: [SegmentRule.Condition], from: Int, rows: RowSet, score: Double)] = []
      for (place, start) in open.enumerated() {
        for candidate in tried where RuleSearch.fits(candidate.condition, start.rule) {
          let overlap = start.rows.overlap(candidate.rows, members: members)
          let score = RuleSearch.score(overlap.all, overlap.members, own)
          guard score >= start.score + RuleSearch.leastGain else { continue }
          found.append((start.rule + [candidate.condition], place, candidate.rows, score))
        }
      }
      // Of equal ones the first tried, which differs more.
      let ranked = found.enumerated().sorted {
        $0.element.score != $1.element.score ? $0.element.score > $1.element.score : $0.offset < $1.offset
      }
      var kept: [(rule: [SegmentRule.Condition], rows: RowSet, score: Double)] = []
      var seen: Set<Set<SegmentRule.Condition>> = []
      for (_, item) in ranked where kept.count < RuleSearch.beam {
        guard seen.insert(Set(item.conditions)).inserted else { continue }
        kept.append((item.conditions, open[item.from].rows.intersection(item.rows), item.score))
      }
      if let first = kept.first, first.score > best.score { best = first }
      open = kept
    }
    let rule = SegmentRule(conditions: best.rule)
    let met = RowSet(rule.members(values)).intersection(test)
    let inside = met.intersection(members).count
    let heldOut = members.intersection(test).count
    return RuleFinding(
      rule: rule, words: rule.words, sql: rule.sql(dialect),
      precision: met.count > 0 ? Double(inside) / Double(met.count) : nil,
      recall: heldOut > 0 ? Double(inside) / Double(heldOut) : nil, heldOut: test.count, heldOutMembers: heldOut)
  }

  /// F1 of `met` customers, `inside` of whom are among the `own` sought.
  private static func score(_ met: Int, _ inside: Int, _ own: Int) -> Double {
    met + own > 0 ? 2 * Double(inside) / Double(met + own) : 0
  }

  /// Whether `condition` says something that `rule` does not: one bound a side, one level a feature.
  private static func fits(_ condition: SegmentRule.Condition, _ rule: [SegmentRule.Condition]) -> Bool {
    rule.allSatisfy { old in
      guard old.feature == condition.feature else { return true }
      return switch (old, condition) {
      case (.atMost(_, let high), .above(_, let low)), (.above(_, let low), .atMost(_, let high)): low < high
      case (.otherLevel(_, let one), .otherLevel(_, let other)): one != other
      default: false
      }
    }
  }
}
