internal import Foundation
internal import LinearAlgebra

/// Newton's method for a penalised logistic regression.
struct NewtonFit {
  /// Where it ended.
  struct Solution {
    /// Coefficients of the standardised columns, the intercept last (p + 1).
    var b: [Double]
    /// The log-likelihood at `b`, and that plus the penalty, negated.
    var logLikelihood: Double
    /// The information X' W X at `b` ((p + 1) x (p + 1)).
    var information: Matrix
    var square: Double
    var absolute: Double
    var iterations: Int
    var converged: Bool
    /// Columns that grow for ever, as the outcomes are separated; nil if none do.
    var separated: [Int]?
  }

  /// What one pass over the rows gives.
  private struct Pass {
    var logLikelihood: Double
    var gradient: [Double]
    var information: Matrix
  }

  let design: LinearDesign
  let x: Matrix
  let rows: OutcomeRows
  let settings: LogisticRegression

  private var p: Int { design.columns.count }

  func solve() -> Solution {
    let square = settings.penalty.square
    let absolute = settings.penalty.absolute
    // Under separation each step moves the linear predictor by about 1 and lowers the deviance by about 1 - 1/e of what
    // is left, for ever; without, steps shrink quadratically and a dozen do.
    let patience = 20
    var b = [Double](repeating: 0, count: p + 1)
    b[p] = Logit.of(rows.mean)
    var pass = self.pass(b)
    var iterations = 0
    var converged = false
    var separated: [Int]?
    while iterations < settings.maxIterations, !converged {
      iterations += 1
      guard let target = step(pass, b, square, absolute) else {
        separated = settings.penalty == .none ? growing(by: b) : nil
        break
      }
      let delta = zip(target, b).map { $0 - $1 }
      let before = objective(pass.logLikelihood, b, square, absolute)
      var length = 1.0
      var next = target
      var found = self.pass(next)
      var after = objective(found.logLikelihood, next, square, absolute)
      // Newton's step may overshoot far from the optimum: halve it until it helps.
      while !(after <= before + 1e-10 * abs(before)), length > 1e-6 {
        length /= 2
        next = zip(b, delta).map { $0 + length * $1 }
        found = self.pass(next)
        after = objective(found.logLikelihood, next, square, absolute)
      }
      let moved = moves(delta).max() ?? 0
      if after <= before { (b, pass) = (next, found) }
      converged = before - after <= settings.tolerance * max(abs(after), 1e-8 * rows.weight)
      if settings.penalty == .none, moved > 0.5, iterations >= patience || pass.logLikelihood > -1e-6 * rows.weight {
        separated = growing(by: delta)
        converged = false
        break
      }
    }
    return Solution(
      b: b, logLikelihood: pass.logLikelihood, information: pass.information, square: square, absolute: absolute,
      iterations: iterations, converged: converged, separated: separated)
  }

  /// The columns that `delta` moves about as much as any.
  private func growing(by delta: [Double]) -> [Int] {
    let moves = moves(delta)
    let most = moves.max() ?? 0
    return moves.indices.filter { moves[$0] >= 0.2 * most }
  }

  /// By how much at most each column's part in the linear predictor changes with `delta`.
  private func moves(_ delta: [Double]) -> [Double] { zip(delta, design.columns).map { abs($0) * $1.reach } }

  private func objective(_ logLikelihood: Double, _ b: [Double], _ square: Double, _ absolute: Double) -> Double {
    b.dropLast().reduce(-logLikelihood) { $0 + square / 2 * $1 * $1 + absolute * abs($1) }
  }

  /// Where the penalised quadratic that agrees with the likelihood at `b` is least.
  private func step(_ pass: Pass, _ b: [Double], _ square: Double, _ absolute: Double) -> [Double]? {
    var hessian = pass.information
    for j in 0..<p { hessian[j, j] += square }
    // The quadratic is 1/2 b' H b - r' b, with r = H b + gradient of the penalised log-likelihood.
    var r = pass.gradient
    for i in 0...p {
      for j in 0...p { r[i] += pass.information[i, j] * b[j] }
    }
    guard absolute > 0 else { return Cholesky(hessian, tolerance: 1e-13)?.solve(r) }
    return descend(hessian, r, b, absolute)
  }

  /// Coordinate descent on 1/2 b' H b - r' b + `absolute` x sum |b| (Friedman, Hastie & Tibshirani, 2010, section 2.2).
  private func descend(_ hessian: Matrix, _ r: [Double], _ start: [Double], _ absolute: Double) -> [Double] {
    var b = start
    var residual = r
    for i in 0...p {
      for j in 0...p { residual[i] -= hessian[i, j] * b[j] }
    }
    for _ in 0..<10_000 {
      var largest = 0.0
      for j in 0...p where hessian[j, j] > 0 {
        let whole = residual[j] + hessian[j, j] * b[j]
        let threshold = j == p ? 0 : absolute
        let value = whole > threshold ? whole - threshold : whole < -threshold ? whole + threshold : 0
        let next = value / hessian[j, j]
        let delta = next - b[j]
        guard delta != 0 else { continue }
        b[j] = next
        for i in 0...p { residual[i] -= hessian[i, j] * delta }
        largest = max(largest, abs(delta) * hessian[j, j].squareRoot())
      }
      if largest < 1e-9 * rows.weight.squareRoot() { break }
    }
    return b
  }

  /// The log-likelihood at `b`, its gradient and the information, in one pass over the rows.
  private func pass(_ b: [Double]) -> Pass {
    struct Part { var logLikelihood: Double, gradient: [Double], information: Matrix }
    let width = p + 1
    let parts = Parallel.map(rows: x.rows) { range in
      var block = design.block(x, range)
      var logLikelihood = 0.0
      var gradient = [Double](repeating: 0, count: width)
      for (place, row) in range.enumerated() {
        let first = place * width
        var eta = 0.0
        for j in 0..<width { eta += block[first + j] * b[j] }
        let (y, w) = (rows.outcome[row], rows.weight(row))
        let mu = Logit.probability(eta)
        logLikelihood += w * (y * eta - Logit.softplus(eta))
        let error = w * (y - mu)
        for j in 0..<width { gradient[j] += error * block[first + j] }
        let root = (w * mu * (1 - mu)).squareRoot()
        for j in 0..<width { block[first + j] *= root }
      }
      let scaled = Matrix(rows: range.count, columns: width, values: block)
      return Part(logLikelihood: logLikelihood, gradient: gradient, information: scaled.crossProduct())
    }
    var total = Pass(
      logLikelihood: 0, gradient: [Double](repeating: 0, count: width),
      information: Matrix(rows: width, columns: width))
    for part in parts {
      total.logLikelihood += part.logLikelihood
      for j in 0..<width {
        total.gradient[j] += part.gradient[j]
        for i in 0..<width { total.information[i, j] += part.information[i, j] }
      }
    }
    return total
  }

  /// `design` without the columns that follow from those before them.
  static func independent(_ design: LinearDesign, _ x: Matrix, _ rows: OutcomeRows) -> LinearDesign {
    let p = design.columns.count
    let parts = Parallel.map(rows: x.rows) { range in
      var block = design.block(x, range)
      for (place, row) in range.enumerated() {
        let root = rows.weight(row).squareRoot()
        for j in 0...p { block[place * (p + 1) + j] *= root }
      }
      return Matrix(rows: range.count, columns: p + 1, values: block).crossProduct()
    }
    var gram = Matrix(rows: p + 1, columns: p + 1)
    for part in parts {
      for i in 0...p { for j in 0...p { gram[i, j] += part[i, j] } }
    }
    // The intercept stands first, so that columns are judged by what they vary; each keeps what its predecessors leave.
    var kept: [Int] = []
    var factor: [[Double]] = []
    for j in [p] + Array(0..<p) {
      var row: [Double] = []
      for (i, other) in ([p] + kept).prefix(factor.count).enumerated() {
        var sum = gram[j, other]
        for m in 0..<i { sum -= row[m] * factor[i][m] }
        row.append(sum / factor[i][i])
      }
      let left = gram[j, j] - row.reduce(0) { $0 + $1 * $1 }
      guard left > 1e-10 * gram[j, j] else { continue }
      factor.append(row + [left.squareRoot()])
      if j < p { kept.append(j) }
    }
    return kept.count == p ? design : design.keeping(kept)
  }
}
