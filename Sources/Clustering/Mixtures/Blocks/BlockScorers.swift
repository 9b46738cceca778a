internal import LinearAlgebra

/// Scores categories, ordered categories and two-valued columns. Levels of probability 0 in every component, and those
/// beyond the last, were never seen and count as missing.
struct LevelScorer: BlockScorer {
  private let kind: MixtureBlock.Kind
  private let seen: [[Bool]]
  private let table: LevelTable

  /// A scorer by `probabilities`, for each column k x levels; nil when they are none.
  init?(_ kind: MixtureBlock.Kind, probabilities: [Matrix]) {
    guard let k = probabilities.first?.rows, k > 0, probabilities.allSatisfy({ $0.isProbabilities(rows: k) }) else {
      return nil
    }
    self.kind = kind
    seen = probabilities.map { matrix in
      (0..<matrix.columns).map { level in (0..<k).contains { matrix[$0, level] > 0 } }
    }
    var table = LevelTable(columns: LevelPlaces.columns(seen.map(\.count)), components: k)
    for (column, matrix) in probabilities.enumerated() { LevelProbabilities.write(matrix, column: column, to: &table) }
    self.table = table
  }

  func check(_ x: Matrix, columns: [Int]) throws(FitError) { try kind.check(x, columns: columns, isOwn: true) }

  func addLogDensities(_ rows: Range<Int>, of x: Matrix, to logDensities: inout [Double]) {
    let places = LevelPlaces(piece: rows, levels: seen.map(\.count)) { column, row in
      let value = x.values[row * x.columns + column]
      guard value >= 0, value < Double(seen[column].count), seen[column][Int(value)] else { return nil }
      return Int(value)
    }
    table.addLogDensities(0..<rows.count, of: places, to: &logDensities)
  }
}

/// Scores counts.
struct CountScorer: BlockScorer {
  private let kind: MixtureBlock.Kind
  /// For each column the density of each component.
  private let densities: [[CountDensity]]
  /// The log-densities of the counts up to ``mostTabled``.
  private let table: LevelTable

  private static let mostTabled = 255

  /// A scorer by means and, unless Poisson, sizes (k x d); nil when they are not all above 0 and finite.
  init?(_ kind: MixtureBlock.Kind, means: Matrix, sizes: Matrix?) {
    guard means.rows > 0, means.columns > 0, means.values.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    if let sizes {
      guard sizes.rows == means.rows, sizes.columns == means.columns else { return nil }
      guard sizes.values.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    }
    self.kind = kind
    densities = (0..<means.columns).map { column in
      (0..<means.rows).map { CountDensity(mean: means[$0, column], size: sizes?[$0, column]) }
    }
    var table = LevelTable(
      columns: LevelPlaces.columns(densities.map { _ in Self.mostTabled + 1 }), components: means.rows)
    for level in 0...Self.mostTabled {
      let logFactorial = GammaFunctions.logGamma(Double(level) + 1)
      for (column, ofColumn) in densities.enumerated() {
        for (component, density) in ofColumn.enumerated() {
          let value = density.logDensity(Double(level), logFactorial: logFactorial)
          table.set(value, column: column, level: level, component: component)
        }
      }
    }
    self.table = table
  }

  func check(_ x: Matrix, columns: [Int]) throws(FitError) { try kind.check(x, columns: columns, isOwn: true) }

  func addLogDensities(_ rows: Range<Int>, of x: Matrix, to logDensities: inout [Double]) {
    let most = Double(Self.mostTabled)
    let places = LevelPlaces(piece: rows, levels: densities.map { _ in Self.mostTabled + 1 }) { column, row in
      let value = x.values[row * x.columns + column]
      return value >= 0 && value <= most ? Int(value) : nil
    }
    table.addLogDensities(0..<rows.count, of: places, to: &logDensities)
    for (offset, row) in rows.enumerated() {
      for column in 0..<x.columns {
        let value = x.values[row * x.columns + column]
        guard value > most else { continue }
        let logFactorial = GammaFunctions.logGamma(value + 1)
        for (component, density) in densities[column].enumerated() {
          logDensities[component * rows.count + offset] += density.logDensity(value, logFactorial: logFactorial)
        }
      }
    }
  }
}

extension Matrix {
  /// Whether each row is a distribution: from 0 to 1, with a sum of 1 but for rounding.
  fileprivate func isProbabilities(rows k: Int) -> Bool {
    guard rows == k, columns > 0 else { return false }
    return (0..<rows).allSatisfy { index in
      row(index).allSatisfy { $0 >= 0 && $0 <= 1 } && (row(index).reduce(0, +) - 1).magnitude < 1e-6
    }
  }
}
