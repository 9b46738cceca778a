internal import Foundation
public import LinearAlgebra

/// How far rows belong to the segments of k-means: in proportion to exp(-d^2 / (2 s^2)), d the distance to a centroid.
///
/// The largest membership is that of the nearest centroid. The logarithm of the odds between two segments is linear in
/// the projection of the row on the line through their centroids, and right for two Gaussians of one variance along
/// that line when s^2 is that variance (Fisher's linear discriminant).
public struct DistanceMembership: Sendable, Hashable, Codable {
  /// s^2, in squared units of the transformed data; above 0, or 0 where rows lie on their centroids.
  public let variance: Double

  /// Memberships of this s^2.
  public init(variance: Double) { self.variance = variance }

  /// Estimates s^2 from training rows `x` (n x d), weighted by `weights` (n; all 1 when nil).
  ///
  /// The variance of rows along the line between their nearest and second nearest centroids, about the one that they
  /// come from; which that is, is known only up to the membership itself, so both are found in turn (EM in one
  /// parameter). Variances within hard clusters are too small where clusters overlap, and this is not.
  /// - Throws: ``FitError`` when `x` has another number of columns than the centroids.
  public init(_ x: Matrix, model: KMeansModel, weights: [Double]? = nil) throws(FitError) {
    guard x.columns == model.centroids.columns else {
      throw .columnCount(have: x.columns, need: model.centroids.columns)
    }
    guard model.clusters > 1, x.rows > 0 else {
      variance = 0
      return
    }
    let centers = model.centroids
    let pairs = Parallel.map(rows: x.rows) { range -> [(place: Double, length: Double, weight: Double)] in
      let squares = x.squaredDistances(rows: range, toEach: centers)
      return range.compactMap { row in
        let own = squares.row(row - range.lowerBound)
        let order = (0..<centers.rows).sorted { i, j in
          let (a, b) = (own[own.startIndex + i], own[own.startIndex + j])
          return a != b ? a < b : i < j
        }
        let (first, second) = (order[0], order[1])
        let length = zip(centers.row(first), centers.row(second)).reduce(0.0) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
        guard length > 0 else { return nil }
        // From 0 at the nearest centroid to 1 at the other.
        let place = (own[own.startIndex + first] - own[own.startIndex + second]) / (2 * length) + 0.5
        return (place, length, weights?[row] ?? 1)
      }
    }.flatMap { $0 }
    func mean(_ own: (_ place: Double, _ length: Double) -> Double) -> Double {
      var (sum, total) = (CompensatedSum(), CompensatedSum())
      for pair in pairs {
        sum.add(own(pair.place, pair.length), times: pair.weight)
        total.add(pair.weight)
      }
      return total.value > 0 ? sum.value / total.value : 0
    }
    var current = mean { $0 * $0 * $1 }
    for _ in 0..<100 where current > 0 {
      let next = mean { place, length in
        let odds = exp(-(1 - 2 * place) * length / (2 * current))
        let other = odds / (1 + odds)
        return length * ((1 - other) * place * place + other * (1 - place) * (1 - place))
      }
      let isSettled = abs(next - current) <= 1e-9 * current
      current = next
      if isSettled { break }
    }
    variance = current.isFinite ? current : 0
  }

  /// The membership in each segment, of sum 1, from the squared distances to their centroids.
  public func memberships(squaredDistances: [Double]) -> [Double] {
    guard let least = squaredDistances.min() else { return [] }
    guard variance > 0 else {
      let nearest = squaredDistances.firstIndex(of: least)
      return squaredDistances.indices.map { $0 == nearest ? 1 : 0 }
    }
    let shares = squaredDistances.map { exp((least - $0) / (2 * variance)) }
    let total = shares.reduce(0, +)
    return shares.map { $0 / total }
  }
}

extension Matrix {
  /// The squared distances of the rows of `range` to each of `centers` (rows of the range x k). Every row is computed by
  /// itself: alone, or among any others, it has the same bits.
  package func squaredDistances(rows range: Range<Int>, toEach centers: Matrix) -> Matrix {
    var squares = Matrix(rows: range.count, columns: centers.rows)
    for center in 0..<centers.rows {
      for (index, square) in squaredDistances(rows: range, to: Array(centers.row(center))).enumerated() {
        squares[index, center] = square
      }
    }
    return squares
  }
}
