/// Why a model of customer value could not be fitted to the data, or asked for a number.
public enum CustomerValueError: Error, Hashable, Sendable {
  /// A setting is outside what it may be.
  case parameter(name: String, requirement: String)
  /// Columns that belong together have different lengths.
  case columnCount(name: String, have: Int, need: Int)
  /// A number is infinite or not a number. `row` counts from 0.
  case notFinite(row: Int, column: String)
  /// A number of orders, a recency or an observed time is negative. `row` counts from 0.
  case negative(row: Int, column: String)
  /// Recency, repeat orders and observed time contradict each other. `row` counts from 0.
  case contradiction(row: Int)
  /// A family of yearly or monthly opportunities got times that are not whole, or more orders than opportunities.
  case notOpportunities(row: Int)
  /// A weight is negative, infinite or not a number. `row` counts from 0.
  case weightInvalid(row: Int)
  /// All weights are 0, or their sum is beyond what can be computed with.
  case weightSum
  /// Fewer customers (of weight above 0) than a fit needs.
  case tooFewCustomers(have: Int, need: Int)
  /// Nobody ordered again.
  case noRepeatOrders
  /// Nobody was observed for any time.
  case noObservedTime
  /// Nobody ordered before the end of calibration.
  case noOrders
  /// A spend is 0 or negative. `row` counts from 0.
  case spendNotPositive(row: Int)
  /// Every customer spends the same: nothing tells customers apart.
  case spendConstant
  /// The spread of mean spend between customers is so wide that its mean is infinite (q <= 1).
  case spendMeanInfinite
  /// No start of the optimiser came to rest.
  case notConverged(model: String)
  /// Nobody has left a plan yet.
  case noDropout
  /// The log is too short for a back-test at any earlier date.
  case tooShortForBackTests
}

extension CustomerValueError: CustomStringConvertible {
  /// What was found, what is needed and what to try; rows count from 1, and no value is shown.
  public var description: String {
    switch self {
    case .parameter(let name, let requirement):
      "'\(name)' must be \(requirement). Change that setting."
    case .columnCount(let name, let have, let need):
      "There are \(have) values of '\(name)' for \(need) rows. Give one a row."
    case .notFinite(let row, let column):
      "Row \(row + 1) of '\(column)' is not a finite number. Repair or drop that row."
    case .negative(let row, let column):
      "Row \(row + 1) of '\(column)' is negative, and it counts from 0. Repair or drop that row."
    case .contradiction(let row):
      "Row \(row + 1) contradicts itself: recency must be 0 without repeat orders, above 0 with them, and no later than "
        + "the time observed. Recompute the row from dated orders."
    case .notOpportunities(let row):
      "Row \(row + 1) is not a history of opportunities: recency and observed time must be whole, and orders no more than "
        + "recency. Use a family in continuous time (BG/NBD, MBG/NBD, Pareto/NBD)."
    case .weightInvalid(let row):
      "The weight of row \(row + 1) is negative or not a finite number. Weights must be 0 or more."
    case .weightSum:
      "The weights must have a sum above 0 and at most 1e15. Give at least one customer a positive weight."
    case .tooFewCustomers(let have, let need):
      "The data has \(have) usable customers, and at least \(need) are needed. Add customers or lengthen the calibration."
    case .noRepeatOrders:
      "No customer ordered a second time within the calibration, so neither a rate nor a dropout can be told. "
        + "Move the end of calibration later, or check that orders of one customer share an identifier."
    case .noObservedTime:
      "Every customer's first order is on the last day of calibration. Move the end of calibration later."
    case .noOrders:
      "No order is dated on or before the end of calibration. Move it later."
    case .spendNotPositive(let row):
      "The spend of row \(row + 1) is 0 or negative, and a Gamma-Gamma model needs amounts above 0. "
        + "Leave returns to a return share and drop free orders."
    case .spendConstant:
      "All customers spend the same amount an order, so no distribution of spend can be fitted. Multiply the expected orders "
        + "by that amount."
    case .spendMeanInfinite:
      "Mean spend differs so widely between customers that its distribution has an infinite mean (q <= 1), and no forecast "
        + "of revenue would mean anything. Check for placeholder amounts, cap the largest orders, or forecast orders only."
    case .notConverged(let model):
      "No start of the \(model) fit came to rest. Check the unit of time, or use NBD, which has no dropout."
    case .noDropout:
      "Nobody has left yet, so that how long customers stay cannot be told. Wait for the first who leave."
    case .tooShortForBackTests:
      "The calibration is too short to hold an earlier cut-off with orders before and after it. Lengthen it, or use ranges "
        + "without back-tests, which are too narrow."
    }
  }
}
