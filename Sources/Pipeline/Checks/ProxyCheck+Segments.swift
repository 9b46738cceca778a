/// How well the segments alone tell an attribute. Rows of no segment do not count.
extension ProxyCheck {
  /// Cramér's V of segment and level, corrected for chance (Bergsma, 2013); nil with too few rows.
  func cramersV(_ texts: [String?]) -> Double? {
    var cells: [Pair: Int] = [:]
    var bySegment: [Int: Int] = [:]
    var byLevel: [String: Int] = [:]
    var rows = 0
    for (segment, text) in zip(segments, texts) {
      guard segment > 0, let text else { continue }
      rows += 1
      cells[Pair(segment: segment, level: text), default: 0] += 1
      bySegment[segment, default: 0] += 1
      byLevel[text, default: 0] += 1
    }
    guard rows >= 2 * ProxyCheck.leastRows, bySegment.count > 1, byLevel.count > 1 else { return nil }
    let n = Double(rows)
    var square = 0.0
    for segment in bySegment.keys.sorted() {
      for level in byLevel.keys.sorted() {
        let expected = Double(bySegment[segment] ?? 0) * Double(byLevel[level] ?? 0) / n
        let found = Double(cells[Pair(segment: segment, level: level)] ?? 0)
        square += (found - expected) * (found - expected) / expected
      }
    }
    let (r, k) = (Double(bySegment.count), Double(byLevel.count))
    let corrected = max(0, square / n - (r - 1) * (k - 1) / (n - 1))
    let most = min(r - (r - 1) * (r - 1) / (n - 1), k - (k - 1) * (k - 1) / (n - 1)) - 1
    return most > 0 ? (corrected / most).squareRoot() : nil
  }

  /// The share of the variance of ranks between segments, corrected for chance (Kelley, 1935); nil with too few rows.
  func epsilonSquared(_ numbers: [Double]) -> Double? {
    let rows = numbers.indices.filter { segments[$0] > 0 && !numbers[$0].isNaN }
    guard rows.count >= 2 * ProxyCheck.leastRows else { return nil }
    let ranks = MidRanks.of(rows.map { numbers[$0] })
    var sums: [Int: (sum: Double, count: Double)] = [:]
    for (row, rank) in zip(rows, ranks) {
      let old = sums[segments[row]] ?? (0, 0)
      sums[segments[row]] = (old.sum + rank, old.count + 1)
    }
    guard sums.count > 1 else { return nil }
    let n = Double(rows.count)
    let mean = (n + 1) / 2
    let all = ranks.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let between = sums.keys.sorted().reduce(0.0) { total, key in
      guard let group = sums[key] else { return total }
      let distance = group.sum / group.count - mean
      return total + group.count * distance * distance
    }
    let groups = Double(sums.count)
    guard all > 0, n > groups else { return nil }
    return max(0, 1 - ((all - between) / (n - groups)) / (all / (n - 1)))
  }

  private struct Pair: Hashable {
    let segment: Int
    let level: String
  }
}
