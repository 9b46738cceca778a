internal import LinearAlgebra

// The one place that knows which type works on which kind of block.

extension MixtureBlock {
  /// Prepares the distinct rows of this block (`x`, m x own columns; NaN where missing), whose values were checked.
  ///
  /// `columns` are the places of its columns in the whole table, which errors name. `weights` (m) are above 0.
  func prepare(_ x: Matrix, weights: [Double], columns: [Int]) throws(FitError) -> any BlockRows {
    switch kind {
    case .gaussian: try GaussianRows(x, weights: weights, columns: columns)
    case .logNormal:
      try LogNormalRows(x) { logarithms throws(FitError) in
        try GaussianRows(logarithms, weights: weights, columns: columns)
      }
    case .poisson, .negativeBinomial: try CountRows(x, columns: columns)
    case .categorical, .ordinal, .binary: try LevelRows(x, kind: kind, columns: columns)
    }
  }
}

extension FittedBlock {
  /// What computes densities from the parameters; nil when they are no parameters of a density.
  var scorer: (any BlockScorer)? {
    switch parameters {
    case .gaussian(let parameters): GaussianScorer(parameters)
    case .logNormal(let parameters):
      GaussianScorer(parameters).map {
        LogNormalScorer($0, kind: .logNormal(parameters.family), components: parameters.means.rows)
      }
    case .poisson(let means): CountScorer(.poisson, means: means, sizes: nil)
    case .negativeBinomial(let means, let sizes): CountScorer(.negativeBinomial, means: means, sizes: sizes)
    case .categorical(let levels): LevelScorer(.categorical, probabilities: levels)
    case .ordinal(let levels): LevelScorer(.ordinal, probabilities: levels)
    case .binary(let ones): LevelScorer(.binary, probabilities: ones.asLevels)
    }
  }
}
