/// The names a user may have meant.
public enum NearestNames {
  /// Up to `limit` of `names` that are close to `name`, nearest first.
  ///
  /// Close means: equal but for case and punctuation, one inside the other, or an edit distance (Levenshtein, 1966) of
  /// at most a third of the longer name.
  public static func to(_ name: String, in names: [String], limit: Int = 2) -> [String] {
    let wanted = folded(name)
    let ranked = names.compactMap { candidate -> (distance: Int, name: String)? in
      let other = folded(candidate)
      if other == wanted { return (0, candidate) }
      let distance = editDistance(wanted, other)
      let contained = min(wanted.count, other.count) >= 3 && (contains(other, wanted) || contains(wanted, other))
      guard contained || distance * 3 <= max(wanted.count, other.count) else { return nil }
      return (distance, candidate)
    }
    return ranked.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(limit).map(\.name)
  }

  private static func folded(_ name: String) -> [Character] {
    Array(name.lowercased().filter { $0.isLetter || $0.isNumber })
  }

  private static func contains(_ long: [Character], _ short: [Character]) -> Bool {
    guard short.count <= long.count else { return false }
    return (0...(long.count - short.count)).contains { Array(long[$0..<$0 + short.count]) == short }
  }

  private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var previous = Array(0...b.count)
    for i in a.indices {
      var current = [i + 1]
      for j in b.indices {
        current.append(min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1)))
      }
      previous = current
    }
    return previous[b.count]
  }
}
