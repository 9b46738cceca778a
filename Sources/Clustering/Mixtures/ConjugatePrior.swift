internal import Foundation
package import LinearAlgebra

/// A conjugate prior on the means and covariances of a mixture, which keeps small components from collapsing.
///
/// m_k | Sigma_k is normal with mean `mean` and covariance Sigma_k / `shrinkage`; a full Sigma_k is inverse Wishart with
/// `degreesOfFreedom` and `scale`; a variance of a spherical or diagonal family is inverse gamma with half the degrees
/// of freedom and half the mean of the scale's diagonal. Estimates are the posterior's mode. Fraley & Raftery (2007),
/// "Bayesian regularization for normal mixture estimation and model-based clustering", Journal of Classification 24.
package struct ConjugatePrior: Sendable, Hashable {
  /// The mean of the means (d).
  package var mean: [Double]
  /// kappa: how many rows the prior mean weighs.
  package var shrinkage: Double
  /// nu: how many rows the prior scale weighs, roughly.
  package var degreesOfFreedom: Double
  /// Lambda (d x d).
  package var scale: Matrix

  package init(mean: [Double], shrinkage: Double, degreesOfFreedom: Double, scale: Matrix) {
    precondition(scale.rows == mean.count && scale.columns == mean.count, "\(scale.rows) for \(mean.count) columns")
    self.mean = mean
    self.shrinkage = shrinkage
    self.degreesOfFreedom = degreesOfFreedom
    self.scale = scale
  }

  /// The default of Fraley & Raftery (2007, section 3): shrinkage 0.01, d + 2 degrees of freedom, and the sample
  /// covariance of all rows divided by k^(2/d), for `components` = k and data of which `statistics` are any partition.
  package init(standardFor statistics: ScatterStatistics, components: Int) {
    let d = statistics.columns
    let n = statistics.totalWeight
    let part = n > 1 ? n / (n - 1) : 1
    let factor = part * pow(1 / Double(components), 2 / Double(d))
    let total = statistics.totalCovariance()
    self.init(
      mean: statistics.totalMean(), shrinkage: 0.01, degreesOfFreedom: Double(d + 2),
      scale: Matrix(rows: d, columns: d, values: total.values.map { $0 * factor }))
  }

  /// The posterior mode of the means (k x d): each drawn towards the prior's by `shrinkage` rows.
  package func means(_ statistics: ScatterStatistics) -> Matrix {
    var means = statistics.means
    for k in 0..<statistics.components {
      let n = statistics.weights[k]
      for column in 0..<statistics.columns where n + shrinkage > 0 {
        means[k, column] = (n * means[k, column] + shrinkage * mean[column]) / (n + shrinkage)
      }
    }
    return means
  }

  /// Statistics whose likelihood estimate under `family` is the posterior mode: pseudo-rows are added to every component
  /// where the volume varies, and once for all, shared out equally, where it does not.
  ///
  /// So EII, VII, EEI, VVI, EEE and VVV are as in the paper's tables. For the others, of which the paper gives no
  /// formula, the same densities are held to the family; mclust's own answers differ there, and in EII, whose scale it
  /// leaves out.
  func augmenting(_ statistics: ScatterStatistics, for family: CovarianceFamily) -> MaximisationProblem {
    let (k, d) = (statistics.components, statistics.columns)
    var problem = MaximisationProblem(statistics)
    for component in 0..<k {
      let n = statistics.weights[component]
      let pull = n > 0 ? shrinkage * n / (shrinkage + n) : 0
      let difference = (0..<d).map { statistics.means[component, $0] - mean[$0] }
      for i in 0..<d {
        for j in 0..<d { problem.scatters[(component * d + i) * d + j] += pull * difference[i] * difference[j] }
      }
      problem.weights[component] += 1
    }

    let variance = (0..<d).reduce(0) { $0 + scale[$1, $1] } / Double(d)
    var pseudoScatter = scale.values
    let pseudoWeight: Double
    switch family.form {
    case .spherical:
      pseudoWeight = (degreesOfFreedom + 2) / Double(d)
      for i in 0..<d { for j in 0..<d { pseudoScatter[i * d + j] = i == j ? variance / Double(d) : 0 } }
    case .diagonal:
      pseudoWeight = degreesOfFreedom + 2
      for i in 0..<d { for j in 0..<d { pseudoScatter[i * d + j] = i == j ? variance : 0 } }
    case .full: pseudoWeight = degreesOfFreedom + Double(d + 1)
    }
    let share = family.volumeVaries ? 1 : 1 / Double(k)
    for component in 0..<k {
      problem.weights[component] += share * pseudoWeight
      for i in 0..<d * d { problem.scatters[component * d * d + i] += share * pseudoScatter[i] }
    }
    return problem
  }
}
