internal import Foundation
internal import LinearAlgebra

/// A logistic regression of a few columns on targets between 0 and 1, by Newton's method.
enum SoftLogistic {
  /// The coefficients of `columns` (p of n each), the intercept last; nil where there is no maximum.
  static func fit(_ columns: [[Double]], _ targets: [Double], _ weights: [Double]?) -> [Double]? {
    let p = columns.count
    var b = [Double](repeating: 0, count: p + 1)
    var before = Double.infinity
    for _ in 0..<100 {
      var gradient = [Double](repeating: 0, count: p + 1)
      var information = Matrix(rows: p + 1, columns: p + 1)
      var row = [Double](repeating: 1, count: p + 1)
      for index in targets.indices {
        for j in 0..<p { row[j] = columns[j][index] }
        let w = weights?[index] ?? 1
        var eta = 0.0
        for j in 0...p { eta += b[j] * row[j] }
        let mu = Logit.probability(eta)
        for i in 0...p {
          gradient[i] += w * (targets[index] - mu) * row[i]
          for j in 0...i { information[i, j] += w * mu * (1 - mu) * row[i] * row[j] }
        }
      }
      guard let step = Cholesky(information, tolerance: 1e-14)?.solve(gradient) else { return nil }
      // A step of at most 5 in each coefficient: far from the optimum the quadratic says little.
      let scale = min(1, 5 / max(5, step.reduce(0) { max($0, abs($1)) }))
      for j in 0...p { b[j] += scale * step[j] }
      let gain = zip(step, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      if gain < 1e-12 * Double(targets.count) { return b.allSatisfy(\.isFinite) ? b : nil }
      if gain > 4 * before { return nil }
      before = min(before, gain)
    }
    return nil
  }
}
