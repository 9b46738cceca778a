internal import LinearAlgebra

// The one place that knows which type works on which kind of block.

extension MixtureBlock {
  /// Checks the distinct rows of this block (`x`, m x own columns; NaN where missing) and prepares them.
  ///
  /// `columns` are the places of its columns in the whole table, which errors name. `weights` (m) are above 0.
  func prepare(_ x: Matrix, weights: [Double], columns: [Int]) throws(FitError) -> any BlockRows {
    switch kind {
    case .gaussian: try GaussianRows(x, weights: weights, columns: columns)
    case .logNormal, .poisson, .negativeBinomial, .categorical, .ordinal, .binary:
      throw .parameter(name: "blocks", requirement: "Gaussian")
    }
  }
}

extension FittedBlock {
  /// What computes densities from the parameters; nil when they are no parameters of a density.
  var scorer: (any BlockScorer)? {
    switch parameters {
    case .gaussian(let parameters): GaussianScorer(parameters)
    case .logNormal, .poisson, .negativeBinomial, .categorical, .ordinal, .binary: nil
    }
  }
}
