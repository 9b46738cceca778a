internal import Features
internal import LinearAlgebra
internal import Warehouse

/// Where each customer stands in a tree, besides its segment and membership.
public struct TreeAssignments: Sendable {
  /// Columns that every table of assignments has.
  static let marks = ["segment", "membership"]

  /// The id of each customer's segment; 0 is none of these.
  public let ids: [Int]
  /// "2/7", the macro-segment and the segment; "0" for none of these.
  public let paths: [String]
  /// The id of the segment of the second largest membership; 0 where there is none.
  public let seconds: [Int]
  /// The membership less that in the second.
  public let gaps: [Double]
  /// The id of the segment nearest to a customer of none of these; 0 for all others.
  public let nearest: [Int]
  /// The paths of all segments in which the customer is listed, joined by "; ".
  public internal(set) var lists: [String]
  /// What decided between each customer's segment and the second, or that it is in none; nil when it was not asked for.
  public internal(set) var reasons: [String?]?
  /// The id of each customer's macro-segment; 0 for none of these.
  let macros: [Int]
  /// The path of each segment and the rows listed in it.
  let listed: [(path: String, rows: [Int])]
  /// The columns of the assignments, after the identifier.
  func columns(_ own: [Double]) -> [Column] {
    func optional(_ name: String, _ values: [Int]) -> Column {
      let missing = values.map { $0 == 0 }
      return Column(
        name: name, values: .integers(values.map(Int64.init)), missing: missing.contains(true) ? missing : nil)
    }
    return [
      Column(name: "segment", values: .integers(ids.map(Int64.init))), Column(name: "path", values: .texts(paths)),
      Column(name: "membership", values: .reals(own)), optional("second", seconds),
      Column(name: "gap", values: .reals(gaps)), optional("nearest", nearest),
      Column(name: "lists", values: .texts(lists)),
    ]
      + (reasons.map { [Column(name: "why", values: .texts($0.map { $0 ?? "" }), missing: $0.map { $0 == nil })] } ?? [])
  }
}

extension SegmentTree {
  /// Assigns customers to the leaves.
  func assign(_ values: FeatureValues, allMemberships: Bool = false) -> SegmentAssignments {
    let placement = place(values)
    let leaves = leaves
    let ids = leaves.map { nodes[$0].segment ?? 0 }
    let paths = leaves.map { path(of: $0) }
    var segments: [Int] = []
    var own: [Double] = []
    var tree: (ids: [Int], paths: [String], seconds: [Int], gaps: [Double], nearest: [Int], lists: [String]) = (
      [], [], [], [], [], []
    )
    var listedRows = [[Int]](repeating: [], count: leaves.count)
    let macros = leaves.map { nodes[$0].macro ?? 0 }
    var every = allMemberships ? Matrix(rows: values.rows, columns: leaves.count) : nil
    for row in 0..<values.rows {
      guard let first = placement.leaf(row, rank: 0) else { continue }
      guard !placement.isNone(row) else {
        segments.append(0)
        own.append(0)
        tree.ids.append(0)
        tree.paths.append("0")
        tree.seconds.append(0)
        tree.gaps.append(0)
        tree.nearest.append(ids[first.leaf])
        tree.lists.append("")
        continue
      }
      let second = placement.leaf(row, rank: 1)
      segments.append(first.leaf + 1)
      own.append(first.membership)
      tree.ids.append(ids[first.leaf])
      tree.paths.append(paths[first.leaf])
      tree.seconds.append(second.map { ids[$0.leaf] } ?? 0)
      tree.gaps.append(first.membership - (second?.membership ?? 0))
      tree.nearest.append(0)
      var listed: [String] = []
      for rank in 0..<TreePlacement.kept {
        guard let leaf = placement.leaf(row, rank: rank) else { break }
        every?[row, leaf.leaf] = leaf.membership
        guard leaf.membership >= listedFrom else { continue }
        listed.append(paths[leaf.leaf])
        listedRows[leaf.leaf].append(row)
      }
      tree.lists.append(listed.joined(separator: "; "))
    }
    return SegmentAssignments(
      customers: values.customers, segments: segments, memberships: own, distances: nil, allMemberships: every,
      tree: TreeAssignments(
        ids: tree.ids, paths: tree.paths, seconds: tree.seconds, gaps: tree.gaps, nearest: tree.nearest,
        lists: tree.lists, macros: segments.map { $0 > 0 ? macros[$0 - 1] : 0 },
        listed: zip(paths, listedRows).map { ($0, $1) }), identifiers: ids)
  }
}
