internal import Features
internal import LinearAlgebra

/// Where customers stand in a tree: the few leaves that each belongs to most, and whether it lies outside them all.
struct TreePlacement: Sendable {
  /// How many leaves are kept of each customer.
  static let kept = 4

  /// The places among the leaves, `kept` a customer, the greatest membership first; -1 where there are fewer.
  private(set) var leaves: [Int32] = []
  /// The memberships in them.
  private(set) var memberships: [Double] = []
  /// The greatest excess on the way to the first leaf, over the stretch of its stage: above 1 lies outside.
  private(set) var excess: [Double] = []

  /// The number of customers.
  var rows: Int { excess.count }

  /// The `rank`th leaf of a customer (from 0), and its membership; nil where there are fewer.
  func leaf(_ row: Int, rank: Int) -> (leaf: Int, membership: Double)? {
    let place = row * TreePlacement.kept + rank
    return leaves[place] < 0 ? nil : (Int(leaves[place]), memberships[place])
  }

  /// Whether a customer lies outside all leaves.
  func isNone(_ row: Int) -> Bool { excess[row] > 1 }

  /// Takes the leaves of `row` from the customer at `index` of another placement.
  fileprivate mutating func replace(_ row: Int, by other: TreePlacement, _ index: Int) {
    for rank in 0..<TreePlacement.kept {
      leaves[row * TreePlacement.kept + rank] = other.leaves[index * TreePlacement.kept + rank]
      memberships[row * TreePlacement.kept + rank] = other.memberships[index * TreePlacement.kept + rank]
    }
    excess[row] = other.excess[index]
  }

  fileprivate mutating func append(_ found: [TreeVisit], stretch: Double) {
    let ranked = found.sorted {
      $0.membership != $1.membership ? $0.membership > $1.membership : $0.leaf < $1.leaf
    }
    for rank in 0..<TreePlacement.kept {
      leaves.append(rank < ranked.count ? Int32(ranked[rank].leaf) : -1)
      memberships.append(rank < ranked.count ? ranked[rank].membership : 0)
    }
    excess.append(ranked.first.map { $0.excess / stretch } ?? .infinity)
  }
}

/// One customer's arrival at one leaf.
private struct TreeVisit {
  let row: Int
  let leaf: Int
  let membership: Double
  let excess: Double
}

extension SegmentTree {
  /// Memberships below this are not followed further down.
  private static let floor = 0.001

  /// Places customers in the leaves, counted as in ``leaves``. Each is placed by itself: alone, or among any others, it
  /// comes to the same leaves with the same memberships. The membership in a leaf is the product of those on the way to it.
  /// Whoever lies outside all stages stands where it lies outside least.
  func place(_ values: FeatureValues) -> TreePlacement {
    var placement = place(values, stages[0])
    var open = (0..<values.rows).filter { placement.isNone($0) }
    for stage in stages.dropFirst() where !open.isEmpty {
      let later = place(values.gatheringRows(open), stage)
      for (index, row) in open.enumerated() where later.excess[index] < placement.excess[row] {
        placement.replace(row, by: later, index)
      }
      open = open.filter { placement.isNone($0) }
    }
    return placement
  }

  private func place(_ values: FeatureValues, _ stage: Stage) -> TreePlacement {
    let position = Dictionary(leaves.enumerated().map { ($1, $0) }) { first, _ in first }
    var visits: [TreeVisit] = []
    visits.reserveCapacity(values.rows * 2)
    func visit(_ node: Int, _ rows: [Int], _ weights: [Double], _ excess: [Double]) {
      guard !rows.isEmpty else { return }
      guard let division = nodes[node].division else {
        for (index, row) in rows.enumerated() {
          visits.append(
            TreeVisit(row: row, leaf: position[node] ?? 0, membership: weights[index], excess: excess[index]))
        }
        return
      }
      let placed = division.place(rows.count == values.rows ? values : values.gatheringRows(rows))
      for (part, child) in nodes[node].children.enumerated() {
        var next: (rows: [Int], weights: [Double], excess: [Double]) = ([], [], [])
        for index in rows.indices {
          let own = placed.memberships.row(index)
          let share = placed.memberships[index, part]
          // The likeliest part is always followed, so that everybody arrives somewhere.
          let isBest = own.firstIndex(of: own.max() ?? 0).map { $0 - own.startIndex } == part
          guard isBest || share * weights[index] >= SegmentTree.floor else { continue }
          next.rows.append(rows[index])
          next.weights.append(share * weights[index])
          next.excess.append(max(excess[index], placed.excess[index, part]))
        }
        visit(child, next.rows, next.weights, next.excess)
      }
    }
    let all = Array(0..<values.rows)
    visit(stage.root, all, all.map { _ in 1 }, all.map { _ in 0 })
    var first = [Int](repeating: 0, count: values.rows + 1)
    for visit in visits { first[visit.row + 1] += 1 }
    for row in 0..<values.rows { first[row + 1] += first[row] }
    var next = first
    var ordered = [Int](repeating: 0, count: visits.count)
    for (index, visit) in visits.enumerated() {
      ordered[next[visit.row]] = index
      next[visit.row] += 1
    }
    var placement = TreePlacement()
    for row in 0..<values.rows {
      placement.append(ordered[first[row]..<first[row + 1]].map { visits[$0] }, stretch: stage.stretch)
    }
    return placement
  }
}
