internal import Clustering
internal import Features
internal import LinearAlgebra
internal import Warehouse

/// A first division that starts from classes which are known of some customers.
extension TreeGrowth {
  /// The division by k-means from the means of the levels of `field`, for as many segments as it has levels that are large
  /// enough; customers without a level take part like all others.
  func started(_ task: Pending, _ field: String, _ observer: @escaping FitObserver) throws -> (Division?, String) {
    guard let texts = values.categories.first(where: { $0.name == field })?.texts else {
      throw PipelineError.unknownFeature(name: field, nearest: [])
    }
    var counts: [String: Int] = [:]
    for row in task.rows { if let level = texts[row] { counts[level, default: 0] += 1 } }
    let levels = counts.filter { $0.value >= 2 }.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
      .map(\.key)
    guard levels.count > 1 else {
      return (nil, "Not divided: '\(field)' has not two classes of two customers to start from.")
    }
    let numbers = Dictionary(uniqueKeysWithValues: zip(levels, levels.indices))
    let classes = task.rows.map { texts[$0].flatMap { numbers[$0] } ?? -1 }
    let part = values.gatheringRows(task.rows)
    let fitted = transforms(of: part, in: settings.macroFeatures)
    guard !fitted.columns.isEmpty else { return (nil, "Not divided: its customers do not differ in any feature.") }
    let (transforms, own, _) = fitted.screened(fitted.apply(part).matrix, by: classes)
    let known = classes.indices.filter { classes[$0] >= 0 }
    let start = KMeansModel(
      centroids: TreeGrowth.centroids(own.gatheringRows(known), known.map { classes[$0] }, levels.count))
    var kMeans = training.kmeans
    kMeans.clusters = levels.count
    let fixed = kMeans
    let (fit, stability, agreement): (KMeansFit, ClusterStability, Double)
    do throws(FitError) {
      fit = try fixed.fit(own, from: start, observer: observer)
      let model = fit.model
      stability = try bootstrap.measure(own, labels: fit.labels, observer: observer) {
        (x, weights, _) throws(FitError) in try fixed.fit(x, weights: weights, from: model).labels
      }
      agreement = try LabelAgreement(known.map { classes[$0] }, known.map { fit.labels[$0] }).adjustedRandIndex
    } catch {
      throw SegmentTraining.named(error, columns: transforms.columns, source: "the features") { part.rowNumber($0) }
    }
    let words =
      "Started from the \(levels.count) classes of '\(field)' that \(ReadableNumber.grouped(known.count)) customers have; "
      + "the segments agree with these by an adjusted Rand index of \(ReadableNumber.hundredths(agreement)). "
      + "Told apart by \(transforms.features.count) of \(features.count) features."
    return (
      try division(
        own, fit, transforms, task.rows, stability, names: TreeGrowth.names(fit.labels, classes, levels, field)),
      words
    )
  }

  /// "like plan = gold": the class that most of each segment's known customers have.
  private static func names(
    _ labels: [Int], _ classes: [Int], _ levels: [String], _ field: String
  ) -> [String?] {
    let k = (labels.max() ?? 0) + 1
    var counts = [[Int]](repeating: [Int](repeating: 0, count: levels.count), count: k)
    for (label, own) in zip(labels, classes) where own >= 0 { counts[label][own] += 1 }
    return counts.map { own in
      let most = own.indices.max { own[$0] != own[$1] ? own[$0] < own[$1] : $0 > $1 } ?? 0
      return own[most] > 0 ? "like \(field) = \(levels[most])" : nil
    }
  }
}
