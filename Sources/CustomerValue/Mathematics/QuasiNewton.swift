internal import LinearAlgebra

/// Minimises a smooth function of a few variables: BFGS with a line search for the weak Wolfe conditions.
///
/// Nocedal & Wright (2006), algorithm 6.1; the search by doubling and bisection of Lewis & Overton (2013), which needs
/// no derivative beyond the gradient and copes with a function that is infinite outside a box.
struct QuasiNewton {
  /// Steps at most.
  var maxIterations = 300
  /// The greatest component of a gradient at rest.
  var tolerance = 1e-8
  /// The longest single step, in any variable.
  var longestStep = 2.0

  /// Where a run ended.
  struct Rest: Sendable {
    var point: [Double]
    var value: Double
    var gradient: [Double]
    var iterations: Int
    var converged: Bool
  }

  /// Runs from `start`. `function` gives the value (infinite where it is not defined) and the gradient.
  func minimise(from start: [Double], _ function: ([Double]) -> (value: Double, gradient: [Double])) -> Rest {
    let d = start.count
    var point = start
    var (value, gradient) = function(point)
    var inverse = Self.identity(d)
    var stalled = 0
    for iteration in 0..<maxIterations {
      guard value.isFinite, gradient.allSatisfy(\.isFinite) else { break }
      let size = gradient.reduce(0) { max($0, abs($1)) }
      if size <= tolerance {
        return Rest(point: point, value: value, gradient: gradient, iterations: iteration, converged: true)
      }
      var direction = (0..<d).map { i in -(0..<d).reduce(0) { $0 + inverse[i, $1] * gradient[$1] } }
      var slope = zip(direction, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      if !(slope < 0) {
        inverse = Self.identity(d)
        direction = gradient.map { -$0 }
        slope = -gradient.reduce(0) { $0 + $1 * $1 }
      }
      let reach = direction.reduce(0) { max($0, abs($1)) }
      var low = 0.0
      var high = Double.infinity
      var step = min(1, longestStep / reach)
      var next = (value: value, gradient: gradient)
      var found = false
      for _ in 0..<50 {
        let trial = zip(point, direction).map { $0 + step * $1 }
        next = function(trial)
        if !(next.value <= value + 1e-4 * step * slope) {
          high = step
        } else if zip(direction, next.gradient).reduce(0, { $0 + $1.0 * $1.1 }) < 0.9 * slope,
          2 * step * reach <= longestStep || high.isFinite
        {
          low = step
        } else {
          found = true
          break
        }
        step = high.isFinite ? (low + high) / 2 : 2 * low
      }
      if !found {
        // The value no longer falls in the digits it has: at rest as far as can be told when the gradient is small.
        return Rest(
          point: point, value: value, gradient: gradient, iterations: iteration, converged: size <= 1e3 * tolerance)
      }
      let s = direction.map { $0 * step }
      let y = zip(next.gradient, gradient).map { $0 - $1 }
      let curvature = zip(s, y).reduce(0) { $0 + $1.0 * $1.1 }
      if curvature > 1e-14 {
        if iteration == 0 {
          let scale = curvature / y.reduce(0) { $0 + $1 * $1 }
          for i in 0..<d { inverse[i, i] = scale }
        }
        Self.update(&inverse, s, y, curvature)
      }
      stalled = value - next.value <= 1e-15 * abs(value) ? stalled + 1 : 0
      point = zip(point, s).map { $0 + $1 }
      value = next.value
      gradient = next.gradient
      if stalled >= 3 {
        let size = gradient.reduce(0) { max($0, abs($1)) }
        return Rest(
          point: point, value: value, gradient: gradient, iterations: iteration, converged: size <= 1e3 * tolerance)
      }
    }
    return Rest(point: point, value: value, gradient: gradient, iterations: maxIterations, converged: false)
  }

  /// The matrix of second derivatives at `point` (d x d), by central differences of the gradient.
  func hessian(at point: [Double], _ function: ([Double]) -> (value: Double, gradient: [Double])) -> Matrix {
    let d = point.count
    let h = 1e-4
    var result = Matrix(rows: d, columns: d)
    for i in 0..<d {
      var above = point
      var below = point
      above[i] += h
      below[i] -= h
      let (up, down) = (function(above).gradient, function(below).gradient)
      for j in 0..<d {
        let slope = (up[j] - down[j]) / (2 * h)
        result[i, j] += slope / 2
        result[j, i] += slope / 2
      }
    }
    return result
  }

  private static func identity(_ d: Int) -> Matrix {
    var result = Matrix(rows: d, columns: d)
    for i in 0..<d { result[i, i] = 1 }
    return result
  }

  /// H <- (I - s y'/sy) H (I - y s'/sy) + s s'/sy.
  private static func update(_ h: inout Matrix, _ s: [Double], _ y: [Double], _ curvature: Double) {
    let d = s.count
    let hy = (0..<d).map { i in (0..<d).reduce(0) { $0 + h[i, $1] * y[$1] } }
    let factor = (1 + zip(y, hy).reduce(0) { $0 + $1.0 * $1.1 } / curvature) / curvature
    for i in 0..<d {
      for j in 0..<d { h[i, j] += factor * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / curvature }
    }
  }
}
