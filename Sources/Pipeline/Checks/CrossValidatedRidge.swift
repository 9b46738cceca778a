internal import LinearAlgebra

/// Ridge regression (Hoerl & Kennard, 1970) of several targets at once, every row predicted by a fit to the other folds.
///
/// Columns are brought to variance 1, the intercept is not penalised. On a 0/1 target the prediction ranks rows as
/// Fisher's linear discriminant does (Hastie, Tibshirani & Friedman, 2009, exercise 4.2). O(n d^2 + folds d^3).
struct CrossValidatedRidge {
  static let folds = 5
  /// Penalties a row, in units of a column's variance: one that leaves many rows their say, one for few.
  static let penalties = [0.01, 1]

  /// By penalty, then by target: the prediction of each row.
  let predictions: [[[Double]]]
  /// The fold of each row, from 0.
  let fold: [Int]
  /// Sums of squares and products over all rows, of 1, the columns and the targets.
  private let sums: Matrix
  private let columns: Int

  /// - Parameters:
  ///   - x: n x d, finite; a row's fold follows from its place, so rows should stand as if shuffled.
  ///   - targets: n each.
  init(_ x: Matrix, targets: [[Double]]) {
    let (n, d) = (x.rows, x.columns)
    let width = 1 + d + targets.count
    columns = d
    let fold = (0..<n).map { $0 * Self.folds / max(1, n) }
    self.fold = fold
    let scaled = Self.standardised(x)
    var parts: [Matrix] = []
    var pieces: [Matrix] = []
    for number in 0..<Self.folds {
      let rows = (0..<n).filter { fold[$0] == number }
      var cells: [Double] = []
      cells.reserveCapacity(rows.count * width)
      for row in rows {
        cells.append(1)
        cells.append(contentsOf: scaled.row(row))
        for target in targets { cells.append(target[row]) }
      }
      let piece = Matrix(rows: rows.count, columns: width, values: cells)
      pieces.append(piece)
      parts.append(piece.crossProduct())
    }
    var sums = Matrix(rows: width, columns: width)
    for part in parts { for i in 0..<width { for j in 0..<width { sums[i, j] += part[i, j] } } }
    self.sums = sums
    predictions = Self.penalties.map { penalty in
      var predicted = targets.map { _ in [Double]() }
      for (part, piece) in zip(parts, pieces) {
        var rest = sums
        for i in 0..<width { for j in 0..<width { rest[i, j] -= part[i, j] } }
        let coefficients = Self.solve(rest, columns: d, targets: targets.count, penalty: penalty)
        // The targets' own columns have no weight in it.
        let found = piece.times(coefficients)
        for target in targets.indices { predicted[target] += found.column(target) }
      }
      return predicted
    }
  }

  /// What each column adds to the variance of `target` that all columns together explain: its coefficient times its
  /// covariance with the target (Pratt, 1987).
  func contributions(target: Int, penalty: Double) -> [Double] {
    let targets = sums.columns - 1 - columns
    let coefficients = Self.solve(sums, columns: columns, targets: targets, penalty: penalty)
    let n = max(1, sums[0, 0])
    let place = 1 + columns + target
    return (0..<columns).map { column in
      let covariance = sums[1 + column, place] / n - sums[0, 1 + column] / n * sums[0, place] / n
      return coefficients[1 + column, target] * covariance
    }
  }

  /// Coefficients of the intercept and the columns for each target (with zeros below, width x targets) from sums.
  private static func solve(_ sums: Matrix, columns: Int, targets: Int, penalty: Double) -> Matrix {
    let size = 1 + columns
    var system = Matrix(rows: size, columns: size)
    for i in 0..<size { for j in 0..<size { system[i, j] = sums[i, j] } }
    for i in 1..<max(1, size) { system[i, i] += penalty * max(1, sums[0, 0]) }
    var coefficients = Matrix(rows: size + targets, columns: targets)
    guard let factor = Cholesky(system) else { return coefficients }
    for target in 0..<targets {
      let solution = factor.solve((0..<size).map { sums[$0, size + target] })
      for (row, value) in solution.enumerated() { coefficients[row, target] = value }
    }
    return coefficients
  }

  /// Each column less its mean, by its standard deviation; 0 throughout where it is constant.
  private static func standardised(_ x: Matrix) -> Matrix {
    let (n, d) = (x.rows, x.columns)
    var cells = [Double](repeating: 0, count: n * d)
    for column in 0..<d {
      let values = x.column(column)
      let mean = values.reduce(0, +) / Double(max(1, n))
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, n))
      guard variance > 0, variance.isFinite else { continue }
      let scale = 1 / variance.squareRoot()
      for row in 0..<n { cells[row * d + column] = (values[row] - mean) * scale }
    }
    return Matrix(rows: n, columns: d, values: cells)
  }
}
