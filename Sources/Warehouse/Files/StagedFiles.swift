public import Foundation

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Files being written together. Each is written beside its place under a hidden name; `commit` moves all into place.
///
/// Whatever happens before `commit` (an error, a full disk, Ctrl-C) leaves the old files as they were and removes the
/// new ones.
public final class StagedFiles {
  private var staged: [(temporary: String, target: String)] = []

  public init() {}

  deinit { discard() }

  /// A path to write now that will become `target`; its folder is made when missing.
  /// - Throws: ``WarehouseError/notWritten(path:reason:)`` when that folder cannot be made or written.
  public func stage(_ target: String) throws(WarehouseError) -> String {
    let place = URL(fileURLWithPath: target)
    let folder = place.deletingLastPathComponent()
    guard PathKind(place.path) != .folder else { throw .notWritten(path: target, reason: "it is a folder") }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .notWritten(path: target, reason: "its folder cannot be made (\(StagedFiles.reason(error)))")
    }
    let suffix = "tessera-\(ProcessInfo.processInfo.processIdentifier)-\(staged.count)"
    let temporary = folder.appendingPathComponent(".\(place.lastPathComponent).\(suffix)").path
    Interruption.register(scratch: temporary)
    staged.append((temporary, place.path))
    guard FileManager.default.createFile(atPath: temporary, contents: nil) else {
      throw .notWritten(path: target, reason: "its folder cannot be written; check its permissions and free space")
    }
    return temporary
  }

  /// Stages `bytes` to become `target`.
  public func write(_ bytes: Data, to target: String) throws(WarehouseError) {
    let temporary = try stage(target)
    do {
      try bytes.write(to: URL(fileURLWithPath: temporary))
    } catch {
      throw .notWritten(path: target, reason: StagedFiles.reason(error))
    }
  }

  /// Moves every staged file into its place.
  public func commit() throws(WarehouseError) {
    for (temporary, target) in staged {
      do {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: temporary))
        try file.synchronize()
        try file.close()
      } catch {
        throw .notWritten(path: target, reason: StagedFiles.reason(error))
      }
    }
    for (temporary, target) in staged {
      guard unsafe rename(temporary, target) == 0 else {
        throw .notWritten(path: target, reason: unsafe String(cString: strerror(errno)))
      }
      Interruption.forget(scratch: temporary)
    }
    staged = []
  }

  private func discard() {
    for (temporary, _) in staged {
      try? FileManager.default.removeItem(atPath: temporary)
      Interruption.forget(scratch: temporary)
    }
    staged = []
  }

  /// What the system said, in its own few words.
  static func reason(_ error: any Error) -> String {
    let cocoa = error as NSError
    let underlying = cocoa.userInfo[NSUnderlyingErrorKey] as? NSError
    for code in [underlying, cocoa].compactMap({ $0 }) where code.domain == NSPOSIXErrorDomain {
      return unsafe String(cString: strerror(Int32(code.code))).lowercased()
    }
    return switch cocoa.code {
    case CocoaError.fileWriteOutOfSpace.rawValue: "no space left on the device"
    case CocoaError.fileWriteNoPermission.rawValue: "permission denied"
    case CocoaError.fileWriteVolumeReadOnly.rawValue: "the volume is read-only"
    default: cocoa.localizedDescription
    }
  }
}

extension Connection {
  /// Writes the result of `sql` to `target`, in the format of its ending: `.parquet`, `.csv`, `.tsv`, `.jsonl`, and
  /// `.csv.gz`; staged in `files`.
  public func write(_ sql: String, to target: String, in files: StagedFiles) throws(WarehouseError) {
    let options = try outputOptions(target)
    let temporary = try files.stage(target)
    do {
      try execute("COPY (\(sql)) TO \(SQL.literal(temporary)) (\(options))")
    } catch .statement(let reason) where reason.contains("IO Error") || reason.contains("No space") {
      throw .notWritten(
        path: target,
        reason: reason.contains("No space") ? "no space left on the device" : reason.replacing(temporary, with: target))
    }
  }

  /// Writes `table` to `target`, in the format of its ending; staged in `files`.
  public func write(_ table: Table, to target: String, in files: StagedFiles) throws(WarehouseError) {
    _ = try outputOptions(target)
    let name = "tessera_output"
    try execute("DROP TABLE IF EXISTS temp.\(SQL.identifier(name))")
    try load(table, as: name)
    try write("SELECT * FROM temp.\(SQL.identifier(name))", to: target, in: files)
    try execute("DROP TABLE IF EXISTS temp.\(SQL.identifier(name))")
  }

  private func outputOptions(_ target: String) throws(WarehouseError) -> String {
    let name = target.lowercased()
    let isCompressed = name.hasSuffix(".gz")
    let plain = isCompressed ? String(name.dropLast(3)) : name
    let compression = isCompressed ? ", COMPRESSION gzip" : ""
    if plain.hasSuffix(".parquet"), !isCompressed { return "FORMAT parquet, COMPRESSION zstd" }
    if plain.hasSuffix(".csv") { return "FORMAT csv, HEADER" + compression }
    if plain.hasSuffix(".tsv") { return "FORMAT csv, HEADER, DELIMITER '\t'" + compression }
    if [".json", ".jsonl", ".ndjson"].contains(where: plain.hasSuffix) { return "FORMAT json" + compression }
    throw .notWritten(
      path: target, reason: "its ending names no format; use .parquet, .csv, .tsv or .jsonl (and .gz for text)")
  }
}
