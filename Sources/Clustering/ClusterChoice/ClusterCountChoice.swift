internal import LinearAlgebra

/// Which number of clusters was chosen, why, and what else was tried.
public struct ClusterCountChoice: Sendable, Hashable, Codable {
  /// How much structure the chosen clusters show.
  public enum Structure: String, Sendable, Hashable, Codable {
    /// One cluster: the data are as even as one cloud.
    case none
    /// A mean silhouette below 0.25: a practical split, not natural groups.
    case unsubstantial
    /// A mean silhouette of 0.25 or more.
    case substantial
  }

  /// Every k that was tried, ascending.
  public let candidates: [ClusterCountCandidate]
  /// The fit of the chosen k.
  public let fit: KMeansFit
  /// How much structure the chosen clusters show.
  public let structure: Structure
  /// Whether the chosen clusters are compact groups; nil for one cluster.
  public let shape: ClusterShape?
  /// Why this k, in sentences to print.
  public let reason: String

  /// The chosen k.
  public var clusters: Int { fit.model.clusters }
}

/// One number of clusters and the witnesses for and against it.
public struct ClusterCountCandidate: Sendable, Hashable, Codable {
  /// k.
  public let clusters: Int
  /// The weighted sum of squared distances, in squared units of the data.
  public let inertia: Double
  /// The mean silhouette; nil for k = 1.
  public let silhouette: Double?
  /// See ``ClusterSeparation/calinskiHarabasz``.
  public let calinskiHarabasz: Double?
  /// See ``ClusterSeparation/daviesBouldin``.
  public let daviesBouldin: Double?
  /// gap(k); nil when 1 is not in the range, or where rows lie on their centroids.
  public private(set) var gap: Double?
  /// s(k), the standard error of ``gap``.
  public private(set) var gapStandardError: Double?
  /// The number of rows in each cluster (k), those of weight 0 too.
  public let sizes: [Int]
  /// Whether the fit stopped of itself.
  public let converged: Bool
  /// The iterations of the fit.
  public let iterations: Int

  private enum CodingKeys: String, CodingKey {
    case clusters = "k"
    case inertia, silhouette, calinskiHarabasz, daviesBouldin, gap, gapStandardError, sizes, converged, iterations
  }

  init(_ fit: KMeansFit, _ x: Matrix, _ weights: [Double]?, silhouette: Double?) throws(FitError) {
    clusters = fit.model.clusters
    inertia = fit.inertia
    let separation = try ClusterSeparation(x, labels: fit.labels, weights: weights)
    calinskiHarabasz = separation.calinskiHarabasz
    daviesBouldin = separation.daviesBouldin
    self.silhouette = silhouette
    var sizes = [Int](repeating: 0, count: fit.model.clusters)
    for label in fit.labels { sizes[label] += 1 }
    self.sizes = sizes
    converged = fit.converged
    iterations = fit.iterations
  }

  mutating func setGap(_ value: (gap: Double, standardError: Double)?) {
    gap = value?.gap
    gapStandardError = value?.standardError
  }
}
