public import LinearAlgebra

extension KMeans {
  /// Fits to the rows of `stream` (n x d in all, finite, at least `clusters` different rows) without holding them.
  ///
  /// The first reading checks every row and draws a weighted sample of them (``sampleRows``); k-means with its starts
  /// and swaps on the sample gives the seeds; Lloyd's iterations, one reading each, then go over all rows; a last
  /// reading measures. When all different rows fit into the sample, the seeds are the fit that the rows would have in
  /// memory, and the answer is that one but for rounding and the order of its ties. Otherwise it ends near an optimum as
  /// good as a sample can find: a reading costs more than an iteration in memory, so they end as soon as one gains no
  /// more than ``streamTolerance`` of the inertia (or ``tolerance``, when that is more).
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

  /// The part of the inertia that an iteration over a whole stream has to gain for another to follow.
  public static let streamTolerance = 1e-5

  /// What ``fit(stream:observer:)`` looks for its seeds among: at most ``sampleRows`` different rows of `stream`, and
  /// the weights with which they stand for all of it; so many that they serve for `most` clusters too. One reading.
  /// - Returns: rows (m x d), one weight each (their mean is 1 where the rows are a sample, their sum that of all rows
  ///   where they are the whole), and how many rows the stream has.
  /// - Throws: ``FitError`` as ``fit(stream:observer:)``.
  public func sample(
    stream: some RowStream, atMost most: Int = 1, observer: FitObserver? = nil
  ) throws(FitError) -> (rows: Matrix, weights: [Double], isWhole: Bool, streamRows: Int) {
    try checkSettings()
    let board = ProgressBoard(parts: 1, observer: observer)
    var largest = self
    largest.clusters = max(clusters, most)
    let survey = try StreamSurvey(stream, clusters: clusters, sampleRows: largest.sampleRows, seed: seed) {
      board.report(part: 0, fraction: 0)
    }
    let (rows, weights, isWhole) = survey.sample
    guard !isWhole, let first = weights.first else { return (rows, weights, isWhole, survey.rows) }
    let mean = weights.reduce(0, +) / Double(weights.count)
    let isEven = weights.allSatisfy { $0 == first }
    return (rows, weights.map { isEven ? 1 : $0 / mean }, false, survey.rows)
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
    let least = survey.sample.isWhole ? tolerance : max(tolerance, KMeans.streamTolerance)
    let outcome = try LloydPasses(maxIterations: maxIterations, tolerance: least)
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
