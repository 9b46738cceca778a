/// How macro-segments are divided into micro-segments, and what a segment must be.
public struct TreeSettings: Sendable, Hashable, Codable {
  /// A categorical feature whose levels are given segments, before any are found: country, channel. Macro-segments are
  /// then found inside each of them.
  public var by: String?
  /// Features or families that macro-segments are found in; empty for all.
  public var macroFeatures: [String] = []
  /// Features or families that micro-segments are found in; empty for all.
  public var microFeatures: [String] = []
  /// The least number of parts tried when a segment is divided; from 2 on a division is demanded.
  public var microMinimum = 1
  /// The greatest number of parts tried when a segment is divided.
  public var microMaximum = 6
  /// How often a macro-segment may be divided again, 0 for never.
  public var levels = 2
  /// The least size of a segment, as a share of the customers.
  public var leastShare = 0.005
  /// The least size of a segment, in customers, whatever the share says.
  public var leastCustomers = 25
  /// The least mean Jaccard similarity of a segment over resamples of its customers.
  public var leastStability = 0.75
  /// The share of the customers, at most, that belong to none of the segments.
  public var noneBudget = 0.05
  /// A customer is listed in every segment that it belongs to with this membership or more.
  public var listedFrom = 0.1

  /// By what segments are ranked.
  public var attractiveness = AttractivenessSettings()

  /// Where there are more customers than this, segments are found on a sample of so many, and all are assigned to them.
  public var sample = 200_000

  /// The defaults.
  public init() {}

  /// The least size of a segment among `customers`.
  public func leastSize(of customers: Int) -> Int {
    max(leastCustomers, Int((leastShare * Double(customers)).rounded(.up)))
  }
}

extension TreeSettings {
  static let keys = [
    "by", "features", "least_size", "stability", "none_budget", "listed_from", "micro", "sample", "attractiveness",
  ]

  /// Reads the keys of `segments` that are about the tree.
  init(_ section: YAMLSection) throws(ProjectError) {
    by = try section.text("by")
    macroFeatures = try section.texts("features") ?? macroFeatures
    if let text = try section.text("least_size") {
      if text.hasSuffix("%"), let share = Double(text.dropLast()), share >= 0, share <= 50 {
        (leastShare, leastCustomers) = (share / 100, 2)
      } else if let count = Int(text), count >= 2 {
        (leastShare, leastCustomers) = (0, count)
      } else {
        throw section.error(
          "least_size", "'segments.least_size' must be a number of customers from 2, or a share such as 0.5% up to 50%."
        )
      }
    }
    leastStability = try section.share("stability") ?? leastStability
    noneBudget = try section.share("none_budget") ?? noneBudget
    listedFrom = try section.share("listed_from") ?? listedFrom
    sample = try section.integer("sample", in: 1_000...1_000_000_000) ?? sample
    if let given = try section.section("attractiveness", allowed: AttractivenessSettings.keys) {
      attractiveness = try AttractivenessSettings(given)
    }
    guard let micro = try section.section("micro", allowed: ["k", "features", "levels"]) else { return }
    if let text = try micro.text("k") {
      guard let range = ClusterRange(text) else {
        throw micro.error("k", "'segments.micro.k' must be a number of parts such as 3, or a range such as 1..6.")
      }
      (microMinimum, microMaximum) = (range.lower, range.upper)
    }
    microFeatures = try micro.texts("features") ?? microFeatures
    levels = try micro.integer("levels", in: 0...8) ?? levels
  }
}

extension YAMLSection {
  /// A number from 0 to 1.
  fileprivate func share(_ key: String) throws(ProjectError) -> Double? {
    guard let text = try text(key) else { return nil }
    guard let value = Double(text), value >= 0, value <= 1 else {
      throw error(key, "'segments.\(key)' must be a number from 0 to 1.")
    }
    return value
  }
}
