/// A prediction of what customers will do: how well it ranks them and how true it is.
public struct ReportPrediction: Sendable, Hashable, Codable {
  /// What it is called.
  public let name: String
  /// What is foretold, in words.
  public let meaning: String
  /// On what it was judged, in words.
  public let judged: String
  /// Why this learner and this calibration.
  public let reason: String
  /// The share of those who did it.
  public let rate: Double
  /// AUC, average precision and so on, each with its 95% interval.
  public let figures: [ReportFigure]
  /// From the highest chance down.
  public internal(set) var gains: [ReportGain]
  /// By segment.
  public internal(set) var segments: [ReportReliability]
  /// How much each feature matters, the most first.
  public let importances: [ReportImportance]

  /// A prediction and how well it did.
  public init(
    name: String, meaning: String, judged: String, reason: String, rate: Double, figures: [ReportFigure],
    gains: [ReportGain], segments: [ReportReliability], importances: [ReportImportance]
  ) {
    (self.name, self.meaning, self.judged, self.reason) = (name, meaning, judged, reason)
    (self.rate, self.figures, self.gains, self.segments) = (rate, figures, gains, segments)
    self.importances = importances
  }
}

/// A figure and its 95% interval.
public struct ReportFigure: Sendable, Hashable, Codable {
  /// "AUC".
  public let name: String
  /// What it tells, in words.
  public let meaning: String
  /// The figure.
  public let value: Double
  /// The lower end; nil where none was made.
  public let low: Double?
  /// The upper end.
  public let high: Double?

  /// A figure.
  public init(name: String, meaning: String, value: Double, low: Double? = nil, high: Double? = nil) {
    (self.name, self.meaning, self.value, self.low, self.high) = (name, meaning, value, low, high)
  }
}

/// Customers of about equal chance, from the highest down.
public struct ReportGain: Sendable, Hashable, Codable {
  /// How many they are.
  public let rows: Double
  /// Their mean predicted chance.
  public let predicted: Double
  /// The share of them who did it.
  public let observed: Double
  /// The lower end of its 95% interval.
  public let low: Double
  /// The upper end.
  public let high: Double
  /// `observed` over everybody's rate.
  public let lift: Double
  /// The share of all customers down to here.
  public let depth: Double
  /// The share of all who did it down to here.
  public let gain: Double

  /// One part.
  public init(
    rows: Double, predicted: Double, observed: Double, low: Double, high: Double, lift: Double, depth: Double,
    gain: Double
  ) {
    (self.rows, self.predicted, self.observed, self.low) = (rows, predicted, observed, low)
    (self.high, self.lift, self.depth, self.gain) = (high, lift, depth, gain)
  }
}

/// Predicted and observed rates of one segment.
public struct ReportReliability: Sendable, Hashable, Codable {
  /// The path of the segment; "0" for customers of none.
  public let path: String
  /// The mean predicted chance.
  public let predicted: Double
  /// The rate that came; nil where fewer than ten did it, or fewer than ten did not.
  public internal(set) var observed: Double?
  /// The lower end of its 95% interval.
  public internal(set) var low: Double?
  /// The upper end.
  public internal(set) var high: Double?
  /// How many customers were judged, as long as no report is made of it; nil in one.
  var rows: Int?

  /// The rates of a segment of `rows` customers.
  public init(path: String, rows: Int, predicted: Double, observed: Double, low: Double, high: Double) {
    (self.path, self.rows, self.predicted) = (path, rows, predicted)
    (self.observed, self.low, self.high) = (observed, low, high)
  }

  /// Whether the prediction lies in the interval of what came; nil where that is not told.
  public var isReliable: Bool? {
    guard let low, let high else { return nil }
    return low <= predicted && predicted <= high
  }
}

/// How much a feature matters.
public struct ReportImportance: Sendable, Hashable, Codable {
  /// The feature.
  public let feature: String
  /// Its share of all.
  public let share: Double
  /// How it goes with the chance, from -1 to 1; nil for a category.
  public let direction: Double?

  /// A feature's share.
  public init(feature: String, share: Double, direction: Double?) {
    (self.feature, self.share, self.direction) = (feature, share, direction)
  }
}
