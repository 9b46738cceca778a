internal import LinearAlgebra

/// The rows of one block as fits work on them: made once, shared by every start, family and k.
///
/// A block sees its own columns alone. Rows are distinct and in a fixed order; missing values are NaN, which only a
/// block of a mixture that integrates them out ever meets.
protocol BlockRows: Sendable {
  /// Throws when the rows allow no fit of `kind`, whatever the start.
  func check(_ kind: MixtureBlock.Kind) throws(FitError)

  /// The rows at `indices`, ascending, in the same units.
  func subset(_ indices: [Int]) -> any BlockRows

  /// A fitter of `components` components, without parameters yet: sums and ``BlockFitter/estimate(from:weights:)``
  /// come before densities. `kind` is of the sort the rows were made for; only its family may differ.
  func fitter(_ kind: MixtureBlock.Kind, components: Int, prior: MixturePrior?) -> any BlockFitter

  /// Numbers whose distances say which rows are alike (m x any), each near a variance of 1; what is missing is 0.
  ///
  /// Starts group rows by them, so they are only asked of a sample.
  var coordinates: Matrix { get }

  /// For each column, the logarithm of the even density (or probability) over the values it takes: what noise has.
  var evenLogDensities: [Double] { get }
}

extension BlockRows {
  func check(_ kind: MixtureBlock.Kind) throws(FitError) {}
}

/// One block of columns inside a running fit: it holds its rows, prepared, and its parameters of all k components.
///
/// EM meets blocks only through this. The E-step asks every block to add its log-densities of a few hundred rows, turns
/// the totals into responsibilities, and hands these back for the sums that the next M-step needs, so that no array of
/// n x k stands anywhere. Sums are plain numbers that add up over rows: pieces of rows work side by side, and their
/// sums are added in the order of the pieces.
///
/// Arrays over rows and components are component-major: element (component j, row i) is at `j * rows.count + i`, i
/// counted from the first row of the range; what follows the k-th component (noise) is none of a block's business. A
/// range begins at a multiple of 8. What a row contributes depends on that row alone, never on its neighbours.
protocol BlockFitter: Sendable {
  /// How many numbers ``addSums(_:responsibilities:to:)`` adds up, for all components together.
  var sumCount: Int { get }

  /// What remains of a piece's sums once all its rows are in: numbers that add up over the pieces. By default, the same.
  func folded(_ sums: [Double]) -> [Double]

  /// The number of free parameters of all components.
  var parameterCount: Int { get }

  /// Adds log p(row | component) of the columns of this block, in the units of the data; a missing value adds nothing.
  func addLogDensities(_ rows: Range<Int>, to logDensities: inout [Double])

  /// Adds what the rows contribute, times `responsibilities`, which include the weights of the rows.
  func addSums(_ rows: Range<Int>, responsibilities: [Double], to sums: inout [Double])

  /// The M-step: new parameters from the folded sums over all rows and the summed responsibilities of each component (k).
  ///
  /// False when the sums allow no parameters (a component without rows, a singular covariance): the start is given up.
  mutating func estimate(from sums: [Double], weights: [Double]) -> Bool

  /// Why the last ``estimate(from:weights:)`` was false, where there is more to say than that; nil after any other.
  var refusal: CovarianceDegeneracy? { get }

  /// Takes over parameters of as many components in as many columns, in the units of the data; false when they are of
  /// another kind or shape, or no parameters of a density.
  mutating func adopt(_ parameters: FittedBlock.Parameters) -> Bool

  /// The parameters in the units of the data.
  var fitted: FittedBlock.Parameters { get }
}

extension BlockFitter {
  func folded(_ sums: [Double]) -> [Double] { sums }

  var refusal: CovarianceDegeneracy? { nil }
}

/// The densities of one block of a fitted mixture, for any rows.
protocol BlockScorer: Sendable {
  /// Throws when the block cannot score `x` (m x own columns); `columns` are their places in the whole table.
  func check(_ x: Matrix, columns: [Int]) throws(FitError)

  /// As ``BlockFitter/addLogDensities(_:to:)``, for rows of `x` (m x own columns, checked).
  func addLogDensities(_ rows: Range<Int>, of x: Matrix, to logDensities: inout [Double])
}

extension BlockScorer {
  func check(_ x: Matrix, columns: [Int]) throws(FitError) {}
}
