internal import LinearAlgebra
internal import Randomness

/// What starts look at: all rows or a sample of them, without those that look like noise when there is to be any.
///
/// Made once for all families and numbers of components of a search.
struct StartingRows: Sendable {
  /// The rows that runs are iterated on.
  let rows: MixtureRows
  /// Those of them that starts group, ascending.
  private let grouped: [Int]
  /// Numbers whose distances say which of the grouped rows are alike (m x any).
  let coordinates: Matrix
  /// The weights of the grouped rows (m).
  let weights: [Double]
  /// The grouped rows that were agglomerated, ascending, and how.
  private let agglomerated: [Int]
  private let trees: [ModelBasedAgglomeration.Criterion: ModelBasedAgglomeration]

  /// A sample of `all` that serves up to `components` components, agglomerated by `criteria`.
  init(
    _ all: MixtureRows, components: Int, criteria: [ModelBasedAgglomeration.Criterion], noise: UniformNoise? = nil,
    seed: UInt64
  ) {
    let rows = Self.sample(all, max(Parallel.rowsPerPiece, 256 * components), seed: seed)
    self.rows = rows
    guard components > 1 || noise != nil else {
      (grouped, coordinates, weights) = ([], Matrix(rows: 0, columns: 0), [])
      (agglomerated, trees) = ([], [:])
      return
    }
    let every = rows.coordinates
    let near = noise.map { every.rowsWithNeighbours(weights: rows.weights, leaving: $0.budget, seed: seed) }
    let grouped = near.flatMap { $0.count >= components ? $0 : nil } ?? Array(0..<rows.count)
    let coordinates = near == nil ? every : every.gatheringRows(grouped).withUnitSpreads()
    let weights = grouped.map { rows.weights[$0] }
    (self.grouped, self.coordinates, self.weights) = (grouped, coordinates, weights)

    let limit = max(components, ModelBasedAgglomeration.greatestRows(columns: coordinates.columns))
    var random = RandomStream(seed: seed, index: -2)
    let kept =
      grouped.count <= limit ? Array(0..<grouped.count) : random.sample(limit, from: grouped.count)
    agglomerated = kept
    let built = Parallel.map(count: criteria.count) { index in
      ModelBasedAgglomeration(
        coordinates.gatheringRows(kept), weights: kept.map { weights[$0] }, criterion: criteria[index])
    }
    trees = Dictionary(uniqueKeysWithValues: zip(criteria, built))
  }

  /// A component for each of the rows from one for each grouped row; -1 for the others.
  func spread(_ labels: [Int32]) -> [Int32] {
    var spread = [Int32](repeating: -1, count: rows.count)
    for (row, label) in zip(grouped, labels) { spread[row] = label }
    return spread
  }

  /// Memberships of each of the rows from those of each grouped row (m x k); zeros for the others.
  func spread(_ memberships: Matrix) -> Matrix {
    guard grouped.count < rows.count else { return memberships }
    var spread = Matrix(rows: rows.count, columns: memberships.columns)
    for (index, row) in grouped.enumerated() {
      for component in 0..<memberships.columns { spread[row, component] = memberships[index, component] }
    }
    return spread
  }

  /// A component for each of the rows, -1 for those that were not agglomerated.
  func labels(_ criterion: ModelBasedAgglomeration.Criterion, components: Int) -> [Int32] {
    var labels = [Int32](repeating: -1, count: grouped.count)
    guard let tree = trees[criterion], tree.rows >= components else { return spread(labels) }
    for (row, label) in zip(agglomerated, tree.labels(clusters: components)) { labels[row] = Int32(label) }
    return spread(labels)
  }

  /// All rows, or of more than four times `count` that many, drawn by weight.
  private static func sample(_ rows: MixtureRows, _ count: Int, seed: UInt64) -> MixtureRows {
    guard rows.count > 4 * count else { return rows }
    var random = RandomStream(seed: seed, index: -1)
    var kept: [Int] = []
    var hits: [Double] = []
    for row in systematicSample(count, weights: rows.weights, &random) {
      if row == kept.last {
        hits[hits.count - 1] += 1
      } else {
        kept.append(row)
        hits.append(1)
      }
    }
    if kept.count >= count / 4 { return rows.subset(kept, weights: hits) }
    // A few rows bear nearly all the weight: as many rows, with their weights.
    let some = random.sample(count, from: rows.count)
    return rows.subset(some, weights: some.map { rows.weights[$0] })
  }
}

extension MixtureRows {
  /// The coordinates of all blocks side by side (m x any).
  var coordinates: Matrix {
    let parts = blocks.map(\.coordinates)
    guard parts.count > 1 else { return parts.first ?? Matrix(rows: count, columns: 0) }
    var values: [Double] = []
    for row in 0..<count { for part in parts { values += part.row(row) } }
    return Matrix(rows: count, columns: parts.reduce(0) { $0 + $1.columns }, values: values)
  }
}

extension Matrix {
  /// The rows (ascending) but for those farthest from others, which hold up to the share `leaving` of the weight.
  ///
  /// Far is judged by the distance to the fifth nearest of at most 1,000 rows, after Byers & Raftery (1998),
  /// "Nearest-neighbor clutter removal". O(1,000 n d).
  fileprivate func rowsWithNeighbours(weights: [Double], leaving: Double, seed: UInt64) -> [Int] {
    let neighbours = 5
    var random = RandomStream(seed: seed, index: -3)
    let others = rows <= 1_000 ? Array(0..<rows) : random.sample(1_000, from: rows)
    let distances = Parallel.map(rows: rows) { range in
      range.map { row in
        var nearest = [Double](repeating: .infinity, count: neighbours)
        for other in others where other != row {
          var distance = 0.0
          for column in 0..<columns {
            let difference = values[row * columns + column] - values[other * columns + column]
            distance += difference * difference
          }
          guard distance < nearest[neighbours - 1] else { continue }
          var place = neighbours - 1
          while place > 0, nearest[place - 1] > distance {
            nearest[place] = nearest[place - 1]
            place -= 1
          }
          nearest[place] = distance
        }
        return nearest[neighbours - 1]
      }
    }.flatMap { $0 }
    let farthest = distances.indices.sorted { a, b in
      distances[a] == distances[b] ? a < b : distances[a] > distances[b]
    }
    var left = leaving * weights.reduce(0, +)
    var isFar = [Bool](repeating: false, count: rows)
    for row in farthest {
      left -= weights[row]
      if left < 0 { break }
      isFar[row] = true
    }
    return (0..<rows).filter { !isFar[$0] }
  }

  /// Every column divided by its spread, where it has one.
  fileprivate func withUnitSpreads() -> Matrix {
    let means = columnMeans()
    let spreads = (0..<columns).map { column in
      (0..<rows).reduce(0) { $0 + (self[$1, column] - means[column]) * (self[$1, column] - means[column]) }
    }.map { $0 > 0 ? ($0 / Double(rows)).squareRoot() : 1 }
    return Matrix(rows: rows, columns: columns, values: values.enumerated().map { $1 / spreads[$0 % columns] })
  }
}
