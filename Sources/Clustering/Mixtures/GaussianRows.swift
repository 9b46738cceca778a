internal import Foundation
internal import LinearAlgebra

/// The rows of a Gaussian block: about their mean, in units near their spread, packed for the kernels.
///
/// Rows without a gap come first, in tiles; those with missing values follow, row after row.
struct GaussianRows: BlockRows {
  /// The rows without a missing value.
  private(set) var complete: RowTiles
  /// The others (NaN where missing), in the units of `complete`.
  private(set) var incomplete: Matrix
  /// Which values they lack.
  private(set) var patterns: RowPatterns
  /// What was subtracted from each column (d), in the units of the data.
  let origin: [Double]
  /// What all columns were multiplied by afterwards: a power of two.
  let scale: Double
  /// The rows' weight, mean and scatter as one component; where values are missing, each product is made up for.
  let whole: ScatterStatistics
  let evenLogDensities: [Double]
  private let columns: [Int]

  /// Prepares distinct rows (m x d, those without NaN first), weighted by `weights` (m, > 0); `columns` are the places
  /// of the d columns in the whole table, which errors name. O(m d^2).
  init(_ x: Matrix, weights: [Double], columns: [Int]) throws(FitError) {
    let spans = ColumnSpan.all(of: x, weights: weights)
    for (column, span) in spans.enumerated() {
      guard span.least <= span.greatest else { throw .missingColumn(column: columns[column]) }
      guard span.least < span.greatest else { throw .constantColumn(column: columns[column]) }
    }
    // The geometric mean of the spreads, so that neither small nor large columns rule.
    let middle = spans.reduce(0) { $0 + $1.spreadExponent } / max(1, spans.count)
    for (column, span) in spans.enumerated() where (span.spreadExponent - middle).magnitude > 232 {
      throw .spreadApart(column: columns[column])
    }
    let scale = Double(sign: .plus, exponent: max(-1000, min(1000, -middle)), significand: 1)
    let origin = spans.map(\.mean)
    let gapless = (0..<x.rows).first { row in x.row(row).contains { $0.isNaN } } ?? x.rows
    let d = x.columns
    complete = RowTiles(x, rows: 0..<gapless, origin: origin, scales: [Double](repeating: scale, count: d))
    let rest = Array(x.values[(gapless * d)...]).enumerated().map { ($1 - origin[$0 % d]) * scale }
    incomplete = Matrix(rows: x.rows - gapless, columns: d, values: rest)
    patterns = RowPatterns(incomplete)
    self.origin = origin
    self.scale = scale
    self.columns = columns
    evenLogDensities = spans.map { -log($0.greatest - $0.least) }
    whole = Self.statistics(complete, incomplete, weights: weights)
  }

  /// The number of columns.
  var width: Int { origin.count }
  /// The natural logarithm of `scale`.
  var logScale: Double { log(scale) }

  func check(_ kind: MixtureBlock.Kind) throws(FitError) {
    guard let family = kind.covarianceFamily, family.form == .full else { return }
    do {
      _ = try CovarianceFamily.eee.estimate(whole)
    } catch {
      switch error {
      case .constantColumn(let column): throw FitError.constantColumn(column: columns[column])
      case .collinearColumn(let column): throw FitError.collinearColumn(column: columns[column])
      case .emptyComponent, .singularComponent: throw FitError.degenerate(components: 1, reason: error)
      }
    }
  }

  func subset(_ indices: [Int]) -> any BlockRows {
    var subset = self
    let (inner, outer) = (indices.filter { $0 < complete.rows }, indices.filter { $0 >= complete.rows })
    let zeros = [Double](repeating: 0, count: width)
    let ones = [Double](repeating: 1, count: width)
    subset.complete = RowTiles(complete.gatheringRows(inner), rows: 0..<inner.count, origin: zeros, scales: ones)
    subset.incomplete = incomplete.gatheringRows(outer.map { $0 - complete.rows })
    subset.patterns = RowPatterns(subset.incomplete)
    return subset
  }

  func fitter(_ kind: MixtureBlock.Kind, components: Int, prior: MixturePrior?) -> any BlockFitter {
    GaussianFitter(self, family: kind.covarianceFamily ?? .vvv, components: components, prior: prior)
  }

  var coordinates: Matrix {
    let all = complete.gatheringRows(Array(0..<complete.rows)).values + incomplete.values.map { $0.isNaN ? 0 : $0 }
    let total = whole.totalCovariance()
    let spreads = (0..<width).map { total[$0, $0].squareRoot() }
    return Matrix(
      rows: complete.rows + incomplete.rows, columns: width,
      values: all.enumerated().map { $1 / spreads[$0 % width] })
  }

  /// Sums of available products; a scatter that misses a share of a column's rows is blown up by it.
  private static func statistics(_ complete: RowTiles, _ incomplete: Matrix, weights: [Double]) -> ScatterStatistics {
    let d = incomplete.columns
    let components = GaussianComponents(components: 1, columns: d, isDiagonal: false)
    let blockRows = MixtureRows.blockRows
    let parts = Parallel.map(rows: complete.rows) { range in
      var sums = [Double](
        repeating: 0, count: components.sumsPerComponent * GaussianComponents.lanesPerSum)
      for first in stride(from: range.lowerBound, to: range.upperBound, by: blockRows) {
        let block = first..<min(first + blockRows, range.upperBound)
        components.addSums(
          of: complete, rows: block, responsibilities: Array(weights[block]), stride: block.count, to: &sums)
      }
      return GaussianComponents.folded(sums)
    }
    var sums = [Double](repeating: 0, count: components.sumsPerComponent)
    for part in parts { for index in sums.indices { sums[index] += part[index] } }
    let n = weights.reduce(0, +)
    var present = [Double](repeating: weights.prefix(complete.rows).reduce(0, +), count: d)
    for row in 0..<incomplete.rows {
      let weight = weights[complete.rows + row]
      let values = incomplete.row(row).map { $0.isNaN ? 0 : $0 }
      var index = d
      for i in 0..<d {
        if !incomplete[row, i].isNaN { present[i] += weight }
        sums[i] += weight * values[i]
        for l in 0...i {
          sums[index] += weight * values[i] * values[l]
          index += 1
        }
      }
    }
    let means = (0..<d).map { sums[$0] / present[$0] }
    var scatter = [Double](repeating: 0, count: d * d)
    var index = d
    for i in 0..<d {
      for l in 0...i {
        let share = (present[i] / n).squareRoot() * (present[l] / n).squareRoot()
        scatter[i * d + l] = sums[index] / share - n * means[i] * means[l]
        scatter[l * d + i] = scatter[i * d + l]
        index += 1
      }
    }
    return ScatterStatistics(
      weights: [n], means: Matrix(rows: 1, columns: d, values: means), scatters: scatter)
  }
}

extension MixtureBlock.Kind {
  /// The family of a Gaussian or log-normal block.
  var covarianceFamily: CovarianceFamily? {
    switch self {
    case .gaussian(let family), .logNormal(let family): family
    case .poisson, .negativeBinomial, .categorical, .ordinal, .binary: nil
    }
  }
}

/// Where the values of a column lie, those that are not missing.
struct ColumnSpan: Sendable {
  var least = Double.infinity
  var greatest = -Double.infinity
  var mean = 0.0
  /// The binary exponent of the standard deviation.
  var spreadExponent = 0

  /// The span of every column of `x` (m x d), rows weighted by `weights` (m, > 0). O(m d).
  static func all(of x: Matrix, weights: [Double]) -> [ColumnSpan] {
    let d = x.columns
    func sums(_ term: @Sendable (_ value: Double, _ column: Int) -> Double) -> [(sum: Double, weight: Double)] {
      let parts = Parallel.map(rows: x.rows) { range in
        var part = [(sum: Double, weight: Double)](repeating: (0, 0), count: d)
        for row in range {
          for column in 0..<d where !x.values[row * d + column].isNaN {
            part[column].sum += weights[row] * term(x.values[row * d + column], column)
            part[column].weight += weights[row]
          }
        }
        return part
      }
      return (0..<d).map { column in
        parts.reduce((0, 0)) { ($0.0 + $1[column].sum, $0.1 + $1[column].weight) }
      }
    }
    let extremes = Parallel.map(rows: x.rows) { range in
      var part = [ColumnSpan](repeating: ColumnSpan(), count: d)
      for row in range {
        for column in 0..<d {
          let value = x.values[row * d + column]
          if value < part[column].least { part[column].least = value }
          if value > part[column].greatest { part[column].greatest = value }
        }
      }
      return part
    }
    var spans = [ColumnSpan](repeating: ColumnSpan(), count: d)
    for part in extremes {
      for column in 0..<d {
        spans[column].least = min(spans[column].least, part[column].least)
        spans[column].greatest = max(spans[column].greatest, part[column].greatest)
      }
    }
    for (column, part) in sums({ value, _ in value }).enumerated() where part.weight > 0 {
      spans[column].mean = min(max(part.sum / part.weight, spans[column].least), spans[column].greatest)
    }
    let (centers, units) = (spans.map(\.mean), spans.map { powerOfTwoScale(for: $0.greatest - $0.least) })
    let squares = sums { value, column in
      let difference = (value - centers[column]) * units[column]
      return difference * difference
    }
    for column in 0..<d where squares[column].sum > 0 {
      let spread = (squares[column].sum / squares[column].weight).squareRoot()
      spans[column].spreadExponent = Int(spread.exponent) - Int(units[column].exponent)
    }
    return spans
  }
}
