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
  /// From the responsibilities of a model of other families, fitted by `settings`, with as many components.
  case responsibilities(MixtureModel, settings: Mixture, name: String)

  /// What it is called in a result.
  var name: String {
    switch self {
    case .agglomeration(.varyingCovariances): "agglomeration"
    case .agglomeration(.ward): "ward"
    case .kMeans: "k-means"
    case .random(let index), .scattered(let index): "random \(index + 1)"
    case .labels(_, let name), .model(_, let name), .responsibilities(_, _, let name): name
    }
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
    let rows = starting.rows
    var run = MixtureRun(self, rows)
    let begun =
      switch start {
      case .model(let model, _): run.begin(model)
      case .responsibilities(let model, let settings, _): run.begin(model, of: settings)
      case .labels(let labels, _): run.begin(components == 1 ? [Int32](repeating: 0, count: rows.count) : labels)
      case .kMeans: run.begin(kMeansLabels(starting))
      case .random(let index): run.begin(starting.spread(randomLabels(index, starting)))
      case .scattered(let index): run.begin(memberships: starting.spread(scattered(index, starting.coordinates)))
      case .agglomeration(let criterion): run.begin(starting.labels(criterion, components: components))
      }
    return begun ? run : nil
  }

  /// A component for each of the starting rows, by k-means on their coordinates.
  func kMeansLabels(_ starting: StartingRows) -> [Int32] {
    var kMeans = KMeans(clusters: components)
    kMeans.seed = seed
    kMeans.restarts = 2
    kMeans.swaps = 4
    // Fewer different coordinates than components: no start from k-means.
    guard let fit = try? kMeans.fit(starting.coordinates, weights: starting.weights) else {
      return starting.spread([])
    }
    return starting.spread(fit.labels.map { Int32($0) })
  }

  private func randomLabels(_ index: Int, _ starting: StartingRows) -> [Int32] {
    let coordinates = starting.coordinates
    var random = RandomStream(seed: seed, index: index)
    var left = starting.weights
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
