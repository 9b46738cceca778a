/// The first leaf of every customer, of however many: 13 bytes each.
struct TreeArrivals {
  /// The place among the leaves; -1 for whoever arrived nowhere.
  private(set) var leaves: [Int32] = []
  /// As ``TreePlacement/excess``.
  private(set) var excess: [Double] = []
  /// Whether it has a value in any feature.
  private(set) var isKnown: [Bool] = []

  /// Appends a batch of customers, of whom those at `known` (from 0 within the batch) have a value in any feature.
  mutating func append(_ placement: TreePlacement, known: [Int]) {
    let first = isKnown.count
    for row in 0..<placement.rows { leaves.append(Int32(placement.leaf(row, rank: 0)?.leaf ?? -1)) }
    excess.append(contentsOf: placement.excess)
    isKnown.append(contentsOf: repeatElement(false, count: placement.rows))
    for row in known { isKnown[first + row] = true }
  }

  /// The places among the leaves; -1 for none of them.
  var labels: [Int] { zip(leaves, excess).map { $1 > 1 ? -1 : Int($0) } }
}

extension SegmentTree {
  /// Gives ids from 1, macro-segments and leaves in the order of size, the leaves of the first macro-segment first.
  mutating func numberInOrder(_ macroNodes: [Int]) {
    func isBefore(_ a: Int, _ b: Int) -> Bool {
      nodes[a].size != nodes[b].size ? nodes[a].size > nodes[b].size : a < b
    }
    var next = 1
    func number(_ index: Int, _ macro: Int) {
      nodes[index].macro = macro
      guard !nodes[index].children.isEmpty else {
        nodes[index].segment = next
        next += 1
        return
      }
      for child in nodes[index].children.sorted(by: isBefore) { number(child, macro) }
    }
    let order = macroNodes.sorted(by: isBefore)
    for (position, index) in order.enumerated() { number(index, position + 1) }
    (greatestSegment, greatestMacro) = (next - 1, order.count)
  }

  /// Enlarges the limits of a tree of one stage until no more than `budget` of the customers are none, counts the others,
  /// and where `renumbers` gives ids by size.
  /// - Parameter arrivals: placed by this tree before any limit was enlarged, with the leaves it has now.
  /// - Returns: the label of each customer: its place among the leaves as they are then, -1 for none.
  @discardableResult
  mutating func settle(_ arrivals: TreeArrivals, budget: Double, renumbers: Bool = true) -> [Int] {
    var known = 0
    var outside: [Double] = []
    for (excess, isKnown) in zip(arrivals.excess, arrivals.isKnown) where isKnown {
      known += 1
      if excess > 1 { outside.append(excess) }
    }
    outside.sort(by: >)
    let allowed = Int(budget * Double(known))
    var stretch = 1.0
    if outside.count > allowed {
      // Rows at the limit belong, so the first that must belong sets it.
      stretch = outside[allowed].isFinite ? max(1, outside[allowed]) : outside.first { $0.isFinite } ?? 1
    }
    let before = leaves
    let macroNodes = macroNodes
    let places = zip(arrivals.leaves, arrivals.excess).map { leaf, excess in
      leaf < 0 || excess / stretch > 1 ? -1 : before[Int(leaf)]
    }
    stages[0].stretch = stretch
    count(places)
    if renumbers { numberInOrder(macroNodes) }
    let position = Dictionary(leaves.enumerated().map { ($1, $0) }) { first, _ in first }
    return places.map { position[$0] ?? -1 }
  }

  /// Takes back what ``settle(_:budget:renumbers:)`` did to the limits.
  mutating func unsettle() { for index in stages.indices { stages[index].stretch = 1 } }

  /// Counts the customers of each node from the places of their leaves, -1 for none.
  mutating func count(_ places: [Int]) {
    for index in nodes.indices { nodes[index].size = 0 }
    for leaf in places where leaf >= 0 {
      var place: Int? = leaf
      while let index = place {
        nodes[index].size += 1
        place = nodes[index].parent
      }
    }
  }
}
