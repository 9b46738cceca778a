/// One block of columns inside a running fit: it holds its rows, prepared, and its parameters of all k components.
///
/// EM meets blocks only through this. The E-step asks every block to add its log-densities of a few hundred rows, turns
/// the totals into responsibilities, and hands these back for the sums that the next M-step needs, so that no array of
/// n x k stands anywhere. Sums are plain numbers that add up over rows: pieces of rows work side by side, and their
/// sums are added in the order of the pieces.
///
/// Arrays over rows and components are component-major: element (component j, row i) is at `j * rows.count + i`, i
/// counted from the first row of the range. What a row contributes depends on that row alone, never on its neighbours.
protocol BlockFitter: Sendable {
  /// How many numbers ``addSums(_:responsibilities:to:)`` adds up, for all components together.
  var sumCount: Int { get }

  /// The number of free parameters of all components.
  var parameterCount: Int { get }

  /// Adds log p(row | component) of the columns of this block; a missing value adds nothing.
  func addLogDensities(_ rows: Range<Int>, to logDensities: inout [Double])

  /// Adds what the rows contribute, times `responsibilities`, which include the weights of the rows.
  func addSums(_ rows: Range<Int>, responsibilities: [Double], to sums: inout [Double])

  /// The M-step: new parameters from the sums over all rows and the summed responsibilities of each component (k).
  ///
  /// False when the sums allow no parameters (a component without rows, a singular covariance): the start is given up.
  mutating func estimate(from sums: [Double], weights: [Double]) -> Bool

  /// The parameters in the units of the data.
  var fitted: FittedBlock { get }
}
