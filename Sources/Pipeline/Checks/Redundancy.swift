internal import Features
internal import LinearAlgebra
internal import Warehouse

/// Groups of numeric features in which any two tell nearly the same.
///
/// Spearman's rank correlation (Spearman, 1904) without regard to its sign, on at most 20,000 rows drawn by a hash of
/// their identifiers; of two features on the rows that have both, see ``PairwiseRanks``. Groups by complete linkage
/// (Sørensen, 1948), so that the least correlation within a group is at least the threshold. O(n p^2 + p^3) for p
/// features.
public struct Redundancy: Sendable, Hashable, Codable {
  /// Features that tell the same.
  public struct Group: Sendable, Hashable, Codable {
    /// In the order of the data.
    public let features: [String]
    /// The one most correlated with the others on average; the first of equals.
    public let representative: String
    /// The least rank correlation between any two, without its sign.
    public let least: Double
    /// The correlation of each feature with the representative, without its sign; in the order of ``features``.
    public let withRepresentative: [Double]
  }

  /// From which correlation on features go together.
  public let threshold: Double
  /// The rows that were looked at.
  public let rows: Int
  /// The number of features compared.
  public let features: Int
  /// Groups of two or more, in the order of their first features.
  public let groups: [Group]
  /// Whether only the representatives form segments.
  public let isSelected: Bool

  init(
    _ values: FeatureValues, features: [String], sample: CheckSample, threshold: Double, isSelected: Bool
  ) {
    let ranked = features.compactMap { name in
      values.cells(name, sample.rows).flatMap { PairwiseRanks(name: name, cells: $0) }
    }
    self.threshold = threshold
    self.isSelected = isSelected
    // Equal ranks correlate with 1 but for the rounding of a sum.
    let threshold = min(threshold, 1 - 1e-9)
    rows = sample.rows.count
    self.features = ranked.count
    let correlations = PairwiseRanks.correlations(ranked, rows: sample.rows.count, threshold)
    let names = ranked.map(\.name)
    groups = Redundancy.linked(correlations, threshold).map { members in
      let means = members.map { one in
        members.reduce(0) { $0 + (one == $1 ? 0 : abs(correlations[one, $1])) }
      }
      let best = means.indices.max { means[$0] < means[$1] || (means[$0] == means[$1] && $0 > $1) } ?? 0
      var least = 1.0
      for one in members {
        for other in members where other < one { least = min(least, abs(correlations[one, other])) }
      }
      return Group(
        features: members.map { names[$0] }, representative: names[members[best]],
        least: Redundancy.rounded(least),
        withRepresentative: members.map { Redundancy.rounded(abs(correlations[$0, members[best]])) })
    }
  }

  /// The features that their representatives stand for, with the reason.
  var leftOut: [FeatureTransforms.Dropped] {
    groups.flatMap { group in
      zip(group.features, group.withRepresentative).filter { $0.0 != group.representative }.map { name, correlation in
        FeatureTransforms.Dropped(
          name: name,
          reason: "it tells the same as '\(group.representative)' (rank correlation "
            + "\(ReadableNumber.hundredths(correlation)))")
      }
    }
  }

  /// Correlations are told to four places: what lies beyond depends on the machine.
  private static func rounded(_ value: Double) -> Double { (min(1, value) * 1e4).rounded() / 1e4 }

  /// Groups of two or more by complete linkage: again and again the two groups whose least correlation is greatest are
  /// put together, the first of equals, as long as it reaches the threshold.
  private static func linked(_ correlations: Matrix, _ threshold: Double) -> [[Int]] {
    let all = 0..<correlations.rows
    let near = all.filter { one in all.contains { $0 != one && abs(correlations[one, $0]) >= threshold } }
    var groups = near.map { [$0] }
    var likeness = near.map { one in near.map { abs(correlations[one, $0]) } }
    while true {
      var best = (likeness: threshold, first: -1, second: -1)
      for first in groups.indices {
        for second in (first + 1)..<max(first + 1, groups.count) {
          let value = likeness[first][second]
          if best.first < 0 ? value >= best.likeness : value > best.likeness { best = (value, first, second) }
        }
      }
      guard best.first >= 0 else { break }
      groups[best.first] += groups[best.second]
      for other in groups.indices {
        let least = min(likeness[best.first][other], likeness[best.second][other])
        likeness[best.first][other] = least
        likeness[other][best.first] = least
      }
      groups.remove(at: best.second)
      likeness.remove(at: best.second)
      for index in likeness.indices { likeness[index].remove(at: best.second) }
    }
    return groups.filter { $0.count > 1 }.map { $0.sorted() }.sorted { ($0.first ?? 0) < ($1.first ?? 0) }
  }
}

extension FeatureValues {
  /// The numbers of `name` at `rows`, NaN where missing; nil when it has none.
  fileprivate func cells(_ name: String, _ rows: [Int]) -> [Double]? {
    guard let column = numbers.names.firstIndex(of: name) else { return nil }
    let width = numbers.names.count
    return rows.map { numbers.values[$0 * width + column] }
  }
}
