import Clustering
import LinearAlgebra
import Randomness
import TestSupport

/// A way to cluster, as the laws see it.
struct LawfulClustering<Model: Sendable & Hashable & Codable>: LawfulEstimator {
  typealias Fitting = @Sendable (_ x: Matrix, _ weights: [Double]?, _ seed: UInt64) throws -> (Model, [Int])
  typealias Assigning = @Sendable (_ x: Matrix, _ model: Model) throws -> (labels: [Int], numbers: [Double])

  let fewestRows: Int
  private let fitting: Fitting
  private let assigning: Assigning

  /// `fitting` gives a model and labels, `assigning` the labels of rows and the numbers that tell how near they are.
  init(clusters: Int, fitting: @escaping Fitting, assigning: @escaping Assigning) {
    fewestRows = clusters
    self.fitting = fitting
    self.assigning = assigning
  }

  func fit(_ x: Matrix, weights: [Double]?, seed: UInt64) throws -> (model: Model, labels: [Int]) {
    let fit = try fitting(x, weights, seed)
    return (fit.0, fit.1)
  }

  func assign(_ x: Matrix, by model: Model) throws -> [Int] { try assigning(x, model).labels }

  func numbers(_ x: Matrix, by model: Model) throws -> [Double] { try assigning(x, model).numbers }
}

extension LawfulClustering where Model == KMeansModel {
  /// One whose model is centroids.
  init(clusters: Int, fitting: @escaping Fitting) {
    self.init(clusters: clusters, fitting: fitting) { x, model in
      let assigned = try model.assign(x)
      return (assigned.labels, model.centroids.values + assigned.distances)
    }
  }
}

/// Rows that laws are tried on.
enum LawfulRows {
  /// Whole numbers in a few places: repeats, exact ties, and clusters of equal size.
  static let lattice: Matrix = {
    var random = RandomStream(seed: 21)
    return Matrix(rows: 600, columns: 3, values: (0..<1800).map { _ in Double(random.integer(below: 6)) })
  }()
}
