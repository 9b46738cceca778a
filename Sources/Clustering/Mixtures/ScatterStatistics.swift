package import LinearAlgebra

/// All that a maximisation step needs of the data: for each of k components its weight, mean and scatter.
///
/// With responsibilities r_ik and row weights w_i: n_k = sum_i r_ik w_i; m_k = sum_i r_ik w_i x_i / n_k;
/// W_k = sum_i r_ik w_i (x_i - m_k)(x_i - m_k)'. With missing values, x_i is the conditional mean and the conditional
/// covariances are added to W_k: nothing here asks where the statistics came from.
package struct ScatterStatistics: Sendable {
  /// n_k (k, >= 0).
  package var weights: [Double]
  /// m_k (k x d).
  package var means: Matrix
  /// W_k, row-major one after another (k x d x d); symmetric, the lower triangle is what is read.
  package var scatters: [Double]

  /// k, the number of components.
  package var components: Int { weights.count }
  /// d, the number of columns.
  package var columns: Int { means.columns }

  /// Statistics of `weights.count` components in `means.columns` columns.
  package init(weights: [Double], means: Matrix, scatters: [Double]) {
    precondition(
      means.rows == weights.count && scatters.count == weights.count * means.columns * means.columns,
      "\(weights.count) weights, \(means.rows) x \(means.columns) means, \(scatters.count) scatter values")
    self.weights = weights
    self.means = means
    self.scatters = scatters
  }

  /// n, the weight of all components.
  package var totalWeight: Double { weights.reduce(0, +) }

  /// W_k as a matrix (d x d).
  package func scatter(_ component: Int) -> Matrix {
    let size = columns * columns
    return Matrix(
      rows: columns, columns: columns, values: Array(scatters[component * size..<(component + 1) * size]))
  }

  /// W, the sum of all W_k (d x d).
  package func pooledScatter() -> Matrix {
    let size = columns * columns
    var sum = [Double](repeating: 0, count: size)
    for k in 0..<components { for i in 0..<size { sum[i] += scatters[k * size + i] } }
    return Matrix(rows: columns, columns: columns, values: sum)
  }

  /// The mean of all rows (d).
  package func totalMean() -> [Double] {
    let n = totalWeight
    return (0..<columns).map { column in
      (0..<components).reduce(0) { $0 + weights[$1] / n * means[$1, column] }
    }
  }

  /// The covariance of all rows about their mean, within and between components (d x d).
  package func totalCovariance() -> Matrix {
    let n = totalWeight
    let d = columns
    let mean = totalMean()
    let m = means.values
    var total = pooledScatter().values
    for i in 0..<d {
      for j in 0...i {
        var sum = total[i * d + j]
        for k in 0..<components { sum += weights[k] * (m[k * d + i] - mean[i]) * (m[k * d + j] - mean[j]) }
        total[i * d + j] = sum / n
        total[j * d + i] = sum / n
      }
    }
    return Matrix(rows: d, columns: d, values: total)
  }
}
