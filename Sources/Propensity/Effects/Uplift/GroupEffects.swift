internal import Foundation

extension UpliftFit {
  /// The effect on one group of customers.
  public struct GroupEffect: Sendable, Hashable, Codable {
    /// The group.
    public let group: String
    /// Its customers.
    public let customers: Int
    /// The average of its own doubly robust scores.
    public let average: Estimate
    /// That drawn towards what it is a part of: the average of all, or of its parent.
    public let shrunk: Estimate
  }
}

extension UpliftFit.Treatment {
  /// The average effect of each group of customers (n names), and that drawn towards the average of all by how far
  /// groups differ beyond chance (empirical Bayes; DerSimonian & Laird, 1986).
  public func byGroup(_ groups: [String]) -> [UpliftFit.GroupEffect] {
    drawn(groups, within: groups.map { _ in "" }, parents: ["": average])
  }

  /// The same of groups that lie in larger ones (n names of both), each drawn towards its parent, and the parents towards
  /// all.
  public func byGroup(
    _ groups: [String], within parents: [String]
  ) -> (groups: [UpliftFit.GroupEffect], parents: [UpliftFit.GroupEffect]) {
    let above = byGroup(parents)
    let means = Dictionary(above.map { ($0.group, $0.shrunk) }) { first, _ in first }
    return (drawn(groups, within: parents, parents: means), above)
  }

  /// Each of `groups` drawn towards the mean of the parent that it lies in, by how far groups of one parent differ beyond
  /// chance, taken over all parents together.
  private func drawn(
    _ groups: [String], within parents: [String], parents means: [String: Estimate]
  ) -> [UpliftFit.GroupEffect] {
    precondition(
      groups.count == scores.count && parents.count == scores.count,
      "one group and parent a customer")
    var members: [String: [Double]] = [:]
    var parent: [String: String] = [:]
    for row in groups.indices {
      members[groups[row], default: []].append(scores[row])
      parent[groups[row]] = parents[row]
    }
    let names = members.keys.sorted()
    let own = names.map { UpliftFit.Treatment.mean(members[$0] ?? []) }
    func isKnown(_ index: Int) -> Bool {
      own[index].standardError > 0 && (members[names[index]]?.count ?? 0) > 1
    }
    var (excess, scale) = (0.0, 0.0)
    for name in Set(parent.values).sorted() {
      let usable = names.indices.filter { parent[names[$0]] == name && isKnown($0) }
      let weights = usable.map { 1 / (own[$0].standardError * own[$0].standardError) }
      let total = weights.reduce(0, +)
      guard usable.count > 1, total > 0 else { continue }
      let centre = zip(usable, weights).reduce(0) { $0 + own[$1.0].value * $1.1 } / total
      let q = zip(usable, weights).reduce(0) {
        $0 + $1.1 * (own[$1.0].value - centre) * (own[$1.0].value - centre)
      }
      excess += q - Double(usable.count - 1)
      scale += total - weights.reduce(0) { $0 + $1 * $1 } / total
    }
    let between = scale > 0 ? max(0, excess / scale) : 0
    return names.enumerated().map { index, name in
      let mean = parent[name].flatMap { means[$0] } ?? average
      let variance = own[index].standardError * own[index].standardError
      let weight = between > 0 && isKnown(index) ? between / (between + variance) : 0
      let shrunk = weight * own[index].value + (1 - weight) * mean.value
      let error =
        (weight * variance + (1 - weight) * (1 - weight) * mean.standardError * mean.standardError)
        .squareRoot()
      return UpliftFit.GroupEffect(
        group: name, customers: members[name]?.count ?? 0, average: own[index],
        shrunk: Estimate(shrunk, standardError: error))
    }
  }
}
