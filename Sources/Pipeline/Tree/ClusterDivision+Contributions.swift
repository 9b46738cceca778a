internal import Clustering
internal import Features
internal import LinearAlgebra
internal import Warehouse

extension ClusterDivision {
  /// Whether customers lie nearer to the part `own` than to `other`, and the features that add most to how much nearer,
  /// in words; of a part of several centroids the nearest counts.
  func reasons(_ values: FeatureValues, own: Int, other: Int) -> [(isNearer: Bool, words: String?)] {
    let (x, features) = (transforms.apply(values).matrix, DivisionFeatures(transforms, values))
    let (first, second) = (centroids(of: own), centroids(of: other))
    return Parallel.map(rows: x.rows) { rows in
      rows.map { row in
        let point = Array(x.row(row))
        let (a, b) = (ClusterDivision.nearest(point, first), ClusterDivision.nearest(point, second))
        let shares = point.indices.map { j in
          (point[j] - b[j]) * (point[j] - b[j]) - (point[j] - a[j]) * (point[j] - a[j])
        }
        let words = features.largest(shares, row) { point[$0] > (a[$0] + b[$0]) / 2 }
        return (isNearer: shares.reduce(0, +) >= 0, words: words)
      }
    }.flatMap { $0 }
  }

  /// How far customers lie outside `part` (the squared distance to its centroid over the limit), and the features that
  /// add most to that distance, in words; of several centroids the one that they lie outside of least counts.
  func remoteness(_ values: FeatureValues, part: Int) -> [(excess: Double, words: String?)] {
    let (x, features) = (transforms.apply(values).matrix, DivisionFeatures(transforms, values))
    let own = (parts ?? Array(0..<model.clusters)).enumerated().filter { $0.element == part }
      .map { (centroid: Array(model.centroids.row($0.offset)), limit: limits.limits[$0.offset]) }
    return Parallel.map(rows: x.rows) { rows in
      rows.map { row in
        let point = Array(x.row(row))
        var best: (excess: Double, centroid: [Double]) = (.infinity, point)
        for (place, center) in own.enumerated() {
          let square = ClusterDivision.square(point, center.centroid)
          let excess = center.limit > 0 ? square / center.limit : square > 0 ? .infinity : 0
          if place == 0 || excess < best.excess { best = (excess, center.centroid) }
        }
        let centroid = best.centroid
        let shares = zip(point, centroid).map { ($0 - $1) * ($0 - $1) }
        return (best.excess, features.largest(shares, row) { point[$0] > centroid[$0] })
      }
    }.flatMap { $0 }
  }

  private func centroids(of part: Int) -> [[Double]] {
    guard let parts else { return [Array(model.centroids.row(part))] }
    return parts.indices.filter { parts[$0] == part }.map { Array(model.centroids.row($0)) }
  }

  private static func nearest(_ point: [Double], _ centroids: [[Double]]) -> [Double] {
    guard centroids.count > 1 else { return centroids.first ?? point }
    let squares = centroids.map { square(point, $0) }
    let least = squares.min() ?? 0
    return centroids[squares.firstIndex(of: least) ?? 0]
  }

  private static func square(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for j in a.indices { sum += (a[j] - b[j]) * (a[j] - b[j]) }
    return sum
  }
}

extension LevelDivision {
  /// "country = France" of each customer, or that there is none.
  func reasons(_ values: FeatureValues) -> [String] {
    let levels = values.categories.first { $0.name == feature }?.texts
    return (0..<values.rows).map { row in
      (levels?[row]).map { "\(feature) = \($0)" } ?? "\(feature) missing"
    }
  }
}

/// The columns of a division by feature, and the words for where a customer stands in each.
private struct DivisionFeatures {
  private struct Feature {
    let name: String
    let columns: Range<Int>
    /// Where a number stands among the values as they came; nil where the table does not have it.
    let number: Int?
    /// The levels of a category; nil for a number.
    let levels: Set<String>?
    let texts: [String?]?
  }

  /// How many features are named at most.
  private static let named = 3
  /// A feature is named when it adds at least this share of what the first of them does.
  private static let leastShare = 0.1

  private let features: [Feature]
  private let numbers: NumberBlock

  init(_ transforms: FeatureTransforms, _ values: FeatureValues) {
    numbers = values.numbers
    let widths = Dictionary(transforms.columnFeatures.map { ($0, 1) }, uniquingKeysWith: +)
    var features: [Feature] = []
    var first = 0
    func add(_ name: String, number: Int?, levels: Set<String>?, texts: [String?]?) {
      let columns = first..<first + (widths[name] ?? 0)
      features.append(Feature(name: name, columns: columns, number: number, levels: levels, texts: texts))
      first = columns.upperBound
    }
    for numeric in transforms.numeric {
      add(numeric.name, number: numbers.names.firstIndex(of: numeric.name), levels: nil, texts: nil)
    }
    for category in transforms.categories {
      let texts = values.categories.first { $0.name == category.name }?.texts
      add(category.name, number: nil, levels: Set(category.levels), texts: texts)
    }
    self.features = features
  }

  /// The few features to which the largest of `shares`, one a column, add up; nil where none is above 0.
  func largest(_ shares: [Double], _ row: Int, isHigh: (Int) -> Bool) -> String? {
    let sums = features.map { $0.columns.reduce(0) { $0 + shares[$1] } }
    var order: [Int] = []
    for place in sums.indices where sums[place] > 0 {
      // Of equals the first stays first.
      let rank = order.firstIndex { sums[place] > sums[$0] } ?? order.count
      if rank < DivisionFeatures.named { order.insert(place, at: rank) }
      if order.count > DivisionFeatures.named { order.removeLast() }
    }
    guard let most = order.first else { return nil }
    return order.filter { sums[$0] >= DivisionFeatures.leastShare * sums[most] }
      .map { words(features[$0], shares, row, isHigh) }.joined(separator: "; ")
  }

  private func words(_ feature: Feature, _ shares: [Double], _ row: Int, _ isHigh: (Int) -> Bool) -> String {
    if let levels = feature.levels {
      guard let level = feature.texts?[row] else { return "\(feature.name) missing" }
      return "\(feature.name) = \(levels.contains(level) ? level : "(other)")"
    }
    let raw = feature.number.map { numbers.values[row * numbers.names.count + $0] } ?? .nan
    guard !raw.isNaN else { return "\(feature.name) missing" }
    let first = feature.columns.lowerBound
    // What decides may be that there is a value, whatever it is.
    if feature.columns.count > 1, shares[first + 1] > shares[first] { return "\(feature.name) known" }
    return "\(feature.name) \(isHigh(first) ? "high" : "low")"
  }
}
