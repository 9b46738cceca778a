/// The distinct histories (x, t_x, T) of a customer base with the number of customers that share each.
///
/// A likelihood sees nothing else of the customers, so a million of them cost what their distinct histories cost.
public struct PurchaseCounts: Sendable, Hashable {
  /// The distinct histories, ascending.
  public let histories: [PurchaseSummary]
  /// The weight of each (customers, when no weights were given), above 0.
  public let weights: [Double]
  /// The sum of ``weights``.
  public let total: Double

  /// Gathers `summaries` (n), weighted by `weights` (n, >= 0; all 1 when nil). O(n log n).
  /// - Throws: ``CustomerValueError`` naming the first row that is unusable.
  public init(_ summaries: [PurchaseSummary], weights: [Double]? = nil) throws(CustomerValueError) {
    if let weights, weights.count != summaries.count {
      throw .columnCount(name: "weights", have: weights.count, need: summaries.count)
    }
    for (row, summary) in summaries.enumerated() { try summary.check(row: row) }
    var kept = Array(summaries.indices)
    if let weights {
      for (row, weight) in weights.enumerated() where !(weight >= 0 && weight.isFinite) {
        throw .weightInvalid(row: row)
      }
      kept.removeAll { weights[$0] == 0 }
      guard !kept.isEmpty || summaries.isEmpty else { throw .weightSum }
    }
    // Ties are broken by weight, so that the order of the rows leaves no trace in the sums.
    kept.sort { i, j in
      summaries[i] == summaries[j]
        ? (weights.map { $0[i] < $0[j] } ?? false) : summaries[i] < summaries[j]
    }
    var histories: [PurchaseSummary] = []
    var counts: [Double] = []
    for row in kept {
      let weight = weights?[row] ?? 1
      if histories.last == summaries[row] {
        counts[counts.count - 1] += weight
      } else {
        histories.append(summaries[row])
        counts.append(weight)
      }
    }
    let sum = counts.reduce(0, +)
    guard sum <= 1e15 else { throw .weightSum }
    self.histories = histories
    self.weights = counts
    total = sum
  }

  /// The mean number of repeat orders a customer; 0 of nobody.
  public var meanOrders: Double {
    total > 0 ? zip(histories, weights).reduce(0) { $0 + Double($1.0.orders) * $1.1 } / total : 0
  }

  /// The mean time observed; 0 of nobody.
  public var meanObserved: Double {
    total > 0 ? zip(histories, weights).reduce(0) { $0 + $1.0.observed * $1.1 } / total : 0
  }
}
