internal import Features
internal import Foundation

/// About how long the engine will take, from the size of the data: engines do not say how far they have come.
///
/// The rates are medians of two cores of a 2024 server; an estimate is shown, never relied on.
enum WorkEstimate {
  /// Seconds to read and parse the files of a project.
  static func readingSeconds(_ project: Project) -> Double? {
    var seconds = 0.0
    for source in project.sources {
      guard case .file(let path) = source.origin else { return nil }
      let full = URL(fileURLWithPath: path, relativeTo: project.folder).path
      guard let size = try? FileManager.default.attributesOfItem(atPath: full)[.size] as? Int else { return nil }
      let name = path.lowercased()
      let megabytesASecond = name.hasSuffix(".gz") ? 8.0 : name.contains(".parquet") ? 90.0 : 45.0
      seconds += Double(size) / 1e6 / megabytesASecond
    }
    return seconds
  }

  /// Seconds to aggregate the rows that were read into features.
  static func aggregatingSeconds(_ quality: DataQuality) -> Double {
    Double(quality.sources.reduce(0) { $0 + $1.rowsUsed }) * 0.9e-6
  }
}
