internal import Foundation
internal import LinearAlgebra

/// How far from its centroid a row may lie and still belong to a segment.
///
/// On the scale of the cube root, where sums of squares are nearly normal (Wilson & Hilferty, 1931), a segment's limit
/// is the outer fence of its rows. Where half of them lie at one distance there is no spread to measure by, and the
/// farthest of them sets the limit.
public struct NoneLimits: Sendable, Hashable, Codable {
  /// The greatest squared distance to each centroid (k), in squared units of the transformed data.
  public let limits: [Double]

  /// Segments of fewer rows than this take the fence of all rows together.
  static let fewestRows = 20

  /// Limits for rows that were given `labels` (n, from 0 to `segments` - 1) at these squared distances (n).
  public init(squaredDistances: [Double], labels: [Int], segments: Int) {
    var roots = [[Double]](repeating: [], count: segments)
    for (label, square) in zip(labels, squaredDistances) where label >= 0 { roots[label].append(cbrt(square)) }
    let pooled = OuterFence.of(roots.flatMap { $0 })
    limits = roots.map { own in
      let fence = own.count < NoneLimits.fewestRows ? pooled : OuterFence.of(own)
      let limit = fence > 0 ? fence : pooled
      return limit * limit * limit
    }
  }
}

/// Tukey's outer fence (1977): the upper quartile plus three times the interquartile range.
enum OuterFence {
  /// The fence of `values`; the greatest of them where their quartiles are one, 0 of none.
  static func of(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard let greatest = sorted.last else { return 0 }
    func quantile(_ share: Double) -> Double {
      let place = share * Double(sorted.count - 1)
      let low = Int(place)
      let high = min(low + 1, sorted.count - 1)
      return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
    }
    let (lower, upper) = (quantile(0.25), quantile(0.75))
    return upper > lower ? upper + 3 * (upper - lower) : greatest
  }
}
