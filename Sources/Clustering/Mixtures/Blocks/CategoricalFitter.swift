internal import LinearAlgebra

/// Categories, independent given the component, each column with probabilities of its own: the latent class model
/// (Goodman, 1974; Linzer & Lewis, 2011), and two-valued columns as its special case.
struct CategoricalFitter: LevelFitter {
  private let rows: LevelRows
  private let isBinary: Bool
  private(set) var table: LevelTable
  /// For each column k x levels.
  private var probabilities: [Matrix]

  init(_ rows: LevelRows, components: Int, isBinary: Bool) {
    self.rows = rows
    self.isBinary = isBinary
    table = LevelTable(columns: rows.places.columns, components: components)
    probabilities = rows.seen.map { Matrix(rows: components, columns: $0.count) }
  }

  var places: LevelPlaces { rows.places }

  /// One less than the levels that the data hold, a column and component; probabilities at the edge count as free, as
  /// in Linzer & Lewis (2011).
  var parameterCount: Int { table.components * rows.seen.reduce(0) { $0 + max(0, $1.count(where: \.self) - 1) } }

  mutating func estimate(from sums: [Double], weights: [Double]) -> Bool {
    guard weights.allSatisfy({ $0 > 0 }) else { return false }
    for (column, seen) in rows.seen.enumerated() {
      let histograms = table.histograms(of: column, in: sums)
      // A component without a value in this column learns nothing of it and is given everyone's frequencies.
      let all = seen.indices.map { level in histograms.reduce(0) { $0 + $1[level] } }
      let estimates = histograms.map { counts in
        let likeliest = LevelProbabilities.likeliest(counts.contains { $0 > 0 } ? counts : all, seen: seen)
        // Only the probability of a 1 is kept, and what is kept must score as what was fitted.
        return isBinary ? [1 - likeliest[1], likeliest[1]] : likeliest
      }
      probabilities[column] = Matrix(rows: estimates.count, columns: seen.count, values: Array(estimates.joined()))
      LevelProbabilities.write(probabilities[column], column: column, to: &table)
    }
    return true
  }

  mutating func adopt(_ parameters: FittedBlock.Parameters) -> Bool {
    let given: [Matrix]? =
      switch parameters {
      case .categorical(let levels): isBinary ? nil : levels
      case .binary(let ones): isBinary ? ones.asLevels : nil
      default: nil
      }
    guard let given, let taken = LevelProbabilities.adapt(given, components: table.components, seen: rows.seen) else {
      return false
    }
    probabilities = taken
    for column in taken.indices { LevelProbabilities.write(taken[column], column: column, to: &table) }
    return true
  }

  var fitted: FittedBlock.Parameters {
    guard isBinary else { return .categorical(probabilities) }
    let ones = probabilities.map { $0.column(1) }
    return .binary(Matrix(columns: ones, rows: table.components))
  }
}
