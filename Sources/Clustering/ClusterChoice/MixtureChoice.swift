/// Which mixture was chosen, why, and what else was tried.
public struct MixtureChoice: Sendable, Hashable, Codable {
  /// How much structure the chosen components show.
  public enum Structure: String, Sendable, Hashable, Codable {
    /// One component: the rows are one cloud.
    case none
    /// Rows belong to their component with a mean certainty below 0.9: components overlap.
    case overlapping
    /// Rows belong to their component with a mean certainty of 0.9 or more.
    case separated
  }

  /// Every model that was tried, by k and then in the order of the families.
  public let candidates: [MixtureCandidate]
  /// The chosen model, fitted to all rows.
  public let fit: MixtureFit
  /// The family of the chosen model; nil when no block has one.
  public let family: CovarianceFamily?
  /// How much structure the chosen components show.
  public let structure: Structure
  /// What was found when the model of least BIC was held against one cloud; nil when that was not called for.
  public let test: StructureTest?
  /// How often each component comes back; nil unless asked for, and for one component.
  public let stability: ClusterStability?
  /// How many rows the models were compared on.
  public let rowsCompared: Int
  /// Why this model, in sentences to print.
  public let reason: String

  /// The chosen k.
  public var components: Int { fit.model.components }
}

/// One mixture and the witnesses for and against it.
public struct MixtureCandidate: Sendable, Hashable, Codable {
  /// k.
  public let clusters: Int
  /// The family of covariances; nil when no block has one.
  public let family: CovarianceFamily?
  /// Why it could not be fitted; nil when it was. Then everything below is nil.
  public let problem: String?
  /// See ``MixtureFit/logLikelihood``.
  public private(set) var logLikelihood: Double?
  /// p, the number of free parameters.
  public let parameters: Int?
  /// p ln n - 2 LL: lower is better.
  public private(set) var bic: Double?
  /// See ``MixtureFit/icl``: lower is better.
  public private(set) var icl: Double?
  /// Whether the fit stopped of itself.
  public let converged: Bool?
  /// The iterations of the kept start.
  public let iterations: Int?
  /// The share of starts that reached the best log-likelihood.
  public let hitRate: Double?
  /// The number of rows in each component (k), those of weight 0 too; noise is not counted.
  public let sizes: [Int]?
  /// The mean silhouette; nil for k = 1 and for columns that are not Gaussian.
  public private(set) var silhouette: Double?
  /// See ``ClusterSeparation/calinskiHarabasz``.
  public private(set) var calinskiHarabasz: Double?
  /// See ``ClusterSeparation/daviesBouldin``.
  public private(set) var daviesBouldin: Double?
  /// gap(k) of k-means with as many clusters, when asked for.
  public private(set) var gap: Double?
  /// s(k), the standard error of ``gap``.
  public private(set) var gapStandardError: Double?

  private enum CodingKeys: String, CodingKey {
    case clusters = "k"
    case family, problem, logLikelihood, parameters, bic, icl, converged, iterations, hitRate, sizes, silhouette
    case calinskiHarabasz, daviesBouldin, gap, gapStandardError
  }

  init(clusters: Int, family: CovarianceFamily?, problem: String) {
    self.init(clusters: clusters, family: family, problem: problem, fit: nil)
  }

  init(_ fit: MixtureFit, family: CovarianceFamily?) {
    self.init(clusters: fit.model.components, family: family, problem: nil, fit: fit)
  }

  private init(clusters: Int, family: CovarianceFamily?, problem: String?, fit: MixtureFit?) {
    self.clusters = clusters
    self.family = family
    self.problem = problem
    logLikelihood = fit?.logLikelihood
    parameters = fit?.parameters
    bic = fit?.bic
    icl = fit?.icl
    converged = fit?.converged
    iterations = fit?.iterations
    hitRate = fit?.hitRate
    sizes = fit.map { fit in
      var sizes = [Int](repeating: 0, count: clusters)
      for label in fit.labels where label >= 0 { sizes[label] += 1 }
      return sizes
    }
  }

  /// "VVV with k = 3", or "k = 3" without a family.
  public var name: String { (family.map { "\($0.rawValue) with " } ?? "") + "k = \(clusters)" }

  mutating func setCriteria(silhouette: Double?, _ separation: ClusterSeparation?) {
    self.silhouette = silhouette
    calinskiHarabasz = separation?.calinskiHarabasz
    daviesBouldin = separation?.daviesBouldin
  }

  mutating func setUnits(_ units: LikelihoodUnits) {
    logLikelihood = logLikelihood.map { $0 + units.shift }
    bic = bic.map { $0 - 2 * units.shift }
    icl = icl.map { $0 - 2 * units.shift }
  }

  mutating func setGap(_ value: (gap: Double, standardError: Double)?) {
    gap = value?.gap
    gapStandardError = value?.standardError
  }
}
