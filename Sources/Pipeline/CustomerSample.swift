/// Customers that stand for all, the same whatever the order of the rows.
///
/// Of every stratum a share in proportion to its size is drawn, but no fewer than `least` of them where there are so many.
/// Within a stratum every customer of even steps is taken from those sorted by their `kind`: systematic sampling from a
/// sorted list, so that kinds are represented as they are among all (Kish, 1965, Survey Sampling, chapter 4).
struct CustomerSample {
  /// The drawn rows, ascending.
  let rows: [Int]

  /// - Parameters:
  ///   - keys: one number a customer (n), of which equal ones are rare.
  ///   - kinds: what customers are sorted by (n).
  ///   - strata: the stratum of each (n), from 0.
  ///   - size: how many are drawn, about.
  init(keys: [UInt64], kinds: [UInt64], strata: [Int], size: Int, least: Int) {
    var members: [[Int32]] = []
    for (row, stratum) in strata.enumerated() {
      while members.count <= stratum { members.append([]) }
      members[stratum].append(Int32(row))
    }
    var drawn: [Int] = []
    var before = 0
    for own in members where !own.isEmpty {
      // Counted through all strata, so that many small ones have their share together.
      func share(_ count: Int) -> Int { Int(Double(size) * Double(count) / Double(keys.count)) }
      let wanted = min(own.count, max(share(before + own.count) - share(before), least))
      before += own.count
      let sorted = own.sorted { a, b in
        let (i, j) = (Int(a), Int(b))
        if kinds[i] != kinds[j] { return kinds[i] < kinds[j] }
        return keys[i] != keys[j] ? keys[i] < keys[j] : i < j
      }
      let step = Double(sorted.count) / Double(max(1, wanted))
      // Half a step in is the middle of the first one: no customer is first by more than its key.
      for index in 0..<wanted { drawn.append(Int(sorted[min(sorted.count - 1, Int((Double(index) + 0.5) * step))])) }
    }
    rows = drawn.sorted()
  }

  /// Marks as numbers from 0, those of smaller marks first.
  static func numbered(_ marks: [UInt64]) -> [Int] {
    let order = Set(marks).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: zip(order, order.indices))
    return marks.map { numbers[$0] ?? 0 }
  }
}
