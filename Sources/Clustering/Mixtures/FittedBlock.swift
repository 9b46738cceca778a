public import LinearAlgebra

/// The columns of one block of a fitted mixture and the parameters of each component, in the units of the data.
public struct FittedBlock: Sendable, Hashable, Codable {
  /// The parameters of all k components.
  public enum Parameters: Sendable, Hashable, Codable {
    /// Means and covariances.
    case gaussian(GaussianParameters)
    /// The same of the logarithms.
    case logNormal(GaussianParameters)
    /// Means (k x d).
    case poisson(means: Matrix)
    /// Means (k x d) and sizes (k x d): the variance is mean + mean^2 / size.
    case negativeBinomial(means: Matrix, sizes: Matrix)
    /// For each column the probabilities of its levels (k x levels).
    case categorical([Matrix])
    /// Likewise, for ordered levels.
    case ordinal([Matrix])
    /// The probability of a 1 (k x d).
    case binary(Matrix)
  }

  /// What to call it in reports.
  public let name: String
  /// Its columns of the data, from 0 (d).
  public let columns: [Int]
  /// The parameters.
  public let parameters: Parameters

  /// A block with these parameters.
  public init(name: String, columns: [Int], parameters: Parameters) {
    self.name = name
    self.columns = columns
    self.parameters = parameters
  }
}

extension FittedBlock.Parameters {
  /// k and d as the shapes say; nil when they disagree.
  var shape: (components: Int, columns: Int)? {
    switch self {
    case .gaussian(let parameters), .logNormal(let parameters):
      return parameters.isConsistent ? (parameters.means.rows, parameters.means.columns) : nil
    case .poisson(let means): return (means.rows, means.columns)
    case .negativeBinomial(let means, let sizes):
      return means.rows == sizes.rows && means.columns == sizes.columns ? (means.rows, means.columns) : nil
    case .categorical(let levels), .ordinal(let levels):
      guard let k = levels.first?.rows, levels.allSatisfy({ $0.rows == k && $0.columns > 0 }) else { return nil }
      return (k, levels.count)
    case .binary(let probabilities): return (probabilities.rows, probabilities.columns)
    }
  }

  /// The same with the components in another order.
  func reordered(_ order: [Int]) -> FittedBlock.Parameters {
    switch self {
    case .gaussian(let parameters): .gaussian(parameters.reordered(order))
    case .logNormal(let parameters): .logNormal(parameters.reordered(order))
    case .poisson(let means): .poisson(means: means.gatheringRows(order))
    case .negativeBinomial(let means, let sizes):
      .negativeBinomial(means: means.gatheringRows(order), sizes: sizes.gatheringRows(order))
    case .categorical(let levels): .categorical(levels.map { $0.gatheringRows(order) })
    case .ordinal(let levels): .ordinal(levels.map { $0.gatheringRows(order) })
    case .binary(let probabilities): .binary(probabilities.gatheringRows(order))
    }
  }

  /// The numbers of one component that tell it from the others, in a fixed order.
  func signature(_ component: Int) -> [Double] {
    switch self {
    case .gaussian(let parameters), .logNormal(let parameters): Array(parameters.means.row(component))
    case .poisson(let means), .negativeBinomial(let means, _), .binary(let means): Array(means.row(component))
    case .categorical(let levels), .ordinal(let levels): levels.flatMap { Array($0.row(component)) }
    }
  }
}
