internal import CXGBoost
internal import Foundation
internal import LinearAlgebra
internal import Synchronization

/// XGBoost's own trees, one at a time used by one thread.
final class Booster: Sendable {
  private let library: XGBoostLibrary
  // Safe: only touched inside the lock.
  @safe private struct Handle: @unchecked Sendable { let pointer: TesseraXGBoostHandle }
  private let handle: Mutex<Handle>

  /// Trees that are to be grown on `matrix`.
  init(_ matrices: [BoostedMatrix], _ parameters: [(String, String)]) throws(PropensityError) {
    let library = matrices.isEmpty ? try XGBoostLibrary.current() : matrices[0].library
    self.library = library
    let handles = unsafe matrices.map { unsafe Optional($0.handle) }
    var made: TesseraXGBoostHandle?
    try library.check(unsafe library.functions.booster_create(handles, UInt64(handles.count), &made))
    guard let made = unsafe made else { throw .boosting(reason: "it gave no booster") }
    handle = Mutex(unsafe Handle(pointer: made))
    for (name, value) in parameters {
      try library.check(unsafe library.functions.booster_set(made, name, value))
    }
  }

  /// The trees of `model`, as ``saved()`` gave it.
  convenience init(_ model: Data) throws(PropensityError) {
    try self.init([], [("verbosity", "0")])
    let status = handle.withLock { handle in
      // Safe: the library reads so many bytes and keeps none.
      unsafe model.withUnsafeBytes { bytes in
        unsafe library.functions.booster_load(handle.pointer, bytes.baseAddress, UInt64(bytes.count))
      }
    }
    try library.check(status)
  }

  deinit { handle.withLock { handle in _ = unsafe library.functions.booster_free(handle.pointer) } }

  /// Grows the trees of round `iteration` on `matrix`.
  func update(_ iteration: Int, _ matrix: BoostedMatrix) throws(PropensityError) {
    let status = handle.withLock { handle in
      unsafe library.functions.booster_update(handle.pointer, CInt(iteration), matrix.handle)
    }
    try library.check(status)
  }

  /// The loss of `matrix` after round `iteration`.
  func loss(_ iteration: Int, _ matrix: BoostedMatrix) throws(PropensityError) -> Double {
    let found: (CInt, String) = handle.withLock { handle in
      var handles = unsafe [Optional(matrix.handle)]
      var text: UnsafePointer<CChar>?
      // Safe: the name outlives the call, and the library owns the text until its next call, under this lock.
      let status = unsafe "rows".withCString { name in
        var names = unsafe [Optional(name)]
        return unsafe library.functions.booster_evaluate(
          handle.pointer, CInt(iteration), &handles, &names, 1, &text)
      }
      return (status, unsafe text.map { unsafe String(cString: $0) } ?? "")
    }
    try library.check(found.0)
    guard let last = found.1.split(separator: ":").last, let loss = Double(last) else {
      throw .boosting(reason: "it told no loss")
    }
    return loss
  }

  /// What is asked of a prediction.
  enum Wanted: Int { case expected = 0, margin = 1, contributions = 2 }

  /// Predictions of the first `rounds` rounds: one a row, or columns + 1 of contributions, the last the base.
  func predict(_ matrix: BoostedMatrix, _ wanted: Wanted, rounds: Int) throws(PropensityError) -> [Double] {
    let config =
      "{\"type\":\(wanted.rawValue),\"training\":false,\"iteration_begin\":0,\"iteration_end\":\(rounds),\"strict_shape\":false}"
    let width = wanted == .contributions ? matrix.columns + 1 : 1
    let found: (CInt, [Double]) = handle.withLock { handle in
      var shape: UnsafePointer<UInt64>?
      var dimensions: UInt64 = 0
      var values: UnsafePointer<Float>?
      // Safe: the library owns what it gives until its next call, under this lock.
      let status = unsafe library.functions.booster_predict(
        handle.pointer, matrix.handle, config, &shape, &dimensions, &values)
      guard status == 0, let start = unsafe values else { return (status, []) }
      let floats = unsafe UnsafeBufferPointer(start: start, count: matrix.rows * width)
      return (0, unsafe floats.map { Double($0) })
    }
    try library.check(found.0)
    guard found.1.count == matrix.rows * width else { throw .boosting(reason: "it gave no predictions") }
    return found.1
  }

  /// The trees as JSON that any XGBoost reads.
  func saved() throws(PropensityError) -> Data {
    let found: (CInt, Data) = handle.withLock { handle in
      var length: UInt64 = 0
      var bytes: UnsafePointer<CChar>?
      // Safe: as above.
      let status = unsafe library.functions.booster_save(handle.pointer, "{\"format\":\"json\"}", &length, &bytes)
      guard status == 0, let start = unsafe bytes else { return (status, Data()) }
      return (0, unsafe Data(bytes: start, count: Int(length)))
    }
    try library.check(found.0)
    return found.1
  }
}
