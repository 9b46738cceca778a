internal import LinearAlgebra

/// Counts, independent given the component: Poisson with a mean, or negative binomial with a mean and a size, for each
/// component and column.
struct CountFitter: LevelFitter {
  private let rows: CountRows
  private let isPoisson: Bool
  private(set) var table: LevelTable
  /// k x d.
  private var means: Matrix
  /// k x d; 0 before the first estimate.
  private var sizes: Matrix

  init(_ rows: CountRows, components: Int, isPoisson: Bool) {
    self.rows = rows
    self.isPoisson = isPoisson
    table = LevelTable(columns: rows.places.columns, components: components)
    means = Matrix(rows: components, columns: rows.values.count)
    sizes = means
  }

  var places: LevelPlaces { rows.places }

  var parameterCount: Int { means.values.count * (isPoisson ? 1 : 2) }

  mutating func estimate(from sums: [Double], weights: [Double]) -> Bool {
    guard weights.allSatisfy({ $0 > 0 }) else { return false }
    let k = means.rows
    for (column, values) in rows.values.enumerated() {
      let own = table.histograms(of: column, in: sums)
      // A component without a value in this column learns nothing of it and is given everyone's distribution.
      let all = values.indices.map { level in own.reduce(0) { $0 + $1[level] } }
      let histograms = own.map { counts in counts.contains { $0 > 0 } ? counts : all }
      let (before, isPoisson, logFactorials) = (sizes, isPoisson, rows.logFactorials[column])
      let estimates = Parallel.map(count: k) { component in
        let weights = histograms[component]
        let density =
          isPoisson
          ? CountDensity(poissonOf: values, weights: weights)
          : CountDensity(negativeBinomialOf: values, weights: weights, near: before[component, column])
        return (density, zip(values, logFactorials).map { density.logDensity($0, logFactorial: $1) })
      }
      for (component, (density, logDensities)) in estimates.enumerated() {
        means[component, column] = density.mean
        sizes[component, column] = density.size ?? 0
        for (level, value) in logDensities.enumerated() {
          table.set(value, column: column, level: level, component: component)
        }
      }
    }
    return true
  }

  mutating func adopt(_ parameters: FittedBlock.Parameters) -> Bool {
    let given: (means: Matrix, sizes: Matrix)? =
      switch parameters {
      case .poisson(let means): isPoisson ? (means, means) : nil
      case .negativeBinomial(let means, let sizes): isPoisson ? nil : (means, sizes)
      default: nil
      }
    guard let given, [given.means, given.sizes].allSatisfy({ $0.rows == means.rows && $0.columns == means.columns }),
      (given.means.values + given.sizes.values).allSatisfy({ $0 > 0 && $0.isFinite })
    else { return false }
    means = given.means
    sizes = isPoisson ? sizes : given.sizes
    for (column, values) in rows.values.enumerated() {
      for component in 0..<means.rows {
        let density = CountDensity(
          mean: means[component, column], size: isPoisson ? nil : sizes[component, column])
        for (level, value) in values.enumerated() {
          let logDensity = density.logDensity(value, logFactorial: rows.logFactorials[column][level])
          table.set(logDensity, column: column, level: level, component: component)
        }
      }
    }
    return true
  }

  var fitted: FittedBlock.Parameters {
    isPoisson ? .poisson(means: means) : .negativeBinomial(means: means, sizes: sizes)
  }
}
