/// Why a model could not be fitted to the data, or applied to it.
public enum FitError: Error, Hashable, Sendable {
  /// A setting is outside what it may be.
  case parameter(name: String, requirement: String)
  /// Fewer rows (of weight above 0) than clusters.
  case tooFewRows(have: Int, need: Int)
  /// Enough rows, but too many of them equal.
  case tooFewDistinctRows(have: Int, need: Int)
  /// The matrix has no column.
  case noColumns
  /// The matrix has another number of columns than the model.
  case columnCount(have: Int, need: Int)
  /// A value is infinite or not a number. `row` and `column` count from 0.
  case notFinite(row: Int, column: Int)
  /// A value is so large that squared distances would overflow. `row` and `column` count from 0.
  case tooLarge(row: Int, column: Int)
  /// A value of a log-normal column is 0, negative or too large. `row` and `column` count from 0.
  case notPositive(row: Int, column: Int)
  /// A value of a column of counts is negative, not whole or beyond 1e9. `row` and `column` count from 0.
  case notCount(row: Int, column: Int)
  /// A column of counts holds too many different ones. `column` counts from 0.
  case tooManyCounts(column: Int, most: Int)
  /// A code of a category is negative, not whole or too large. `row` and `column` count from 0.
  case notCategory(row: Int, column: Int, greatest: Int)
  /// A value of a two-valued column is neither 0 nor 1. `row` and `column` count from 0.
  case notBinary(row: Int, column: Int)
  /// There is not one weight a row.
  case weightCount(have: Int, need: Int)
  /// A weight is negative, infinite or not a number. `row` counts from 0.
  case weightInvalid(row: Int)
  /// The weights sum to 0 or beyond what can be computed with.
  case weightSum
  /// There is not one label a row.
  case labelCount(have: Int, need: Int)
  /// A label is negative. `row` counts from 0.
  case labelInvalid(row: Int)
  /// A column holds one value only. `column` counts from 0.
  case constantColumn(column: Int)
  /// A column is a linear combination of those before it. `column` counts from 0.
  case collinearColumn(column: Int)
  /// A column's spread is so far from the others' that no unit suits them all. `column` counts from 0.
  case spreadApart(column: Int)
  /// A row has no value at all. `row` counts from 0.
  case missingRow(row: Int)
  /// A column has no value at all. `column` counts from 0.
  case missingColumn(column: Int)
  /// Whatever the start, a component shrank on to a point, a line or a plane, or lost all its rows. `reason` is what
  /// the first start that told said of it.
  case degenerate(components: Int, reason: CovarianceDegeneracy? = nil)
  /// A model's numbers are those of no density.
  case modelInvalid
  /// A row is zero throughout, so that it has no direction. `row` counts from 0.
  case zeroLength(row: Int)
  /// A stream's batch has another number of columns than the batches before. `row` is its first, from 0.
  case batchColumns(row: Int, have: Int, need: Int)
  /// A stream broke off after so many rows; the reason is what its reader said.
  case streamFailed(afterRows: Int, reason: String)
  /// A stream that was begun again did not give the same rows; `have` and `need` count rows.
  case streamChanged(have: Int, need: Int)
  /// The observer asked to stop.
  case cancelled
}

extension FitError: CustomStringConvertible {
  /// What was found, what is needed and what to try; rows and columns count from 1, and no value is shown.
  public var description: String {
    switch self {
    case .parameter(let name, let requirement):
      "'\(name)' must be \(requirement). Change that setting."
    case .tooFewRows(let have, let need):
      "\(need) clusters need at least \(need) rows of positive weight, but the data has \(have). "
        + "Ask for fewer clusters or add rows."
    case .tooFewDistinctRows(let have, let need):
      "\(need) clusters need at least \(need) different rows, but the data has only \(have) among its repeats. "
        + "Ask for at most \(have) clusters or add columns that tell rows apart."
    case .noColumns:
      "The data has no column to cluster on, and at least one is needed. Choose other columns."
    case .columnCount(let have, let need):
      "The data has \(have) columns, but the model was fitted on \(need). Give the columns it was fitted on."
    case .notFinite(let row, let column):
      "Row \(row + 1) of column \(column + 1) is not a finite number. Impute or drop it before fitting."
    case .tooLarge(let row, let column):
      "Row \(row + 1) of column \(column + 1) is too large to square: magnitudes up to 1e130 are accepted. "
        + "Rescale the column or check it for placeholder values."
    case .notPositive(let row, let column):
      "Row \(row + 1) of column \(column + 1) is not above 0, or beyond 1e130, and has no usable logarithm. "
        + "Make that column Gaussian, or its zeros missing."
    case .notCount(let row, let column):
      "Row \(row + 1) of column \(column + 1) is not a count: counts are whole numbers from 0 to 1e9. "
        + "Make that column Gaussian or log-normal, or repair the value."
    case .tooManyCounts(let column, let most):
      "Column \(column + 1) holds more than \(most) different counts. Make it Gaussian or log-normal, or round it."
    case .notCategory(let row, let column, let greatest):
      "Row \(row + 1) of column \(column + 1) is not the code of a category: codes are whole numbers from 0 to "
        + "\(greatest). Number the categories from 0."
    case .notBinary(let row, let column):
      "Row \(row + 1) of column \(column + 1) is neither 0 nor 1. Recode the column or make it categorical."
    case .weightCount(let have, let need):
      "There are \(have) weights for \(need) rows. Give one weight a row."
    case .weightInvalid(let row):
      "The weight of row \(row + 1) is negative or not a finite number. Weights must be 0 or more."
    case .weightSum:
      "The weights must have a sum above 0 and at most 1e40. Give at least one row a positive weight, or rescale them."
    case .labelCount(let have, let need):
      "There are \(have) labels for \(need) rows. Give one label a row."
    case .labelInvalid(let row):
      "The label of row \(row + 1) is negative. Labels are cluster numbers from 0."
    case .constantColumn(let column):
      "Column \(column + 1) holds one value only, so it separates nothing. Leave it out."
    case .collinearColumn(let column):
      "Column \(column + 1) is a linear combination of the columns before it, so no full covariance exists. Leave it "
        + "out, or take a spherical or diagonal family (EII, VII, EEI, VEI, EVI, VVI)."
    case .spreadApart(let column):
      "The spread of column \(column + 1) is more than 1e70 times off that of the others. Rescale it."
    case .missingRow(let row):
      "Row \(row + 1) has no value at all. Leave it out."
    case .missingColumn(let column):
      "Column \(column + 1) has no value at all. Leave it out."
    case .degenerate(let components, let reason):
      "No start led to \(components) components that each have a spread of their own. "
        + (reason?.description
          ?? "Ask for fewer components or for families with equal covariances (EEE, EEI, EII).")
    case .modelInvalid:
      "The model's numbers are not those of probability distributions. Save it again from a fit."
    case .zeroLength(let row):
      "Row \(row + 1) is zero in every column, and cosines need a direction. Drop such rows or give them a value."
    case .batchColumns(let row, let have, let need):
      "The batch that begins at row \(row + 1) has \(have) columns, but those before it have \(need). "
        + "Give every batch the same columns."
    case .streamFailed(let afterRows, let reason):
      "The stream of rows broke off after \(afterRows) rows: \(reason). Nothing was kept; mend the source and run again."
    case .streamChanged(let have, let need):
      "The stream gave other rows when it was read again (\(have) read, \(need) the first time). "
        + "Give a source that stays the same during a fit."
    case .cancelled:
      "The fit was cancelled before it finished, and nothing was kept. Run it again to completion."
    }
  }
}
