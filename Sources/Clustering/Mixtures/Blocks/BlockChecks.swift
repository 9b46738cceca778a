internal import LinearAlgebra

extension MixtureBlock.Kind {
  /// The greatest code of a category, from 0.
  static let greatestCategory = 65_535
  /// The greatest code of an ordered category: their fit costs the cube of their number.
  static let greatestOrdinal = 255
  /// The greatest count.
  static let greatestCount = 1e9

  /// Throws at the first row of `x` with a value that this kind cannot be; NaN, a missing value, is let through.
  ///
  /// `columns` (d) are the places of the block's columns in the whole table, which the error names; `x` is that table,
  /// or, when `isOwn`, these columns alone.
  func check(_ x: Matrix, columns: [Int], isOwn: Bool) throws(FitError) {
    let places = isOwn ? Array(columns.indices) : columns
    let offenders = Parallel.map(rows: x.rows) { range -> FitError? in
      for row in range {
        for (index, place) in places.enumerated() where !allows(x.values[row * x.columns + place]) {
          return refusal(row: row, column: columns[index])
        }
      }
      return nil
    }
    for case .some(let error) in offenders { throw error }
  }

  private func allows(_ value: Double) -> Bool {
    if value.isNaN { return true }
    return switch self {
    case .gaussian: value.magnitude <= DataChecks.greatestMagnitude
    case .logNormal: value > 0 && value <= DataChecks.greatestMagnitude
    case .poisson, .negativeBinomial: value >= 0 && value <= Self.greatestCount && value == value.rounded()
    case .categorical: value >= 0 && value <= Double(Self.greatestCategory) && value == value.rounded()
    case .ordinal: value >= 0 && value <= Double(Self.greatestOrdinal) && value == value.rounded()
    case .binary: value == 0 || value == 1
    }
  }

  private func refusal(row: Int, column: Int) -> FitError {
    switch self {
    case .gaussian: .tooLarge(row: row, column: column)
    case .logNormal: .notPositive(row: row, column: column)
    case .poisson, .negativeBinomial: .notCount(row: row, column: column)
    case .categorical: .notCategory(row: row, column: column, greatest: Self.greatestCategory)
    case .ordinal: .notCategory(row: row, column: column, greatest: Self.greatestOrdinal)
    case .binary: .notBinary(row: row, column: column)
    }
  }
}
