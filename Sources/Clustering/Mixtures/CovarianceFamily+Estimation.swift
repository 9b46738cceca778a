internal import Foundation
internal import LinearAlgebra

extension CovarianceFamily {
  /// The least variance a component may have along any direction, relative to that of all rows along it.
  ///
  /// Relative, so that neither units nor scale decide. Directions are those a family can see: any for a full family,
  /// the columns for a diagonal one, the mean over the columns for a spherical one.
  public static let leastRelativeVariance = 1e-9

  /// The least share of the whole weight that a component may have.
  static let leastShare = 1e-10

  /// The covariances that maximise the expected complete log-likelihood given `statistics`, under this family.
  ///
  /// Closed forms where they exist; VEI, VEE, VEV, EVE and VVE alternate between volumes, shapes and axes, starting from
  /// `previous` when given, and never end below where they started. With a `prior` they are the posterior's mode.
  /// - Throws: ``CovarianceDegeneracy`` when a component collapses or the columns do not allow the family. Never a NaN.
  package func estimate(
    _ statistics: ScatterStatistics, previous: CovarianceParameters? = nil, prior: ConjugatePrior? = nil
  ) throws(CovarianceDegeneracy) -> CovarianceParameters {
    let reference = try VarianceReference(statistics, form: form)
    let n = statistics.totalWeight
    for (component, weight) in statistics.weights.enumerated() where !(weight > Self.leastShare * n) {
      throw .emptyComponent(component)
    }
    let problem = prior?.augmenting(statistics, for: self) ?? MaximisationProblem(statistics)
    let estimate = solve(problem, previous: previous)
    for (component, covariance) in estimate.covariances.enumerated() where !reference.holds(covariance) {
      throw .singularComponent(component)
    }
    return estimate
  }

  /// The minimiser of `problem`; singular or not finite where the statistics are.
  func solve(_ problem: MaximisationProblem, previous: CovarianceParameters?) -> CovarianceParameters {
    switch simplest(components: problem.components, columns: problem.columns) {
    case .eii, .vii: spherical(problem)
    case .eei, .evi, .vvi: diagonal(problem)
    case .vei: diagonalOfOneShape(problem, previous: previous)
    case .eee: ofOneCovariance(problem)
    case .vee: ofOneShapeAndAxes(problem, previous: previous)
    case .eev, .vev: ofOneShape(problem, previous: previous)
    case .eve, .vve: ofCommonAxes(problem, previous: previous)
    case .evv, .vvv: ofOwnAxes(problem)
    }
  }
}

/// What the variance of a component is compared with: that of all rows.
private struct VarianceReference {
  let form: CovarianceFamily.Form
  /// The covariance of all rows, of which only the diagonal counts unless the form is full.
  let total: Matrix

  /// Throws when the columns do not allow the form, whatever the components are.
  init(_ statistics: ScatterStatistics, form: CovarianceFamily.Form) throws(CovarianceDegeneracy) {
    self.form = form
    total = statistics.totalCovariance()
    let d = total.rows
    if form == .spherical {
      // One varying column is enough for a sphere.
      guard (0..<d).contains(where: { total[$0, $0] > 0 }) else { throw .constantColumn(0) }
    } else {
      let mean = statistics.totalMean()
      for column in 0..<d {
        // Against the column's own level, where the rounding of a constant column lies.
        let level = mean[column] * mean[column] * 0x1p-96
        guard total[column, column] > level, total[column, column].isFinite else { throw .constantColumn(column) }
      }
    }
    if form == .full, let column = firstCollinearColumn { throw .collinearColumn(column) }
  }

  /// The first column of which the ones before leave less than 1e-12 of its variance, if there is one.
  private var firstCollinearColumn: Int? {
    guard Cholesky.logDeterminant(of: total, tolerance: 1e-12) == nil else { return nil }
    return (1..<max(1, total.rows)).first { last in
      var leading = Matrix(rows: last + 1, columns: last + 1)
      for i in 0...last { for j in 0...i { leading[i, j] = total[i, j] } }
      return Cholesky(leading, tolerance: 1e-12) == nil
    } ?? 0
  }

  /// Whether `covariance` is finite and keeps ``CovarianceFamily/leastRelativeVariance`` along every direction.
  func holds(_ covariance: Matrix) -> Bool {
    let least = CovarianceFamily.leastRelativeVariance
    let d = total.rows
    switch form {
    case .spherical:
      let mean = (0..<d).reduce(0) { $0 + total[$1, $1] / Double(d) }
      return covariance[0, 0] > least * mean && covariance[0, 0].isFinite
    case .diagonal:
      return (0..<d).allSatisfy { covariance[$0, $0] > least * total[$0, $0] && covariance[$0, $0].isFinite }
    case .full:
      return Cholesky.logDeterminant(of: covariance, less: least, of: total, tolerance: 0x1p-45) != nil
    }
  }
}
