internal import Clustering
internal import Features
internal import LinearAlgebra

extension PatternDivision {
  /// Whether the pattern of `own` that customers belong to most is likelier than that of `other`, and the features that add
  /// most to that, in words.
  ///
  /// The log-odds of two patterns are the sum over layers of how much nearer a customer lies to the one's centroid than to
  /// the other's, over 2 s^2 of that layer.
  func reasons(_ values: FeatureValues, own: Int, other: Int) -> [(isNearer: Bool, words: String?)] {
    let matrices = layers.map { $0.transforms.apply(values).matrix }
    let features = layers.map { DivisionFeatures($0.transforms, values) }
    let scales = layers.map { $0.membership.variance > 0 ? 1 / (2 * $0.membership.variance) : 1 }
    let centroids = layers.map { layer in (0..<layer.model.clusters).map { Array(layer.model.centroids.row($0)) } }
    let patterns = zip(PatternDivision.patterns(layers), parts).map { (digits: $0, part: $1) }
    return Parallel.map(rows: values.rows) { rows in
      rows.map { row in
        let points = matrices.map { Array($0.row(row)) }
        let distances = layers.indices.map { layer in
          centroids[layer].map { scales[layer] * ClusterDivision.square(points[layer], $0) }
        }
        func nearest(_ part: Int) -> [Int] {
          var best: (sum: Double, digits: [Int]) = (.infinity, layers.map { _ in 0 })
          for pattern in patterns where pattern.part == part {
            let sum = zip(distances, pattern.digits).reduce(0) { $0 + $1.0[$1.1] }
            if sum < best.sum { best = (sum, pattern.digits) }
          }
          return best.digits
        }
        let (a, b) = (nearest(own), nearest(other))
        let shares = layers.indices.filter { a[$0] != b[$0] }.map { layer in
          FeatureShares(
            features[layer], row, points[layer], from: centroids[layer][a[layer]], not: centroids[layer][b[layer]],
            scale: scales[layer])
        }
        return (isNearer: shares.reduce(0) { $0 + $1.total } >= 0, words: FeatureShares.largest(shares))
      }
    }.flatMap { $0 }
  }

  /// How far customers lie outside `part`: of its patterns the one that they lie outside of least, of its layers the one
  /// that they lie outside of most, whose features are told.
  func remoteness(_ values: FeatureValues, part: Int) -> [(excess: Double, words: String?)] {
    let found = layers.map { layer in (0..<layer.model.clusters).map { layer.remoteness(values, part: $0) } }
    let patterns = zip(PatternDivision.patterns(layers), parts).filter { $0.1 == part }.map(\.0)
    return (0..<values.rows).map { row in
      var best: (excess: Double, words: String?) = (.infinity, nil)
      for (place, pattern) in patterns.enumerated() {
        var worst: (excess: Double, words: String?) = (-.infinity, nil)
        for (layer, digit) in zip(found, pattern) where layer[digit][row].excess > worst.excess {
          worst = layer[digit][row]
        }
        if place == 0 || worst.excess < best.excess { best = worst }
      }
      return best
    }
  }
}
