internal import Foundation
internal import LinearAlgebra

/// The rows of a log-normal block: a Gaussian block of their logarithms.
///
/// In the units of the data a density is that of the logarithm over the value itself, so each row adds minus the sum of
/// its logarithms, whatever the component: log-likelihoods compare with those of other kinds.
struct LogNormalRows: BlockRows {
  private let logarithms: any BlockRows
  /// Minus the sum of the logarithms of each row (m), missing ones left out.
  private let jacobians: [Double]
  let evenLogDensities: [Double]

  /// Prepares checked rows `x` (m x own columns, missing values NaN); `prepare` makes the Gaussian rows of their
  /// logarithms. O(m d).
  init(_ x: Matrix, prepare: (Matrix) throws(FitError) -> any BlockRows) throws(FitError) {
    let logarithms = x.logarithms(0..<x.rows)
    self.logarithms = try prepare(logarithms)
    jacobians = logarithms.negativeRowSums
    evenLogDensities = (0..<x.columns).map { column in
      var (least, most) = (Double.infinity, 0.0)
      for row in 0..<x.rows {
        let value = x.values[row * x.columns + column]
        if value < least { least = value }
        if value > most { most = value }
      }
      return most > least ? -log(most - least) : 0
    }
  }

  private init(_ logarithms: any BlockRows, _ jacobians: [Double], _ evenLogDensities: [Double]) {
    self.logarithms = logarithms
    self.jacobians = jacobians
    self.evenLogDensities = evenLogDensities
  }

  func check(_ kind: MixtureBlock.Kind) throws(FitError) { try logarithms.check(kind.ofLogarithms) }

  func subset(_ indices: [Int]) -> any BlockRows {
    LogNormalRows(logarithms.subset(indices), indices.map { jacobians[$0] }, evenLogDensities)
  }

  func fitter(_ kind: MixtureBlock.Kind, components: Int, prior: MixturePrior?) -> any BlockFitter {
    let fitter = logarithms.fitter(kind.ofLogarithms, components: components, prior: prior)
    return LogNormalFitter(logarithms: fitter, jacobians: jacobians, components: components)
  }

  var coordinates: Matrix { logarithms.coordinates }
}

/// A Gaussian fitter of logarithms that speaks of the values.
private struct LogNormalFitter: BlockFitter {
  var logarithms: any BlockFitter
  let jacobians: [Double]
  let components: Int

  var sumCount: Int { logarithms.sumCount }

  func folded(_ sums: [Double]) -> [Double] { logarithms.folded(sums) }

  var parameterCount: Int { logarithms.parameterCount }

  func addLogDensities(_ rows: Range<Int>, to logDensities: inout [Double]) {
    logarithms.addLogDensities(rows, to: &logDensities)
    for component in 0..<components {
      let first = component * rows.count
      for (offset, row) in rows.enumerated() { logDensities[first + offset] += jacobians[row] }
    }
  }

  func addSums(_ rows: Range<Int>, responsibilities: [Double], to sums: inout [Double]) {
    logarithms.addSums(rows, responsibilities: responsibilities, to: &sums)
  }

  mutating func estimate(from sums: [Double], weights: [Double]) -> Bool {
    logarithms.estimate(from: sums, weights: weights)
  }

  mutating func adopt(_ parameters: FittedBlock.Parameters) -> Bool {
    guard case .logNormal(let gaussian) = parameters else { return false }
    return logarithms.adopt(.gaussian(gaussian))
  }

  var fitted: FittedBlock.Parameters {
    if case .gaussian(let parameters) = logarithms.fitted { return .logNormal(parameters) }
    return logarithms.fitted
  }
}

/// Scores values by a Gaussian scorer of their logarithms.
struct LogNormalScorer: BlockScorer {
  private let logarithms: any BlockScorer
  private let kind: MixtureBlock.Kind
  private let components: Int

  init(_ logarithms: any BlockScorer, kind: MixtureBlock.Kind, components: Int) {
    self.logarithms = logarithms
    self.kind = kind
    self.components = components
  }

  func check(_ x: Matrix, columns: [Int]) throws(FitError) { try kind.check(x, columns: columns, isOwn: true) }

  func addLogDensities(_ rows: Range<Int>, of x: Matrix, to logDensities: inout [Double]) {
    let piece = x.logarithms(rows)
    logarithms.addLogDensities(0..<rows.count, of: piece, to: &logDensities)
    let jacobians = piece.negativeRowSums
    for component in 0..<components {
      for offset in 0..<rows.count { logDensities[component * rows.count + offset] += jacobians[offset] }
    }
  }
}

extension MixtureBlock.Kind {
  /// The kind of the logarithms of a log-normal block.
  fileprivate var ofLogarithms: MixtureBlock.Kind {
    if case .logNormal(let family) = self { return .gaussian(family) }
    return self
  }
}

extension Matrix {
  /// The natural logarithms of some rows; NaN stays NaN.
  fileprivate func logarithms(_ rows: Range<Int>) -> Matrix {
    let values = values[rows.lowerBound * columns..<rows.upperBound * columns].map { $0.isNaN ? $0 : log($0) }
    return Matrix(rows: rows.count, columns: columns, values: values)
  }

  /// Minus the sum of each row (n), NaN left out.
  fileprivate var negativeRowSums: [Double] {
    (0..<rows).map { row in -self.row(row).reduce(0) { $1.isNaN ? $0 : $0 + $1 } }
  }
}
