internal import Personas

/// Which counts of a table of segments may not be told.
///
/// Counts of 1 to 9 are not (primary suppression). As everybody is the sum of the macro-segments and of those of none, and
/// a macro-segment the sum of its micro-segments, a single untold part of a sum could be reckoned by subtraction: in every
/// sum with one untold part or total a second is not told either, the smallest (complementary suppression; Willenborg &
/// de Waal, Elements of Statistical Disclosure Control, 2001, chapter 4). Every count stands in at most two sums, which
/// form a tree; so with two unknowns in each sum none can be solved for.
///
/// Where those of none are 1 to 9 they stand outside all sums: everybody is told as those in segments, so that no segment
/// has to go for them.
struct SmallCells {
  /// Of each segment, what may be told.
  let segments: [ReportCount]
  /// Of those in none.
  let none: ReportCount?

  init(_ table: [ReportSegment], none: Int?) {
    // The last place is of those in none.
    let isFew = none.map { ReportCount($0) } == .few
    let counts = table.map { $0.customers.number ?? 0 } + [isFew ? 0 : none ?? 0]
    var isHidden = counts.map { $0 > 0 && $0 < ReportedGroups.least }
    let sums = SmallCells.sums(table)
    var changed = true
    while changed {
      changed = false
      for sum in sums where sum.parts.count(where: { isHidden[$0] }) == 1 {
        let candidates = sum.parts.filter { !isHidden[$0] && counts[$0] > 0 }
        // The total of a sum has to go only where there is no other part.
        let parts = candidates.filter { $0 != sum.total }
        guard let least = (parts.isEmpty ? candidates : parts).min(by: { (counts[$0], $0) < (counts[$1], $1) }) else {
          continue
        }
        isHidden[least] = true
        changed = true
      }
    }
    let told = counts.indices.map { index -> ReportCount in
      let own = ReportCount(counts[index])
      return own == .few || !isHidden[index] ? own : .withheld
    }
    segments = Array(told.dropLast())
    self.none = none.map { _ in isFew ? .few : told[counts.count - 1] }
  }

  private struct Sum {
    /// The counts in it, the total among them; that of everybody is always known.
    let parts: [Int]
    let total: Int?
  }

  private static func sums(_ table: [ReportSegment]) -> [Sum] {
    var ofMacro: [Int: Int] = [:]
    for (index, segment) in table.enumerated() where segment.isMacro { ofMacro[segment.macro] = index }
    let top = table.indices.filter { table[$0].isMacro || ofMacro[table[$0].macro] == nil }
    let inside = ofMacro.values.sorted().map { total in
      Sum(parts: table.indices.filter { table[$0].macro == table[total].macro }, total: total)
    }
    return [Sum(parts: top + [table.count], total: nil)] + inside
  }
}
