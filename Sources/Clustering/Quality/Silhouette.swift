public import LinearAlgebra

/// How well each row lies in its cluster, from -1 (belongs elsewhere) to 1 (far from all others).
///
/// s = (b - a) / max(a, b), where a is the mean distance to the other rows of the cluster and b the least mean distance
/// to the rows of another (Rousseeuw, 1987). 0 for the only row of a cluster and when there is but one cluster. Exact
/// up to ``sampleLimit`` rows, O(n^2 (d + k)); beyond, on a seeded random sample of that many, drawn whatever their order.
public struct Silhouette: Sendable, Hashable, Codable {
  /// The rows that are measured against one another at most.
  public static let sampleLimit = 20_000

  /// The rows that were measured, ascending: all of positive weight, or the sample of them.
  public let rows: [Int]
  /// The silhouette of each of ``rows``.
  public let values: [Double]
  /// The weighted mean of ``values``; 0 when there are none.
  public let mean: Double

  /// Measures `labels` (n, >= 0) on `x` (n x d). A whole weight (n, >= 0) counts as that many equal rows.
  ///
  /// - Throws: ``FitError`` when labels or weights do not fit the rows, or a value cannot be used.
  public init(
    _ x: Matrix, labels: [Int], weights: [Double]? = nil, seed: UInt64 = 0, sampleLimit: Int = Silhouette.sampleLimit
  ) throws(FitError) {
    guard sampleLimit >= 1 else { throw .parameter(name: "sampleLimit", requirement: "at least 1") }
    try DataChecks.checkValues(x)
    try DataChecks.checkLabels(labels, rows: x.rows)
    try DataChecks.checkWeights(weights, rows: x.rows)
    let sample = SilhouetteSample(x, weights: weights, seed: seed, limit: sampleLimit)
    let measured = sample.values([labels])[0]
    mean = sample.mean(measured)
    let order = sample.rows.indices.sorted { sample.rows[$0] < sample.rows[$1] }
    rows = order.map { sample.rows[$0] }
    values = order.map { measured[$0] }
  }
}
