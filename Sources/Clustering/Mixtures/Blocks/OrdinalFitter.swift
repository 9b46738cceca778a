internal import LinearAlgebra

/// Ordered categories, independent given the component, by adjacent-category logits: see ``AdjacentCategories``.
struct OrdinalFitter: LevelFitter {
  private let rows: LevelRows
  private(set) var table: LevelTable
  private var models: [AdjacentCategories]
  /// For each column k x levels.
  private var probabilities: [Matrix]

  init(_ rows: LevelRows, components: Int) {
    self.rows = rows
    table = LevelTable(columns: rows.places.columns, components: components)
    models = rows.seen.map { AdjacentCategories(seen: $0, components: components) }
    probabilities = rows.seen.map { Matrix(rows: components, columns: $0.count) }
  }

  var places: LevelPlaces { rows.places }

  /// Levels that the data hold - 1 + components - 1, a column.
  var parameterCount: Int { models.reduce(0) { $0 + $1.parameterCount } }

  mutating func estimate(from sums: [Double], weights: [Double]) -> Bool {
    guard weights.allSatisfy({ $0 > 0 }) else { return false }
    for (column, seen) in rows.seen.enumerated() {
      models[column].maximise(table.histograms(of: column, in: sums))
      let estimates = weights.indices.map { models[column].probabilities($0, seen: seen) }
      probabilities[column] = Matrix(rows: estimates.count, columns: seen.count, values: Array(estimates.joined()))
      LevelProbabilities.write(probabilities[column], column: column, to: &table)
    }
    return true
  }

  mutating func adopt(_ parameters: FittedBlock.Parameters) -> Bool {
    guard case .ordinal(let given) = parameters,
      let taken = LevelProbabilities.adapt(given, components: table.components, seen: rows.seen)
    else { return false }
    probabilities = taken
    for (column, matrix) in taken.enumerated() {
      // The model that has these probabilities is the likeliest one of counts in their proportion.
      models[column] = AdjacentCategories(seen: rows.seen[column], components: table.components)
      models[column].maximise((0..<matrix.rows).map { Array(matrix.row($0)) })
      LevelProbabilities.write(matrix, column: column, to: &table)
    }
    return true
  }

  var fitted: FittedBlock.Parameters { .ordinal(probabilities) }
}
