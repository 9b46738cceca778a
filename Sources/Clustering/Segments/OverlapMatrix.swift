internal import LinearAlgebra

/// How many customers each two of several lists have in common.
public struct OverlapMatrix: Sendable, Hashable, Codable {
  /// The lists' names, in the order of rows and columns.
  public let names: [String]
  /// n, the customers there are, in a list or not.
  public let customers: Int
  /// The customers in both of two lists, row-major (l x l); on the diagonal the sizes.
  public let counts: [Int]

  /// Counts the overlaps of `lists`, all over the same customers. O(l^2 n / 64), in parallel over pieces of customers.
  ///
  /// - Throws: ``FitError/labelCount(have:need:)`` when the lists are not over equally many customers.
  public init(_ lists: [CustomerList]) throws(FitError) {
    let n = lists.first?.customers ?? 0
    for list in lists where list.customers != n { throw .labelCount(have: list.customers, need: n) }
    names = lists.map(\.name)
    customers = n
    let (count, total) = (lists.count, lists.first?.words.count ?? 0)
    let words = lists.map(\.words)
    // At most 64 pieces, so that their partial counts stay small.
    let piece = max(Self.blockWords, (total + 63) / 64)
    let parts = Parallel.map(count: (total + piece - 1) / piece) { index in
      Self.counts(words, index * piece..<min(total, (index + 1) * piece))
    }
    var sums = [Int](repeating: 0, count: count * count)
    for part in parts { for index in sums.indices { sums[index] += part[index] } }
    for i in 0..<count { for j in 0..<i { sums[i * count + j] = sums[j * count + i] } }
    counts = sums
  }

  /// Whether there is one count for each two lists: for a file that nobody trained.
  public var isSquare: Bool {
    counts.count == names.count * names.count && counts.allSatisfy { (0...max(0, customers)).contains($0) }
  }

  /// The customers in list `i`.
  public func size(_ i: Int) -> Int { shared(i, i) }

  /// The customers in both lists.
  public func shared(_ i: Int, _ j: Int) -> Int {
    precondition(names.indices.contains(i) && names.indices.contains(j), "lists \(i) and \(j) of \(names.count)")
    return counts[i * names.count + j]
  }

  /// The customers in both lists over those in either; 0 when both are empty.
  public func jaccard(_ i: Int, _ j: Int) -> Double { ratio(shared(i, j), size(i) + size(j) - shared(i, j)) }

  /// The share of list `i` that is in list `j` too; 0 when `i` is empty.
  public func share(of i: Int, in j: Int) -> Double { ratio(shared(i, j), size(i)) }

  /// How many times more customers are in both than if the lists had nothing to do with each other; 0 when one is empty.
  public func lift(_ i: Int, _ j: Int) -> Double {
    let chance = Double(size(i)) * Double(size(j))
    return chance > 0 ? Double(shared(i, j)) * Double(customers) / chance : 0
  }

  private func ratio(_ part: Int, _ whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }

  /// Words of each list that are met by those of the others while they stand in the cache.
  private static let blockWords = 512

  /// The upper triangle of the counts over some words.
  private static func counts(_ lists: [[UInt64]], _ range: Range<Int>) -> [Int] {
    let count = lists.count
    var sums = [Int](repeating: 0, count: count * count)
    for first in stride(from: range.lowerBound, to: range.upperBound, by: blockWords) {
      let block = first..<min(first + blockWords, range.upperBound)
      for i in 0..<count {
        let a = lists[i]
        for j in i..<count {
          let b = lists[j]
          precondition(block.upperBound <= a.count && block.upperBound <= b.count, "a list is shorter than the others")
          var sum = 0
          for word in block { sum += (a[word] & b[word]).nonzeroBitCount }
          sums[i * count + j] += sum
        }
      }
    }
    return sums
  }
}

extension OverlapMatrix {
  private enum CodingKeys: String, CodingKey { case names, customers, counts }

  /// Reads a matrix, refusing one whose counts do not fit its names.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    names = try container.decode([String].self, forKey: .names)
    customers = try container.decode(Int.self, forKey: .customers)
    counts = try container.decode([Int].self, forKey: .counts)
    guard counts.count == names.count * names.count else {
      throw DecodingError.dataCorruptedError(
        forKey: .counts, in: container, debugDescription: "\(names.count) lists need a count for each two.")
    }
  }
}
