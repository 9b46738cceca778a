internal import Features
internal import LinearAlgebra

/// Parts given by lists of the project: the first that a customer is in decides.
public struct RuleDivision: Sendable, Hashable, Codable {
  /// The lists by name, in the order in which they are asked.
  public let lists: [String]
  /// The list of each part; nil for all who are in none, or in one too small to be a part.
  public let parts: [String?]

  /// The first of `lists` that each customer is in (n), nil for none; lists that could not be evaluated hold nobody.
  static func first(of lists: [String], _ members: ListMembers?, rows: Int) -> [String?] {
    let flags = lists.map { members?.flags($0) }
    return (0..<rows).map { row in
      zip(lists, flags).first { $0.1?[row] == true }?.0
    }
  }

  func place(_ values: FeatureValues) -> SegmentDivision.Placement {
    var memberships = Matrix(rows: values.rows, columns: parts.count)
    var excess = Matrix(rows: values.rows, columns: parts.count)
    let others = parts.firstIndex(of: nil)
    for (row, name) in RuleDivision.first(of: lists, values.lists, rows: values.rows).enumerated() {
      if let part = name.flatMap({ parts.firstIndex(of: $0) }) ?? others {
        memberships[row, part] = 1
      } else {
        // In none of the lists, where everybody of training was in one: none of these, and the first is the largest.
        memberships[row, 0] = 1
        for part in parts.indices { excess[row, part] = .infinity }
      }
    }
    return SegmentDivision.Placement(memberships: memberships, excess: excess)
  }

  /// "in the list 'VIP'" of each customer, or that it is in none.
  func reasons(_ values: FeatureValues) -> [String] {
    RuleDivision.first(of: lists, values.lists, rows: values.rows).map { name in
      name.map { "in the list '\($0)'" } ?? "in none of \(lists.map { "'\($0)'" }.joined(separator: ", "))"
    }
  }
}

extension TreeGrowth {
  /// The lists that stand first in `fields`, one behind the other; empty where the first is a feature.
  func rules(_ fields: [String]) -> [String] {
    let names = Set(values.lists?.names ?? [])
    return Array(fields.prefix { names.contains($0) })
  }

  /// The parts that `lists` give: those large enough, and all others together.
  func given(_ task: Pending, lists: [String]) -> Division? {
    let least = settings.leastSize(of: values.rows)
    let first = RuleDivision.first(of: lists, values.lists, rows: values.rows)
    var members: [String: [Int]] = [:]
    for row in task.rows { if let name = first[row] { members[name, default: []].append(row) } }
    let kept = lists.filter { members[$0, default: []].count >= least }
    guard !kept.isEmpty else { return nil }
    let isKept = Set(kept)
    let others = task.rows.filter { !(first[$0].map { isKept.contains($0) } ?? false) }
    var (rows, parts): ([[Int]], [String?]) = (kept.map { members[$0, default: []] }, kept)
    if !others.isEmpty {
      rows.append(others)
      parts.append(nil)
    }
    return Division(
      division: .rules(RuleDivision(lists: lists, parts: parts)), rows: rows, names: parts.map { $0 ?? "others" },
      stability: rows.map { _ in nil })
  }

  /// Throws where a list that segments are to be given by could not be evaluated.
  func checkLists() throws(PipelineError) {
    guard let lists = values.lists else { return }
    for name in settings.by {
      guard let place = lists.names.firstIndex(of: name), case .lacks(let columns) = lists.answers[place] else {
        continue
      }
      throw .columnUnusable(
        reason: "'segments.by' names the list '\(name)', which cannot be evaluated: there is no column "
          + "\(columns.map { "'\($0)'" }.joined(separator: ", ")). Mend the list, or take it out of 'segments.by'.")
    }
  }
}
