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
    let parts = try assignments(x)
    return (parts.labels(rows: x.rows), parts.flatMap(\.squaredDistances))
  }

  /// The assignments of the pieces of `x`, in order.
  private func assignments(_ x: Matrix) throws(FitError) -> [NearestCenters.Assignment] {
    guard x.columns == centroids.columns else { throw .columnCount(have: x.columns, need: centroids.columns) }
    try DataChecks.checkValues(x)
    let nearest = NearestCenters(centroids)
    return Parallel.map(rows: x.rows) { nearest.assign(x, rows: $0) }
  }
}

extension [NearestCenters.Assignment] {
  /// The labels of all `rows` rows.
  fileprivate func labels(rows: Int) -> [Int] {
    var labels: [Int] = []
    labels.reserveCapacity(rows)
    for part in self { labels.append(contentsOf: part.labels.lazy.map { Int($0) }) }
    return labels
  }
}

/// What the pieces of an assignment add up to, in two doubles so that the order of the rows does not show.
private struct AssignmentTotals: Sendable {
  var weights: [CompensatedSum]
  var inertia = CompensatedSum()

  init(_ part: NearestCenters.Assignment, clusters: Int, weights rowWeights: ArraySlice<Double>?) {
    weights = [CompensatedSum](repeating: CompensatedSum(), count: clusters)
    if let rowWeights {
      for ((label, square), weight) in zip(zip(part.labels, part.squaredDistances), rowWeights) {
        weights[Int(label)].add(weight)
        inertia.add(square, times: weight)
      }
    } else {
      // Counts are exact as they are.
      var counts = [Int](repeating: 0, count: clusters)
      for label in part.labels { counts[Int(label)] += 1 }
      for cluster in counts.indices { weights[cluster].add(Double(counts[cluster])) }
      for square in part.squaredDistances { inertia.add(square) }
    }
  }

  mutating func add(_ other: AssignmentTotals) {
    for cluster in weights.indices { weights[cluster].add(other.weights[cluster]) }
    inertia.add(other.inertia)
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
    var parts = try assignments(x)
    var totals = model.totals(parts, weights)
    for _ in 0..<4 {
      let order = clusterOrder(totals.weights.map(\.value), model.centroids)
      if order == Array(order.indices) { break }
      model = KMeansModel(centroids: model.centroids.gatheringRows(order))
      parts = try model.assignments(x)
      totals = model.totals(parts, weights)
    }
    return (model, parts.labels(rows: x.rows), totals.inertia.value)
  }

  private func totals(_ parts: [NearestCenters.Assignment], _ weights: [Double]?) -> AssignmentTotals {
    let sums = Parallel.map(count: parts.count) { index in
      let first = index * Parallel.rowsPerPiece
      return AssignmentTotals(
        parts[index], clusters: clusters, weights: weights?[first..<first + parts[index].labels.count])
    }
    var totals = AssignmentTotals(.init(labels: [], squaredDistances: []), clusters: clusters, weights: nil)
    for sum in sums { totals.add(sum) }
    return totals
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
