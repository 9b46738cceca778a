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
  /// The labels of `x` with the clusters in order of their weight there, and the inertia, whatever the order of rows.
  ///
  /// Rows exactly between two centroids go with the order, so an order is taken only once it confirms itself.
  func heaviestFirst(_ x: Matrix, _ weights: [Double]?) throws(FitError) -> (
    model: KMeansModel, labels: [Int], inertia: Double
  ) {
    var model = self
    var assigned = try assignSquared(x)
    for _ in 0..<4 {
      var totals = [CompensatedSum](repeating: CompensatedSum(), count: clusters)
      for (row, label) in assigned.labels.enumerated() { totals[label].add(weights?[row] ?? 1) }
      let order = clusterOrder(totals.map(\.value), model.centroids)
      if order == Array(order.indices) { break }
      model = KMeansModel(centroids: model.centroids.gatheringRows(order))
      assigned = try model.assignSquared(x)
    }
    var inertia = CompensatedSum()
    for (row, square) in assigned.squares.enumerated() { inertia.add(square, times: weights?[row] ?? 1) }
    return (model, assigned.labels, inertia.value)
  }
}

/// The order of clusters: the heaviest first, equally heavy ones by their centres, lexicographically.
func clusterOrder(_ weights: [Double], _ centers: Matrix) -> [Int] {
  weights.indices.sorted { a, b in
    if weights[a] != weights[b] { return weights[a] > weights[b] }
    return centers.row(a).lexicographicallyPrecedes(centers.row(b))
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
