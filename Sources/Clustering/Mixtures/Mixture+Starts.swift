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
    case .random(let index): "random \(index + 1)"
    case .labels(_, let name), .model(_, let name): name
    }
  }
}

extension Mixture {
  /// The starts of a fit from nothing, in order.
  var ownStarts: [MixtureStart] {
    if components == 1 { return [.labels([], name: "whole")] }
    return [.agglomeration(.varyingCovariances), .agglomeration(.ward), .kMeans]
      + (0..<randomStarts).map { .random($0) }
  }

  /// The run that a start leads to, before its first iteration; nil when it has no parameters to offer.
  ///
  /// A pure function of the rows, the settings and the start.
  func begin(_ start: MixtureStart, _ starting: StartingRows) -> MixtureRun? {
    let rows = starting.rows
    var run = MixtureRun(self, rows)
    let begun =
      switch start {
      case .model(let model, _): run.begin(model)
      case .labels(let labels, _): run.begin(components == 1 ? [Int32](repeating: 0, count: rows.count) : labels)
      case .kMeans: run.begin(starting.spread(kMeansLabels(starting)))
      case .random(let index): run.begin(starting.spread(randomLabels(index, starting)))
      case .agglomeration(let criterion): run.begin(starting.labels(criterion, components: components))
      }
    return begun ? run : nil
  }

  private func kMeansLabels(_ starting: StartingRows) -> [Int32] {
    var kMeans = KMeans(clusters: components)
    kMeans.seed = seed
    kMeans.restarts = 2
    kMeans.swaps = 4
    // Fewer different coordinates than components: no start from k-means.
    guard let fit = try? kMeans.fit(starting.coordinates, weights: starting.weights) else { return [] }
    return fit.labels.map { Int32($0) }
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
}
