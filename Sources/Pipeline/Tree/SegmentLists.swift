public import Clustering
public import Features
internal import LinearAlgebra
internal import Warehouse

/// The lists of a model: those of rules, and how all lists, discovered segments among them, share customers.
public struct SegmentLists: Sendable, Hashable, Codable {
  /// The lists by rule, in the order of the project.
  public let rules: [RuleList]
  /// Customers of training in each of `rules`; nil for one that could not be evaluated.
  public let sizes: [Int?]
  /// The overlaps in training: the segments by path, then the rules that could be evaluated.
  public let overlaps: OverlapMatrix
}

extension TrainedSegments {
  /// The same with the lists by rule that `members` tells of.
  func adding(_ rules: [RuleList], _ members: ListMembers) throws -> TrainedSegments {
    guard let tree = assignments.tree else { return self }
    let lists = tree.listed.map { CustomerList(name: $0.path, customers: assignments.segments.count, rows: $0.rows) }
    return TrainedSegments(
      model: try model.adding(lists, members, rules), assignments: assignments.adding(members), values: values)
  }
}

extension SegmentModel {
  /// The same with what `segments`, the lists of its segments, and those by rule share.
  func adding(_ segments: [CustomerList], _ members: ListMembers, _ rules: [RuleList]) throws -> SegmentModel {
    var lists = segments
    var sizes: [Int?] = []
    for (name, answer) in zip(members.names, members.answers) {
      guard case .members(let flags) = answer else {
        sizes.append(nil)
        continue
      }
      let list = CustomerList(name: name, members: flags)
      sizes.append(list.size)
      lists.append(list)
    }
    var model = self
    model.lists = SegmentLists(rules: rules, sizes: sizes, overlaps: try OverlapMatrix(lists))
    model.quality.notes += members.notes
    return model
  }
}

extension SegmentAssignments {
  /// The same, customers listed in the lists by rule, too.
  func adding(_ members: ListMembers?) -> SegmentAssignments {
    guard let members, !members.names.isEmpty, let tree else { return self }
    var assignments = self
    assignments.tree = tree.adding(members)
    return assignments
  }
}

extension TreeAssignments {
  fileprivate func adding(_ members: ListMembers) -> TreeAssignments {
    var tree = self
    for row in tree.lists.indices {
      let own = members.lists(of: row)
      guard !own.isEmpty else { continue }
      tree.lists[row] = ((tree.lists[row].isEmpty ? [] : [tree.lists[row]]) + own).joined(separator: "; ")
    }
    return tree
  }
}

extension SegmentLists {
  /// Every two lists that share customers, one line each: the lists, their sizes, the customers in both, and shares.
  var table: Table {
    var (firsts, seconds): ([String], [String]) = ([], [])
    var (sizes, others, shared): ([Int64], [Int64], [Int64]) = ([], [], [])
    var (ofFirst, jaccard): ([Double], [Double]) = ([], [])
    for i in overlaps.names.indices {
      for j in overlaps.names.indices where i != j && overlaps.shared(i, j) > 0 {
        firsts.append(overlaps.names[i])
        seconds.append(overlaps.names[j])
        sizes.append(Int64(overlaps.size(i)))
        others.append(Int64(overlaps.size(j)))
        shared.append(Int64(overlaps.shared(i, j)))
        ofFirst.append(overlaps.share(of: i, in: j))
        jaccard.append(overlaps.jaccard(i, j))
      }
    }
    return Table([
      Column(name: "list", values: .texts(firsts)), Column(name: "customers", values: .integers(sizes)),
      Column(name: "other", values: .texts(seconds)), Column(name: "other_customers", values: .integers(others)),
      Column(name: "in_both", values: .integers(shared)), Column(name: "share_of_list", values: .reals(ofFirst)),
      Column(name: "jaccard", values: .reals(jaccard)),
    ])
  }
}
