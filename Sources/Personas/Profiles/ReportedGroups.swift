internal import Features

/// Whom profiles and cards tell of.
public enum ReportedGroups {
  /// Groups and levels of fewer customers would tell of single ones.
  public static let least = 10

  /// A share of `customers`, to steps of ten customers or more, so that neither it nor what is left of the whole tells of
  /// fewer; nil for groups of fewer customers.
  ///
  /// 0 and 1 remain; of 100 customers 4% become 0, and 37% become 40%.
  public static func rounded(_ share: Double, of customers: Int) -> Double? {
    guard customers >= least, share.isFinite else { return nil }
    let step = Double(step(customers)) / 100
    return min(1, max(0, (share / step).rounded() * step))
  }

  /// The share in words: "40%", "<10%", ">90%".
  public static func percent(_ share: Double, of customers: Int) -> String {
    guard let rounded = rounded(share, of: customers) else { return "–" }
    let step = step(customers)
    if rounded < 0.005, share > 0 { return "<\(step)%" }
    if rounded > 0.995, share < 1 { return ">\(100 - step)%" }
    return ReadableNumber.wholePercent(rounded)
  }

  /// The least round number of per cent that is ten of `customers` or more.
  private static func step(_ customers: Int) -> Int {
    [1, 2, 5, 10, 20, 25, 50].first { $0 * customers >= 100 * least } ?? 100
  }
}
