public import LinearAlgebra

/// The centroids of a k-means fit, which assign any row to the nearest.
public struct KMeansModel: Sendable, Hashable, Codable {
  /// The centroids (k x d, units of the data); row 0 belongs to the heaviest cluster of the training data.
  public let centroids: Matrix

  /// A model with these centroids (k x d), at least one of each.
  public init(centroids: Matrix) {
    precondition(centroids.rows > 0 && centroids.columns > 0, "\(centroids.rows) x \(centroids.columns) centroids")
    self.centroids = centroids
  }

  /// k, the number of clusters.
  public var clusters: Int { centroids.rows }

  /// The nearest centroid of each row of `x` (m x d) and the distance to it; equal distances go to the lower index.
  ///
  /// Each row is decided by itself: assigning a subset, another order, or the training data again gives the same bits.
  /// O(m k d).
  /// - Throws: ``FitError`` when `x` has another number of columns, or a value that is not finite or beyond 1e130.
  public func assign(_ x: Matrix) throws(FitError) -> KMeansAssignment {
    let assigned = try assignSquared(x)
    return KMeansAssignment(labels: assigned.labels, distances: assigned.squares.map { $0.squareRoot() })
  }

  /// As ``assign(_:)``, with squared distances.
  func assignSquared(_ x: Matrix) throws(FitError) -> (labels: [Int], squares: [Double]) {
    guard x.columns == centroids.columns else { throw .columnCount(have: x.columns, need: centroids.columns) }
    try DataChecks.checkValues(x)
    let nearest = NearestCenters(centroids)
    var labels: [Int] = []
    var squares: [Double] = []
    labels.reserveCapacity(x.rows)
    squares.reserveCapacity(x.rows)
    for part in Parallel.map(rows: x.rows, { nearest.assign(x, rows: $0) }) {
      for label in part.labels { labels.append(Int(label)) }
      squares.append(contentsOf: part.squaredDistances)
    }
    return (labels, squares)
  }
}

extension KMeansModel {
  private enum CodingKeys: String, CodingKey { case centroids }

  /// Reads a model, refusing one without centroids or with values that are not finite.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let centroids = try container.decode(Matrix.self, forKey: .centroids)
    guard centroids.rows > 0, centroids.columns > 0, centroids.values.allSatisfy(\.isFinite) else {
      throw DecodingError.dataCorruptedError(
        forKey: .centroids, in: container, debugDescription: "A k-means model needs one finite centroid or more.")
    }
    self.init(centroids: centroids)
  }
}

/// The clusters that rows were assigned to.
public struct KMeansAssignment: Sendable, Hashable, Codable {
  /// The cluster of each row (m), from 0.
  public let labels: [Int]
  /// The Euclidean distance of each row to its centroid (m), in units of the data.
  public let distances: [Double]
}
