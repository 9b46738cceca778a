internal import Clustering
internal import Features
internal import LinearAlgebra

/// What a feature does for a customer's place in a mixture: the difference of the log-densities of two components, or the
/// deviance from one, less what it would be if the feature were missing (the difference of information by which
/// Robnik-Sikonja & Kononenko, 2008, explain single classifications). Columns go together in a full covariance, so what
/// features add need not sum to the whole.
extension MixtureDivision {
  /// Whether customers belong more to the part `own` than to `other`, and the features that add most to that, in words.
  func reasons(_ values: FeatureValues, own: Int, other: Int) -> [(isNearer: Bool, words: String?)] {
    let x = transforms.apply(values).matrix
    let modes = middles
    let middle = (0..<x.columns).map { (modes[own, $0] + modes[other, $0]) / 2 }
    let memberships = place(x).memberships
    let words = words(x, values, middle: middle) { rows in
      guard let densities = try? model.componentLogDensities(rows) else {
        return [Double](repeating: 0, count: rows.rows)
      }
      return (0..<rows.rows).map { densities[$0, own] - densities[$0, other] }
    }
    return words.enumerated().map { (memberships[$0, own] >= memberships[$0, other], $1) }
  }

  /// How far customers lie outside `part` (the deviance over the limit), and the features that add most to that, in words.
  func remoteness(_ values: FeatureValues, part: Int) -> [(excess: Double, words: String?)] {
    let x = transforms.apply(values).matrix
    let modes = middles
    let excess = place(x).excess
    let words = words(x, values, middle: Array(modes.row(part))) { rows in
      guard let deviances = try? model.deviances(rows) else { return [Double](repeating: 0, count: rows.rows) }
      return deviances.column(part)
    }
    return words.enumerated().map { (excess[$0, part], $1) }
  }

  /// The likeliest values of each part (k x d).
  private var middles: Matrix {
    (try? model.modes()) ?? Matrix(rows: count, columns: model.columns)
  }

  /// The features of each row that `measure` loses most by when they are missing.
  private func words(
    _ x: Matrix, _ values: FeatureValues, middle: [Double], measure: (Matrix) -> [Double]
  ) -> [String?] {
    let features = DivisionFeatures(transforms, values)
    let whole = measure(x)
    let without = (0..<x.columns).map { column in
      var part = x
      for row in 0..<x.rows { part[row, column] = .nan }
      return measure(part)
    }
    return (0..<x.rows).map { row in
      let shares = FeatureShares(
        features, row, Array(x.row(row)), middle: middle, columns: without.map { whole[row] - $0[row] })
      return FeatureShares.largest([shares])
    }
  }
}
