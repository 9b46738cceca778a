internal import CXGBoost
internal import Foundation

/// XGBoost's library, loaded when boosted trees are first asked for.
public struct XGBoostLibrary: Sendable {
  /// Where it was found.
  public let path: String
  /// Its version, such as "1.7.4".
  public let version: String
  // Function pointers of a library that is never unloaded.
  let functions: TesseraXGBoost

  private static let loaded: Result<XGBoostLibrary, PropensityError> = {
    do throws(PropensityError) { return .success(try load()) } catch { return .failure(error) }
  }()

  /// The library of this process.
  /// - Throws: ``PropensityError/library(reason:)`` where there is none.
  public static func current() throws(PropensityError) -> XGBoostLibrary { try loaded.get() }

  private static var candidates: [String] {
    if let own = ProcessInfo.processInfo.environment["TESSERA_XGBOOST_LIBRARY"], !own.isEmpty { return [own] }
    return [
      "libxgboost.so", "libxgboost.so.0", "libxgboost.dylib", "/usr/local/lib/libxgboost.so",
      "/opt/homebrew/lib/libxgboost.dylib", "/usr/local/lib/libxgboost.dylib",
    ]
  }

  private static func load() throws(PropensityError) -> XGBoostLibrary {
    var reason = ""
    for path in candidates {
      var functions = TesseraXGBoost()
      var message = [CChar](repeating: 0, count: 512)
      // Safe: the message has the capacity told, and the table of functions outlives the call.
      let status = unsafe message.withUnsafeMutableBufferPointer { buffer in
        unsafe tessera_xgboost_load(path, &functions, buffer.baseAddress, buffer.count)
      }
      if status == 0 {
        var (major, minor, patch): (CInt, CInt, CInt) = (0, 0, 0)
        unsafe functions.version(&major, &minor, &patch)
        return XGBoostLibrary(path: path, version: "\(major).\(minor).\(patch)", functions: functions)
      }
      if reason.isEmpty {
        reason = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      }
    }
    throw .library(reason: reason)
  }

  /// Turns a failed call into an error; the library's message without its stack.
  func check(_ status: CInt) throws(PropensityError) {
    guard status != 0 else { return }
    // Safe: the library owns a string that ends in 0 until its next call on this thread.
    let text = unsafe functions.last_error().map { unsafe String(cString: $0) } ?? "without a message"
    let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    throw .boosting(reason: lines.first { !$0.isEmpty && !$0.hasPrefix("Stack") } ?? "without a message")
  }
}
