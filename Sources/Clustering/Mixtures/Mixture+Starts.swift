internal import Foundation
internal import LinearAlgebra
internal import Randomness

/// Where a run of EM may begin.
enum MixtureStart: Sendable {
  /// From the groups that agglomeration of a sample makes.
  case agglomeration(ModelBasedAgglomeration.Criterion)
  /// From k-means.
  case kMeans
  /// From k rows drawn at random, each other row with the nearest of them.
  case random(Int)
  /// From memberships that random directions through the rows give.
  case scattered(Int)
  /// From a component for each of the prepared rows, -1 where none is known.
  case labels([Int32], name: String)
  /// From the parameters of a model of the same blocks and as many components.
  case model(MixtureModel, name: String)

  /// What it is called in a result.
  var name: String {
    switch self {
    case .agglomeration(.varyingCovariances): "agglomeration"
    case .agglomeration(.ward): "ward"
    case .kMeans: "k-means"
    case .random(let index), .scattered(let index): "random \(index + 1)"
    case .labels(_, let name), .model(_, let name): name
    }
  }
}

/// What starts look at: all rows or a sample of them. Made once for all families and numbers of components of a search.
struct StartingRows: Sendable {
  /// The rows themselves.
  let rows: MixtureRows
  /// Numbers whose distances say which of them are alike (m x any).
  let coordinates: Matrix
  /// The rows that were agglomerated, ascending, and how.
  private let agglomerated: [Int]
  private let trees: [ModelBasedAgglomeration.Criterion: ModelBasedAgglomeration]

  /// A sample of `rows` that serves up to `components` components, agglomerated by `criteria`.
  init(_ all: MixtureRows, components: Int, criteria: [ModelBasedAgglomeration.Criterion], seed: UInt64) {
    let rows = Self.sample(all, max(Parallel.rowsPerPiece, 256 * components), seed: seed)
    self.rows = rows
    guard components > 1 else {
      coordinates = Matrix(rows: rows.count, columns: 0)
      agglomerated = []
      trees = [:]
      return
    }
    let coordinates = rows.coordinates
    self.coordinates = coordinates
    let limit = max(components, ModelBasedAgglomeration.greatestRows(columns: coordinates.columns))
    var random = RandomStream(seed: seed, index: -2)
    let kept = rows.count <= limit ? Array(0..<rows.count) : random.sample(limit, from: rows.count)
    agglomerated = kept
    let built = Parallel.map(count: criteria.count) { index in
      ModelBasedAgglomeration(
        coordinates.gatheringRows(kept), weights: kept.map { rows.weights[$0] }, criterion: criteria[index])
    }
    trees = Dictionary(uniqueKeysWithValues: zip(criteria, built))
  }

  /// A component for each row, -1 for those that were not agglomerated.
  func labels(_ criterion: ModelBasedAgglomeration.Criterion, components: Int) -> [Int32] {
    var labels = [Int32](repeating: -1, count: rows.count)
    guard let tree = trees[criterion], tree.rows >= components else { return labels }
    for (row, label) in zip(agglomerated, tree.labels(clusters: components)) { labels[row] = Int32(label) }
    return labels
  }

  /// All rows, or of more than four times `count` that many, drawn by weight.
  private static func sample(_ rows: MixtureRows, _ count: Int, seed: UInt64) -> MixtureRows {
    guard rows.count > 4 * count else { return rows }
    var random = RandomStream(seed: seed, index: -1)
    var kept: [Int] = []
    var hits: [Double] = []
    for row in systematicSample(count, weights: rows.weights, &random) {
      if row == kept.last {
        hits[hits.count - 1] += 1
      } else {
        kept.append(row)
        hits.append(1)
      }
    }
    if kept.count >= count / 4 { return rows.subset(kept, weights: hits) }
    // A few rows bear nearly all the weight: as many rows, with their weights.
    let some = random.sample(count, from: rows.count)
    return rows.subset(some, weights: some.map { rows.weights[$0] })
  }
}

extension Mixture {
  /// The starts of a fit from nothing, in order.
  var ownStarts: [MixtureStart] {
    if components == 1 { return [.labels([], name: "whole")] }
    guard blocks.contains(where: { $0.kind.covarianceFamily != nil }) else {
      // Levels and counts have no shape to agglomerate by; many cheap starts find what one good start would.
      return [.kMeans] + (0..<max(randomStarts, Self.randomStartsWithoutGaussians)).map { .scattered($0) }
    }
    return [.agglomeration(.varyingCovariances), .agglomeration(.ward), .kMeans]
      + (0..<randomStarts).map { .random($0) }
  }

  /// The fewest random starts without a Gaussian column: a third or a quarter of them may find the best latent classes.
  private static let randomStartsWithoutGaussians = 24

  /// The run that a start leads to, before its first iteration; nil when it has no parameters to offer.
  ///
  /// A pure function of the rows, the settings and the start.
  func begin(_ start: MixtureStart, _ starting: StartingRows) -> MixtureRun? {
    let (rows, coordinates) = (starting.rows, starting.coordinates)
    var run = MixtureRun(self, rows)
    let begun =
      switch start {
      case .model(let model, _): run.begin(model)
      case .labels(let labels, _): run.begin(components == 1 ? [Int32](repeating: 0, count: rows.count) : labels)
      case .kMeans: run.begin(kMeansLabels(coordinates, rows.weights))
      case .random(let index): run.begin(randomLabels(index, coordinates, rows.weights))
      case .scattered(let index): run.begin(memberships: scattered(index, coordinates))
      case .agglomeration(let criterion): run.begin(starting.labels(criterion, components: components))
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

  /// Memberships (m x k) whose log-odds are random linear functions of the coordinates: what probabilities drawn at
  /// random would give, as latent class programs start (Linzer & Lewis, 2011), but for blocks of any kind. No membership
  /// is 0, from which EM could not come back.
  private func scattered(_ index: Int, _ coordinates: Matrix) -> Matrix {
    var random = RandomStream(seed: seed, index: index)
    let (k, d) = (components, coordinates.columns)
    let directions = (0..<k * d).map { _ in random.normal() }
    var values: [Double] = []
    values.reserveCapacity(coordinates.rows * k)
    for row in 0..<coordinates.rows {
      let place = Array(coordinates.row(row))
      let exponents = (0..<k).map { j in place.indices.reduce(0) { $0 + place[$1] * directions[j * d + $1] } }
      let greatest = exponents.max() ?? 0
      let terms = exponents.map { exp($0 - greatest) + 1e-3 }
      let sum = terms.reduce(0, +)
      for term in terms { values.append(term / sum) }
    }
    return Matrix(rows: coordinates.rows, columns: k, values: values)
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
