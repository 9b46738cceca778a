internal import Clustering
internal import Features
internal import LinearAlgebra
internal import Warehouse

/// One level above the segments that were found, where they lie together in groups.
///
/// How many macro-segments there are is seldom seen at the first look: those that differ in few features hide behind
/// micro-segments that differ in others. The segments found show how much customers of one segment vary in each feature;
/// in units of that, distances between segments tell which belong together. They are joined by average linkage, and where
/// joining takes its greatest step the macro-segments stand.
extension TreeGrowth {
  /// Macro-segments must lie farther apart than what they consist of by this factor.
  static let leastStep = 1.25
  /// The least share of the customers whom the nearest centre of a segment puts in the group of their own segment, where
  /// segments may be parts of mixtures.
  static let leastTold = 0.95
  /// Features that hardly vary inside segments count as if they varied by this share of what they vary over all.
  static let leastSpread = 0.2

  /// The first division that groups `leaves` (their rows, and the part of the first division that each came from), and why;
  /// nil where they lie in no groups, or where the first division found these.
  func macroDivision(
    _ leaves: [(rows: [Int], part: Int)], _ observer: @escaping FitObserver
  ) throws -> (division: Division, reason: String)? {
    guard leaves.count > 2 else { return nil }
    let labelled = leaves.enumerated().flatMap { label, leaf in leaf.rows.map { (row: $0, label: label) } }
      .sorted { $0.row < $1.row }
    let rows = labelled.map(\.row)
    let labels = labelled.map(\.label)
    let part = rows.count == values.rows ? values : values.gatheringRows(rows)
    let fitted = transforms(of: part)
    guard !fitted.columns.isEmpty else { return nil }
    let plain = fitted.apply(part).matrix
    let scaled = fitted.weighing(TreeGrowth.withinScales(plain, labels, fitted.columnFeatures))
    let x = scaled.apply(part).matrix
    let points = TreeGrowth.centroids(x, labels, leaves.count)
    let linkage = AverageLinkage(points)
    guard let step = linkage.greatestStep(in: training.range), step.factor >= TreeGrowth.leastStep else { return nil }
    let groups = linkage.cut(into: step.groups)
    // The same groups are those of the first division already when each is one part of it.
    let pairs = Set(zip(groups, leaves).map { [$0, $1.part] })
    guard pairs.count > step.groups || pairs.count > Set(leaves.map(\.part)).count else { return nil }
    do {
      return try division(scaled, x, points, labels, groups, rows: rows, factor: step.factor, observer)
    } catch FitError.cancelled {
      throw WarehouseError.interrupted
    } catch is FitError {
      // Too few customers that differ to draw from: the first division stands.
      return nil
    }
  }

  private func division(
    _ transforms: FeatureTransforms, _ x: Matrix, _ points: Matrix, _ labels: [Int], _ groups: [Int],
    rows: [Int], factor: Double, _ observer: @escaping FitObserver
  ) throws -> (division: Division, reason: String)? {
    let count = (groups.max() ?? 0) + 1
    let (kept, own, columns) = transforms.screened(x, by: labels.map { groups[$0] })
    let model = KMeansModel(centroids: points.selectingColumns(columns))
    let nearest = try model.assign(own)
    let limits = NoneLimits(
      squaredDistances: nearest.distances.map { $0 * $0 }, labels: nearest.labels, segments: groups.count)
    var parts = [[Int]](repeating: [], count: count)
    for (index, label) in nearest.labels.enumerated() { parts[groups[label]].append(rows[index]) }
    guard parts.allSatisfy({ $0.count >= settings.leastSize(of: values.rows) }) else { return nil }
    // Parts of a mixture may be of a shape that the nearest centre does not tell.
    let told = labels.indices.count { groups[nearest.labels[$0]] == groups[labels[$0]] }
    guard settings.method == .kMeans || Double(told) >= TreeGrowth.leastTold * Double(labels.count) else { return nil }
    var kMeans = training.kmeans
    (kMeans.clusters, kMeans.restarts, kMeans.swaps) = (groups.count, 1, min(kMeans.swaps, 2))
    let fixed = kMeans
    let stability = try bootstrap.measure(own, labels: nearest.labels.map { groups[$0] }, observer: observer) {
      (x, weights, _) throws(FitError) in
      let fit = try fixed.fit(x, weights: weights)
      let cut = AverageLinkage(fit.model.centroids).cut(into: count)
      return fit.labels.map { cut[$0] }
    }
    guard let least = stability.least, least >= settings.leastStability else { return nil }
    let clusters = ClusterDivision(
      transforms: kept, model: model, membership: try DistanceMembership(own, model: model), limits: limits,
      parts: groups)
    return (
      Division(
        division: .clusters(clusters), rows: parts, names: parts.map { _ in nil },
        stability: (0..<count).map { part in stability.clusters.first { $0.label == part }?.meanJaccard }),
      "The segments lie together in \(count) groups, which are \(ReadableNumber.hundredths(factor)) times as far apart "
        + "as the segments inside them (average linkage, in units of what customers of one segment vary). "
        + "Every group comes back in resamples (Jaccard \(ReadableNumber.hundredths(least))\(least < 0.995 ? " or more" : "")). "
        + "Told apart by \(kept.features.count) of \(features.count) features."
    )
  }

  /// By what each feature's columns must be multiplied to vary inside the segments of `labels` (n) as they now do over all.
  static func withinScales(_ x: Matrix, _ labels: [Int], _ features: [String]) -> [String: Double] {
    scales(x, x, labels, features)
  }

  /// By what each feature's columns must be multiplied to vary among the rows `own` of `x` (n x d) as they now do over all.
  static func spreadScales(_ x: Matrix, _ own: [Int], _ features: [String]) -> [String: Double] {
    scales(x, x.gatheringRows(own), own.map { _ in 0 }, features)
  }

  private static func scales(
    _ x: Matrix, _ inside: Matrix, _ labels: [Int], _ features: [String]
  ) -> [String: Double] {
    let everybody = [Int](repeating: 0, count: x.rows)
    let squares = Parallel.map(count: features.count) { column in
      (
        within: spread(inside, column, labels) / Double(max(1, inside.rows)),
        total: spread(x, column, everybody) / Double(max(1, x.rows))
      )
    }
    var (within, total): ([String: Double], [String: Double]) = ([:], [:])
    for (feature, square) in zip(features, squares) {
      within[feature, default: 0] += square.within
      total[feature, default: 0] += square.total
    }
    var scales: [String: Double] = [:]
    for (feature, square) in total where square > 0 {
      scales[feature] = 1 / max(leastSpread, ((within[feature] ?? 0) / square).squareRoot())
    }
    return scales
  }

  /// The sum of squares of a column about the means of `labels`.
  private static func spread(_ x: Matrix, _ column: Int, _ labels: [Int]) -> Double {
    var counts: [Double] = []
    var sums: [CompensatedSum] = []
    for (row, label) in labels.enumerated() {
      while sums.count <= label {
        sums.append(CompensatedSum())
        counts.append(0)
      }
      counts[label] += 1
      sums[label].add(x[row, column])
    }
    let means = zip(sums, counts).map { $1 > 0 ? $0.value / $1 : 0 }
    var squares = CompensatedSum()
    for (row, label) in labels.enumerated() {
      let difference = x[row, column] - means[label]
      squares.add(difference, times: difference)
    }
    return squares.value
  }

  /// The means of the rows of `x` (n x d) of each label (k x d).
  static func centroids(_ x: Matrix, _ labels: [Int], _ count: Int) -> Matrix {
    var sums = [CompensatedSum](repeating: CompensatedSum(), count: count * x.columns)
    var counts = [Double](repeating: 0, count: count)
    for (row, label) in labels.enumerated() {
      counts[label] += 1
      for (column, value) in x.row(row).enumerated() { sums[label * x.columns + column].add(value) }
    }
    return Matrix(
      rows: count, columns: x.columns,
      values: sums.enumerated().map { $1.value / max(1, counts[$0 / x.columns]) })
  }
}
