internal import LinearAlgebra
internal import Randomness

/// Where a run of EM may begin.
enum MixtureStart: Sendable {
  /// From groups of rows that agglomerative clustering of a sample made, by a criterion.
  case agglomeration(Agglomeration)
  /// From k-means.
  case kMeans
  /// From k rows drawn at random, each other row with the nearest of them.
  case random(Int)
  /// From a component for each of the prepared rows, -1 where none is known.
  case labels([Int32], name: String)
  /// From the parameters of a model of the same blocks and as many components.
  case model(MixtureModel, name: String)

  /// What agglomeration merges by.
  enum Agglomeration: String, Sendable {
    /// The likelihood of unconstrained covariances (Fraley, 1998).
    case likelihood = "agglomeration"
    /// The sum of squares (Ward, 1963).
    case ward
  }

  /// What it is called in a result.
  var name: String {
    switch self {
    case .agglomeration(let kind): kind.rawValue
    case .kMeans: "k-means"
    case .random(let index): "random \(index + 1)"
    case .labels(_, let name), .model(_, let name): name
    }
  }
}

extension Mixture {
  /// The most rows that agglomeration looks at: its cost grows with their square.
  private static let agglomeratedRows = 2_000

  /// The starts of a fit from nothing, in order.
  var ownStarts: [MixtureStart] {
    if components == 1 { return [.labels([], name: "whole")] }
    return [.agglomeration(.likelihood), .agglomeration(.ward), .kMeans] + (0..<randomStarts).map { .random($0) }
  }

  /// The most rows that starts look at: enough for the components to be met.
  private var startRows: Int { max(Parallel.rowsPerPiece, 256 * components) }

  /// The rows that starts look at: all, or of many a sample drawn by weight.
  func sample(_ rows: MixtureRows) -> MixtureRows {
    guard rows.count > 4 * startRows else { return rows }
    var random = RandomStream(seed: seed, index: -1)
    var kept: [Int] = []
    var counts: [Double] = []
    for row in systematicSample(startRows, weights: rows.weights, &random) {
      if row == kept.last {
        counts[counts.count - 1] += 1
      } else {
        kept.append(row)
        counts.append(1)
      }
    }
    if kept.count >= startRows / 4 { return rows.subset(kept, weights: counts) }
    // A few rows bear nearly all the weight: as many rows, with their weights.
    let some = random.sample(startRows, from: rows.count)
    return rows.subset(some, weights: some.map { rows.weights[$0] })
  }

  /// The run that a start leads to, before its first iteration; nil when it has no parameters to offer.
  ///
  /// A pure function of the rows, the settings and the start. `coordinates` are those of all blocks (m x any).
  func begin(_ start: MixtureStart, _ rows: MixtureRows, coordinates: Matrix) -> MixtureRun? {
    var run = MixtureRun(self, rows)
    let begun =
      switch start {
      case .model(let model, _): run.begin(model)
      case .labels(let labels, _): run.begin(components == 1 ? [Int32](repeating: 0, count: rows.count) : labels)
      case .kMeans: run.begin(kMeansLabels(coordinates, rows.weights))
      case .random(let index): run.begin(randomLabels(index, coordinates, rows.weights))
      case .agglomeration(let kind): run.begin(agglomeratedLabels(kind, coordinates, rows.weights))
      }
    return begun ? run : nil
  }

  private func kMeansLabels(_ coordinates: Matrix, _ weights: [Double]) -> [Int32] {
    var kMeans = KMeans(clusters: components)
    kMeans.seed = seed
    kMeans.restarts = 2
    kMeans.swaps = 4
    // Fewer different coordinates than components: no start from k-means.
    guard let fit = try? kMeans.fit(coordinates, weights: weights) else {
      return [Int32](repeating: -1, count: weights.count)
    }
    return fit.labels.map { Int32($0) }
  }

  private func randomLabels(_ index: Int, _ coordinates: Matrix, _ weights: [Double]) -> [Int32] {
    var random = RandomStream(seed: seed, index: index)
    var left = weights
    var drawn: [Int] = []
    while drawn.count < components, left.contains(where: { $0 > 0 }) {
      let row = random.category(weights: left)
      drawn.append(row)
      left[row] = 0
    }
    let nearest = NearestCenters(coordinates.gatheringRows(drawn))
    return Parallel.map(rows: coordinates.rows) { nearest.assign(coordinates, rows: $0).labels }.flatMap { $0 }
  }

  private func agglomeratedLabels(
    _ kind: MixtureStart.Agglomeration, _ coordinates: Matrix, _ weights: [Double]
  ) -> [Int32] {
    [Int32](repeating: -1, count: weights.count)
  }
}

extension MixtureRows {
  /// The coordinates of all blocks side by side (m x any).
  var coordinates: Matrix {
    let parts = blocks.map(\.coordinates)
    guard parts.count > 1 else { return parts.first ?? Matrix(rows: count, columns: 0) }
    var values: [Double] = []
    for row in 0..<count { for part in parts { values += part.row(row) } }
    return Matrix(rows: count, columns: parts.reduce(0) { $0 + $1.columns }, values: values)
  }
}
