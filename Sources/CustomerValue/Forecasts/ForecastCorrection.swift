internal import Foundation

/// What past forecasts of totals teach of the next: by what factor they missed, and how differently.
///
/// The logarithm of actual over predicted is taken to be normal with unknown mean and variance; what is known beforehand
/// is worth one back-test of mean 0 and four of standard deviation ``priorDeviation`` (normal-inverse-chi-squared: Gelman
/// et al., 2013, section 3.3). The next one then has a Student t distribution, wide while back-tests are few. Back-tests
/// whose windows overlap count for the time they cover together.
public struct ForecastCorrection: Sendable, Hashable, Codable {
  /// The centre of the logarithm of the next factor.
  public let mean: Double
  /// Its scale.
  public let scale: Double
  /// Its degrees of freedom.
  public let degreesOfFreedom: Double
  /// The standard deviation of the logarithm by which groups of customers miss differently.
  public let groupDeviation: Double

  /// How far a total is missed before any back-test tells: about a tenth.
  public static let priorDeviation = 0.1
  private static let priorMeanWeight = 1.0
  private static let priorFreedom = 4.0

  /// - Parameters:
  ///   - ratios: actual over predicted totals of the back-tests, above 0.
  ///   - independent: how many of them overlap with no other, in effect.
  ///   - groupDeviation: as the property.
  init(ratios: [Double], independent: Double, groupDeviation: Double) {
    let logs = ratios.map { Foundation.log($0) }
    let n = logs.isEmpty ? 0 : min(max(independent, 1), Double(logs.count))
    let own = logs.isEmpty ? 0 : logs.reduce(0, +) / Double(logs.count)
    let spread = logs.isEmpty ? 0 : logs.reduce(0) { $0 + ($1 - own) * ($1 - own) } / Double(logs.count)
    let (k0, v0) = (Self.priorMeanWeight, Self.priorFreedom)
    mean = n * own / (k0 + n)
    degreesOfFreedom = v0 + n
    let sum = v0 * Self.priorDeviation * Self.priorDeviation + n * spread + k0 * n / (k0 + n) * own * own
    scale = (sum / degreesOfFreedom * (1 + 1 / (k0 + n))).squareRoot()
    self.groupDeviation = groupDeviation
  }

  /// What there is to correct with without back-tests.
  static let unknown = ForecastCorrection(ratios: [], independent: 0, groupDeviation: 0)
}

/// A forecast made from the records up to an earlier day, and what came.
public struct BackTest: Sendable, Hashable, Codable {
  /// The last day known to the forecast.
  public let cutoff: Int
  /// How far it looked ahead, in the unit of the model.
  public let horizon: Double
  /// The customers known by then.
  public let customers: Int
  /// The expected orders and revenue.
  public let predictedOrders: Double
  /// See ``predictedOrders``.
  public let predictedRevenue: Double
  /// The orders and the revenue that came.
  public let actualOrders: Double
  /// See ``actualOrders``.
  public let actualRevenue: Double
}
