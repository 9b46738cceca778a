#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What stands at a path, links followed.
enum PathKind: Hashable {
  case nothing, folder
  case file(bytes: Int)
  /// A pipe, a device or a socket.
  case other

  init(_ path: String) {
    var facts = stat()
    guard unsafe stat(path, &facts) == 0 else {
      self = .nothing
      return
    }
    self =
      switch facts.st_mode & S_IFMT {
      case S_IFDIR: .folder
      case S_IFREG: .file(bytes: Int(facts.st_size))
      default: .other
      }
  }
}
