public import Features
internal import LinearAlgebra
internal import Warehouse

extension GroupProfiles {
  private static let mostLevels = 20

  /// Profiles `values` (n) by `groups`. O(n log n) a feature.
  public init(_ values: FeatureValues, _ groups: ProfiledGroups) {
    let all = groups.groups
    let split = GroupSplit(groups, all)
    let sizes = groups.sizes(all)
    let width = values.numbers.names.count
    let numbers = Parallel.map(count: width) { column -> Number? in
      let own = (0..<values.rows).map { values.numbers.values[$0 * width + column] }
      let order = (0..<values.rows).filter { own[$0].isFinite }.sorted { own[$0] < own[$1] }
      guard let everyone = NumberLevel(sorted: order.map { own[$0] }, size: values.rows) else { return nil }
      let ranked = RankedGroups(own, order, split)
      return Number(
        feature: values.numbers.names[column], everyone: everyone,
        groups: zip(ranked.sorted, sizes).map { NumberLevel(sorted: $0, size: $1) },
        effects: ranked.effects, siblings: ranked.siblings)
    }
    let levels = Parallel.map(count: values.categories.count) { column in
      GroupProfiles.levels(values.categories[column].name, values.categories[column].texts, split, sizes)
    }
    self.init(
      customers: values.rows, groups: all, sizes: sizes, numbers: numbers.compactMap { $0 },
      levels: levels.flatMap { $0 })
    adjust()
  }

  private static func levels(
    _ feature: String, _ texts: [String?], _ split: GroupSplit, _ sizes: [Int]
  ) -> [Level] {
    struct Count {
      let name: String
      let own: [Int]
      let total: Int
    }
    var counts: [String: [Int]] = [:]
    let none = split.segments
    var knownBySegment = [Int](repeating: 0, count: none + 1)
    for (row, text) in texts.enumerated() {
      guard let text else { continue }
      let label = split.labels[row]
      counts[text, default: [Int](repeating: 0, count: none + 1)][label < 0 ? none : label] += 1
      knownBySegment[label < 0 ? none : label] += 1
    }
    let everybody = knownBySegment.reduce(0, +)
    let known = split.parts.map { part in part.reduce(0) { $0 + knownBySegment[$1] } }
    let ranked = counts.map { Count(name: $0.key, own: $0.value, total: $0.value.reduce(0, +)) }
      .filter { $0.total >= ReportedGroups.least }
      .sorted { $0.total != $1.total ? $0.total > $1.total : $0.name < $1.name }
    return ranked.prefix(mostLevels).map { level in
      let with = split.parts.map { part in part.reduce(0) { $0 + level.own[$1] } }
      return Level(
        feature: feature, level: level.name, share: Double(level.total) / Double(max(1, everybody)),
        groups: zip(with, known).map { Double($0) / Double(max(1, $1)) }, known: known,
        effects: sizes.indices.map {
          Effect(own: known[$0], with: with[$0], others: everybody - known[$0], othersWith: level.total - with[$0])
        },
        siblings: sizes.indices.map { group in
          split.macroOf[group].flatMap { macro in
            Effect(
              own: known[group], with: with[group], others: known[macro] - known[group],
              othersWith: with[macro] - with[group])
          }
        })
    }
  }
}

/// How labels and groups belong together.
struct GroupSplit {
  /// The place of each customer's micro-segment; -1 for none.
  let labels: [Int]
  /// How many micro-segments there are.
  let segments: Int
  /// Of each group, the places of its micro-segments.
  let parts: [[Int]]
  /// Of each micro-segment, the place of its group.
  let groupOf: [Int]
  /// Of each group, the group of its macro-segment; nil for macro-segments and undivided ones.
  let macroOf: [Int?]

  init(_ groups: ProfiledGroups, _ all: [ProfiledGroups.Group]) {
    labels = groups.labels
    segments = groups.segments.count
    parts = all.map { group in
      switch group {
      case .segment(let place): [place]
      case .macro(let id): groups.members(of: id)
      }
    }
    var groupOf = [Int](repeating: 0, count: groups.segments.count)
    for (index, group) in all.enumerated() { if case .segment(let place) = group { groupOf[place] = index } }
    self.groupOf = groupOf
    macroOf = all.map { group in
      guard case .segment(let place) = group else { return nil }
      return all.firstIndex(of: .macro(groups.segments[place].macro))
    }
  }
}

/// One number's values by group, and how the groups compare.
struct RankedGroups {
  /// Of each group, its values in ascending order.
  private(set) var sorted: [[Double]]
  private(set) var effects: [Effect?]
  private(set) var siblings: [Effect?]

  /// Of `values`, whose rows with a value are `order`, ascending.
  init(_ values: [Double], _ order: [Int], _ split: GroupSplit) {
    let count = split.parts.count
    var bySegment = [[Double]](repeating: [], count: split.segments)
    for row in order where split.labels[row] >= 0 { bySegment[split.labels[row]].append(values[row]) }
    var sorted = [[Double]](repeating: [], count: count)
    var rowsOfMacro = [Int: [Int]]()
    for (group, parts) in split.parts.enumerated() where parts.count == 1 { sorted[group] = bySegment[parts[0]] }
    for row in order where split.labels[row] >= 0 {
      if let macro = split.macroOf[split.groupOf[split.labels[row]]] {
        rowsOfMacro[macro, default: []].append(row)
      }
    }
    for (macro, rows) in rowsOfMacro { sorted[macro] = rows.map { values[$0] } }
    self.sorted = sorted

    let everyone = RankSums(values, order, split)
    effects = (0..<count).map { group in
      let sum = split.parts[group].reduce(0.0) { $0 + everyone.sums[$1] }
      let own = split.parts[group].reduce(0) { $0 + everyone.counts[$1] }
      return Effect(own: own, others: order.count - own, rankSum: sum, ties: everyone.ties)
    }
    var siblings = [Effect?](repeating: nil, count: count)
    for (_, rows) in rowsOfMacro {
      let inside = RankSums(values, rows, split)
      for segment in 0..<split.segments where inside.counts[segment] > 0 {
        siblings[split.groupOf[segment]] = Effect(
          own: inside.counts[segment], others: rows.count - inside.counts[segment], rankSum: inside.sums[segment],
          ties: inside.ties)
      }
    }
    self.siblings = siblings
  }
}

/// The sums of the mid-ranks of each micro-segment's values among those of some customers.
private struct RankSums {
  private(set) var sums: [Double]
  private(set) var counts: [Int]
  /// The sum of t^3 - t over ties of t values.
  private(set) var ties = 0.0

  init(_ values: [Double], _ order: [Int], _ split: GroupSplit) {
    sums = [Double](repeating: 0, count: split.segments)
    counts = [Int](repeating: 0, count: split.segments)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      let rank = Double(start + end + 1) / 2
      for place in start..<end {
        let label = split.labels[order[place]]
        guard label >= 0 else { continue }
        sums[label] += rank
        counts[label] += 1
      }
      let size = Double(end - start)
      ties += size * size * size - size
      start = end
    }
  }
}
