internal import LinearAlgebra

/// The checks that every estimator makes before it works, so that all refuse the same data in the same words.
enum DataChecks {
  /// The greatest magnitude accepted: its square, times 1e40 of weight and any number of columns, is finite.
  static let greatestMagnitude = 1e130
  /// The greatest sum of weights accepted.
  static let greatestWeight = 1e40

  /// Throws unless `x` has a column and all its values are finite and not beyond ``greatestMagnitude``.
  static func checkValues(_ x: Matrix) throws(FitError) {
    guard x.columns > 0 else { throw .noColumns }
    // The negated comparison also catches what is not a number.
    let offenders = Parallel.map(rows: x.rows) { range -> Int? in
      if x.isWithin(greatestMagnitude, rows: range) { return nil }
      return (range.lowerBound * x.columns..<range.upperBound * x.columns).first {
        !(x.values[$0].magnitude <= greatestMagnitude)
      }
    }
    for case .some(let index) in offenders {
      let (row, column) = index.quotientAndRemainder(dividingBy: x.columns)
      throw x.values[index].isFinite ? .tooLarge(row: row, column: column) : .notFinite(row: row, column: column)
    }
  }

  /// Throws unless there is one usable weight a row with a usable sum.
  static func checkWeights(_ weights: [Double]?, rows: Int) throws(FitError) {
    guard let weights else { return }
    guard weights.count == rows else { throw .weightCount(have: weights.count, need: rows) }
    if let row = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) { throw .weightInvalid(row: row) }
    let sum = weights.reduce(0, +)
    guard rows == 0 || (sum > 0 && sum <= greatestWeight) else { throw .weightSum }
  }

  /// Throws unless as many rows of `x` as there are to be `clusters` have a say.
  static func checkRowCount(_ x: Matrix, weights: [Double]?, clusters: Int) throws(FitError) {
    let present = weights.map { $0.count { $0 > 0 } } ?? x.rows
    guard present >= clusters else { throw .tooFewRows(have: present, need: clusters) }
  }

  /// Throws unless as many different rows as there are to be `clusters` have a say: of fewer, no k non-empty groups
  /// exist.
  static func checkDistinctCount(_ rows: Matrix, clusters: Int) throws(FitError) {
    guard rows.rows >= clusters else { throw .tooFewDistinctRows(have: rows.rows, need: clusters) }
  }

  /// Throws unless there is one label a row, none negative.
  static func checkLabels(_ labels: [Int], rows: Int) throws(FitError) {
    guard labels.count == rows else { throw .labelCount(have: labels.count, need: rows) }
    if let row = labels.firstIndex(where: { $0 < 0 }) { throw .labelInvalid(row: row) }
  }
}
