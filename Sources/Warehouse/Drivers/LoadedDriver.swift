internal import CArrowADBC
import Synchronization

/// A driver's table of functions. Loaded once per library and kept for the life of the process.
///
/// Safety: the pointer is written once, under the lock of `cache`, before anyone sees it, and never freed.
@safe
struct LoadedDriver: @unchecked Sendable {
  let functions: UnsafeMutablePointer<AdbcDriver>

  /// A driver that has no function, and so does nothing.
  static let mute: LoadedDriver = {
    let functions = UnsafeMutablePointer<AdbcDriver>.allocate(capacity: 1)
    unsafe functions.initialize(to: AdbcDriver())
    return unsafe LoadedDriver(functions: functions)
  }()

  private static let cache = Mutex<[String: LoadedDriver]>([:])

  static func load(_ library: DriverLibrary) throws(WarehouseError) -> LoadedDriver {
    let outcome: Result<LoadedDriver, WarehouseError> = cache.withLock { cache in
      let key = library.path + "\0" + (library.entry ?? "")
      if let loaded = cache[key] { return .success(loaded) }
      let functions = UnsafeMutablePointer<AdbcDriver>.allocate(capacity: 1)
      var message = [CChar](repeating: 0, count: 1024)
      let capacity = message.count
      let status = unsafe message.withUnsafeMutableBufferPointer { buffer in
        if let entry = library.entry {
          unsafe tessera_adbc_load(library.path, entry, functions, buffer.baseAddress, capacity)
        } else {
          unsafe tessera_adbc_load(library.path, nil, functions, buffer.baseAddress, capacity)
        }
      }
      guard status == 0 else {
        unsafe functions.deallocate()
        let reason = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return .failure(.driverUnusable(path: library.path, reason: reason))
      }
      let loaded = unsafe LoadedDriver(functions: functions)
      cache[key] = loaded
      return .success(loaded)
    }
    return try outcome.get()
  }
}
