/// A figure and how surely it is known.
public struct Estimate: Sendable, Hashable, Codable {
  /// The figure.
  public let value: Double
  /// Its standard error.
  public let standardError: Double
  /// The lower end of its 95% interval.
  public let low: Double
  /// The upper end of its 95% interval.
  public let high: Double

  /// A figure with a symmetric normal interval, kept inside `range`.
  init(_ value: Double, standardError: Double, in range: ClosedRange<Double> = -.infinity ... .infinity) {
    let reach = Normal.quantile(0.975) * standardError
    self.init(
      value, standardError: standardError, low: max(range.lowerBound, value - reach),
      high: min(range.upperBound, value + reach))
  }

  init(_ value: Double, standardError: Double, low: Double, high: Double) {
    (self.value, self.standardError, self.low, self.high) = (value, standardError, low, high)
  }
}
