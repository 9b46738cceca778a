/// What fitting a ``Mixture`` found.
public struct MixtureFit: Sendable, Hashable, Codable {
  /// One start and where it led.
  public struct Start: Sendable, Hashable, Codable {
    /// Where it began: "agglomeration", "ward", "k-means", "random 1", ...
    public let name: String
    /// The log-likelihood it reached; nil when it degenerated or was given up.
    public fileprivate(set) var logLikelihood: Double?
  }

  /// The distributions, which score any row. Component 0 has the largest share.
  public let model: MixtureModel
  /// The most likely component of each row (n), from 0; -1 for noise.
  public let labels: [Int]
  /// The responsibility of that component for the row (n).
  public let certainties: [Double]
  /// The weighted sum of log-densities (of the values that are there), in the units of the data.
  public private(set) var logLikelihood: Double
  /// The log-likelihood after each iteration of the kept start; never falls but for rounding.
  public private(set) var logLikelihoodTrace: [Double]
  /// p, the number of free parameters.
  public let parameters: Int
  /// p ln n - 2 LL: lower is better (Schwarz, 1978). n is the summed weight, so a weight is a number of rows.
  public private(set) var bic: Double
  /// BIC less twice the log responsibilities of the labels: lower is better (Biernacki, Celeux & Govaert, 2000).
  public private(set) var icl: Double
  /// Whether the kept start stopped of itself, not at the limit of iterations.
  public let converged: Bool
  /// Every start, in order.
  public private(set) var starts: [Start]
  /// The share of starts that came within 1e-4 of the best log-likelihood, relative: near 1, more would change nothing.
  public let hitRate: Double

  /// The number of iterations of the kept start.
  public var iterations: Int { logLikelihoodTrace.count }

  /// Tells likelihoods in the units before the columns were scaled.
  mutating func setUnits(_ units: LikelihoodUnits) {
    logLikelihood += units.shift
    logLikelihoodTrace = logLikelihoodTrace.map { $0 + units.shift }
    bic -= 2 * units.shift
    icl -= 2 * units.shift
    for index in starts.indices { starts[index].logLikelihood = starts[index].logLikelihood.map { $0 + units.shift } }
  }
}
