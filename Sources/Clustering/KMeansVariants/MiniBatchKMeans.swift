public import LinearAlgebra
internal import Randomness

/// k-means that learns from small batches, for streams too long to be gone over as often as exact iterations ask.
///
/// Sculley (2010, "Web-scale k-means clustering"): each batch moves each centre toward the mean of the batch's rows
/// nearest to it, by the share those have in all that the centre has seen. A centre that starves is moved elsewhere, as
/// in scikit-learn's `MiniBatchKMeans` (see ``MiniBatchState``). A few percent above the inertia of ``KMeans`` is to be
/// expected. O(b k d) a batch of b rows.
///
/// A stream with an end is fitted by ``fit(stream:observer:)``. One without is followed by ``begin(with:weights:)`` and
/// then ``MiniBatchState/updated(with:weights:)``.
public struct MiniBatchKMeans: Sendable, Hashable, Codable {
  /// k, the number of groups, at least 1.
  public var clusters: Int
  /// The rows of one batch, at least 1; a stream's own batches do not matter.
  public var batchRows = 1024
  /// How often a fit goes over the stream at most, at least 1.
  public var maxEpochs = 20
  /// A fit stops when so many batches, and a whole epoch at least, have not lowered the smoothed inertia; at least 1.
  public var patience = 20
  /// The part by which the smoothed inertia has to fall to count as lowered.
  public var tolerance = 1e-4
  /// A centre that a batch gave nothing, and that has seen less than this part of what the heaviest has, is moved.
  public var reassignmentRatio = 0.01
  /// Where the random numbers begin; every value, 0 too, is a seed like any other.
  public var seed: UInt64 = 0

  /// Settings for `clusters` groups, everything else at its default.
  public init(clusters: Int) { self.clusters = clusters }

  /// The state after the first rows `x` (n x d, finite, at least `clusters` different ones; better hundreds times as
  /// many), weighted by `weights` (n, >= 0; all 1 when nil): the result of ``KMeans`` on them.
  ///
  /// - Throws: ``FitError`` as ``KMeans/fit(_:weights:observer:)`` does.
  public func begin(with x: Matrix, weights: [Double]? = nil) throws(FitError) -> MiniBatchState {
    try checkSettings()
    let fit = try starting.fit(x, weights: weights)
    var seen = [CompensatedSum](repeating: CompensatedSum(), count: clusters)
    for (row, label) in fit.labels.enumerated() { seen[label].add(weights?[row] ?? 1) }
    let total = CompensatedSum(seen.map(\.value)).value
    return MiniBatchState(
      centroids: fit.model.centroids, seen: seen.map(\.value), batches: 1, smoothedInertia: fit.inertia / total,
      smoothing: 0.1, reassignmentRatio: reassignmentRatio, seed: seed)
  }

  /// Fits to the rows of `stream` (n x d in all, finite, at least `clusters` different rows) without holding them.
  ///
  /// The first reading checks every row and draws a weighted sample, which ``KMeans`` makes the first centres of. Then
  /// follow the epochs, one reading each: 65,536 rows at a time are taken up, shuffled and learned from in batches. A
  /// last reading measures. Where the stream's own batches end and the number of threads do not show in a single bit.
  /// While all rows are within the 65,536, neither does their order, nor a whole weight against as many equal rows;
  /// beyond, both decide which batches there are, and the result differs as between seeds: a method that learns from
  /// what comes first cannot do otherwise.
  ///
  /// - Throws: ``FitError`` as ``KMeans/fit(stream:observer:)`` does.
  public func fit(stream: some RowStream, observer: FitObserver? = nil) throws(FitError) -> MiniBatchFit {
    try checkSettings()
    let board = ProgressBoard(parts: maxEpochs + 3, observer: observer)
    let (wanted, overflow) = batchRows.multipliedReportingOverflow(by: 3)
    let survey = try StreamSurvey(
      stream, clusters: clusters, sampleRows: max(overflow ? Int.max / 4 : wanted, starting.sampleRows / 16), seed: seed
    ) { board.report(part: 0, fraction: 0) }
    let units = survey.units
    var state = try begin(with: units.converting(survey.sample.rows), weights: survey.sample.weights)
    state.count(weight: survey.sampleWeight * units.weightScale)
    // Smoothed over about an epoch, as in scikit-learn; equal rows are learned from as one.
    let different = survey.sample.isWhole ? survey.sample.rows.rows : survey.rows
    state.smoothing = min(1, 2 * Double(batchRows) / Double(different + 1))
    guard board.report(part: 0, fraction: 1), board.report(part: 1, fraction: 1) else { throw .cancelled }

    var watch = Watch(best: .infinity, batches: 0)
    var trace: [Double] = []
    var converged = false
    while trace.count < maxEpochs, !converged {
      let part = 2 + trace.count
      converged = try learn(&state, stream, survey, epoch: trace.count, &watch) { fraction in
        board.report(part: part, fraction: fraction)
      }
      trace.append(units.squareInDataUnits(state.smoothedInertia))
    }
    let final = state.inDataUnits(units)
    let model = final.model
    let measured = try model.measured(
      on: StreamPasses(stream: stream, expectedRows: survey.rows, units: nil)
    ) { board.report(part: maxEpochs + 2, fraction: 0) }
    for part in 2..<maxEpochs + 2 { guard board.report(part: part, fraction: 1) else { throw .cancelled } }
    guard board.report(part: maxEpochs + 2, fraction: 1, inertia: measured.inertia) else { throw .cancelled }
    return MiniBatchFit(
      model: model, state: final, rows: survey.rows, inertia: measured.inertia, smoothedInertiaTrace: trace,
      converged: converged)
  }

  /// Goes over the stream once; true when the smoothed inertia has settled.
  private func learn(
    _ state: inout MiniBatchState, _ stream: some RowStream, _ survey: StreamSurvey, epoch: Int, _ watch: inout Watch,
    _ goOn: (Double) -> Bool
  ) throws(FitError) -> Bool {
    var pieces = try RowPieces(stream, pieceRows: Self.shuffledRows, expectedRows: survey.rows)
    var random = RandomStream(seed: seed, index: epoch)
    while let piece = try pieces.next() {
      guard let converted = survey.units.converting(piece) else {
        throw .streamChanged(have: pieces.rowsRead, need: survey.rows)
      }
      let distinct = DistinctRows(converted.rows, weights: converted.weights)
      var order = Array(0..<distinct.matrix.rows)
      random.shuffle(&order)
      let size = min(batchRows, order.count)
      for first in stride(from: 0, to: order.count, by: size) {
        let batch = Array(order[first..<min(order.count, first + size)])
        state.learn(distinct.matrix.gatheringRows(batch), batch.map { distinct.weights[$0] })
        watch.note(state.smoothedInertia, tolerance: tolerance)
        if epoch > 0, watch.batches >= patience { return true }
      }
      guard goOn(Double(pieces.rowsRead) / Double(survey.rows)) else { throw .cancelled }
    }
    return false
  }

  /// The rows that are shuffled together.
  private static let shuffledRows = 4 * Parallel.rowsPerPiece

  /// The least smoothed inertia, and for how many batches it has stood.
  private struct Watch {
    var best: Double
    var batches: Int

    mutating func note(_ inertia: Double, tolerance: Double) {
      batches += 1
      guard inertia < best * (1 - tolerance) else { return }
      best = inertia
      batches = 0
    }
  }

  /// The k-means that the first centres come from.
  private var starting: KMeans {
    var starting = KMeans(clusters: clusters)
    starting.seed = seed
    return starting
  }

  private func checkSettings() throws(FitError) {
    try starting.checkSettings()
    guard batchRows >= 1 else { throw .parameter(name: "batchRows", requirement: "at least 1") }
    guard maxEpochs >= 1, maxEpochs <= 1_000_000 else {
      throw .parameter(name: "maxEpochs", requirement: "from 1 to 1000000")
    }
    guard patience >= 1 else { throw .parameter(name: "patience", requirement: "at least 1") }
    guard tolerance >= 0, tolerance < 1 else { throw .parameter(name: "tolerance", requirement: "from 0 to below 1") }
    guard reassignmentRatio >= 0, reassignmentRatio < 1 else {
      throw .parameter(name: "reassignmentRatio", requirement: "from 0 to below 1")
    }
  }
}

/// What ``MiniBatchKMeans/fit(stream:observer:)`` found.
public struct MiniBatchFit: Sendable, Hashable, Codable {
  /// The centroids, which assign any row; those that saw most weight first.
  public let model: KMeansModel
  /// Where the learning stands, to go on from when more rows come.
  public let state: MiniBatchState
  /// How many rows the stream has, those of weight 0 too.
  public let rows: Int
  /// The weighted sum of squared distances of all rows to the centroids, in squared units of the data.
  public let inertia: Double
  /// The smoothed inertia (``MiniBatchState/smoothedInertia``) after each epoch.
  public let smoothedInertiaTrace: [Double]
  /// Whether the smoothed inertia settled before the limit of epochs.
  public let converged: Bool
}
