internal import Features

/// Whom profiles and cards tell of.
public enum ReportedGroups {
  /// Groups and levels of fewer customers would tell of single ones.
  public static let least = 10

  /// A share of `customers` as near as it may be told: one of fewer than ten of them, or of all but fewer than ten, stands
  /// at that bound. nil where the whole are fewer than ten.
  public static func rounded(_ share: Double, of customers: Int) -> Double? {
    guard customers >= least, share.isFinite else { return nil }
    let (n, few) = (Double(customers), Double(least))
    let hits = (share * n).rounded()
    if hits > 0, hits < few { return min(1, few / n) }
    if hits < n, n - hits < few { return max(0, (n - few) / n) }
    return min(1, max(0, share))
  }

  /// The same in words: "58%", "<53%" of fewer than ten, ">47%" of all but fewer than ten, "–" of too few.
  public static func percent(_ share: Double, of customers: Int) -> String {
    guard let told = rounded(share, of: customers) else { return "–" }
    let hits = (share * Double(customers)).rounded()
    if hits > 0, hits < Double(least) { return "<" + ReadableNumber.wholePercent((told * 100).rounded(.up) / 100) }
    if hits < Double(customers), Double(customers) - hits < Double(least) {
      return ">" + ReadableNumber.wholePercent((told * 100).rounded(.down) / 100)
    }
    return ReadableNumber.wholePercent(told)
  }
}
