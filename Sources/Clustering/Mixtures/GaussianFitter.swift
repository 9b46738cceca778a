internal import LinearAlgebra

/// A Gaussian block inside a running fit.
struct GaussianFitter: BlockFitter {
  private let rows: GaussianRows
  private let family: CovarianceFamily
  private let prior: ConjugatePrior?
  private var components: GaussianComponents
  private var covariances: CovarianceParameters?
  private var gaps: GaussianGaps

  init(_ rows: GaussianRows, family: CovarianceFamily, components: Int, prior: MixturePrior?) {
    self.rows = rows
    self.family = family
    let d = rows.width
    self.prior = prior.map { prior in
      var conjugate = ConjugatePrior(standardFor: rows.whole, components: components)
      conjugate.shrinkage = prior.shrinkage
      return conjugate
    }
    self.components = GaussianComponents(components: components, columns: d, isDiagonal: family.isDiagonal)
    // Before the first estimate a missing value spreads as its column does.
    let whole = rows.whole.totalCovariance()
    var spread = Matrix(rows: d, columns: d)
    for i in 0..<d { spread[i, i] = whole[i, i] }
    gaps = GaussianGaps(
      means: self.components.meanMatrix, covariances: [Matrix](repeating: spread, count: components),
      isDiagonal: family.isDiagonal, logScale: 0)
  }

  private(set) var refusal: CovarianceDegeneracy?

  var sumCount: Int { components.components * components.sumsPerComponent * GaussianComponents.lanesPerSum }

  func folded(_ sums: [Double]) -> [Double] { GaussianComponents.folded(sums) }

  var parameterCount: Int {
    let (k, d) = (components.components, rows.width)
    return k * d + family.parameterCount(components: k, columns: d)
  }

  func addLogDensities(_ range: Range<Int>, to logDensities: inout [Double]) {
    let last = rows.complete.rows
    if range.lowerBound < last {
      components.addLogDensities(
        of: rows.complete, rows: range.clamped(to: 0..<last), to: &logDensities, stride: range.count)
    }
    if range.upperBound > last {
      let outer = max(range.lowerBound, last)..<range.upperBound
      gaps.addLogDensities(
        of: rows.incomplete, outer.lowerBound - last..<outer.upperBound - last, to: &logDensities,
        stride: range.count, offset: outer.lowerBound - range.lowerBound)
    }
  }

  func addSums(_ range: Range<Int>, responsibilities: [Double], to sums: inout [Double]) {
    let last = rows.complete.rows
    if range.lowerBound < last {
      components.addSums(
        of: rows.complete, rows: range.clamped(to: 0..<last), responsibilities: responsibilities, stride: range.count,
        to: &sums)
    }
    if range.upperBound > last {
      let outer = max(range.lowerBound, last)..<range.upperBound
      gaps.addSums(
        of: rows.incomplete, outer.lowerBound - last..<outer.upperBound - last, responsibilities: responsibilities,
        stride: range.count, offset: outer.lowerBound - range.lowerBound, to: &sums)
    }
  }

  mutating func estimate(from sums: [Double], weights: [Double]) -> Bool {
    let statistics = statistics(from: sums, weights: weights)
    refusal = weights.firstIndex { !($0 > 0) }.map { .emptyComponent($0) }
    guard refusal == nil else { return false }
    do {
      let estimate = try family.estimate(statistics, previous: covariances, prior: prior)
      return take(prior?.means(statistics) ?? statistics.means, estimate)
    } catch {
      switch error {
      case .emptyComponent, .singularComponent: refusal = error
      // Columns are counted within the block, and checks before the fit name them by their place in the table.
      case .constantColumn, .collinearColumn: refusal = nil
      }
      return false
    }
  }

  mutating func adopt(_ parameters: FittedBlock.Parameters) -> Bool {
    guard case .gaussian(let given) = parameters, given.isConsistent, given.means.columns == rows.width,
      given.means.rows == components.components
    else { return false }
    let ratio = rows.scale / given.scale
    var means = given.means
    for row in 0..<means.rows {
      for column in 0..<means.columns { means[row, column] = (means[row, column] - rows.origin[column]) * rows.scale }
    }
    let scaled = given.scaledCovariances.map { covariance in
      Matrix(
        rows: covariance.rows, columns: covariance.columns, values: covariance.values.map { $0 * ratio * ratio })
    }
    let volumes = scaled.map(\.volume)
    guard volumes.allSatisfy({ $0 > 0 && $0.isFinite }) else { return false }
    return take(means, CovarianceParameters(family: family, covariances: scaled, volumes: volumes))
  }

  private mutating func take(_ means: Matrix, _ parameters: CovarianceParameters) -> Bool {
    guard means.values.allSatisfy(\.isFinite),
      let next = GaussianComponents(
        means: means, covariances: parameters.covariances, isDiagonal: family.isDiagonal, logScale: rows.logScale)
    else { return false }
    components = next
    covariances = parameters
    gaps = GaussianGaps(
      means: means, covariances: parameters.covariances, isDiagonal: family.isDiagonal, logScale: rows.logScale,
      patterns: rows.patterns)
    return true
  }

  /// Moments about the new means, from those about the previous ones.
  private func statistics(from sums: [Double], weights: [Double]) -> ScatterStatistics {
    let (k, d, size) = (components.components, rows.width, components.sumsPerComponent)
    var means = components.meanMatrix.values
    var scatters = [Double](repeating: 0, count: k * d * d)
    for component in 0..<k {
      let first = component * size
      let n = weights[component]
      let share = n > 0 ? 1 / n : 0
      var index = first + d
      for i in 0..<d {
        means[component * d + i] += sums[first + i] * share
        for l in (family.isDiagonal ? i : 0)...i {
          var value = sums[index] - sums[first + i] * share * sums[first + l]
          if i == l { value = max(value, 0) }
          scatters[(component * d + i) * d + l] = value
          scatters[(component * d + l) * d + i] = value
          index += 1
        }
      }
    }
    return ScatterStatistics(weights: weights, means: Matrix(rows: k, columns: d, values: means), scatters: scatters)
  }

  var fitted: FittedBlock.Parameters {
    var means = components.meanMatrix
    for row in 0..<means.rows {
      for column in 0..<means.columns { means[row, column] = means[row, column] / rows.scale + rows.origin[column] }
    }
    return .gaussian(
      GaussianParameters(
        family: family, means: means, scale: rows.scale, scaledCovariances: covariances?.covariances ?? []))
  }
}
