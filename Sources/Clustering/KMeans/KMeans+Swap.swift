internal import LinearAlgebra
internal import Randomness

extension KMeans {
  /// `centers` with one of them moved to a drawn row: the row with probability proportional to weight x squared
  /// distance, the centre that leaves the least inertia behind; nil when every row lies on a centre.
  ///
  /// Random swap clustering (Fränti, 2018, "Efficiency of random swap clustering"), with the draw and the choice of
  /// the centre of Lattanzi & Sohler (2019, "A better k-means++ algorithm via local search"). O(n k d).
  func swapped(_ centers: Matrix, _ rows: PreparedRows, _ random: inout RandomStream) -> Matrix? {
    let x = rows.matrix
    var nearest = [Double](repeating: .infinity, count: x.rows)
    var second = nearest
    var owner = [Int](repeating: 0, count: x.rows)
    for cluster in 0..<centers.rows {
      let distances = x.squaredDistances(toPoint: Array(centers.row(cluster)))
      for row in 0..<x.rows {
        if distances[row] < nearest[row] {
          second[row] = nearest[row]
          nearest[row] = distances[row]
          owner[row] = cluster
        } else if distances[row] < second[row] {
          second[row] = distances[row]
        }
      }
    }
    let pulls = zip(nearest, rows.weights).map { $0 * $1 }
    guard pulls.contains(where: { $0 > 0 }) else { return nil }
    let drawn = random.category(weights: pulls)

    // Removing centre j costs each row of j the way to its next centre, which may be the drawn row.
    let added = x.squaredDistances(toPoint: Array(x.row(drawn)))
    var losses = [Double](repeating: 0, count: centers.rows)
    for row in 0..<x.rows {
      losses[owner[row]] += rows.weights[row] * (min(added[row], second[row]) - min(added[row], nearest[row]))
    }
    let removed = losses.indices.min { losses[$0] < losses[$1] } ?? 0
    var result = centers
    for (column, value) in x.row(drawn).enumerated() { result[removed, column] = value }
    return result
  }
}

extension Matrix {
  /// The squared distance of every row to `point` (d), on all workers.
  func squaredDistances(toPoint point: [Double]) -> [Double] {
    Parallel.map(rows: rows) { squaredDistances(rows: $0, to: point) }.flatMap { $0 }
  }
}
