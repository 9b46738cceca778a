public import Foundation

/// Real data sets that some tests read. They stand beside the project, never in it.
///
/// A test that needs one is declared with `.enabled(if: SharedData.isPresent, SharedData.absence)`, so that a checkout
/// without them skips it and says why.
public enum SharedData {
  /// The data folder: `TESSERA_SHARED_DATA` if set, else `shared/data` beside the checkout.
  public static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["TESSERA_SHARED_DATA"] { return URL(fileURLWithPath: path) }
    return URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("shared/data")
  }()

  /// Whether the sets are there.
  public static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

  /// Why a test that reads these sets was skipped.
  public static let absence = "the shared data sets are not beside this checkout (set TESSERA_SHARED_DATA)"

  /// The path of one file, such as `rdatasets_clustering/iris.csv.gz`.
  public static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
}
