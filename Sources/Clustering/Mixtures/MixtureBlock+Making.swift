internal import LinearAlgebra

// The one place that knows which type works on which kind of block.

extension MixtureBlock {
  /// Checks the distinct rows of this block (`x`, m x own columns; NaN where missing) and prepares them.
  ///
  /// `columns` are the places of its columns in the whole table, which errors name. `weights` (m) are above 0.
  func prepare(_ x: Matrix, weights: [Double], columns: [Int]) throws(FitError) -> any BlockRows {
    switch kind {
    case .gaussian: try GaussianRows(x, weights: weights, columns: columns)
    case .logNormal:
      try LogNormalRows(x, kind: kind, columns: columns) { logarithms throws(FitError) in
        try GaussianRows(logarithms, weights: weights, columns: columns)
      }
    case .poisson, .negativeBinomial: try CountRows(x, kind: kind, columns: columns)
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

extension Matrix {
  /// For each column of probabilities of a 1 (k x d), those of 0 and 1 (k x 2).
  fileprivate var asLevels: [Matrix] {
    (0..<columns).map { index in
      Matrix(rows: rows, columns: 2, values: column(index).flatMap { [1 - $0, $0] })
    }
  }
}
