import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

// MARK: Reading

/// A file that is read from front to back.
struct OpenFile {
  /// The length of the file when it was opened, in bytes.
  let size: Int
  private let handle: FileHandle

  init(_ url: URL) throws(ModelFileError) {
    if let kind = kind(of: url.resolvingSymlinksInPath()), kind != .typeRegular {
      throw kind == .typeDirectory ? .isFolder : .notAFile
    }
    do {
      handle = try FileHandle(forReadingFrom: url)
      size = Int(try handle.seekToEnd())
      try handle.seek(toOffset: 0)
    } catch {
      throw readFailure(error)
    }
  }

  /// The next `count` bytes.
  func take(_ count: Int) throws(ModelFileError) -> Data {
    let bytes: Data
    do {
      bytes = try handle.read(upToCount: count) ?? Data()
    } catch {
      throw readFailure(error)
    }
    guard bytes.count == count else { throw .truncated(missing: count - bytes.count) }
    return bytes
  }
}

private func readFailure(_ error: any Error) -> ModelFileError {
  switch systemCode(error) {
  case .ENOENT, .ENOTDIR: .noSuchFile
  case .EACCES, .EPERM: .noPermission
  default: .cannotRead(reason: error.localizedDescription)
  }
}

// MARK: Writing

/// Puts `bytes` in place of whatever file is at `url`, in one step.
func replaceFile(at url: URL, with bytes: Data) throws(ModelFileError) {
  let target = url.resolvingSymlinksInPath()
  let old = kind(of: target)
  guard old == nil || old == .typeRegular else { throw old == .typeDirectory ? .isFolder : .notAFile }
  let hidden = target.deletingLastPathComponent().appendingPathComponent(".tessera-\(UUID().uuidString).partial")
  do {
    try Data().write(to: hidden, options: .withoutOverwriting)
    do {
      try fill(hidden, with: bytes, permissions: permissions(of: target))
      // Both paths are null-terminated copies that live for the call.
      guard unsafe rename(hidden.path, target.path) == 0 else {
        throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
      }
    } catch {
      try? FileManager.default.removeItem(at: hidden)
      throw error
    }
  } catch {
    throw writeFailure(error)
  }
}

/// Writes `bytes` into the empty file at `url` and waits until they are on the disk.
private func fill(_ url: URL, with bytes: Data, permissions: Any?) throws {
  let handle = try FileHandle(forWritingTo: url)
  do {
    // Before the contents, so that nobody reads the new file who could not read the old one.
    if let permissions {
      try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: url.path)
    }
    try handle.write(contentsOf: bytes)
    try handle.synchronize()
  } catch {
    try? handle.close()
    throw error
  }
  try handle.close()
}

private func writeFailure(_ error: any Error) -> ModelFileError {
  switch systemCode(error) {
  case .ENOENT, .ENOTDIR: .noFolder
  case .EACCES, .EPERM, .EROFS: .noPermission
  case .ENOSPC, .EDQUOT, .EFBIG: .noSpace
  default: .cannotWrite(reason: error.localizedDescription)
  }
}

// MARK: What the file system says

private func kind(of url: URL) -> FileAttributeType? {
  (try? FileManager.default.attributesOfItem(atPath: url.path))?[.type] as? FileAttributeType
}

private func permissions(of url: URL) -> Any? {
  (try? FileManager.default.attributesOfItem(atPath: url.path))?[.posixPermissions]
}

/// The system's error code at the bottom of `error`.
private func systemCode(_ error: any Error) -> POSIXErrorCode? {
  let error = error as NSError
  if error.domain == NSPOSIXErrorDomain { return POSIXErrorCode(rawValue: Int32(error.code)) }
  return (error.userInfo[NSUnderlyingErrorKey] as? any Error).flatMap(systemCode)
}
