internal import Foundation
internal import LinearAlgebra

/// In which units likelihoods are told: those of the columns before they were scaled.
///
/// Where x' = (x - c) / s, the density of x is that of x' divided by s. A log-likelihood so falls by log s for each value
/// that is there, and BIC and ICL rise by twice that: for every model alike, so that none is chosen otherwise.
struct LikelihoodUnits: Sendable {
  /// What is added to a log-likelihood.
  let shift: Double

  /// The sum over the values of `x` (n x d), rows weighted by `weights`; the order of the rows does not show. Columns
  /// beyond `logScales` were not scaled.
  init(_ x: Matrix, weights: [Double]?, logScales: [Double]) {
    var shift = 0.0
    for (column, logScale) in logScales.prefix(x.columns).enumerated() where logScale != 0 {
      let present = (0..<x.rows).filter { !x[$0, column].isNaN }
      let weight = weights.map { all in present.map { all[$0] }.sorted().reduce(0, +) } ?? Double(present.count)
      shift -= weight * logScale
    }
    self.shift = shift
  }
}
