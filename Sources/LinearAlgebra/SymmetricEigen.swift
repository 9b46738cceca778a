/// The eigenvalues and eigenvectors of a symmetric matrix.
///
/// Cyclic Jacobi rotations (Golub & Van Loan, 2013, section 8.5), which find small eigenvalues to high relative
/// accuracy. O(d^3) a sweep, six to ten sweeps.
public struct SymmetricEigen: Sendable, Hashable {
  /// The eigenvalues, largest first (d).
  public let values: [Double]
  /// The unit eigenvectors as rows (d x d): row i belongs to `values[i]`, its largest element positive; of elements as
  /// large but for rounding (one part in a million), the first, so that every processor picks the same one.
  public let vectors: Matrix

  /// Decomposes `matrix` (d x d, finite), whose lower triangle is read.
  public init(_ matrix: Matrix) {
    precondition(matrix.rows == matrix.columns, "\(matrix.rows) x \(matrix.columns) is not square")
    let d = matrix.rows
    var a = matrix
    for i in 0..<d { for j in 0..<i { a[j, i] = a[i, j] } }
    var v = Matrix(rows: d, columns: d)
    for i in 0..<d { v[i, i] = 1 }

    for _ in 0..<60 {
      var rotated = false
      for p in 0..<max(0, d - 1) {
        for q in p + 1..<d {
          // Relative to the diagonal: what is below its rounding changes no eigenvalue.
          let negligible = a[p, q].magnitude <= 0x1p-54 * (a[p, p].magnitude * a[q, q].magnitude).squareRoot()
          if negligible || a[p, q] == 0 {
            a[p, q] = 0
            a[q, p] = 0
            continue
          }
          Self.rotate(&a, &v, p, q)
          rotated = true
        }
      }
      if !rotated { break }
    }

    let order = (0..<d).sorted { a[$0, $0] != a[$1, $1] ? a[$0, $0] > a[$1, $1] : $0 < $1 }
    values = order.map { a[$0, $0] }
    var vectors = Matrix(rows: d, columns: d)
    for (row, index) in order.enumerated() {
      let source = v.row(index)
      let greatest = source.reduce(0) { max($0, $1.magnitude) }
      let largest = source.first { $0.magnitude >= (1 - 1e-6) * greatest } ?? 0
      for (column, value) in source.enumerated() { vectors[row, column] = largest < 0 ? -value : value }
    }
    self.vectors = vectors
  }

  /// Annihilates a[p, q] by a plane rotation; `v` collects the rotations as rows.
  private static func rotate(_ a: inout Matrix, _ v: inout Matrix, _ p: Int, _ q: Int) {
    let theta = (a[q, q] - a[p, p]) / (2 * a[p, q])
    let sign: Double = theta < 0 ? -1 : 1
    let t = theta.magnitude > 1e150 ? 0.5 / theta : sign / (theta.magnitude + (theta * theta + 1).squareRoot())
    let c = 1 / (t * t + 1).squareRoot()
    let s = t * c
    let shift = t * a[p, q]
    a[p, p] -= shift
    a[q, q] += shift
    a[p, q] = 0
    a[q, p] = 0
    for i in 0..<a.rows where i != p && i != q {
      let (x, y) = (a[p, i], a[q, i])
      a[p, i] = c * x - s * y
      a[q, i] = s * x + c * y
      a[i, p] = a[p, i]
      a[i, q] = a[q, i]
    }
    for i in 0..<v.columns {
      let (x, y) = (v[p, i], v[q, i])
      v[p, i] = c * x - s * y
      v[q, i] = s * x + c * y
    }
  }
}
