/// Why an outcome could not be learnt or predicted.
public enum PropensityError: Error, Hashable, Sendable {
  /// A setting is outside what it may be.
  case parameter(name: String, requirement: String)
  /// There are no rows of weight above 0, or no columns.
  case empty
  /// There is not one of these a row.
  case count(of: String, have: Int, need: Int)
  /// A value of the features is infinite, or so large that its square would be. `row` and `column` count from 0.
  case infinite(row: Int, column: Int)
  /// An outcome is missing, infinite or, where a chance is learnt, neither 0 nor 1. `row` counts from 0.
  case outcome(row: Int, requirement: String)
  /// The outcome is the same in every row.
  case oneClass(value: Double, rows: Int)
  /// Too few rows of one of the two outcomes to learn from and to check on.
  case tooFewOfClass(have: Int, need: Int, value: Double)
  /// A weight is negative, infinite or not a number. `row` counts from 0.
  case weight(row: Int)
  /// The weights sum to 0.
  case weightsZero
  /// Everybody had the same treatment.
  case treatmentConstant(rows: Int)
  /// Too few customers of one arm; arm 0 is the control.
  case armTooSmall(arm: Int, have: Int, need: Int)
  /// Treated and controls are too different for their outcomes to be compared.
  case noOverlap(comparable: Double)
  /// No feature varies.
  case nothingVaries
  /// The matrix has another number of columns than the model.
  case columnCount(have: Int, need: Int)
  /// XGBoost's library is not there, or cannot be used.
  case library(reason: String)
  /// XGBoost refused what it was asked.
  case boosting(reason: String)
  /// What was read as a model is none.
  case modelInvalid(reason: String)
  /// The observer asked to stop.
  case cancelled
}

extension PropensityError: CustomStringConvertible {
  /// What was found, what is needed, what to try.
  public var description: String {
    switch self {
    case .parameter(let name, let requirement): "\(name) must be \(requirement)."
    case .empty: "There are no rows or no columns to learn from. Give at least one feature and rows of weight above 0."
    case .count(let what, let have, let need): "There are \(have) \(what) for \(need) rows. Give one a row."
    case .infinite(let row, let column):
      "Row \(row + 1) of column \(column + 1) is infinite or beyond 1e150. Features must be finite or missing."
    case .outcome(let row, let requirement): "The outcome of row \(row + 1) must be \(requirement)."
    case .oneClass(let value, let rows):
      "The outcome is \(value == 0 ? "0" : "1") in all \(rows) rows, so there is nothing to tell apart. "
        + "Rows of both outcomes are needed: take another period, or another column."
    case .tooFewOfClass(let have, let need, let value):
      "Only \(have) row\(have == 1 ? " has" : "s have") the outcome \(value == 0 ? "0" : "1"), but \(need) are needed "
        + "to learn from some and check on others. Add rows or take a longer period."
    case .weight(let row): "The weight of row \(row + 1) is not a number of 0 or more."
    case .weightsZero: "All weights are 0, so no row counts. Give weights above 0."
    case .treatmentConstant(let rows):
      "All \(rows) rows had the same treatment, so there is nothing to compare with. Rows that were left alone are needed."
    case .armTooSmall(let arm, let have, let need):
      "\(arm == 0 ? "The control" : "Treatment \(arm)") has \(have) rows, but at least \(need) are needed. "
        + "Leave it out, or add rows."
    case .noOverlap(let comparable):
      "Only \(Int((100 * comparable).rounded())) of 100 treated rows have controls like them, so that no method can tell "
        + "what the treatment did. Add controls that could have been treated, or leave out features that decide alone."
    case .nothingVaries:
      "No feature varies, so nothing can be learnt from them. Give features that differ between rows."
    case .columnCount(let have, let need):
      "The model was trained on \(need) columns, but there are \(have). Give the same columns."
    case .library(let reason):
      "XGBoost's library cannot be used: \(reason). Install it (Debian: libxgboost-dev; Homebrew: xgboost), "
        + "or set TESSERA_XGBOOST_LIBRARY to its path."
    case .boosting(let reason): "XGBoost stopped: \(reason)."
    case .modelInvalid(let reason): "The model contradicts itself: \(reason). Train it again."
    case .cancelled: "Stopped."
    }
  }
}
