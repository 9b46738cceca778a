public import Foundation

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Files being written together. Each is written beside its place under a hidden name; `commit` moves all into place.
///
/// Whatever happens before `commit` (an error, a full disk, Ctrl-C) leaves the old files as they were and removes the
/// new ones. When `commit` itself cannot move one of several, those already moved are moved back.
public final class StagedFiles {
  private struct Staged {
    /// Where it is written now.
    let temporary: String
    /// Where it belongs, links followed, so that a link stays a link.
    let place: String
    /// What the user called that.
    let target: String
  }

  private var staged: [Staged] = []

  /// No files yet.
  public init() {}

  deinit { discard() }

  /// A path to write now that will become `target`; its folder is made when missing.
  /// - Throws: ``WarehouseError/notWritten(path:reason:)`` when that folder cannot be made or written, or `target` is
  ///   there and no file.
  public func stage(_ target: String) throws(WarehouseError) -> String {
    let place = URL(fileURLWithPath: target).resolvingSymlinksInPath()
    let folder = place.deletingLastPathComponent()
    guard !staged.contains(where: { $0.place == place.path }) else {
      throw .notWritten(path: target, reason: "another result of this run goes there too; name another file")
    }
    try StagedFiles.checkReplaceable(place.path, target: target)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .notWritten(path: target, reason: "its folder cannot be made (\(StagedFiles.reason(error)))")
    }
    let temporary = StagedFiles.hiddenPath(beside: place)
    Interruption.register(scratch: temporary)
    staged.append(Staged(temporary: temporary, place: place.path, target: target))
    let file = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o666)
    guard file >= 0 else { throw .notWritten(path: target, reason: StagedFiles.systemReason()) }
    _ = close(file)
    // A file that is replaced keeps who may read it.
    if let old = try? FileManager.default.attributesOfItem(atPath: place.path)[.posixPermissions] {
      try? FileManager.default.setAttributes([.posixPermissions: old], ofItemAtPath: temporary)
    }
    return temporary
  }

  /// Stages `bytes` to become `target`.
  /// - Throws: ``WarehouseError/notWritten(path:reason:)``.
  public func write(_ bytes: Data, to target: String) throws(WarehouseError) {
    let temporary = try stage(target)
    do {
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: temporary))
      defer { try? file.close() }
      try file.write(contentsOf: bytes)
    } catch {
      throw .notWritten(path: target, reason: StagedFiles.reason(error))
    }
  }

  /// Moves every staged file into its place.
  ///
  /// - Throws: ``WarehouseError/notWritten(path:reason:)``; then every place holds what it held before. Only if moving
  ///   back fails too does the message say so, and the old files stand beside the new ones under hidden names.
  public func commit() throws(WarehouseError) {
    for file in staged {
      try StagedFiles.checkReplaceable(file.place, target: file.target)
      do {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file.temporary))
        try handle.synchronize()
        try handle.close()
      } catch {
        throw .notWritten(path: file.target, reason: StagedFiles.reason(error))
      }
    }
    var moved: [Moved] = []
    for file in staged {
      let step = StagedFiles.keep(file.place)
      guard let step, unsafe rename(file.temporary, file.place) == 0 else {
        let reason = StagedFiles.systemReason()
        let lost = StagedFiles.moveBack(moved + [step].compactMap { $0 })
        let addition = lost.isEmpty ? "" : "; the former \(lost.joined(separator: ", ")) could not be put back"
        throw .notWritten(path: file.target, reason: reason + addition)
      }
      moved.append(step)
      Interruption.forget(scratch: file.temporary)
    }
    for case let former? in moved.map(\.former) { _ = unsafe unlink(former) }
    staged = []
  }

  /// A place being filled, and where its former file is kept meanwhile; nil when nothing stood there.
  private struct Moved {
    let place: String
    let former: String?
  }

  /// Gives the file at `place` a second name, so that it can be put back; nil, with `errno` set, when it cannot be kept.
  private static func keep(_ place: String) -> Moved? {
    let former = hiddenPath(beside: URL(fileURLWithPath: place))
    if unsafe link(place, former) == 0 { return Moved(place: place, former: former) }
    if errno == ENOENT { return Moved(place: place, former: nil) }
    // Not every file system has second names: there the file itself steps aside.
    return unsafe rename(place, former) == 0 ? Moved(place: place, former: former) : nil
  }

  /// Undoes the moves, the last first; the places where that failed.
  private static func moveBack(_ moved: [Moved]) -> [String] {
    moved.reversed().compactMap { step in
      guard let former = step.former else {
        return unsafe unlink(step.place) == 0 || errno == ENOENT ? nil : step.place
      }
      guard unsafe rename(former, step.place) == 0 else { return step.place }
      // Two names of one file stay two names when one is moved onto the other.
      _ = unsafe unlink(former)
      return nil
    }
  }

  /// Throws when ``stage(_:)`` of `target` would: by a file without content in the nearest folder there is, removed at
  /// once.
  static func checkPlace(_ target: String) throws(WarehouseError) {
    let place = URL(fileURLWithPath: target).resolvingSymlinksInPath()
    try checkReplaceable(place.path, target: target)
    var folder = place.deletingLastPathComponent()
    while PathKind(folder.path) == .nothing, folder.path != "/" { folder = folder.deletingLastPathComponent() }
    guard PathKind(folder.path) == .folder else {
      throw .notWritten(path: target, reason: "'\(folder.lastPathComponent)' is no folder")
    }
    let trial = hiddenPath(beside: folder.appendingPathComponent("any"))
    Interruption.register(scratch: trial)
    defer { Interruption.forget(scratch: trial) }
    let file = unsafe open(trial, O_WRONLY | O_CREAT | O_EXCL, 0o600)
    guard file >= 0 else {
      throw .notWritten(path: target, reason: "its folder cannot be written (\(systemReason()))")
    }
    _ = close(file)
    _ = unsafe unlink(trial)
  }

  private static func checkReplaceable(_ place: String, target: String) throws(WarehouseError) {
    switch PathKind(place) {
    case .nothing, .file: return
    case .folder: throw .notWritten(path: target, reason: "it is a folder")
    case .other: throw .notWritten(path: target, reason: "it is a device or pipe, which a file must not replace")
    }
  }

  /// A new path in the folder of `place`. It does not hold the name of `place`, which may be as long as names can be.
  private static func hiddenPath(beside place: URL) -> String {
    place.deletingLastPathComponent().appendingPathComponent(
      ".tessera-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString)"
    ).path
  }

  private func discard() {
    for file in staged {
      try? FileManager.default.removeItem(atPath: file.temporary)
      Interruption.forget(scratch: file.temporary)
    }
    staged = []
  }

  /// What the system said, in its own few words.
  static func reason(_ error: any Error) -> String {
    let cocoa = error as NSError
    let underlying = cocoa.userInfo[NSUnderlyingErrorKey] as? NSError
    for code in [underlying, cocoa].compactMap({ $0 }) where code.domain == NSPOSIXErrorDomain {
      return reason(code: Int32(code.code))
    }
    return switch cocoa.code {
    case CocoaError.fileWriteOutOfSpace.rawValue: reason(code: ENOSPC)
    case CocoaError.fileWriteNoPermission.rawValue: reason(code: EACCES)
    case CocoaError.fileWriteVolumeReadOnly.rawValue: reason(code: EROFS)
    default: cocoa.localizedDescription
    }
  }

  private static func systemReason() -> String { reason(code: errno) }

  private static func reason(code: Int32) -> String {
    code == ENOSPC ? "no space left on the device" : unsafe String(cString: strerror(code)).lowercased()
  }
}
