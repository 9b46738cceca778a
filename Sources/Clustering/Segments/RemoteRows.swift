internal import Foundation
public import LinearAlgebra

/// Rows that lie far from all others, which would bend the scale of every column and claim a cluster of their own.
///
/// A row is remote when the distance to its fifth nearest neighbour in a sample lies beyond the outer fence
/// of all these distances on a logarithmic scale; no more of them than the budget, the farthest
/// first. Distances to a near neighbour as a measure of outlyingness: Ramaswamy, Rastogi & Shim (2000).
public struct RemoteRows: Sendable {
  /// The rows, ascending.
  public let rows: [Int]

  static let sampleSize = 2_000
  static let neighbour = 5

  /// Looks at `x` (n x d, finite). O(n x 2,000 x d).
  public init(_ x: Matrix, seed: UInt64, budget: Double) {
    let sample = WitnessSample(x, weights: nil, limit: RemoteRows.sampleSize, seed: seed).rows
    guard sample.count > 10 * RemoteRows.neighbour, budget > 0 else {
      rows = []
      return
    }
    let distances = NeighbourDistances.of(x, among: sample, neighbour: RemoteRows.neighbour)
    let positive = distances.filter { $0 > 0 && $0.isFinite }.map { 0.5 * log($0) }
    guard positive.count > distances.count / 2 else {
      rows = []
      return
    }
    let fence = OuterFence.of(positive)
    let remote = distances.indices.filter { distances[$0] > 0 && 0.5 * log(distances[$0]) > fence }
    let allowed = Int(budget * Double(x.rows))
    let farthest = remote.sorted { distances[$0] != distances[$1] ? distances[$0] > distances[$1] : $0 < $1 }
    rows = farthest.prefix(allowed).sorted()
  }
}
