internal import Yams

/// How macro-segments are divided into micro-segments, and what a segment must be.
public struct TreeSettings: Sendable, Hashable, Codable {
  /// What divides a segment.
  public var method = TreeMethod.kMeans
  /// Categorical features whose levels are given segments, before any are found: country, then channel. Macro-segments
  /// are then found inside each of them. Lists of the project that follow each other divide by rules: the first that a
  /// customer is in, and all others.
  public var by: [String] = []
  /// A categorical feature of known classes that the first division starts from; where it is missing, nothing is known.
  public var start: String?
  /// Clusterings side by side, of which a micro-segment is a pattern, instead of one inside the other; empty for none.
  public var layers: [TreeLayer] = []
  /// Features or families that macro-segments are found in; empty for all.
  public var macroFeatures: [String] = []
  /// Features or families that micro-segments are found in; empty for all.
  public var microFeatures: [String] = []
  /// The least number of parts tried when a segment is divided; from 2 on a division is demanded.
  public var microMinimum = 1
  /// The greatest number of parts tried when a segment is divided.
  public var microMaximum = 6
  /// How often a macro-segment may be divided again, 0 for never.
  public var levels = 3
  /// The least size of a segment, as a share of the customers.
  public var leastShare = 0.005
  /// The least size of a segment, in customers, whatever the share says.
  public var leastCustomers = 25
  /// The greatest size of a segment, as a share of the customers: what is larger is divided, whether or not that earns
  /// itself.
  public var largestShare = 1.0
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

  /// The greatest size of a segment among `customers`.
  public func largestSize(of customers: Int) -> Int { Int((largestShare * Double(customers)).rounded(.down)) }

  /// The least size of a segment among `customers`.
  public func leastSize(of customers: Int) -> Int {
    max(leastCustomers, Int((leastShare * Double(customers)).rounded(.up)))
  }
}

/// What divides a segment into its parts.
public enum TreeMethod: String, Sendable, Hashable, Codable, CaseIterable {
  /// k-means: the nearest centroid.
  case kMeans = "kmeans"
  /// A mixture of Gaussian columns and categories: parts of any size, length and direction.
  case mixture = "gmm"
  /// k-means, and a mixture where the groups are not of a shape that k-means can draw, or where it finds none.
  case auto
}

extension TreeSettings {
  /// How many patterns layers may make.
  private static let greatestPatterns = 2_000

  static let keys = [
    "method", "by", "start", "layers", "features", "least_size", "largest_size", "stability", "none_budget",
    "listed_from",
    "micro",
    "sample",
    "attractiveness",
  ]

  /// Reads the keys of `segments` that are about the tree.
  init(_ section: YAMLSection) throws(ProjectError) {
    method = try section.choice("method", TreeMethod.self) ?? method
    by = try section.texts("by") ?? by
    if Set(by).count < by.count { throw section.error("by", "'segments.by' names one of them twice.") }
    start = try section.text("start")
    if start != nil, !by.isEmpty {
      throw section.error(
        "start", "'segments.by' and 'segments.start' both say how the first division is made: leave out one of them.")
    }
    if let layers = try section.section("layers", allowed: nil) {
      self.layers = try layers.keys.map { name throws(ProjectError) in try TreeLayer(name, in: layers) }
      let patterns = self.layers.dropFirst().reduce(1.0) { $0 * Double($1.maximum) }
      guard patterns <= Double(TreeSettings.greatestPatterns) else {
        throw section.error(
          "layers",
          "'segments.layers' could make more than \(TreeSettings.greatestPatterns) patterns of the layers after the first: "
            + "name fewer of them, or give them a lower k.")
      }
      for key in ["by", "start", "features", "micro"] where section.node(key) != nil {
        throw section.error(key, "'segments.layers' divides by patterns of its layers, so leave out 'segments.\(key)'.")
      }
      guard method == .kMeans else {
        throw section.error(
          "method", "'segments.layers' are clusterings by k-means, so leave out 'segments.method' or 'segments.layers'."
        )
      }
    }
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
    if let text = try section.text("largest_size") {
      guard text.hasSuffix("%"), let share = Double(text.dropLast()), share >= 1, share <= 100 else {
        throw section.error("largest_size", "'segments.largest_size' must be a share from 1% to 100%, such as 30%.")
      }
      largestShare = share / 100
    }
    leastStability = try section.share("stability") ?? leastStability
    noneBudget = try section.share("none_budget") ?? noneBudget
    listedFrom = try section.share("listed_from") ?? listedFrom
    sample = try section.integer("sample", in: 1_000...1_000_000_000) ?? sample
    if let given = try section.section("attractiveness", allowed: AttractivenessSettings.keys) {
      attractiveness = try AttractivenessSettings(given)
    }
    guard let micro = try section.section("micro", allowed: ["k", "features", "levels"]) else { return }
    if let range = try micro.range("k") { (microMinimum, microMaximum) = (range.lower, range.upper) }
    microFeatures = try micro.texts("features") ?? microFeatures
    levels = try micro.integer("levels", in: 0...8) ?? levels
  }
}

/// One of several clusterings that stand side by side: how they buy, what they buy.
public struct TreeLayer: Sendable, Hashable, Codable {
  /// What it is called in names of segments.
  public let name: String
  /// The features or families that it looks at; empty for all.
  public var features: [String] = []
  /// The least number of parts tried.
  public var minimum = 1
  /// The greatest number of parts tried.
  public var maximum = 6

  /// A layer of all features, called `name`.
  public init(_ name: String) { self.name = name }

  /// `how: [rfm, lifecycle]` or `how: {features: [rfm, lifecycle], k: 1..5}`.
  fileprivate init(_ name: String, in layers: YAMLSection) throws(ProjectError) {
    self.init(name)
    if layers.node(name)?.mapping != nil, let own = try layers.section(name, allowed: ["features", "k"]) {
      features = try own.texts("features") ?? []
      if let range = try own.range("k") { (minimum, maximum) = (range.lower, range.upper) }
    } else {
      features = try layers.texts(name) ?? []
    }
    guard !features.isEmpty else {
      throw layers.error(name, "the layer '\(name)' names no feature or family: give it a list of them.")
    }
  }
}

extension YAMLSection {
  /// A number of parts or a range of them.
  fileprivate func range(_ key: String) throws(ProjectError) -> ClusterRange? {
    guard let text = try text(key) else { return nil }
    guard let range = ClusterRange(text) else {
      throw error(key, "'\(full(key))' must be a number of parts such as 3, or a range such as 1..6.")
    }
    return range
  }

  /// A number from 0 to 1.
  fileprivate func share(_ key: String) throws(ProjectError) -> Double? {
    guard let text = try text(key) else { return nil }
    guard let value = Double(text), value >= 0, value <= 1 else {
      throw error(key, "'segments.\(key)' must be a number from 0 to 1.")
    }
    return value
  }
}

extension TreeSettings {
  /// What the chances of the project's targets are called among features: all of them together, as a family.
  public static let scores = "scores"

  /// Whether the chances of the project's targets form segments.
  public var takesScores: Bool {
    (macroFeatures + microFeatures + layers.flatMap(\.features)).contains(TreeSettings.scores)
  }
}
