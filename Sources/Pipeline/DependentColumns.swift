internal import Foundation
internal import LinearAlgebra

/// Columns that are linear combinations of others, found by a Cholesky factor of their correlations that passes over
/// what the columns before explain. O(n d^2), n being at most 20,000.
struct DependentColumns {
  struct Dependence {
    /// Its place in the matrix.
    let column: Int
    /// Those it follows from.
    let follows: [Int]
  }

  /// What the columns before must leave of a column's variance for it to be one of its own.
  private static let leastShare = 1e-11
  /// Coefficients below this, of columns in units of their spread, are rounding.
  private static let leastCoefficient = 1e-6
  private static let mostRows = 20_000

  let found: [Dependence]

  /// Looks at `columns` of `x`, rows with a gap in any of them apart; finds nothing where too few rows have none.
  init(_ x: Matrix, columns: [Int]) {
    let complete = (0..<x.rows).filter { row in columns.allSatisfy { x[row, $0].isFinite } }
    let step = max(1, complete.count / Self.mostRows)
    let rows = stride(from: 0, to: complete.count, by: step).map { complete[$0] }
    guard rows.count > columns.count + 1 else {
      found = []
      return
    }
    let scaled = columns.map { column in Self.standardised(rows.map { x[$0, column] }) }
    var kept: [Int] = []
    var factor: [[Double]] = []
    var found: [Dependence] = []
    for (index, values) in scaled.enumerated() {
      guard let values else { continue }
      var row: [Double] = []
      for (place, other) in kept.enumerated() {
        var sum = zip(values, scaled[other] ?? []).reduce(0) { $0 + $1.0 * $1.1 }
        for m in 0..<place { sum -= row[m] * factor[place][m] }
        row.append(sum / factor[place][place])
      }
      let rest = 1 - row.reduce(0) { $0 + $1 * $1 }
      if rest > Self.leastShare {
        row.append(rest.squareRoot())
        factor.append(row)
        kept.append(index)
        continue
      }
      let coefficients = Self.solveUpper(factor, row)
      guard Self.holdsEverywhere(x, complete, columns, index, kept, coefficients) else { continue }
      let follows = kept.indices.filter { coefficients[$0].magnitude > Self.leastCoefficient }
      found.append(Dependence(column: columns[index], follows: follows.map { columns[kept[$0]] }))
    }
    self.found = found
  }

  /// Centred and of length 1; nil when constant.
  private static func standardised(_ values: [Double]) -> [Double]? {
    let mean = values.reduce(0, +) / Double(values.count)
    let centred = values.map { $0 - mean }
    let length = centred.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 && length.isFinite ? centred.map { $0 / length } : nil
  }

  /// The solution b of L' b = `right`.
  private static func solveUpper(_ factor: [[Double]], _ right: [Double]) -> [Double] {
    var solution = right
    for i in stride(from: factor.count - 1, through: 0, by: -1) {
      for m in (i + 1)..<max(i + 1, factor.count) { solution[i] -= factor[m][i] * solution[m] }
      solution[i] /= factor[i][i]
    }
    return solution
  }

  /// Whether what was found on a sample holds for all complete rows.
  private static func holdsEverywhere(
    _ x: Matrix, _ rows: [Int], _ columns: [Int], _ index: Int, _ kept: [Int], _ coefficients: [Double]
  ) -> Bool {
    guard rows.count > mostRows else { return true }
    guard let target = standardised(rows.map { x[$0, columns[index]] }) else { return false }
    // Coefficients are those of the sample's units, so they are turned into units of these rows first.
    func spread(_ column: Int, _ rows: [Int]) -> Double {
      let mean = rows.reduce(0) { $0 + x[$1, column] } / Double(rows.count)
      return rows.reduce(0) { $0 + (x[$1, column] - mean) * (x[$1, column] - mean) }.squareRoot()
    }
    let step = max(1, rows.count / mostRows)
    let sample = stride(from: 0, to: rows.count, by: step).map { rows[$0] }
    let unit = spread(columns[index], rows) / spread(columns[index], sample)
    var rest = target
    for (place, other) in kept.enumerated() where coefficients[place].magnitude > leastCoefficient {
      let column = columns[other]
      guard let values = standardised(rows.map { x[$0, column] }) else { return false }
      let coefficient = coefficients[place] / unit * spread(column, rows) / spread(column, sample)
      for row in rest.indices { rest[row] -= coefficient * values[row] }
    }
    return rest.reduce(0) { $0 + $1 * $1 } <= 100 * leastShare
  }
}
