internal import Foundation
public import LinearAlgebra

extension Mixture {
  /// Fits to `x` (n x d; NaN where missing, if these are to be integrated out), rows weighted by `weights` (n, >= 0;
  /// all 1 when nil). A row of weight 0 is labelled but has no say.
  ///
  /// Starts come from model-based agglomeration and Ward's method on a sample of at most 2,000 rows, from k-means and
  /// from random rows; of more than 65,536 different rows all of them look at a sample of 16,384 (256 a component, if
  /// that is more). Each start is a pure function of the data, the settings and its number. All run 20 iterations
  /// of EM, the five best then up to 100, the three best of these to convergence; the best is iterated on all rows.
  /// The result depends neither on the order of the rows nor on the number of threads, and a whole weight w is the same
  /// as w equal rows. O(n k d^2) an iteration, O(n k d) for diagonal families; memory n d.
  ///
  /// - Throws: ``FitError``, before any work if a setting or the data is unusable; ``FitError/degenerate(components:reason:)``
  ///   when every start loses a component; ``FitError/cancelled`` when `observer` says no.
  public func fit(
    _ x: Matrix, weights: [Double]? = nil, observer: FitObserver? = nil
  ) throws(FitError) -> MixtureFit {
    try checkSettings()
    let rows = try MixtureRows(self, x, weights: weights)
    try checkRows(rows)
    return try fit(rows, startingRows(rows), x, weights, starts: ownStarts, observer: observer)
  }

  /// What the starts of this mixture look at.
  func startingRows(_ rows: MixtureRows) -> StartingRows {
    let isAgglomerated = blocks.contains { $0.kind.covarianceFamily != nil }
    return StartingRows(
      rows, components: components, criteria: isAgglomerated && components > 1 ? [.varyingCovariances, .ward] : [],
      noise: noise,
      seed: seed)
  }

  /// As ``fit(_:weights:observer:)``, from the parameters of `model` alone: no start but this, all rows from the first.
  ///
  /// `model` has the same blocks and as many components. With a tolerance of 0 exactly ``maxIterations`` are run.
  /// - Throws: as ``fit(_:weights:observer:)``; also when `model` does not suit.
  public func fit(
    _ x: Matrix, weights: [Double]? = nil, from model: MixtureModel, observer: FitObserver? = nil
  ) throws(FitError) -> MixtureFit {
    try checkSettings()
    let rows = try MixtureRows(self, x, weights: weights)
    try checkRows(rows)
    var run = MixtureRun(self, rows)
    guard run.begin(model) else {
      throw .parameter(name: "from", requirement: "a model of the same blocks with \(components) components")
    }
    let board = ProgressBoard(parts: 1, observer: observer)
    let ending = run.iterate(tolerance, limit: maxIterations) { report($0, board, part: 0) }
    switch ending {
    case .cancelled: throw .cancelled
    case .degenerate: throw .degenerate(components: components, reason: run.refusal)
    case .done: break
    }
    let start = MixtureFit.Start(name: "given", logLikelihood: run.logLikelihood / rows.weightScale)
    return try finish(run, rows, x, weights, starts: [start], hitRate: 1)
  }

  /// As ``fit(_:weights:observer:)``, of rows that were checked and prepared before and from these starts: searches fit
  /// the same rows again and again. `rows` must come from `x`, `weights` and a mixture of the same kinds of blocks, of
  /// any families and number of components; `starting` from `rows`, for as many components or more.
  func fit(
    _ rows: MixtureRows, _ starting: StartingRows, _ x: Matrix, _ weights: [Double]?, starts: [MixtureStart],
    stages: MixtureStages? = nil, observer: FitObserver? = nil
  ) throws(FitError) -> MixtureFit {
    try checkSettings()
    try checkRows(rows)
    let outcome = try search(
      rows, starting, starts: starts, stages: stages ?? .careful(self), observer: observer)
    return try finish(outcome.run, rows, x, weights, starts: outcome.starts, hitRate: outcome.hitRate)
  }

  /// Throws unless there are rows enough and every block can be fitted.
  private func checkRows(_ rows: MixtureRows) throws(FitError) {
    guard rows.count >= components else { throw .tooFewDistinctRows(have: rows.count, need: components) }
    for (block, rows) in zip(blocks, rows.blocks) { try rows.check(block.kind) }
  }

  func checkSettings() throws(FitError) {
    guard components >= 1 else { throw .parameter(name: "components", requirement: "at least 1") }
    guard randomStarts >= 0 else { throw .parameter(name: "randomStarts", requirement: "at least 0") }
    guard maxIterations >= 1 else { throw .parameter(name: "maxIterations", requirement: "at least 1") }
    guard tolerance >= 0, tolerance < 1 else { throw .parameter(name: "tolerance", requirement: "from 0 to below 1") }
    if let noise {
      guard noise.budget > 0, noise.budget < 1 else {
        throw .parameter(name: "noise.budget", requirement: "above 0 and below 1")
      }
    }
    if let prior {
      guard prior.shrinkage > 0, prior.shrinkage.isFinite else {
        throw .parameter(name: "prior.shrinkage", requirement: "above 0")
      }
    }
  }

  /// The result in the units of the data, the component of the largest share first, equal ones by their parameters.
  private func finish(
    _ run: MixtureRun, _ rows: MixtureRows, _ x: Matrix, _ weights: [Double]?, starts: [MixtureFit.Start],
    hitRate: Double
  ) throws(FitError) -> MixtureFit {
    let model = run.model(self).largestFirst()
    let assigned = try model.assign(x)
    var (logLikelihood, certainty, total) = (CompensatedSum(), CompensatedSum(), CompensatedSum())
    for row in 0..<x.rows {
      let weight = weights?[row] ?? 1
      guard weight > 0 else { continue }
      logLikelihood.add(assigned.logDensities[row], times: weight)
      certainty.add(log(assigned.certainties[row]), times: weight)
      total.add(weight)
    }
    let p = run.parameterCount
    let bic = Double(p) * log(total.value) - 2 * logLikelihood.value
    return MixtureFit(
      model: model, labels: assigned.labels, certainties: assigned.certainties, logLikelihood: logLikelihood.value,
      logLikelihoodTrace: run.trace.map { $0 / rows.weightScale }, parameters: p, bic: bic,
      icl: bic - 2 * certainty.value, converged: run.converged, starts: starts, hitRate: hitRate)
  }
}

extension MixtureModel {
  /// The same distributions with the component of the largest share first, equal ones in the order of their parameters.
  func largestFirst() -> MixtureModel {
    let signatures = proportions.indices.map { component in blocks.flatMap { $0.parameters.signature(component) } }
    let order = proportions.indices.sorted { a, b in
      if proportions[a] != proportions[b] { return proportions[a] > proportions[b] }
      return signatures[a].lexicographicallyPrecedes(signatures[b])
    }
    return reordered(order)
  }

  /// The same with the components in another order (k, each of them once).
  package func reordered(_ order: [Int]) -> MixtureModel {
    MixtureModel(
      columns: columns, proportions: order.map { proportions[$0] }, noise: noise,
      blocks: blocks.map {
        FittedBlock(name: $0.name, columns: $0.columns, parameters: $0.parameters.reordered(order))
      }, missing: missing)
  }
}
