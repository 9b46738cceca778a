internal import Foundation

/// The factor L of a symmetric positive definite matrix A = L L', L lower triangular with a positive diagonal.
///
/// Each pivot is the part of a column's variance that the columns before it do not explain. It is judged against that
/// variance, so that the units of the columns do not matter. O(d^3 / 3).
public struct Cholesky: Sendable, Hashable {
  /// L (d x d, zeros above the diagonal).
  public let lower: Matrix
  /// The natural logarithm of the determinant of A.
  public let logDeterminant: Double

  /// Factors `matrix` (d x d, finite), whose lower triangle is read.
  ///
  /// Nil when it is not positive definite, or when a column keeps no more than `tolerance` of its own variance once
  /// the columns before it are known.
  public init?(_ matrix: Matrix, tolerance: Double = 0x1p-46) {
    precondition(matrix.rows == matrix.columns, "\(matrix.rows) x \(matrix.columns) is not square")
    let d = matrix.rows
    var l = matrix.values
    // Safe: l holds d x d values.
    let found = unsafe l.withUnsafeMutableBufferPointer { l in
      unsafe l.baseAddress.map { l in unsafe Self.factor(l, d, tolerance) } ?? 0
    }
    guard let logDeterminant = found else { return nil }
    for i in 0..<d { for j in i + 1..<max(d, i + 1) { l[i * d + j] = 0 } }
    lower = Matrix(rows: d, columns: d, values: l)
    self.logDeterminant = logDeterminant
  }

  /// Replaces the lower triangle of `l` (d x d) by its factor; the logarithm of the determinant, nil when there is none.
  static func factor(_ l: UnsafeMutablePointer<Double>, _ d: Int, _ tolerance: Double) -> Double? {
    var logDeterminant = 0.0
    for i in 0..<d {
      let row = unsafe l + i * d
      for j in 0..<i {
        let other = unsafe l + j * d
        var sum = unsafe row[j]
        for m in 0..<j { unsafe sum -= row[m] * other[m] }
        unsafe row[j] = sum / other[j]
      }
      let whole = unsafe row[i]
      var pivot = whole
      for m in 0..<i { unsafe pivot -= row[m] * row[m] }
      // The negated comparison also catches what is not a number.
      guard whole > 0, pivot.isFinite, pivot > tolerance * whole, pivot > 0 else { return nil }
      unsafe row[i] = pivot.squareRoot()
      logDeterminant += log(pivot)
    }
    return logDeterminant
  }

  /// The logarithm of the determinant of `matrix` less `share` times `reference` (d x d each, lower triangles), nil where
  /// ``init(_:tolerance:)`` is; for callers that need no factor, without an array of its own.
  package static func logDeterminant(
    of matrix: Matrix, less share: Double = 0, of reference: Matrix? = nil, tolerance: Double
  ) -> Double? {
    let d = matrix.rows
    precondition(matrix.columns == d, "\(d) x \(matrix.columns) is not square")
    let lessened = reference.map { share == 0 ? [] : $0.values } ?? []
    precondition(lessened.isEmpty || lessened.count == d * d, "\(lessened.count) values for \(d) columns")
    // Safe: the scratch holds d x d values, all of which are written before any is read.
    return unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, d * d)) { scratch in
      for i in 0..<d * d { unsafe scratch[i] = matrix.values[i] }
      for i in lessened.indices { unsafe scratch[i] -= share * lessened[i] }
      return unsafe scratch.baseAddress.flatMap { l in unsafe factor(l, d, tolerance) }
    }
  }

  /// The solution y of L y = `b` (d). The square of its length is b' A^-1 b. O(d^2).
  public func solveLower(_ b: [Double]) -> [Double] {
    let d = lower.rows
    precondition(b.count == d, "\(b.count) values for \(d) equations")
    let l = lower.values
    var y = b
    for i in 0..<d {
      var sum = y[i]
      for m in 0..<i { sum -= l[i * d + m] * y[m] }
      y[i] = sum / l[i * d + i]
    }
    return y
  }

  /// The solution x of A x = `b` (d). O(d^2).
  public func solve(_ b: [Double]) -> [Double] {
    let d = lower.rows
    let l = lower.values
    var x = solveLower(b)
    for i in stride(from: d - 1, through: 0, by: -1) {
      let value = x[i] / l[i * d + i]
      x[i] = value
      for m in 0..<i { x[m] -= l[i * d + m] * value }
    }
    return x
  }

  /// L^-1 (d x d, lower triangular). O(d^3 / 3).
  public func inverseLower() -> Matrix {
    let d = lower.rows
    let l = lower.values
    var inverse = [Double](repeating: 0, count: d * d)
    for j in 0..<d {
      inverse[j * d + j] = 1 / l[j * d + j]
      for i in (j + 1)..<max(d, j + 1) {
        var sum = 0.0
        for m in j..<i { sum -= l[i * d + m] * inverse[m * d + j] }
        inverse[i * d + j] = sum / l[i * d + i]
      }
    }
    return Matrix(rows: d, columns: d, values: inverse)
  }

  /// A^-1 (d x d), exactly symmetric. O(d^3).
  public func inverse() -> Matrix {
    let d = lower.rows
    let m = inverseLower().values
    var inverse = Matrix(rows: d, columns: d)
    for i in 0..<d {
      for j in 0...i {
        var sum = 0.0
        for row in i..<d { sum += m[row * d + i] * m[row * d + j] }
        inverse[i, j] = sum
        inverse[j, i] = sum
      }
    }
    return inverse
  }
}
