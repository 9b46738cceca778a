/// How often each cluster comes back when the rows are drawn anew (Hennig, 2007, "Cluster-wise assessment of cluster
/// stability").
public struct ClusterStability: Sendable, Hashable, Codable {
  /// Hennig's words for a mean Jaccard similarity.
  public enum Verdict: String, Sendable, Hashable, Codable {
    /// 0.85 or more.
    case highlyStable = "highly stable"
    /// 0.75 or more.
    case valid
    /// 0.60 or more: there is a pattern, but which rows belong to it is doubtful.
    case pattern = "a pattern only"
    /// Above 0.50, which warrants nothing.
    case doubtful
    /// 0.50 or less.
    case dissolved

    /// The word for a mean Jaccard similarity.
    public init(meanJaccard: Double) {
      self =
        if meanJaccard >= 0.85 {
          .highlyStable
        } else if meanJaccard >= 0.75 {
          .valid
        } else if meanJaccard >= 0.6 {
          .pattern
        } else if meanJaccard > 0.5 {
          .doubtful
        } else {
          .dissolved
        }
    }
  }

  /// One cluster over all resamples.
  public struct Cluster: Sendable, Hashable, Codable {
    /// Its label.
    public let label: Int
    /// The mean over resamples of its greatest Jaccard similarity to a cluster found there, from 0 to 1.
    public let meanJaccard: Double
    /// The share of resamples where that was 0.5 or less: it was dissolved.
    public let dissolved: Double
    /// The share of resamples where that was above 0.75: it was recovered.
    public let recovered: Double
    /// ``meanJaccard`` in a word.
    public var verdict: Verdict { Verdict(meanJaccard: meanJaccard) }
  }

  /// Every cluster of positive weight, by label; labels below 0 (noise) are no cluster.
  public let clusters: [Cluster]
  /// How many resamples could be clustered; the others were degenerate and are left out.
  public let resamples: Int
  /// How many rows were drawn for each resample.
  public let rowsDrawn: Int
  /// Whether fewer rows were drawn than there are, because there are many: similarities are then a little lower.
  public let isSubsampled: Bool

  /// The least stable cluster's mean similarity; nil without clusters.
  public var least: Double? { clusters.map(\.meanJaccard).min() }
}
