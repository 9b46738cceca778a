internal import Foundation
internal import LinearAlgebra

/// The clusters of an agglomeration that is under way, and what each pair would cost to merge.
///
/// The cost of a cluster of n rows with scatter W is n ln(|W / n| + (tr W + a) / n), where a is the mean variance of all
/// rows: the trace stands in for the determinant while a cluster has too few rows for one (Fraley, 1998, section 3.4).
/// Ward's is tr W.
struct AgglomerationForest {
  private let criterion: ModelBasedAgglomeration.Criterion
  private let d: Int
  private let offset: Double
  /// The clusters that are left, by first row.
  private var active: [Int]
  private var counts: [Double]
  /// Distinct rows, which bound the rank of the scatter.
  private var sizes: [Int]
  private var means: [Double]
  private var traces: [Double]
  private var terms: [Double]
  /// The lower triangles of the scatters, empty for a single row.
  private var scatters: [[Double]]
  /// The cost of merging i > j, at i (i - 1) / 2 + j.
  private var costs: [Double]
  /// For each cluster the cheapest partner before it, -1 for the first.
  private var partners: [Int]
  private var scratch: [Double]

  init(_ x: Matrix, counts: [Double], criterion: ModelBasedAgglomeration.Criterion) {
    let n = x.rows
    self.criterion = criterion
    d = x.columns
    self.counts = counts
    active = Array(0..<n)
    sizes = [Int](repeating: 1, count: n)
    means = x.values
    traces = [Double](repeating: 0, count: n)
    scatters = [[Double]](repeating: [], count: n)
    partners = [Int](repeating: -1, count: n)
    scratch = [Double](repeating: 0, count: x.columns * (x.columns + 1) / 2)
    costs = [Double](repeating: 0, count: n * (n - 1) / 2)
    let center = x.columnMeans(weights: counts)
    var trace = 0.0
    for row in 0..<n {
      for (value, mean) in zip(x.row(row), center) { trace += counts[row] * (value - mean) * (value - mean) }
    }
    let total = counts.reduce(0, +) * Double(max(1, d))
    let offset = max(trace / total, .leastNormalMagnitude)
    self.offset = offset
    terms = counts.map { criterion == .ward ? 0 : $0 * log(offset / $0) }
    for i in 1..<n {
      for j in 0..<i { costs[i * (i - 1) / 2 + j] = cost(j, i) }
      findPartner(of: i)
    }
  }

  /// Merges until one cluster is left; the pairs in order.
  mutating func mergeAll() -> [(into: Int, from: Int)] {
    var merges: [(into: Int, from: Int)] = []
    merges.reserveCapacity(active.count - 1)
    while active.count > 1 {
      var from = active[1]
      for i in active.dropFirst(2) where costs[index(i, partners[i])] < costs[index(from, partners[from])] { from = i }
      let into = partners[from]
      merges.append((into, from))
      merge(into, from)
    }
    return merges
  }

  private func index(_ i: Int, _ j: Int) -> Int { i > j ? i * (i - 1) / 2 + j : j * (j - 1) / 2 + i }

  private mutating func findPartner(of i: Int) {
    var best = -1
    var least = Double.infinity
    let first = i * (i - 1) / 2
    for j in active {
      guard j < i else { break }
      if best < 0 || costs[first + j] < least {
        best = j
        least = costs[first + j]
      }
    }
    partners[i] = best
  }

  private mutating func merge(_ i: Int, _ j: Int) {
    let (squares, _) = separation(i, j)
    if criterion == .varyingCovariances {
      terms[i] = unionTerm(i, j, trace: traces[i] + traces[j] + squares)
      scatters[i] = scratchScatter(i, j)
    }
    traces[i] += traces[j] + squares
    let sum = counts[i] + counts[j]
    for column in 0..<d {
      means[i * d + column] = (counts[i] * means[i * d + column] + counts[j] * means[j * d + column]) / sum
    }
    counts[i] = sum
    sizes[i] += sizes[j]
    scatters[j] = []
    active.removeAll { $0 == j }
    for other in active where other != i { costs[index(other, i)] = cost(i, other) }
    if active.first != i { findPartner(of: i) }
    for other in active where other > i {
      if partners[other] == i || partners[other] == j {
        findPartner(of: other)
      } else {
        let (new, old) = (costs[index(other, i)], costs[index(other, partners[other])])
        if new < old || (new == old && i < partners[other]) { partners[other] = i }
      }
    }
  }

  /// The squared distance of two means times n_i n_j / (n_i + n_j), and that factor.
  private func separation(_ i: Int, _ j: Int) -> (squares: Double, factor: Double) {
    let factor = counts[i] * counts[j] / (counts[i] + counts[j])
    var squares = 0.0
    for column in 0..<d {
      let difference = means[i * d + column] - means[j * d + column]
      squares += difference * difference
    }
    return (factor * squares, factor)
  }

  private mutating func cost(_ i: Int, _ j: Int) -> Double {
    let (squares, _) = separation(i, j)
    guard criterion == .varyingCovariances else { return squares }
    return unionTerm(i, j, trace: traces[i] + traces[j] + squares) - (terms[i] + terms[j])
  }

  private mutating func unionTerm(_ i: Int, _ j: Int, trace: Double) -> Double {
    let n = counts[i] + counts[j]
    var value = (trace + offset) / n
    if sizes[i] + sizes[j] > d, d > 0 {
      fillScratch(i, j)
      value += determinantOfScratch(dividedBy: n)
    }
    return n * log(value)
  }

  private mutating func scratchScatter(_ i: Int, _ j: Int) -> [Double] {
    fillScratch(i, j)
    return scratch
  }

  /// Puts the scatter of the union of two clusters into the scratch space.
  private mutating func fillScratch(_ i: Int, _ j: Int) {
    let factor = counts[i] * counts[j] / (counts[i] + counts[j])
    var position = 0
    for row in 0..<d {
      let difference = factor * (means[i * d + row] - means[j * d + row])
      for column in 0...row {
        scratch[position] = difference * (means[i * d + column] - means[j * d + column])
        position += 1
      }
    }
    if !scatters[i].isEmpty { for index in scratch.indices { scratch[index] += scatters[i][index] } }
    if !scatters[j].isEmpty { for index in scratch.indices { scratch[index] += scatters[j][index] } }
  }

  /// |S / n| of the scatter in the scratch space, which a Cholesky factor overwrites; 0 when it is singular.
  private mutating func determinantOfScratch(dividedBy n: Double) -> Double {
    var determinant = 1.0
    var first = 0
    for i in 0..<d {
      var other = 0
      for j in 0..<i {
        var sum = scratch[first + j]
        for m in 0..<j { sum -= scratch[first + m] * scratch[other + m] }
        scratch[first + j] = sum / scratch[other + j]
        other += j + 1
      }
      var pivot = scratch[first + i]
      for m in 0..<i { pivot -= scratch[first + m] * scratch[first + m] }
      guard pivot > 0 else { return 0 }
      scratch[first + i] = pivot.squareRoot()
      determinant *= pivot / n
      first += i + 1
    }
    return determinant
  }
}
