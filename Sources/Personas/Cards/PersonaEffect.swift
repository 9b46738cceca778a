internal import Features

/// What a treatment changes in what the customers of a segment do, learnt from an experiment.
public struct PersonaEffect: Sendable, Hashable, Codable {
  /// What the effect is called: "mail_brings".
  public let target: String
  /// The treatment, as the experiment names it.
  public let treatment: String
  /// What it changes: "visit = 1", "mean spend".
  public let meaning: String
  /// Whether it is a difference of shares, rather than of means in the outcome's own unit.
  public let isShare: Bool
  /// The mean effect on a customer of the segment, drawn towards that of what it is a part of.
  public let value: Double
  /// The lower end of its 95% interval.
  public let low: Double
  /// The upper end.
  public let high: Double
  /// The mean effect on everybody.
  public let all: Double
  /// The column that tells a customer's own: "mail_brings_uplift".
  public let column: String

  /// An effect and its interval.
  public init(
    target: String, treatment: String, meaning: String, isShare: Bool, value: Double, low: Double, high: Double,
    all: Double, column: String
  ) {
    (self.target, self.treatment, self.meaning, self.isShare) = (target, treatment, meaning, isShare)
    (self.value, self.low, self.high, self.all, self.column) = (value, low, high, all, column)
  }

  /// "+12.31 points" of a share, else "+3.20".
  public func text(_ value: Double) -> String {
    let sign = value > 0 ? "+" : ""
    return isShare ? "\(sign)\(ReadableNumber.hundredths(100 * value)) points" : sign + ReadableNumber.text(value)
  }

  /// Its interval and that of everybody in words.
  public var evidence: String {
    let ends =
      isShare ? (ReadableNumber.hundredths(100 * low), ReadableNumber.hundredths(100 * high)) : (text(low), text(high))
    return "\(meaning), against those left alone: \(text(value)), 95% interval \(ends.0) to \(ends.1); all \(text(all))"
  }
}
