/// What is wrong with a project file, and where.
public struct ProjectError: Error, Hashable, Sendable, CustomStringConvertible {
  public let file: String
  /// The line in the file, from 1, when the fault has one.
  public let line: Int?
  /// What was found, what is needed, what to try.
  public let reason: String

  public init(file: String, line: Int? = nil, reason: String) {
    self.file = file
    self.line = line
    self.reason = reason
  }

  public var description: String { "\(file)\(line.map { ", line \($0)" } ?? ""): \(reason)" }
}
