public import LinearAlgebra

extension MixtureModel {
  /// ln p(row | component) for each row of `x` and each component (m x k), shares left out; what is missing (NaN) is
  /// integrated out, so a row without any value has zeros.
  ///
  /// Each row is computed by itself: alone, or among any others, it has the same bits. O(m k d^2), O(m k d) for diagonal
  /// families.
  /// - Throws: as ``assign(_:)``.
  public func componentLogDensities(_ x: Matrix) throws(FitError) -> Matrix {
    let scorer = try MixtureScorer(self)
    let blocks = try scorer.check(x)
    let k = components
    let parts = Parallel.map(rows: x.rows) { range -> [Double] in
      var part: [Double] = []
      part.reserveCapacity(range.count * k)
      for first in stride(from: range.lowerBound, to: range.upperBound, by: MixtureRows.blockRows) {
        let rows = first..<min(first + MixtureRows.blockRows, range.upperBound)
        let own = scorer.densities(of: blocks, rows).blocks
        for row in 0..<rows.count {
          for component in 0..<k { part.append(own.reduce(0) { $0 + $1[component * rows.count + row] }) }
        }
      }
      return part
    }
    return Matrix(rows: x.rows, columns: k, values: parts.flatMap { $0 })
  }

  /// The deviance of each row of `x` from each component (m x k), at least 0:
  ///
  ///     2 (ln p(mode | component) - ln p(row | component)),
  ///
  /// over the values that the row has. For Gaussian columns it is the squared Mahalanobis distance, for a category twice
  /// the logarithm of how much likelier the likeliest level is. O(k) times the cost of a density, once for each pattern of
  /// missing values.
  /// - Throws: as ``assign(_:)``; ``FitError/parameter(name:requirement:)`` for log-normal blocks, whose mode is another
  ///   for each pattern.
  public func deviances(_ x: Matrix) throws(FitError) -> Matrix {
    let modes = try modes()
    var result = try componentLogDensities(x)
    var patterns: [[Bool]: [Double]] = [:]
    for row in 0..<x.rows {
      let pattern = x.row(row).map(\.isNaN)
      let greatest: [Double]
      if let known = patterns[pattern] {
        greatest = known
      } else {
        let own = Matrix(
          rows: components, columns: columns,
          values: modes.values.enumerated().map { pattern[$0 % columns] ? .nan : $1 })
        let densities = try componentLogDensities(own)
        greatest = (0..<components).map { densities[$0, $0] }
        patterns[pattern] = greatest
      }
      for component in 0..<components {
        result[row, component] = max(0, 2 * (greatest[component] - result[row, component]))
      }
    }
    return result
  }

  /// The likeliest row of each component (k x d); NaN in columns of no block.
  public func modes() throws(FitError) -> Matrix {
    var modes = Matrix(rows: components, columns: columns, repeating: .nan)
    for block in blocks {
      for (place, column) in block.columns.enumerated() {
        for component in 0..<components {
          guard let mode = block.parameters.mode(component, place) else {
            throw .parameter(name: "blocks", requirement: "without log-normal ones")
          }
          modes[component, column] = mode
        }
      }
    }
    return modes
  }
}

extension FittedBlock.Parameters {
  /// The likeliest value of a column of the block (from 0) in a component; nil where there is none for itself.
  fileprivate func mode(_ component: Int, _ column: Int) -> Double? {
    switch self {
    case .gaussian(let gaussian): return gaussian.means[component, column]
    case .logNormal: return nil
    case .poisson(let means): return means[component, column].rounded(.down)
    case .negativeBinomial(let means, let sizes):
      // Below a size of 1 nothing is likelier than 0.
      let size = sizes[component, column]
      return size > 1 ? (means[component, column] * (size - 1) / size).rounded(.down) : 0
    case .categorical(let levels), .ordinal(let levels):
      let probabilities = levels[column].row(component)
      let greatest = probabilities.max() ?? 0
      return Double((probabilities.firstIndex(of: greatest) ?? probabilities.startIndex) - probabilities.startIndex)
    case .binary(let probabilities): return probabilities[component, column] >= 0.5 ? 1 : 0
    }
  }
}
