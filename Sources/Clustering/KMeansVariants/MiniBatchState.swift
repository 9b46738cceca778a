public import LinearAlgebra
internal import Randomness

/// What mini-batch k-means knows after some batches; a further batch makes a new state.
///
/// Holds sums of rows and no row. The state after a batch depends on the state before and on the rows of the batch,
/// whatever their order there; a whole weight in a batch is the same as as many equal rows in it. The order of the
/// batches does matter: each centre moves by what came before.
public struct MiniBatchState: Sendable, Hashable, Codable {
  /// The centres (k x d, units of the data), in a fixed order.
  public private(set) var centroids: Matrix
  /// The weight of all rows each centre has learned from (k); more makes it move less.
  public private(set) var seen: [Double]
  /// How many batches were learned from.
  public private(set) var batches: Int
  /// The mean squared distance of a batch's rows to their centres before these moved, smoothed exponentially over the
  /// batches; in squared units of the data.
  public private(set) var smoothedInertia: Double
  /// The weight of the newest batch in ``smoothedInertia``.
  var smoothing: Double
  private let reassignmentRatio: Double
  private let seed: UInt64

  init(
    centroids: Matrix, seen: [Double], batches: Int, smoothedInertia: Double, smoothing: Double,
    reassignmentRatio: Double, seed: UInt64
  ) {
    self.centroids = centroids
    self.seen = seen
    self.batches = batches
    self.smoothedInertia = smoothedInertia
    self.smoothing = smoothing
    self.reassignmentRatio = reassignmentRatio
    self.seed = seed
  }

  /// The centres as a model that assigns rows, those that saw most weight first.
  public var model: KMeansModel {
    KMeansModel(centroids: centroids.gatheringRows(clusterOrder(seen, centroids)))
  }

  /// The state after learning from `x` too (m x d, finite), weighted by `weights` (m, >= 0; all 1 when nil). No rows
  /// change nothing. O(m k d).
  ///
  /// - Throws: ``FitError`` when `x` has another number of columns, or `x` or the weights are not usable.
  public func updated(with x: Matrix, weights: [Double]? = nil) throws(FitError) -> MiniBatchState {
    guard x.columns == centroids.columns else { throw .columnCount(have: x.columns, need: centroids.columns) }
    try DataChecks.checkValues(x)
    try DataChecks.checkWeights(weights, rows: x.rows)
    let distinct = DistinctRows(x, weights: weights)
    guard distinct.matrix.rows > 0 else { return self }
    var next = self
    next.learn(distinct.matrix, distinct.weights)
    return next
  }

  /// Learns from checked rows (m x d, m > 0) of these weights (m, > 0).
  mutating func learn(_ x: Matrix, _ weights: [Double]) {
    let nearest = NearestCenters(centroids)
    let steps = Parallel.map(rows: x.rows) { nearest.step(x, weights: weights, rows: $0) }
    let (k, d) = (centroids.rows, centroids.columns)
    var sums = [Double](repeating: 0, count: k * d)
    var gained = [Double](repeating: 0, count: k)
    for step in steps {
      for index in sums.indices { sums[index] += step.sums[index] }
      for cluster in 0..<k { gained[cluster] += step.weights[cluster] }
    }
    let inertia = steps.reduce(0) { $0 + $1.inertia } / gained.reduce(0, +)
    smoothedInertia = batches == 0 ? inertia : smoothedInertia + smoothing * (inertia - smoothedInertia)
    batches += 1
    for cluster in 0..<k where gained[cluster] > 0 {
      seen[cluster] += gained[cluster]
      let rate = gained[cluster] / seen[cluster]
      for column in 0..<d {
        let mean = sums[cluster * d + column] / gained[cluster]
        centroids[cluster, column] += rate * (mean - centroids[cluster, column])
      }
    }
    reassign(without: gained, x, weights)
  }

  /// Moves centres that starve, those the batch gave nothing (`gained`) and that have seen little, to rows of the
  /// batch, each drawn with probability proportional to weight x squared distance to its nearest centre.
  ///
  /// As the batch has no row of theirs, its inertia only falls. They count as having seen just enough not to starve, as
  /// in scikit-learn, whose rows are drawn evenly instead.
  private mutating func reassign(without gained: [Double], _ x: Matrix, _ weights: [Double]) {
    let enough = reassignmentRatio * seen.reduce(0, max)
    let starved = seen.indices.filter { gained[$0] == 0 && seen[$0] < enough }
    guard !starved.isEmpty else { return }
    let heaviest = weights.reduce(0, max)
    let kept = NearestCenters(centroids.gatheringRows(seen.indices.filter { !starved.contains($0) }))
    var squares = Parallel.map(rows: x.rows) { kept.assign(x, rows: $0).squaredDistances }.flatMap { $0 }
    var random = RandomStream(seed: seed, index: batches)
    for cluster in starved {
      let farthest = squares.reduce(0, max)
      guard farthest > 0 else { return }
      // Both at most 1, so that no sum of them overflows.
      let drawn = random.category(weights: zip(squares, weights).map { $0 / farthest * ($1 / heaviest) })
      let point = Array(x.row(drawn))
      for (column, value) in point.enumerated() { centroids[cluster, column] = value }
      seen[cluster] = enough
      let fromPoint = x.squaredDistances(toPoint: point)
      for row in squares.indices { squares[row] = min(squares[row], fromPoint[row]) }
    }
  }

  /// Counts what the centres have seen as `weight` in all, in the same proportions.
  mutating func count(weight: Double) {
    let factor = weight / seen.reduce(0, +)
    for cluster in seen.indices { seen[cluster] *= factor }
  }

  /// This state, learned in `units`, in units of the data.
  func inDataUnits(_ units: RowUnits) -> MiniBatchState {
    var result = self
    result.centroids = units.inDataUnits(centroids)
    result.seen = seen.map { $0 / units.weightScale }
    result.smoothedInertia = units.squareInDataUnits(smoothedInertia)
    return result
  }
}

extension MiniBatchState {
  private enum CodingKeys: String, CodingKey {
    case centroids, seen, batches, smoothedInertia, smoothing, reassignmentRatio, seed
  }

  /// Reads a state, refusing one whose numbers cannot be learned on from.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      centroids: try container.decode(Matrix.self, forKey: .centroids),
      seen: try container.decode([Double].self, forKey: .seen),
      batches: try container.decode(Int.self, forKey: .batches),
      smoothedInertia: try container.decode(Double.self, forKey: .smoothedInertia),
      smoothing: try container.decode(Double.self, forKey: .smoothing),
      reassignmentRatio: try container.decode(Double.self, forKey: .reassignmentRatio),
      seed: try container.decode(UInt64.self, forKey: .seed))
    guard centroids.rows > 0, centroids.columns > 0, centroids.values.allSatisfy(\.isFinite),
      seen.count == centroids.rows, seen.allSatisfy({ $0 >= 0 && $0.isFinite }), batches >= 0, batches < Int.max / 2,
      smoothedInertia >= 0, smoothedInertia.isFinite, smoothing > 0, smoothing <= 1,
      reassignmentRatio >= 0, reassignmentRatio < 1
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .centroids, in: container,
        debugDescription: "A state needs a finite centroid or more, a weight seen by each, and settings in range.")
    }
  }
}
