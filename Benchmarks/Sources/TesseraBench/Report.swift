internal import Foundation

/// The line of JSON that a task prints; what does not apply to it is left out.
struct Report: Encodable {
  var task: String
  /// The wall-clock time of the fit or the scoring alone.
  var seconds: Double?
  var iterations: Int?
  var converged: Bool?
  var millisecondsPerIteration: Double?
  var inertia: Double?
  var logLikelihood: Double?
  /// The best of a sweep, by the Bayesian information criterion (lower is better).
  var family: String?
  var clusters: Int?
  var bic: Double?
  /// How many fits a sweep made, and how many of them came to an answer.
  var fits: Int?
  var fitted: Int?
  /// The most memory that the process held, in bytes.
  var peakBytes: Int?
  var labels: String?
  var blas: String?
  var kernels: String?

  /// Prints the line, with the time of an iteration and the memory so far.
  func print() throws {
    var report = self
    report.peakBytes = Self.peakResidentBytes()
    if let seconds, let iterations, iterations > 0 {
      report.millisecondsPerIteration = seconds * 1000 / Double(iterations)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    Swift.print(String(decoding: try encoder.encode(report), as: UTF8.self))
  }

  /// The value of `body` and the seconds it took.
  static func timed<Value>(_ body: () throws -> Value) rethrows -> (value: Value, seconds: Double) {
    let clock = ContinuousClock()
    let start = clock.now
    let value = try body()
    return (value, (clock.now - start) / .seconds(1))
  }

  /// Linux keeps a high-water mark of the program itself; what getrusage tells there begins with the memory of the
  /// process that started it.
  private static func peakResidentBytes() -> Int? {
    #if os(Linux)
      let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
      let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      return line.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }.flatMap { Int($0) }
        .map { $0 * 1024 }
    #else
      var usage = rusage()
      guard unsafe getrusage(RUSAGE_SELF, &usage) == 0 else { return nil }
      return Int(usage.ru_maxrss)
    #endif
  }
}
