internal import Foundation
public import LinearAlgebra

/// Rows that lie as near to each other as customers of one segment do.
///
/// A row is dense when the distance to its fifth nearest neighbour among its like is not beyond the outer fence (Tukey,
/// 1977, on a logarithmic scale) of what it is among as many rows of segments.
public struct DenseRows: Sendable {
  /// The rows, ascending.
  public let rows: [Int]

  /// Among fewer rows than this none is dense, as nothing can be said of near neighbours.
  public static let fewest = 10 * RemoteRows.neighbour + 1

  /// Looks at `x` (n x d, finite), beside rows of segments `others` (m x d). O((n + m) x 2,000 x d).
  public init(_ x: Matrix, beside others: Matrix, seed: UInt64) {
    let size = min(RemoteRows.sampleSize, x.rows, others.rows)
    guard size >= DenseRows.fewest else {
      rows = []
      return
    }
    // As many of each, for the more rows there are, the nearer are neighbours.
    let sample = WitnessSample(x, weights: nil, limit: size, seed: seed).rows
    let settled = others.gatheringRows(WitnessSample(others, weights: nil, limit: size, seed: seed).rows)
    let usual = NeighbourDistances.of(settled, among: Array(0..<settled.rows), neighbour: RemoteRows.neighbour)
    let positive = usual.filter { $0 > 0 && $0.isFinite }.map { 0.5 * log($0) }
    guard let fence = positive.isEmpty ? nil : OuterFence.of(positive) else {
      rows = []
      return
    }
    let distances = NeighbourDistances.of(x, among: sample, neighbour: RemoteRows.neighbour)
    rows = distances.indices.filter { distances[$0] <= 0 || 0.5 * log(distances[$0]) <= fence }
  }
}
