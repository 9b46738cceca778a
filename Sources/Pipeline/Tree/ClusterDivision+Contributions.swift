internal import Clustering
internal import Features
internal import LinearAlgebra
internal import Warehouse

extension ClusterDivision {
  /// What each feature adds to how much nearer customers lie to one part than to another; of a part of several centroids
  /// the nearest counts.
  func contributions(
    _ values: FeatureValues, own: Int, other: Int
  ) -> [(isNearer: Bool, named: [FeatureContribution])] {
    let (x, columns) = (transforms.apply(values).matrix, DivisionColumns(transforms, values))
    return (0..<x.rows).map { row in
      let point = Array(x.row(row))
      let (a, b) = (nearest(point, part: own), nearest(point, part: other))
      let shares = point.indices.map { j in
        (point[j] - b[j]) * (point[j] - b[j]) - (point[j] - a[j]) * (point[j] - a[j])
      }
      let middle = zip(a, b).map { ($0 + $1) / 2 }
      return (
        isNearer: shares.reduce(0, +) >= 0,
        named: columns.contributions(shares, row, isHigh: { point[$0] > middle[$0] })
      )
    }
  }

  /// How far customers lie outside `part` (the squared distance to its centroid over the limit), and what each feature
  /// adds to that distance; of several centroids the one that they lie outside of least counts.
  func distances(_ values: FeatureValues, part: Int) -> [(excess: Double, named: [FeatureContribution])] {
    let (x, columns) = (transforms.apply(values).matrix, DivisionColumns(transforms, values))
    return (0..<x.rows).map { row in
      let point = Array(x.row(row))
      var best = (excess: Double.infinity, centroid: [Double]())
      for center in centers(of: part) {
        let centroid = Array(model.centroids.row(center))
        let (square, limit) = (ClusterDivision.square(point, centroid), limits.limits[center])
        let excess = limit > 0 ? square / limit : square > 0 ? .infinity : 0
        if excess < best.excess || best.centroid.isEmpty { best = (excess, centroid) }
      }
      let centroid = best.centroid
      let shares = zip(point, centroid).map { ($0 - $1) * ($0 - $1) }
      return (best.excess, columns.contributions(shares, row, isHigh: { point[$0] > centroid[$0] }))
    }
  }

  /// The centroids of a part.
  private func centers(of part: Int) -> [Int] {
    guard let parts else { return [part] }
    return parts.indices.filter { parts[$0] == part }
  }

  private func nearest(_ point: [Double], part: Int) -> [Double] {
    var best = (square: Double.infinity, centroid: point)
    for center in centers(of: part) {
      let centroid = Array(model.centroids.row(center))
      let square = ClusterDivision.square(point, centroid)
      if square < best.square { best = (square, centroid) }
    }
    return best.centroid
  }

  private static func square(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }
}

extension LevelDivision {
  /// "country = France" of each customer, or that there is none.
  func words(_ values: FeatureValues) -> [String] {
    let levels = values.categories.first { $0.name == feature }?.texts
    return (0..<values.rows).map { row in
      (levels?[row]).map { "\(feature) = \($0)" } ?? "\(feature) missing"
    }
  }
}

/// The columns of a division by feature, and the words for where a customer stands in each.
private struct DivisionColumns {
  private struct Feature {
    let name: String
    let columns: Range<Int>
    /// The values as they came, for a number; nil where the table does not have it.
    let numbers: Int?
    let isCategory: Bool
    let texts: [String?]?
    let levels: Set<String>
  }

  private let features: [Feature]
  private let values: FeatureValues

  init(_ transforms: FeatureTransforms, _ values: FeatureValues) {
    self.values = values
    var first = 0
    var features: [Feature] = []
    for numeric in transforms.numeric {
      let width = numeric.indicator == nil ? 1 : 2
      features.append(
        Feature(
          name: numeric.name, columns: first..<first + width,
          numbers: values.numbers.names.firstIndex(of: numeric.name),
          isCategory: false, texts: nil, levels: []))
      first += width
    }
    let widths = Dictionary(transforms.columnFeatures.map { ($0, 1) }, uniquingKeysWith: +)
    for category in transforms.categories {
      let width = widths[category.name] ?? 0
      features.append(
        Feature(
          name: category.name, columns: first..<first + width, numbers: nil, isCategory: true,
          texts: values.categories.first { $0.name == category.name }?.texts, levels: Set(category.levels)))
      first += width
    }
    self.features = features
  }

  /// What each feature adds, from what each column does.
  func contributions(_ shares: [Double], _ row: Int, isHigh: (Int) -> Bool) -> [FeatureContribution] {
    features.map { feature in
      FeatureContribution(
        share: feature.columns.reduce(0) { $0 + shares[$1] }, words: words(feature, shares, row, isHigh))
    }
  }

  private func words(_ feature: Feature, _ shares: [Double], _ row: Int, _ isHigh: (Int) -> Bool) -> String {
    if feature.isCategory {
      guard let level = feature.texts?[row] else { return "\(feature.name) missing" }
      return "\(feature.name) = \(feature.levels.contains(level) ? level : "(other)")"
    }
    let raw = feature.numbers.map { values.numbers.values[row * values.numbers.names.count + $0] }
    guard let raw, !raw.isNaN else { return "\(feature.name) missing" }
    let first = feature.columns.lowerBound
    // What decides may be that there is a value, whatever it is.
    if feature.columns.count > 1, shares[first + 1] > shares[first] { return "\(feature.name) known" }
    return "\(feature.name) \(isHigh(first) ? "high" : "low")"
  }
}
