/// A macro- or micro-segment in numbers.
public struct ReportSegment: Sendable, Hashable, Codable {
  /// "2" for a macro-segment of several micro-segments, "2/7" for a micro-segment.
  public let path: String
  /// What it is called.
  public let name: String
  /// The id of its macro-segment, its own for one.
  public let macro: Int
  /// Whether it is a macro-segment of several micro-segments.
  public let isMacro: Bool
  /// Customers of training.
  public internal(set) var customers: ReportCount
  /// Their share of everybody; nil where the number is not told.
  public internal(set) var share: Double?
  /// What was spent; nil where nothing tells, or where the number is not told.
  public internal(set) var revenue: ReportRevenue?
  /// How attractive it is; nil where nobody ranked it.
  public internal(set) var standing: ReportStanding?
  /// The mean Jaccard similarity with which it came back in resamples; nil where none was measured.
  public let stability: Double?

  /// A segment of `customers`, who spent `revenue`.
  public init(
    path: String, name: String, macro: Int, isMacro: Bool, customers: Int, revenue: ReportRevenue? = nil,
    standing: ReportStanding? = nil, stability: Double? = nil
  ) {
    (self.path, self.name, self.macro, self.isMacro) = (path, name, macro, isMacro)
    // As it came; what may not be told is taken out when a report is made of it.
    self.customers = .exactly(customers)
    (self.revenue, self.standing, self.stability) = (revenue, standing, stability)
  }
}

/// What a segment has spent, and is expected to.
public struct ReportRevenue: Sendable, Hashable, Codable {
  /// The feature that tells of it.
  public let feature: String
  /// The sum.
  public let sum: Double
  /// Its share of everybody's.
  public let share: Double
  /// A customer's mean.
  public let mean: Double
  /// What is expected; nil without a forecast.
  public let expected: ReportForecast?

  /// What was spent.
  public init(feature: String, sum: Double, share: Double, mean: Double, expected: ReportForecast? = nil) {
    (self.feature, self.sum, self.share, self.mean, self.expected) = (feature, sum, share, mean, expected)
  }
}

/// What a segment is expected to spend.
public struct ReportForecast: Sendable, Hashable, Codable {
  /// The days ahead.
  public let days: Int
  /// The expected sum.
  public let expected: Double
  /// The lower end of its 80% range.
  public let low: Double
  /// The upper end of its 80% range.
  public let high: Double

  /// A forecast of `days`.
  public init(days: Int, expected: Double, low: Double, high: Double) {
    (self.days, self.expected, self.low, self.high) = (days, expected, low, high)
  }
}

/// How attractive a segment is, and by which criteria.
public struct ReportStanding: Sendable, Hashable, Codable {
  /// A criterion and what a segment scores on it.
  public struct Score: Sendable, Hashable, Codable {
    /// "size".
    public let criterion: String
    /// From 0, the least of all segments, to 1.
    public let score: Double

    /// A score.
    public init(criterion: String, score: Double) { (self.criterion, self.score) = (criterion, score) }
  }

  /// The weighted mean of the scores, from 0 to 1.
  public let attractiveness: Double
  /// 1 for the most attractive.
  public let rank: Int
  /// One a criterion that is known.
  public let scores: [Score]

  /// A standing.
  public init(attractiveness: Double, rank: Int, scores: [Score]) {
    (self.attractiveness, self.rank, self.scores) = (attractiveness, rank, scores)
  }
}

/// A criterion of attractiveness.
public struct ReportCriterion: Sendable, Hashable, Codable {
  /// "size".
  public let name: String
  /// How much it counts of all.
  public let share: Double
  /// What it measures, or why it is left out.
  public let meaning: String

  /// A criterion.
  public init(name: String, share: Double, meaning: String) {
    (self.name, self.share, self.meaning) = (name, share, meaning)
  }
}
