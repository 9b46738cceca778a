internal import Foundation
internal import LinearAlgebra

/// Gaussian components as rows with missing values meet them: in the density the missing columns are integrated out, in
/// the sums they stand at their conditional mean and add their conditional covariance.
///
/// Full-information maximum likelihood (Ghahramani & Jordan, 1994, "Supervised learning from incomplete data via an EM
/// approach"). Rows of one pattern of gaps that follow one another share the O(k d^3) factorisation.
struct GaussianGaps: Sendable {
  private let means: Matrix
  private let covariances: [Matrix]
  private let isDiagonal: Bool
  /// The logarithm of the scale of each column, which turns densities into those of the units of the data.
  private let logScale: Double

  init(means: Matrix, covariances: [Matrix], isDiagonal: Bool, logScale: Double) {
    self.means = means
    self.covariances = covariances
    self.isDiagonal = isDiagonal
    self.logScale = logScale
  }

  /// Adds to element j x `stride` + `offset` + i the log-density of component j at row i of `range`.
  func addLogDensities(
    of x: Matrix, _ range: Range<Int>, to logDensities: inout [Double], stride: Int, offset: Int
  ) {
    forEachPattern(of: x, range) { rows, component, part in
      let first = component * stride + offset - range.lowerBound
      for row in rows { logDensities[first + row] += part.logDensity(x.row(row)) + logScale * part.presentCount }
    }
  }

  /// Adds the expected moments of the rows of `range` about the means, laid out as in ``GaussianComponents``: always in
  /// the first place of each sum.
  func addSums(
    of x: Matrix, _ range: Range<Int>, responsibilities: [Double], stride: Int, offset: Int, to sums: inout [Double]
  ) {
    let d = x.columns
    let lanes = GaussianComponents.lanesPerSum
    let size = sums.count / means.rows / lanes
    forEachPattern(of: x, range) { rows, component, part in
      let first = component * stride + offset - range.lowerBound
      let target = component * size
      var total = 0.0
      for row in rows where responsibilities[first + row] > 0 {
        let r = responsibilities[first + row]
        let t = part.expectedDeviations(x.row(row))
        total += r
        var index = target + d
        for i in 0..<d {
          sums[(target + i) * lanes] += r * t[i]
          for l in (isDiagonal ? i : 0)...i {
            sums[index * lanes] += r * t[i] * t[l]
            index += 1
          }
        }
      }
      part.addConditionalCovariance(times: total, isDiagonal: isDiagonal, to: &sums, first: target + d)
    }
  }

  private func forEachPattern(
    of x: Matrix, _ range: Range<Int>, _ body: (_ rows: Range<Int>, _ component: Int, _ part: ObservedPart) -> Void
  ) {
    var first = range.lowerBound
    while first < range.upperBound {
      let present = x.row(first).map { !$0.isNaN }
      var last = first + 1
      while last < range.upperBound, zip(x.row(last), present).allSatisfy({ !$0.isNaN == $1 }) { last += 1 }
      for component in 0..<means.rows {
        let part = ObservedPart(mean: Array(means.row(component)), covariance: covariances[component], present: present)
        body(first..<last, component, part)
      }
      first = last
    }
  }
}

/// One component split into the columns that a row has and those that it lacks.
private struct ObservedPart {
  private let mean: [Double]
  private let observed: [Int]
  private let missing: [Int]
  /// L^-1 of the observed columns' covariance L L'.
  private let inverse: Matrix
  private let constant: Double
  /// The coefficients of the missing columns on the observed ones (missing x observed).
  private let regression: Matrix
  /// What variance the observed columns leave to the missing ones (missing x missing).
  private let conditional: Matrix

  var presentCount: Double { Double(observed.count) }

  init(mean: [Double], covariance: Matrix, present: [Bool]) {
    self.mean = mean
    observed = present.indices.filter { present[$0] }
    missing = present.indices.filter { !present[$0] }
    let (o, m) = (observed, missing)
    var own = Matrix(rows: o.count, columns: o.count)
    for i in o.indices { for l in o.indices { own[i, l] = covariance[o[i], o[l]] } }
    var regression = Matrix(rows: m.count, columns: o.count)
    var conditional = Matrix(rows: m.count, columns: m.count)
    for i in m.indices { for l in m.indices { conditional[i, l] = covariance[m[i], m[l]] } }
    // A principal part of a covariance that has a factor has one too, but for rounding: then nothing is known.
    guard let factor = Cholesky(own, tolerance: 0) else {
      inverse = Matrix(rows: o.count, columns: o.count)
      constant = 0
      self.regression = regression
      self.conditional = conditional
      return
    }
    inverse = factor.inverseLower()
    constant = -0.5 * (Double(o.count) * log(2 * Double.pi) + factor.logDeterminant)
    for i in m.indices {
      let cross = o.map { covariance[m[i], $0] }
      for (l, value) in factor.solve(cross).enumerated() { regression[i, l] = value }
    }
    for i in m.indices {
      for l in m.indices {
        for (index, column) in o.enumerated() { conditional[i, l] -= regression[i, index] * covariance[column, m[l]] }
      }
      conditional[i, i] = max(0, conditional[i, i])
    }
    self.regression = regression
    self.conditional = conditional
  }

  func logDensity(_ x: ArraySlice<Double>) -> Double {
    let t = deviations(x)
    var square = 0.0
    for i in t.indices {
      var y = 0.0
      for l in 0...i { y += inverse[i, l] * t[l] }
      square += y * y
    }
    return constant - 0.5 * square
  }

  private func deviations(_ x: ArraySlice<Double>) -> [Double] {
    observed.map { x[x.startIndex + $0] - mean[$0] }
  }

  /// The row less the mean, missing values at their conditional mean (d).
  func expectedDeviations(_ x: ArraySlice<Double>) -> [Double] {
    let t = deviations(x)
    var result = [Double](repeating: 0, count: mean.count)
    for (index, column) in observed.enumerated() { result[column] = t[index] }
    for (i, column) in missing.enumerated() {
      for l in t.indices { result[column] += regression[i, l] * t[l] }
    }
    return result
  }

  func addConditionalCovariance(times weight: Double, isDiagonal: Bool, to sums: inout [Double], first: Int) {
    let lanes = GaussianComponents.lanesPerSum
    for (i, row) in missing.enumerated() {
      if isDiagonal {
        sums[(first + row) * lanes] += weight * conditional[i, i]
      } else {
        // `missing` ascends, so this stays in the lower triangle.
        for l in 0...i { sums[(first + row * (row + 1) / 2 + missing[l]) * lanes] += weight * conditional[i, l] }
      }
    }
  }
}
