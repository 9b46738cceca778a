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
        let shares = FeatureShares(
          features, row, point, from: ClusterDivision.nearest(point, first), not: ClusterDivision.nearest(point, second)
        )
        return (isNearer: shares.total >= 0, words: FeatureShares.largest([shares]))
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
        return (best.excess, FeatureShares.largest([FeatureShares(features, row, point, from: best.centroid)]))
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

  static func square(_ a: [Double], _ b: [Double]) -> Double {
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
