internal import Foundation
internal import LinearAlgebra
internal import Randomness

extension KMeans {
  /// k different rows by greedy k-means++: each step draws 2 + ln k candidates with probability proportional to
  /// weight x squared distance to the nearest centre so far, and keeps the one that lowers the sum of those most.
  ///
  /// Arthur & Vassilvitskii (2007), whose own experiments draw several candidates. O(n k d ln k).
  func seeding(_ rows: PreparedRows, _ random: inout RandomStream) -> Matrix {
    let (x, weights) = (rows.matrix, rows.weights)
    let candidates = 2 + Int(log(Double(clusters)))
    var chosen = [random.category(weights: weights)]
    var potential = Potential(rows, first: chosen[0])
    while chosen.count < clusters {
      // Distances too small to square leave nothing to draw by: take rows as they come.
      guard potential.total > 0 else {
        let taken = Set(chosen)
        chosen += (0..<x.rows).lazy.filter { !taken.contains($0) }.prefix(clusters - chosen.count)
        break
      }
      let drawn = (0..<candidates).map { _ in potential.draw(&random, weights: weights) }
      let points = x.gatheringRows(drawn)
      let caps = potential.distances
      let parts = Parallel.map(rows: x.rows) {
        x.cappedDistanceSums(rows: $0, to: points, caps: caps, weights: weights)
      }
      var best = 0
      var least = Double.infinity
      for candidate in 0..<candidates {
        let sum = parts.reduce(0) { $0 + $1[candidate] }
        if sum < least {
          least = sum
          best = candidate
        }
      }
      chosen.append(drawn[best])
      potential.add(rows, drawn[best])
    }
    return x.gatheringRows(chosen)
  }
}

/// The squared distance of each row to its nearest chosen centre, and the weighted sums to draw by.
private struct Potential {
  var distances: [Double]
  private var pieceSums: [Double] = []
  private(set) var total = 0.0

  init(_ rows: PreparedRows, first: Int) {
    distances = [Double](repeating: .infinity, count: rows.matrix.rows)
    add(rows, first)
  }

  /// Adds the row `center` to the centres.
  mutating func add(_ rows: PreparedRows, _ center: Int) {
    let point = Array(rows.matrix.row(center))
    let before = distances
    let parts = Parallel.map(rows: rows.matrix.rows) { range in
      var part = rows.matrix.squaredDistances(rows: range, to: point)
      var sum = 0.0
      for (index, row) in range.enumerated() {
        part[index] = min(part[index], before[row])
        sum += rows.weights[row] * part[index]
      }
      return (distances: part, sum: sum)
    }
    var position = 0
    for part in parts {
      distances.replaceSubrange(position..<position + part.distances.count, with: part.distances)
      position += part.distances.count
    }
    pieceSums = parts.map(\.sum)
    total = pieceSums.reduce(0, +)
  }

  /// A row drawn with probability proportional to weight x squared distance.
  func draw(_ random: inout RandomStream, weights: [Double]) -> Int {
    let piece = random.category(weights: pieceSums)
    let first = piece * Parallel.rowsPerPiece
    let last = min(distances.count, first + Parallel.rowsPerPiece)
    var rest = random.uniform() * pieceSums[piece]
    var drawn = first
    for row in first..<last where distances[row] > 0 {
      drawn = row
      rest -= weights[row] * distances[row]
      if rest < 0 { break }
    }
    return drawn
  }
}
