internal import Features
internal import Warehouse

extension Attractiveness {
  /// A line a criterion: what it counts and measures.
  public var sentences: [String] {
    criteria.map { criterion in
      let asked = criterion.weight
      let weight = "weight \(asked == asked.rounded() ? ReadableNumber.text(asked) : "\(asked)")"
      guard criterion.isKnown else { return "\(criterion.name.rawValue) (\(weight)): \(criterion.meaning)" }
      return "\(criterion.name.rawValue) (\(weight), \(ReadableNumber.percent(criterion.share)) of all): "
        + criterion.meaning
    }
  }

  /// How scores come about, in a sentence.
  public static let explanation =
    "Scores run from 0, the least of all segments, to 1, by rank; attractiveness is their weighted mean."

  /// The table of segments, the most attractive first: its header and rows.
  public func table(of model: SegmentModel) -> (header: [String], rows: [[String]]) {
    let lines = model.lines
    let hasRevenue = lines.first?.revenueShare != nil
    let header =
      ["rank", "segment", model.unit, "share"] + (hasRevenue ? ["revenue"] : [])
      + AttractivenessCriterion.allCases.map(\.rawValue) + ["attractiveness"]
    let ranked = zip(segments, lines).sorted { ($0.0.rank, $0.0.segment) < ($1.0.rank, $1.0.segment) }
    let rows = ranked.map { standing, line in
      ["\(standing.rank)", standing.path, ReadableNumber.grouped(line.customers), ReadableNumber.percent(line.share)]
        + (hasRevenue ? [line.revenueShare.map(ReadableNumber.percent) ?? "–"] : [])
        + AttractivenessCriterion.allCases.map { standing.scores[$0].map(ReadableNumber.hundredths) ?? "–" }
        + [ReadableNumber.hundredths(standing.attractiveness)]
    }
    return (header, rows)
  }

  func markdown(of model: SegmentModel) -> String {
    let (header, rows) = table(of: model)
    return "\n## Attractiveness\n\n" + markdownTable(header, rows) + "\n\(Attractiveness.explanation)\n\n"
      + sentences.map { "- \($0)\n" }.joined()
  }
}

extension SegmentModel {
  /// What stands for revenue; nil where nothing does.
  var revenueProfile: SegmentProfiles.Numeric? { profiles[attractiveness?.revenueFeature ?? "monetary"] }

  /// The tree's nodes, each with the share of revenue of its segments, where there is any; empty without a tree.
  public var outline: [SegmentTree.Outline] {
    guard let tree else { return [] }
    let nodes = tree.outline(unit: unit)
    let lines = lines
    guard lines.contains(where: { $0.revenueShare != nil }) else { return nodes }
    let shares = Dictionary(lines.map { ($0.segment, $0.revenueShare ?? 0) }) { first, _ in first }
    return nodes.indices.map { index in
      var node = nodes[index]
      // All that follow deeper down are parts of it.
      let below = nodes[(index + 1)...].prefix { $0.depth > node.depth }
      let share = ([node] + below).compactMap { $0.path.flatMap { shares[$0] } }.reduce(0, +)
      node.revenueShare = share
      node.text += ", revenue \(ReadableNumber.percent(share))"
      return node
    }
  }

  /// One row a segment: its size, stability, revenue and attractiveness; nil without a tree.
  var segmentTable: Table? {
    guard let attractiveness else { return nil }
    let lines = lines
    let standings = attractiveness.segments
    func optional(_ name: String, _ values: [Double?]) -> Column {
      let missing = values.map { $0 == nil }
      return Column(
        name: name, values: .reals(values.map { $0 ?? .nan }), missing: missing.contains(true) ? missing : nil)
    }
    var columns = [
      Column(name: "segment", values: .integers(standings.map { Int64($0.segment) })),
      Column(name: "path", values: .texts(standings.map(\.path))),
      Column(name: "customers", values: .integers(lines.map { Int64($0.customers) })),
      Column(name: "share", values: .reals(lines.map(\.share))),
      optional("stability", lines.map(\.stability)),
    ]
    if let revenue = revenueProfile, lines.contains(where: { $0.revenueShare != nil }) {
      columns.append(Column(name: "revenue", values: .reals(revenue.sums)))
      columns.append(optional("revenue_share", lines.map(\.revenueShare)))
      columns.append(optional("revenue_mean", revenue.means))
    }
    for criterion in [AttractivenessCriterion.growth, .reach, .winnability] {
      columns.append(optional(criterion.rawValue, standings.map { $0.measures[criterion] }))
    }
    for criterion in AttractivenessCriterion.allCases {
      columns.append(optional("\(criterion.rawValue)_score", standings.map { $0.scores[criterion] }))
    }
    columns.append(Column(name: "attractiveness", values: .reals(standings.map(\.attractiveness))))
    columns.append(Column(name: "rank", values: .integers(standings.map { Int64($0.rank) })))
    return Table(columns)
  }
}
