internal import LinearAlgebra
internal import Randomness

extension KMeans {
  /// The centres of `run` with one of them moved to a drawn row: the row with probability proportional to weight x squared
  /// distance, the centre that leaves the least inertia behind; nil when every row lies on a centre.
  ///
  /// Random swap clustering (Fränti, 2018, "Efficiency of random swap clustering"), with the draw and the choice of
  /// the centre of Lattanzi & Sohler (2019, "A better k-means++ algorithm via local search"). O(n k d).
  ///
  /// What a centre's removal costs is estimated from every so many-th row, which stand as if shuffled.
  func swapped(_ run: KMeansRun, _ rows: PreparedRows, _ random: inout RandomStream) -> Matrix? {
    let (x, centers) = (rows.matrix, run.centers)
    guard let labels = run.assignment?.labels else { return nil }
    let nearest = Parallel.map(rows: x.rows) { x.squaredDistances(rows: $0, to: centers, labels: Array(labels[$0])) }
      .flatMap { $0 }
    let pulls = zip(nearest, rows.weights).map { $0 * $1 }
    guard pulls.contains(where: { $0 > 0 }) else { return nil }
    let drawn = random.category(weights: pulls)

    // Removing centre j costs each row of j the way to its next centre, which may be the drawn row.
    let step = max(1, x.rows / max(4096, 64 * clusters))
    let some = Array(stride(from: 0, to: x.rows, by: step))
    let part = step == 1 ? x : x.gatheringRows(some)
    var second = part.squaredDistances(toPoint: Array(x.row(drawn)))
    let added = second
    for cluster in 0..<centers.rows {
      let distances = part.squaredDistances(toPoint: Array(centers.row(cluster)))
      for (index, row) in some.enumerated() where labels[row] != cluster {
        second[index] = min(second[index], distances[index])
      }
    }
    var losses = [Double](repeating: 0, count: centers.rows)
    for (index, row) in some.enumerated() {
      losses[Int(labels[row])] += rows.weights[row] * (second[index] - min(added[index], nearest[row]))
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
