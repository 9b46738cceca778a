internal import Foundation

/// How far two labelings of the same rows agree, whatever the clusters are called. O(n log n) and the table's size.
public struct LabelAgreement: Sendable, Hashable {
  /// The labels that occur in the first labeling, ascending: the rows of ``counts``.
  public let firstLabels: [Int]
  /// The labels that occur in the second, ascending: the columns of ``counts``.
  public let secondLabels: [Int]
  /// How many rows bear each pair of labels, `firstLabels.count` x `secondLabels.count`, row-major.
  public let counts: [Int]
  private let firstTotals: [Int]
  private let secondTotals: [Int]
  private let n: Int

  /// Compares labels of the same rows, position by position; any whole numbers serve as labels.
  ///
  /// - Throws: ``FitError/labelCount(have:need:)`` when they are not equally many.
  public init(_ first: [Int], _ second: [Int]) throws(FitError) {
    guard first.count == second.count else { throw .labelCount(have: second.count, need: first.count) }
    firstLabels = Set(first).sorted()
    secondLabels = Set(second).sorted()
    let width = secondLabels.count
    let rowOf = Dictionary(uniqueKeysWithValues: zip(firstLabels, firstLabels.indices))
    let columnOf = Dictionary(uniqueKeysWithValues: zip(secondLabels, secondLabels.indices))
    var counts = [Int](repeating: 0, count: firstLabels.count * width)
    for (a, b) in zip(first, second) {
      guard let row = rowOf[a], let column = columnOf[b] else { continue }
      counts[row * width + column] += 1
    }
    self.counts = counts
    firstTotals = firstLabels.indices.map { row in counts[row * width..<(row + 1) * width].reduce(0, +) }
    secondTotals = secondLabels.indices.map { column in
      stride(from: column, to: counts.count, by: width).reduce(0) { $0 + counts[$1] }
    }
    n = first.count
  }

  /// The share of row pairs treated alike, less what chance gives: 1 when the same, about 0 when unrelated.
  ///
  /// Hubert & Arabie (1985). 1 when both labelings are trivial in the same way.
  public var adjustedRandIndex: Double {
    func pairs(_ count: Int) -> Double { Double(count) * (Double(count) - 1) / 2 }
    let both = counts.reduce(0) { $0 + pairs($1) }
    let inFirst = firstTotals.reduce(0) { $0 + pairs($1) }
    let inSecond = secondTotals.reduce(0) { $0 + pairs($1) }
    guard n > 1 else { return 1 }
    let expected = inFirst * inSecond / pairs(n)
    let most = (inFirst + inSecond) / 2
    return most == expected ? 1 : (both - expected) / (most - expected)
  }

  /// The information the labelings share, less what chance gives, over the mean of their entropies likewise.
  ///
  /// Vinh, Epps & Bailey (2010), normalised by the arithmetic mean. 1 when both put everything in one cluster.
  public var adjustedMutualInformation: Double {
    guard n > 0 else { return 1 }
    guard firstLabels.count > 1 || secondLabels.count > 1 else { return 1 }
    let total = Double(n)
    let width = secondLabels.count
    var information = 0.0
    for (index, count) in counts.enumerated() where count > 0 {
      let product = Double(firstTotals[index / width]) * Double(secondTotals[index % width])
      information += Double(count) / total * log(total * Double(count) / product)
    }
    func entropy(_ totals: [Int]) -> Double {
      totals.reduce(0) { $0 - Double($1) / total * log(Double($1) / total) }
    }
    let expected = expectedInformation
    let most = (entropy(firstTotals) + entropy(secondTotals)) / 2
    let room = most - expected
    // Each row a cluster in both: chance already reaches the most there is.
    guard room.magnitude > 1e-14 * most else { return 1 }
    return (information - expected) / room
  }

  /// The mean information of labelings with these cluster sizes, drawn at random (the hypergeometric model).
  private var expectedInformation: Double {
    let total = Double(n)
    func logFactorial(_ count: Int) -> Double { lgamma(Double(count) + 1) }
    var sum = 0.0
    for a in firstTotals {
      for b in secondTotals {
        let fixed =
          logFactorial(a) + logFactorial(b) + logFactorial(n - a) + logFactorial(n - b) - logFactorial(n)
        for shared in max(1, a + b - n)...max(1, min(a, b)) {
          let probability = exp(
            fixed - logFactorial(shared) - logFactorial(a - shared) - logFactorial(b - shared)
              - logFactorial(n - a - b + shared))
          sum += Double(shared) / total * log(total * Double(shared) / (Double(a) * Double(b))) * probability
        }
      }
    }
    return sum
  }

  /// The one-to-one pairing of clusters that shares most rows, as pairs of labels, by first label.
  ///
  /// Clusters that are left over, or share no row with their partner, have no pair.
  public var bestMatching: [(first: Int, second: Int)] {
    let width = secondLabels.count
    let partners = optimalAssignment(rows: firstLabels.count, columns: width) { -Double(counts[$0 * width + $1]) }
    return partners.enumerated().compactMap { row, column in
      guard let column, counts[row * width + column] > 0 else { return nil }
      return (firstLabels[row], secondLabels[column])
    }
  }
}
