internal import LinearAlgebra

extension KMeans {
  /// Fits to the rows of `stream` (n x d in all, finite, at least `clusters` different rows) without holding them.
  ///
  /// The first reading checks every row and draws a weighted sample of them (``sampleRows``); k-means with its starts
  /// and swaps on the sample gives the seeds; Lloyd's iterations, one reading each, then go over all rows; a last
  /// reading measures. When all different rows fit into the sample, the seeds are the fit that the rows would have in
  /// memory, and the answer is that one but for rounding and the order of its ties. Otherwise it ends in an optimum as
  /// good as a sample can find.
  ///
  /// Where batches end and the number of threads do not show in a single bit. The order of the rows, and a weight
  /// against as many equal rows, show only in rounding while the sample is the whole, and in the draw beyond it.
  /// O(n k d) an iteration; memory sampleRows x d, a few pieces of 16,384 rows for each thread, and one batch.
  ///
  /// - Throws: ``FitError``, with rows numbered over the whole stream: as for rows in memory, and when the stream
  ///   breaks off, changes its width, or gives other rows in a later reading.
  public func fit(stream: some RowStream, observer: FitObserver? = nil) throws(FitError) -> KMeansStreamFit {
    try fit(stream: stream, sampleRows: sampleRows, observer: observer)
  }

  /// The most different rows that the seeds of a stream are looked for among: enough for every cluster to be met, and
  /// so many that each start, as in memory, takes a part of its own.
  public var sampleRows: Int {
    let (rows, overflow) = clusters.multipliedReportingOverflow(by: 5 * 256)
    return overflow ? Int.max / 4 : max(5 * Parallel.rowsPerPiece, rows)
  }

  /// As above, with the seeds from a sample of at most `sampleRows` rows.
  package func fit(
    stream: some RowStream, sampleRows: Int, observer: FitObserver? = nil
  ) throws(FitError) -> KMeansStreamFit {
    try checkSettings()
    let board = ProgressBoard(parts: 4, observer: observer)
    let survey = try StreamSurvey(
      stream, clusters: clusters, sampleRows: max(sampleRows, clusters), seed: seed
    ) { board.report(part: 0, fraction: 0) }
    guard board.report(part: 0, fraction: 1) else { throw .cancelled }

    let units = survey.units
    let start = try fit(units.converting(survey.sample.rows), weights: survey.sample.weights) { progress in
      board.report(part: 1, fraction: progress.fraction)
    }
    let passes = StreamPasses(stream: stream, expectedRows: survey.rows, units: units)
    let outcome = try LloydPasses(maxIterations: maxIterations, tolerance: tolerance)
      .run(from: start.model.centroids, over: passes) { trace in
        board.report(
          part: 2, fraction: Double(trace.count) / Double(maxIterations),
          inertia: trace.last.map(units.inertiaInDataUnits))
      }
    let model = KMeansModel(centroids: units.inDataUnits(outcome.centers))
    let measured = try model.measured(
      on: StreamPasses(stream: stream, expectedRows: survey.rows, units: nil)
    ) { board.report(part: 3, fraction: 0) }
    let order = clusterOrder(measured.weights, model.centroids)
    guard board.report(part: 2, fraction: 1), board.report(part: 3, fraction: 1, inertia: measured.inertia) else {
      throw .cancelled
    }
    return KMeansStreamFit(
      model: KMeansModel(centroids: model.centroids.gatheringRows(order)), rows: survey.rows,
      clusterWeights: order.map { measured.weights[$0] }, inertia: measured.inertia,
      inertiaTrace: outcome.trace.map(units.inertiaInDataUnits), converged: outcome.converged)
  }

  /// The bytes that ``fit(_:weights:observer:)`` needs at its peak for n = `rows` of d = `columns`, the matrix it is
  /// given included; `Int.max` when that cannot be told in an `Int`.
  ///
  /// A caller with a memory limit fits in memory when this is within it, and a stream otherwise. Counted are n x d
  /// doubles as given, n x d doubles of the different rows about their mean, n x d floats in tiles of whole vectors,
  /// and 96 bytes a row for the order of the rows, weights, labels and distances.
  public static func memoryNeeded(rows: Int, columns: Int) -> Int {
    let (values, first) = max(0, columns).multipliedReportingOverflow(by: 8 + 8 + 4)
    let (row, second) = values.addingReportingOverflow(96)
    let (bytes, third) = row.multipliedReportingOverflow(by: max(0, rows))
    return first || second || third ? Int.max : bytes
  }
}

extension KMeansModel {
  /// The weight of each cluster and the inertia, in one pass over rows in units of the data.
  func measured(on rows: some RowPasses, _ goOn: () -> Bool) throws(FitError) -> (weights: [Double], inertia: Double) {
    let nearest = NearestCenters(centroids)
    var weights = [CompensatedSum](repeating: CompensatedSum(), count: clusters)
    var inertia = CompensatedSum()
    try rows.forEachPiece { x, pieceWeights, range in
      let assigned = nearest.assign(x, rows: range)
      var weights = [CompensatedSum](repeating: CompensatedSum(), count: centroids.rows)
      var inertia = CompensatedSum()
      for (index, row) in range.enumerated() {
        weights[Int(assigned.labels[index])].add(pieceWeights[row])
        inertia.add(assigned.squaredDistances[index], times: pieceWeights[row])
      }
      return (weights, inertia)
    } _: { part throws(FitError) in
      for cluster in weights.indices { weights[cluster].add(part.0[cluster]) }
      inertia.add(part.1)
      guard goOn() else { throw .cancelled }
    }
    return (weights.map(\.value), inertia.value)
  }
}

/// What ``KMeans/fit(stream:observer:)`` found. Labels are had by assigning the stream batch by batch.
public struct KMeansStreamFit: Sendable, Hashable, Codable {
  /// The centroids, which assign any row.
  public let model: KMeansModel
  /// How many rows the stream has, those of weight 0 too.
  public let rows: Int
  /// The weight of the rows nearest to each centroid (k), the heaviest first.
  public let clusterWeights: [Double]
  /// The weighted sum of squared distances to the centroids, in squared units of the data.
  public let inertia: Double
  /// The inertia before each iteration over the whole stream; never rises but for rounding.
  public let inertiaTrace: [Double]
  /// Whether the iterations stopped of themselves, not at their limit.
  public let converged: Bool
}
