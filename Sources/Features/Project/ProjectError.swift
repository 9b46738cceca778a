/// What is wrong with a project file, and where.
public struct ProjectError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The project file, or the files it was to be drafted from.
  public let file: String
  /// The line in the file, from 1, when the fault has one.
  public let line: Int?
  /// What was found, what is needed, what to try.
  public let reason: String

  /// A fault of `file`.
  public init(file: String, line: Int? = nil, reason: String) {
    self.file = file
    self.line = line
    self.reason = reason
  }

  /// "tessera.yml, line 3: …"
  public var description: String { "\(file)\(line.map { ", line \($0)" } ?? ""): \(reason)" }
}
