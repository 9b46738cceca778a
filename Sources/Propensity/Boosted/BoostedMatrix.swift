internal import CXGBoost
internal import LinearAlgebra

/// Rows as XGBoost keeps them: single precision, binned once.
@safe final class BoostedMatrix {
  let library: XGBoostLibrary
  let rows: Int
  let columns: Int
  let handle: TesseraXGBoostHandle

  /// Copies `x` (n x d, NaN where missing).
  init(_ x: Matrix, library: XGBoostLibrary, outcome: [Double]? = nil, weights: [Double]? = nil)
    throws(PropensityError)
  {
    self.library = library
    (rows, columns) = (x.rows, x.columns)
    // Values beyond single precision would be infinite, which the library refuses.
    let most = Double(Float.greatestFiniteMagnitude)
    let values = Parallel.map(rows: x.rows) { range in
      x.values[range.lowerBound * x.columns..<range.upperBound * x.columns].map {
        $0.isNaN ? .nan : Float(min(max($0, -most), most))
      }
    }.flatMap { $0 }
    var made: TesseraXGBoostHandle?
    // Safe: the library copies rows x columns floats before it returns.
    let status = unsafe library.functions.matrix_create(
      values, UInt64(x.rows), UInt64(x.columns), .nan, &made, x.rows < 20_000 ? 1 : CInt(Parallel.workers))
    try library.check(status)
    guard let made = unsafe made else { throw .boosting(reason: "it gave no matrix") }
    unsafe handle = made
    if let outcome { try set("label", outcome) }
    if let weights { try set("weight", weights) }
  }

  private func set(_ field: String, _ values: [Double]) throws(PropensityError) {
    let floats = values.map { Float($0) }
    // Safe: the library copies the floats before it returns.
    let status = unsafe library.functions.matrix_set_floats(handle, field, floats, UInt64(floats.count))
    try library.check(status)
  }

  deinit { _ = unsafe library.functions.matrix_free(handle) }
}
