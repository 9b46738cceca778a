internal import Clustering
internal import Features
internal import LinearAlgebra
internal import Warehouse

/// Divisions by mixtures, where the project asks for them, and what stands between them and k-means.
extension TreeGrowth {
  /// What one way of dividing found.
  struct Found {
    let division: Division?
    let reason: String
    /// The features that it looked at last.
    var features: Set<String> = []
    /// Whether valleys lie between its parts, or between compact groups of another number.
    var isParted = true
    /// The least Jaccard similarity of its parts; nil where none was measured.
    var stability: Double?
  }

  /// What stands of `kMeans` and a mixture, by what `segments.method` says.
  ///
  /// By `auto` the parts of k-means stand where valleys part them (``ClusterShape``). Where none does, k-means has cut one
  /// cloud or groups of another shape, and a mixture decides whether and how the customers are divided: but for features
  /// that it cannot look at, where k-means stands.
  func decided(
    _ kMeans: Found, _ part: FeatureValues, _ rows: [Int], in chosen: [String], _ range: ClosedRange<Int>, least: Int,
    isDemanded: Bool, _ observer: @escaping FitObserver
  ) throws -> Found {
    let advice = "try Gaussian mixtures."
    switch settings.method {
    case .kMeans:
      let told = kMeans.reason.replacing(
        advice, with: "try Gaussian mixtures ('method: gmm' or 'auto' under 'segments').")
      return Found(division: kMeans.division, reason: told)
    case .auto:
      if kMeans.division != nil, kMeans.isParted { return kMeans }
    case .mixture: break
    }
    let mixture = try mixture(
      part, rows, in: chosen, range, least: least, isDemanded: isDemanded, likely: kMeans.features, observer)
    guard settings.method == .auto, mixture.division == nil else { return mixture }
    let plain = kMeans.reason.replacing(" The shape of the groups, not k, is the problem; \(advice)", with: "")
    if kMeans.division != nil, !kMeans.features.isSubset(of: mixture.features) {
      return Found(
        division: kMeans.division, reason: "\(plain) No mixture of the features that can be fitted says more.")
    }
    return Found(
      division: nil,
      reason: "\(kMeans.division == nil ? plain : "By k-means: \(plain)") By a mixture: \(mixture.reason)")
  }

  /// The parts found by a mixture among the customers of `part`, who stand at `rows` among all.
  private func mixture(
    _ part: FeatureValues, _ rows: [Int], in chosen: [String], _ range: ClosedRange<Int>, least: Int, isDemanded: Bool,
    likely: Set<String>, _ observer: @escaping FitObserver
  ) throws -> Found {
    let fitted = transforms(of: part, in: chosen, .likelihoods)
    guard !fitted.columns.isEmpty else {
      return Found(division: nil, reason: "Not divided: its customers do not differ in any feature.")
    }
    // Customers without a value here say nothing of how the others part.
    let known = fitted.rowsWithValue(in: part)
    let x = fitted.apply(part).matrix
    var search = MixtureSplitSearch(range: range)
    (search.minimumSize, search.leastStability, search.seed) = (least, settings.leastStability, training.kmeans.seed)
    search.attempts = max(1, range.count)
    let names = fitted.columnFeatures
    let split: MixtureSplit
    do throws(FitError) {
      split = try search.split(
        known.count == x.rows ? x : x.gatheringRows(known), categories: fitted.categoryColumns,
        likely: names.indices.filter { likely.contains(names[$0]) }, observer: observer)
    } catch .cancelled {
      throw WarehouseError.interrupted
    } catch {
      let reason = SegmentTraining.named(error.description, columns: fitted.columns)
      guard isDemanded else { return Found(division: nil, reason: "No mixture could be fitted: \(reason)") }
      throw SegmentTraining.named(error, columns: fitted.columns, source: "the features") { part.rowNumber(known[$0]) }
    }
    let told = SegmentTraining.named(split.reason, columns: split.columns.map { names[$0] })
    let lumpy = split.leftOut > 0
    guard let fit = split.fit else {
      return Found(division: nil, reason: told, features: lumpy ? [] : Set(names))
    }
    let transforms = fitted.keeping(Set(split.columns.map { names[$0] }))
    let own = transforms.apply(part).matrix
    let division: MixtureDivision
    let labels: [Int]
    do throws(FitError) {
      labels = try fit.model.assign(own).labels
      division = try MixtureDivision(transforms, fit.model, own, labels: labels)
    } catch {
      throw SegmentTraining.named(error, columns: transforms.columns, source: "the features") { part.rowNumber($0) }
    }
    var parts = [[Int]](repeating: [], count: division.count)
    for (index, label) in labels.enumerated() { parts[label].append(rows[index]) }
    let lumps =
      lumpy
      ? " \(split.leftOut) were not looked at, as one value of each is that of more than a tenth of the customers." : ""
    return Found(
      division: Division(
        division: .mixture(division), rows: parts, names: parts.map { _ in nil },
        stability: parts.indices.map { part in split.stability?.clusters.first { $0.label == part }?.meanJaccard }),
      reason: "\(told) Found in \(transforms.features.count) of \(features.count) features.\(lumps)",
      stability: split.stability?.least)
  }
}
