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

  private let patterns: RowPatterns?
  /// For each pattern each component, where these are few enough to keep.
  private var parts: [ObservedPart] = []

  /// Components for rows of any pattern, or for rows whose `patterns` are known.
  init(means: Matrix, covariances: [Matrix], isDiagonal: Bool, logScale: Double, patterns: RowPatterns? = nil) {
    self.means = means
    self.covariances = covariances
    self.isDiagonal = isDiagonal
    self.logScale = logScale
    self.patterns = patterns
    guard let patterns else { return }
    let (k, d) = (means.rows, means.columns)
    let count = patterns.present.count * k
    guard count > 0, count * d * d <= Self.keptNumbers else { return }
    parts = (0..<count).map { part($0 % k, present: patterns.present[$0 / k]) }
  }

  /// The most numbers kept from one pass over the rows to the next.
  private static let keptNumbers = 1 << 22

  /// Adds to element j x `stride` + `offset` + i the log-density of component j at row i of `range`.
  func addLogDensities(
    of x: Matrix, _ range: Range<Int>, to logDensities: inout [Double], stride: Int, offset: Int
  ) {
    var scratch = [Double](repeating: 0, count: x.columns)
    forEachPattern(of: x, range) { rows, component, part in
      let first = component * stride + offset - range.lowerBound
      for row in rows {
        logDensities[first + row] += part.logDensity(x.row(row), scratch: &scratch) + logScale * part.presentCount
      }
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
    var t = [Double](repeating: 0, count: d)
    var scratch = t
    forEachPattern(of: x, range) { rows, component, part in
      let first = component * stride + offset - range.lowerBound
      let target = component * size
      var total = 0.0
      for row in rows where responsibilities[first + row] > 0 {
        let r = responsibilities[first + row]
        part.expectDeviations(x.row(row), into: &t, scratch: &scratch)
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
      var last = first + 1
      while last < range.upperBound, x.rowsLackTheSame(first, last) { last += 1 }
      let known = patterns?.ids[first] ?? -1
      for component in 0..<means.rows {
        let place = known * means.rows + component
        if parts.indices.contains(place) {
          body(first..<last, component, parts[place])
        } else {
          let present = x.row(first).map { !$0.isNaN }
          body(first..<last, component, part(component, present: present))
        }
      }
      first = last
    }
  }

  private func part(_ component: Int, present: [Bool]) -> ObservedPart {
    ObservedPart(mean: means.row(component), covariance: covariances[component], present: present)
  }
}

/// The different patterns of gaps in rows that follow one another by pattern.
struct RowPatterns: Sendable {
  /// For each pattern whether each column is there.
  let present: [[Bool]]
  /// The pattern of each row.
  let ids: [Int]

  /// The patterns of `x` (NaN where missing). O(n d).
  init(_ x: Matrix) {
    var present: [[Bool]] = []
    var ids: [Int] = []
    for row in 0..<x.rows {
      if row == 0 || !x.rowsLackTheSame(row - 1, row) { present.append(x.row(row).map { !$0.isNaN }) }
      ids.append(present.count - 1)
    }
    self.present = present
    self.ids = ids
  }
}

extension Matrix {
  /// Whether two rows have their gaps in the same columns.
  fileprivate func rowsLackTheSame(_ a: Int, _ b: Int) -> Bool {
    for column in 0..<columns where values[a * columns + column].isNaN != values[b * columns + column].isNaN {
      return false
    }
    return true
  }
}

/// One component split into the columns that a row has and those that it lacks.
///
/// With the observed columns first, the covariance's factor L says it all: y = L_oo^-1 t_o gives the density of the
/// observed part, L_mo y the conditional mean of the missing one, L_mm L_mm' its conditional covariance.
private struct ObservedPart: Sendable {
  private let mean: [Double]
  /// The columns: those observed, then those missing, each ascending.
  private let order: [Int]
  private let observed: Int
  /// L, row-major (d x d), of the covariance with its columns in `order`.
  private let lower: [Double]
  private let constant: Double

  var presentCount: Double { Double(observed) }

  init(mean: ArraySlice<Double>, covariance: Matrix, present: [Bool]) {
    let order = present.indices.filter { present[$0] } + present.indices.filter { !present[$0] }
    let d = order.count
    var permuted = [Double](repeating: 0, count: d * d)
    for i in 0..<d { for l in 0...i { permuted[i * d + l] = covariance.values[order[i] * d + order[l]] } }
    observed = present.count { $0 }
    self.order = order
    self.mean = order.map { mean[mean.startIndex + $0] }
    // What has a factor has one in any order, but for rounding: then the spread of the columns alone is known.
    let factor = Cholesky(Matrix(rows: d, columns: d, values: permuted), tolerance: 0)?.lower.values
    if let factor {
      lower = factor
    } else {
      var diagonal = [Double](repeating: 0, count: d * d)
      for i in 0..<d { diagonal[i * d + i] = permuted[i * d + i].squareRoot() }
      lower = diagonal
    }
    var logRoot = 0.0
    for i in 0..<observed { logRoot += log(lower[i * d + i]) }
    constant = -0.5 * Double(observed) * log(2 * Double.pi) - logRoot
  }

  /// L_oo^-1 of the observed deviations, into `y`.
  private func solve(_ x: ArraySlice<Double>, into y: inout [Double]) {
    let d = order.count
    for i in 0..<observed {
      var sum = x[x.startIndex + order[i]] - mean[i]
      for l in 0..<i { sum -= lower[i * d + l] * y[l] }
      y[i] = sum / lower[i * d + i]
    }
  }

  /// The log-density of the observed columns; `y` is scratch (d).
  func logDensity(_ x: ArraySlice<Double>, scratch y: inout [Double]) -> Double {
    solve(x, into: &y)
    var square = 0.0
    for i in 0..<observed { square += y[i] * y[i] }
    return constant - 0.5 * square
  }

  /// The row less the mean, missing values at their conditional mean, into `t` (d); `y` is scratch (d).
  func expectDeviations(_ x: ArraySlice<Double>, into t: inout [Double], scratch y: inout [Double]) {
    solve(x, into: &y)
    let d = order.count
    for i in 0..<observed { t[order[i]] = x[x.startIndex + order[i]] - mean[i] }
    for i in observed..<d {
      var sum = 0.0
      for l in 0..<observed { sum += lower[i * d + l] * y[l] }
      t[order[i]] = sum
    }
  }

  func addConditionalCovariance(times weight: Double, isDiagonal: Bool, to sums: inout [Double], first: Int) {
    let d = order.count
    let lanes = GaussianComponents.lanesPerSum
    for i in observed..<d {
      // The missing columns ascend, so this stays in the lower triangle.
      for l in (isDiagonal ? i : observed)..<i + 1 {
        var sum = 0.0
        for column in observed..<l + 1 { sum += lower[i * d + column] * lower[l * d + column] }
        let (row, column) = (order[i], order[l])
        sums[(first + (isDiagonal ? row : row * (row + 1) / 2 + column)) * lanes] += weight * sum
      }
    }
  }
}
