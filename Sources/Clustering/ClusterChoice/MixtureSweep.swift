internal import LinearAlgebra

/// Every model of a ``MixtureSearch`` fitted to the same prepared rows from the same starts.
struct MixtureSweep: Sendable {
  /// Every model, by k and then in the order of the families.
  private(set) var candidates: [MixtureCandidate]
  /// The fit of each; nil where it degenerated.
  private(set) var fits: [MixtureFit?]

  /// The tolerance of the first round, whose models go on in the second.
  private static let firstTolerance = 1e-4
  /// The tolerance of the second round: BIC to about a hundredth in 500 rows.
  private static let roughTolerance = 1e-5
  /// The most iterations of a round.
  private static let roughIterations = 300
  /// Models whose BIC is at most this above the least are fitted again with care.
  private static let nearBIC = 20.0
  /// The most models that are.
  private static let refined = 6

  /// The model of least BIC; of equal ones the first.
  var best: Int? {
    candidates.indices.filter { candidates[$0].bic != nil }
      .min { (candidates[$0].bic ?? 0, $0) < (candidates[$1].bic ?? 0, $1) }
  }

  /// Fits the models of `search` with k in `range`; `report` is told the part done and the BIC of each.
  init(
    _ search: MixtureSearch, _ range: ClosedRange<Int>, _ rows: MixtureRows, _ x: Matrix, _ weights: [Double]?,
    report: @escaping @Sendable (_ fraction: Double, _ bic: Double?) -> Bool
  ) throws(FitError) {
    let models = range.flatMap { k in search.families(components: k, width: x.columns).map { (k: k, family: $0) } }
    // A fit costs about as many passes as it has components; the starts of all cost about as much as a few fits, and so
    // do the careful fits at the end.
    let costs = models.map { Double($0.k) }
    let few = Double(models.count * range.upperBound) / 10
    let board = ProgressBoard(work: costs + costs + [few, few]) { report($0.fraction, $0.bestCriterion) }
    let starts = SharedStarts(search.mixture, range, rows) { board.report(part: 2 * models.count + 1, fraction: $0) }
    guard board.goesOn else { throw .cancelled }
    func fitAll(
      _ round: Int, _ own: @escaping @Sendable (Int, Mixture) -> [MixtureStart]
    ) throws(FitError) -> [Result<MixtureFit, FitError>] {
      // The slowest first, so that no worker is left with them at the end.
      let order = Array(models.indices.reversed())
      let fitted = Parallel.map(count: order.count) { position -> Result<MixtureFit, FitError> in
        let index = order[position]
        let part = round * models.count + index
        let (k, family) = models[index]
        var mixture = search.settings(family, k)
        mixture.tolerance = max(mixture.tolerance, round == 0 ? Self.firstTolerance : Self.roughTolerance)
        mixture.maxIterations = min(mixture.maxIterations, Self.roughIterations)
        guard board.report(part: part, fraction: 0) else { return .failure(.cancelled) }
        do throws(FitError) {
          let fit = try mixture.fit(
            rows, starts.starting, x, weights, starts: own(index, mixture), stages: .brief
          ) { board.report(part: part, fraction: $0.fraction) }
          return board.report(part: part, fraction: 1, criterion: fit.bic) ? .success(fit) : .failure(.cancelled)
        } catch {
          // What stops one model need not stop the next; only a request to stop is general.
          _ = board.report(part: part, fraction: 1)
          return .failure(error)
        }
      }
      for case .failure(.cancelled) in fitted { throw .cancelled }
      return Array(fitted.reversed())
    }
    let first = try fitAll(0) { _, mixture in starts.starts(mixture) }
    let second = try fitAll(1) { index, _ in
      models.indices.flatMap { other -> [MixtureStart] in
        guard models[other].k == models[index].k, models[other].k > 1, case .success(let fit) = first[other] else {
          return []
        }
        if other == index { return [.model(fit.model, name: "sweep")] }
        guard let own = models[index].family, let family = models[other].family, own.isNeighbour(of: family) else {
          return []
        }
        let settings = search.settings(family, models[other].k)
        return [.responsibilities(fit.model, settings: settings, name: family.rawValue)]
      }
    }
    let results = zip(first, second).map { first, second in
      guard case .success(let later) = second else { return first }
      guard case .success(let earlier) = first else { return second }
      return later.bic < earlier.bic ? second : first
    }
    candidates = []
    fits = []
    var problem: FitError?
    for (model, result) in zip(models, results) {
      switch result {
      case .success(let fit):
        candidates.append(MixtureCandidate(fit, family: model.family))
        fits.append(fit)
      case .failure(let error):
        problem = problem ?? error
        candidates.append(MixtureCandidate(clusters: model.k, family: model.family, problem: error.description))
        fits.append(nil)
      }
    }
    if let problem, fits.allSatisfy({ $0 == nil }) { throw problem }
    try refine(search, rows, starts.starting, x, weights, board)
  }

  /// Fits the models near the least BIC with all their starts and to the tolerance asked for.
  private mutating func refine(
    _ search: MixtureSearch, _ rows: MixtureRows, _ starting: StartingRows, _ x: Matrix, _ weights: [Double]?,
    _ board: ProgressBoard
  ) throws(FitError) {
    guard let best, let least = candidates[best].bic else { return }
    let near = candidates.indices
      .filter { candidates[$0].clusters > 1 && candidates[$0].bic ?? .infinity < least + Self.nearBIC }
      .sorted { (candidates[$0].bic ?? 0, $0) < (candidates[$1].bic ?? 0, $1) }.prefix(Self.refined)
    let chosen = Array(near)
    let before = self
    let part = 2 * candidates.count
    let fitted = Parallel.map(count: chosen.count) { position -> Result<MixtureFit, FitError> in
      let index = chosen[position]
      let own = before.candidates[index]
      let mixture = search.settings(own.family, own.clusters)
      var starts = mixture.ownStarts.filter(\.isRandom)
      if let fit = before.fits[index] { starts.append(.model(fit.model, name: "sweep")) }
      do throws(FitError) {
        return .success(
          try mixture.fit(rows, starting, x, weights, starts: starts) { _ in board.report(part: part, fraction: 0) })
      } catch {
        return .failure(error)
      }
    }
    for (index, result) in zip(chosen, fitted) {
      switch result {
      case .failure(.cancelled): throw .cancelled
      case .failure: break
      case .success(let fit):
        guard fit.bic <= candidates[index].bic ?? .infinity else { continue }
        candidates[index] = MixtureCandidate(fit, family: candidates[index].family)
        fits[index] = fit
      }
    }
    guard board.report(part: part, fraction: 1) else { throw .cancelled }
  }
}

extension MixtureSearch {
  /// The families to try with `components`: of several that are the same model there, the first.
  fileprivate func families(components: Int, width: Int) -> [CovarianceFamily?] {
    let gaussian = mixture.blocks.filter { block in
      switch block.kind {
      case .gaussian, .logNormal: true
      case .poisson, .negativeBinomial, .categorical, .ordinal, .binary: false
      }
    }
    guard !gaussian.isEmpty else { return [nil] }
    let columns = gaussian.map { $0.columns?.count ?? width }.max() ?? width
    var seen: Set<CovarianceFamily> = []
    return families.filter { seen.insert($0.simplest(components: components, columns: columns)).inserted }
  }
}

extension CovarianceFamily {
  /// Whether one letter alone is different.
  fileprivate func isNeighbour(of other: CovarianceFamily) -> Bool {
    zip(rawValue, other.rawValue).count { $0 != $1 } == 1
  }
}

/// The starts that all families share: agglomeration and k-means, made once.
private struct SharedStarts: Sendable {
  /// The rows that starts look at, agglomerated.
  let starting: StartingRows
  private let kMeans: [Int: [Int32]]

  init(
    _ mixture: Mixture, _ range: ClosedRange<Int>, _ rows: MixtureRows, report: @escaping @Sendable (Double) -> Bool
  ) {
    var widest = mixture
    widest.components = min(range.upperBound, rows.count)
    let starting = widest.startingRows(rows)
    self.starting = starting
    let several = range.filter { $0 > 1 && $0 <= starting.rows.count }
    let started = report(0.5)
    let found = Parallel.map(count: several.count) { index -> [Int32]? in
      guard started, report(0.5 + Double(index) / Double(2 * several.count)) else { return nil }
      var own = mixture
      own.components = several[index]
      return own.kMeansLabels(starting)
    }
    var byClusters: [Int: [Int32]] = [:]
    for (k, labels) in zip(several, found) { byClusters[k] = labels }
    kMeans = byClusters
    _ = report(1)
  }

  /// The starts of a mixture, in the order of its own; where agglomeration leads the way, without the random ones.
  func starts(_ mixture: Mixture) -> [MixtureStart] {
    let own = mixture.ownStarts
    let isLed = own.contains { start in
      if case .agglomeration = start { true } else { false }
    }
    return own.filter { !isLed || !$0.isRandom }.map { start in
      guard case .kMeans = start, let labels = kMeans[mixture.components] else { return start }
      return .labels(labels, name: start.name)
    }
  }
}

extension MixtureStart {
  /// Whether it depends on the draw.
  fileprivate var isRandom: Bool {
    switch self {
    case .random, .scattered: true
    case .agglomeration, .kMeans, .labels, .model, .responsibilities: false
    }
  }
}
