public import LinearAlgebra

/// Fits mixtures of every family of covariances with every k of a range and chooses among them, giving its reason.
///
/// The least BIC wins (Fraley & Raftery, 2002). When 1 is in the range, a winner with several components must also
/// stand against one cloud (see ``StructureTest``), else the answer is k = 1, "no structure", with the best single
/// component. What other criteria prefer is said, but they have no vote.
public struct MixtureSearch: Sendable, Hashable, Codable {
  /// The numbers of components that are tried, from 1 upwards.
  public var range: ClosedRange<Int> = 1...9
  /// The families that are tried, in blocks that have one. Those that are the same model for a k are tried once.
  public var families = CovarianceFamily.allCases
  /// How each is fitted; its `components` and families are overridden.
  public var mixture = Mixture(components: 1)
  /// Models are compared on a seeded sample of this many rows when there are more, at least 100.
  public var rowLimit = 20_000
  /// The even clouds of each kind that the winner is compared with, at least 5.
  public var references = 10
  /// The even data sets of the gap statistic, at least 2; nil to leave it out.
  public var gapReferences: Int?
  /// How to measure the stability of the chosen components; nil to leave it out.
  public var stability: BootstrapStability?
  /// The natural logarithm of what each column of the data was divided by (as many as there are, 0 for the rest):
  /// likelihoods, BIC and ICL are told in the units before, whichever scale was taken.
  public var logScales: [Double] = []

  /// A search over `range`, everything else at its default.
  public init(range: ClosedRange<Int> = 1...9) { self.range = range }

  /// Tries every family and k on `x` (n x d), rows weighted by `weights` (n, >= 0; all 1 when nil).
  ///
  /// A range that goes beyond the number of different rows is cut there. A model that degenerates is listed with the
  /// reason. Fits run side by side and share the prepared rows and the starts; the observer is told the least BIC so
  /// far. Cost: a fit for each model, and about 20 small ones for the test against one cloud.
  /// - Throws: ``FitError`` as ``Mixture/fit(_:weights:observer:)`` does, when no model could be fitted at all.
  public func fit(
    _ x: Matrix, weights: [Double]? = nil, observer: FitObserver? = nil
  ) throws(FitError) -> MixtureChoice {
    try checkSettings()
    let whole = try MixtureRows(mixture, x, weights: weights)
    let seed = mixture.seed
    let isSampled = whole.count > rowLimit
    let order = isSampled ? x.canonicalOrder(weights: weights) : nil
    let sample = isSampled ? WitnessSample(x, weights: weights, limit: rowLimit, seed: seed, order: order) : nil
    let compared = sample.map { x.gatheringRows($0.rows) } ?? x
    let ownWeights = isSampled ? nil : weights
    let rows = isSampled ? try MixtureRows(mixture, compared, weights: nil) : whole
    let tried = range.lowerBound...min(range.upperBound, max(rows.count, range.lowerBound))

    // Nearly all the work is the sweep's; the other parts have theirs where they are asked for.
    let isTested = tried.lowerBound == 1 && tried.upperBound > 1 && hasReferences
    let board = ProgressBoard(
      work: [
        Double(tried.count), gapReferences == nil ? 0.05 : 0.5, isTested ? 1 : 0,
        (isSampled ? 1 : 0) + (stability.map { Double($0.resamples) / 20 } ?? 0),
      ], observer: observer)
    let units = LikelihoodUnits(compared, weights: ownWeights, logScales: logScales)
    let sweep = try MixtureSweep(self, tried, rows, compared, ownWeights) { fraction, best in
      board.report(part: 0, fraction: fraction, criterion: best.map { $0 - 2 * units.shift })
    }
    var candidates = sweep.candidates
    for index in candidates.indices { candidates[index].setUnits(units) }
    try addCriteria(&candidates, sweep.fits, compared, ownWeights, isSampled: isSampled)
    if let gapReferences {
      let own = WitnessSample(compared, weights: ownWeights, limit: GapStatistic.rowLimit, seed: seed)
      let gap = GapStatistic(
        compared.gatheringRows(own.rows), range: tried, settings: KMeans(clusters: 1), references: gapReferences,
        seed: seed
      ) { board.report(part: 1, fraction: $0) }
      guard let gap else { throw .cancelled }
      for index in candidates.indices { candidates[index].setGap(gap[candidates[index].clusters]) }
    }
    guard board.report(part: 1, fraction: 1), let winner = sweep.best else { throw .cancelled }

    var test: StructureTest?
    if tried.lowerBound == 1, candidates[winner].clusters > 1, hasReferences, let fit = sweep.fits[winner] {
      test = try structureTest(sweep.candidates[winner], fit, compared, ownWeights) {
        board.report(part: 2, fraction: $0)
      }
    }
    guard board.report(part: 2, fraction: 1) else { throw .cancelled }
    let verdict = MixtureVerdict(
      candidates, winner: winner, fits: sweep.fits, test: test, asked: range, distinct: whole.count, rows: x.rows,
      isGaussian: isGaussian,
      sampled: sample.map { ($0.rows.count, x.rows) })
    guard var fit = sweep.fits[verdict.chosen] else { throw .cancelled }
    let chosen = settings(candidates[verdict.chosen].family, candidates[verdict.chosen].clusters)
    if isSampled {
      fit = try chosen.fit(x, weights: weights, from: fit.model) { board.report(part: 3, fraction: $0.fraction / 2) }
    }
    var stability: ClusterStability?
    if let bootstrap = self.stability, chosen.components > 1 {
      stability = try bootstrap.measure(x, weights: weights, fit, settings: chosen) {
        board.report(part: 3, fraction: 0.5 + $0.fraction / 2)
      }
    }
    guard board.report(part: 3, fraction: 1) else { throw .cancelled }
    fit.setUnits(isSampled ? LikelihoodUnits(x, weights: weights, logScales: logScales) : units)
    return MixtureChoice(
      candidates: candidates, fit: fit, family: candidates[verdict.chosen].family, structure: verdict.structure,
      test: test, stability: stability, rowsCompared: compared.rows, reason: verdict.reason)
  }

  /// The mixture of one candidate.
  func settings(_ family: CovarianceFamily?, _ components: Int) -> Mixture {
    var mixture = mixture.with(family: family)
    mixture.components = components
    return mixture
  }

  /// Whether there are data without clusters for every block to be compared with.
  private var hasReferences: Bool {
    mixture.blocks.allSatisfy { block in
      if case .logNormal = block.kind { false } else { true }
    }
  }

  /// Whether every block is Gaussian, so that distances mean something.
  private var isGaussian: Bool {
    mixture.blocks.allSatisfy { block in
      if case .gaussian = block.kind { true } else { false }
    }
  }

  private func checkSettings() throws(FitError) {
    guard range.lowerBound >= 1 else { throw .parameter(name: "range", requirement: "numbers from 1 upwards") }
    guard !families.isEmpty else { throw .parameter(name: "families", requirement: "at least one") }
    guard rowLimit >= 100 else { throw .parameter(name: "rowLimit", requirement: "at least 100") }
    guard references >= 5 else { throw .parameter(name: "references", requirement: "at least 5") }
    guard gapReferences ?? 2 >= 2 else { throw .parameter(name: "gapReferences", requirement: "at least 2") }
    try mixture.checkSettings()
  }

  /// Silhouettes and separations of all fits, on the columns in use; left out where there are gaps or other blocks.
  private func addCriteria(
    _ candidates: inout [MixtureCandidate], _ fits: [MixtureFit?], _ x: Matrix, _ weights: [Double]?,
    isSampled: Bool
  ) throws(FitError) {
    guard isGaussian else { return }
    let columns = try mixture.columnsOfBlocks(width: x.columns).flatMap { $0 }.sorted()
    let used = x.selectingColumns(columns)
    guard used.values.allSatisfy(\.isFinite) else { return }
    let fitted = candidates.indices.filter { fits[$0] != nil }
    let labels = fitted.map { fits[$0]?.labels ?? [] }
    // Noise belongs to no cluster, and it differs from fit to fit.
    let hasNoise = mixture.noise != nil
    let few = SilhouetteSample.rowsInSweeps
    let sample = SilhouetteSample(
      used, weights: weights, seed: mixture.seed, limit: isSampled ? few : Silhouette.sampleLimit, drawn: few)
    let shared = hasNoise ? nil : sample.means(labels)
    for (position, index) in fitted.enumerated() {
      let own = labels[position].map { max(0, $0) }
      let ownWeights = hasNoise ? own.indices.map { labels[position][$0] < 0 ? 0 : weights?[$0] ?? 1 } : weights
      if let ownWeights, !ownWeights.contains(where: { $0 > 0 }) { continue }
      var silhouette = shared.flatMap { $0[position] }
      if hasNoise, candidates[index].clusters > 1 {
        let own = SilhouetteSample(used, weights: ownWeights, seed: mixture.seed, limit: few, drawn: few).means([own])
        silhouette = own.first.flatMap { $0 }
      }
      candidates[index].setCriteria(
        silhouette: silhouette, try ClusterSeparation(used, labels: own, weights: ownWeights))
    }
  }

  /// Holds the winner against one cloud, on rows without gaps; nil when most rows have some.
  private func structureTest(
    _ winner: MixtureCandidate, _ fit: MixtureFit, _ x: Matrix, _ weights: [Double]?,
    _ goOn: @escaping @Sendable (Double) -> Bool
  ) throws(FitError) -> StructureTest? {
    let columns = try mixture.columnsOfBlocks(width: x.columns).flatMap { $0 }.sorted()
    let own = WitnessSample(x, weights: weights, limit: StructureTest.rowLimit, seed: mixture.seed)
    let used = x.selectingColumns(columns)
    let complete = own.rows.filter { row in used.row(row).allSatisfy(\.isFinite) }
    guard 2 * complete.count >= own.rows.count else { return nil }
    let rows = used.gatheringRows(complete)
    var small = settings(winner.family, winner.clusters)
    for index in small.blocks.indices {
      small.blocks[index].columns = small.blocks[index].columns?.compactMap { columns.firstIndex(of: $0) }
    }
    small.randomStarts = min(small.randomStarts, 2)
    small.tolerance = max(small.tolerance, 1e-5)
    var single: [CovarianceFamily] = []
    for family in families.map({ $0.simplest(components: 1, columns: columns.count) })
    where !single.contains(family) { single.append(family) }
    // On the rows at hand the gain is that of the best fit, which a sample has still to find.
    var gain: Double?
    if complete.count == x.rows, weights == nil, let bic = winner.bic {
      gain = singleBIC(small, on: rows, families: single).map { $0 - bic }
    } else {
      gain = bicGain(of: small, on: rows, single: single)
    }
    guard let gain else { return nil }
    let test = StructureTest(
      rows, mixture: small, labels: complete.map { fit.labels[$0] }, gain: gain, single: single,
      references: references, goOn: goOn)
    guard let test else { throw .cancelled }
    return test
  }
}
