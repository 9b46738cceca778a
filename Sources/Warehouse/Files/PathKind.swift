import Foundation

/// What stands at a path, links followed.
enum PathKind {
  case nothing, file, folder

  init(_ path: String) {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      self = .nothing
      return
    }
    self = isFolder.boolValue ? .folder : .file
  }
}
