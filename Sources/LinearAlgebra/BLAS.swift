internal import COpenBLAS

/// What `tessera doctor` says of the linear algebra library.
public struct BLASLibrary: Sendable, Hashable {
  /// How the library runs its own threads.
  public enum Threading: String, Sendable, Hashable {
    /// One thread only.
    case sequential
    /// POSIX threads.
    case pthreads
    /// OpenMP.
    case openMP
  }

  /// Version, such as "0.3.21".
  public let version: String
  /// The processor family whose kernels the library chose at start, such as "Haswell".
  public let kernel: String
  /// How the library was built, in its own words.
  public let configuration: String
  /// How the library runs its own threads. Tessera gives it one and splits the rows itself.
  public let threading: Threading

  /// The library this process is linked to.
  public static let current: BLASLibrary = {
    BLAS.prepare()
    // The three strings are constants inside the library and live as long as the process.
    let configuration = unsafe openblas_get_config().map { unsafe String(cString: $0) } ?? ""
    let kernel = unsafe openblas_get_corename().map { unsafe String(cString: $0) } ?? "unknown"
    let words = configuration.split(separator: " ")
    let version = words.first == "OpenBLAS" && words.count > 1 ? String(words[1]) : "unknown"
    let threading: Threading =
      switch openblas_get_parallel() {
      case 1: .pthreads
      case 2: .openMP
      default: .sequential
      }
    return BLASLibrary(version: version, kernel: kernel, configuration: configuration, threading: threading)
  }()
}

/// The products taken from BLAS, on one thread each: rows are split among threads by ``Parallel``.
enum BLAS {
  private static let onceAtStart: Void = openblas_set_num_threads(1)

  /// Takes the library's own threads away before its first use; with both splitting, products are ten times slower.
  static func prepare() { onceAtStart }

  /// c = alpha a b, or alpha a b' when `transposeB`, all row-major and dense: a is m x k, b is k x n, c is m x n.
  ///
  /// The pointers must hold as many elements as the shapes say.
  @unsafe static func multiply(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, into c: UnsafeMutablePointer<Double>, m: Int, n: Int,
    k: Int, alpha: Double = 1, transposeA: Bool = false, transposeB: Bool = false
  ) {
    prepare()
    unsafe cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, CInt(m), CInt(n),
      CInt(k), alpha, a, CInt(max(1, transposeA ? m : k)), b, CInt(max(1, transposeB ? k : n)), 0, c, CInt(max(1, n)))
  }
}

extension Matrix {
  /// The product self x `other` (n x d by d x m), rows split among the workers.
  public func times(_ other: Matrix) -> Matrix {
    precondition(columns == other.rows, "\(rows) x \(columns) times \(other.rows) x \(other.columns)")
    return productByRows(other, width: other.columns, transposed: false)
  }

  /// The product self x `other`' (n x d by m x d), rows split among the workers.
  public func timesTranspose(_ other: Matrix) -> Matrix {
    precondition(columns == other.columns, "\(rows) x \(columns) times transposed \(other.rows) x \(other.columns)")
    return productByRows(other, width: other.rows, transposed: true)
  }

  private func productByRows(_ other: Matrix, width: Int, transposed: Bool) -> Matrix {
    guard columns > 0, width > 0 else { return Matrix(rows: rows, columns: width) }
    let product = unsafe [Double](unsafeUninitializedCapacity: rows * width) { buffer, count in
      // Safe: the shapes were checked by the caller, every piece writes only its own rows of the buffer, and all are
      // written before the count is set.
      nonisolated(unsafe) let target = unsafe buffer
      _ = Parallel.map(rows: rows) { range in
        unsafe values.withUnsafeBufferPointer { a in
          unsafe other.values.withUnsafeBufferPointer { b in
            if let a = a.baseAddress, let b = b.baseAddress, let c = unsafe target.baseAddress {
              unsafe BLAS.multiply(
                a + range.lowerBound * columns, b, into: c + range.lowerBound * width, m: range.count, n: width,
                k: columns, transposeB: transposed)
            }
          }
        }
      }
      count = rows * width
    }
    return Matrix(rows: rows, columns: width, values: product)
  }

  /// The cross product self' x self (d x d), exactly symmetric. O(n d^2); partial products are added in row order.
  public func crossProduct() -> Matrix {
    guard columns > 0 else { return Matrix(rows: 0, columns: 0) }
    let parts = Parallel.map(rows: rows) { range in
      // Safe: a d x d buffer is filled from range.count x d elements of `values`.
      unsafe [Double](unsafeUninitializedCapacity: columns * columns) { c, count in
        unsafe values.withUnsafeBufferPointer { x in
          if let x = x.baseAddress, let c = c.baseAddress {
            let first = unsafe x + range.lowerBound * columns
            unsafe BLAS.multiply(first, first, into: c, m: columns, n: columns, k: range.count, transposeA: true)
          }
        }
        count = columns * columns
      }
    }
    var total = Matrix(rows: columns, columns: columns)
    for part in parts {
      for i in 0..<columns { for j in 0...i { total[i, j] += part[i * columns + j] } }
    }
    for i in 0..<columns { for j in 0..<i { total[j, i] = total[i, j] } }
    return total
  }
}
