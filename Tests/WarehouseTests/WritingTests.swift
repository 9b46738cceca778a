import Foundation
import TestSupport
import Testing
import Warehouse

struct `Writing files` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func text(_ name: String) -> String? {
    FileManager.default.contents(atPath: folder.path(name)).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func `nothing shows before the commit, and everything after it`() throws {
    _ = try folder.write("old", to: "a.txt")
    let files = StagedFiles()
    try files.write(Data("new".utf8), to: folder.path("a.txt"))
    try files.write(Data("more".utf8), to: folder.path("deep/er/b.txt"))
    #expect(text("a.txt") == "old" && text("deep/er/b.txt") == nil)
    try files.commit()
    #expect(text("a.txt") == "new" && text("deep/er/b.txt") == "more")
    #expect(folder.contents == ["a.txt", "deep"])
    try files.commit()
  }

  @Test func `what is not committed leaves nothing behind and the old file as it was`() throws {
    _ = try folder.write("old", to: "a.txt")
    do {
      let files = StagedFiles()
      try files.write(Data("new".utf8), to: folder.path("a.txt"))
      #expect(folder.contents.count == 2)
    }
    #expect(folder.contents == ["a.txt"] && text("a.txt") == "old")
  }

  @Test func `two writers of one file do not meet before they commit`() throws {
    let first = StagedFiles()
    let second = StagedFiles()
    try first.write(Data("first".utf8), to: folder.path("a.txt"))
    try second.write(Data("second".utf8), to: folder.path("a.txt"))
    try second.commit()
    try first.commit()
    #expect(text("a.txt") == "first" && folder.contents == ["a.txt"])
  }

  @Test func `a failing query leaves nothing behind`() throws {
    _ = try folder.write("old", to: "a.csv")
    let connection = try Connection()
    do {
      let files = StagedFiles()
      let error = #expect(throws: WarehouseError.self) {
        try connection.write(
          "SELECT CAST(CASE WHEN i = 90000 THEN 'SECRET77' ELSE '1' END AS INTEGER) AS x FROM range(100000) AS t(i)",
          to: folder.path("a.csv"), in: files)
      }
      #expect(error?.description.contains("SECRET77") == false)
    }
    #expect(folder.contents == ["a.csv"] && text("a.csv") == "old")
  }

  @Test(arguments: ["x.docx", "x", "x.parquet.gz", "x.gz", ".csv.bak"])
  func `an ending that names no format is refused before any work`(_ name: String) throws {
    let connection = try Connection()
    let target = folder.path(name)
    let error = #expect(throws: WarehouseError.self) { try connection.write("nonsense", to: target, in: StagedFiles()) }
    guard case .notWritten(target, let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains(".parquet") && folder.contents.isEmpty)
  }

  @Test func `a folder, a device and a place under a file are refused`() throws {
    let file = try folder.write("x", to: "file")
    #expect(throws: WarehouseError.notWritten(path: folder.url.path, reason: "it is a folder")) {
      try StagedFiles().stage(folder.url.path)
    }
    let error = #expect(throws: WarehouseError.self) { try StagedFiles().stage("/dev/null") }
    #expect(error?.description.contains("device") == true)
    #expect(throws: WarehouseError.self) { try StagedFiles().stage(file + "/below.csv") }
    #expect(folder.contents == ["file"])
  }

  @Test func `a name as long as names can be is written`() throws {
    let name = String(repeating: "n", count: 251) + ".csv"
    let files = StagedFiles()
    try files.write(Data("x".utf8), to: folder.path(name))
    try files.commit()
    #expect(folder.contents == [name])
  }

  @Test func `a replaced file keeps its permissions, and a link stays a link`() throws {
    let path = try folder.write("old", to: "a.csv")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try FileManager.default.createSymbolicLink(atPath: folder.path("link.csv"), withDestinationPath: path)
    let files = StagedFiles()
    let connection = try Connection()
    try connection.write("SELECT 1 AS x", to: folder.path("link.csv"), in: files)
    try files.commit()
    #expect(text("a.csv") == "x\n1\n" && folder.contents == ["a.csv", "link.csv"])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link.csv")) == path)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o640)
  }

  @Test func `when one of several is gone or its place is taken, none is moved`() throws {
    _ = try folder.write("old a", to: "a.txt")
    let files = StagedFiles()
    try files.write(Data("new a".utf8), to: folder.path("a.txt"))
    try files.write(Data("new b".utf8), to: folder.path("b.txt"))
    let last = try files.stage(folder.path("c/d.txt"))
    try FileManager.default.removeItem(atPath: last)
    #expect(throws: WarehouseError.self) { try files.commit() }
    #expect(text("a.txt") == "old a" && text("b.txt") == nil)

    let late = StagedFiles()
    try late.write(Data("new a".utf8), to: folder.path("a.txt"))
    try late.write(Data("new b".utf8), to: folder.path("b.txt"))
    try late.write(Data("new e".utf8), to: folder.path("e"))
    try FileManager.default.createDirectory(atPath: folder.path("e/full"), withIntermediateDirectories: true)
    #expect(throws: WarehouseError.notWritten(path: folder.path("e"), reason: "it is a folder")) { try late.commit() }
    #expect(text("a.txt") == "old a" && text("b.txt") == nil)
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may write every folder"))
  func `a folder that may not be written says so`() throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.url.path)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.url.path) }
    #expect(throws: WarehouseError.notWritten(path: folder.path("a.csv"), reason: "permission denied")) {
      try StagedFiles().stage(folder.path("a.csv"))
    }
  }
}

#if os(Linux)
  /// A file system of one megabyte, where the test may mount one.
  private final class SmallDisk {
    let folder: TemporaryFolder

    init?() {
      guard let folder = try? TemporaryFolder() else { return nil }
      self.folder = folder
      guard SmallDisk.run("mount", "-t", "tmpfs", "-o", "size=1m", "tessera-test", folder.url.path) else { return nil }
    }

    deinit { _ = SmallDisk.run("umount", folder.url.path) }

    /// Makes `path` a file that nothing can be moved onto, until `release`.
    static func pin(_ path: String) -> Bool { run("mount", "--bind", path, path) }

    static func release(_ path: String) { _ = run("umount", path) }

    static let isPossible = SmallDisk() != nil

    private static func run(_ words: String...) -> Bool {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = words
      process.standardError = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      guard (try? process.run()) != nil else { return false }
      process.waitUntilExit()
      return process.terminationStatus == 0
    }
  }

  @Suite(.enabled(if: SmallDisk.isPossible, "mounting a small file system needs the superuser"))
  struct `A disk that is full or refuses` {
    @Test(arguments: ["csv", "parquet", "csv.gz", "jsonl"])
    func `says that there is no space, and nothing is left`(_ ending: String) throws {
      let disk = try #require(SmallDisk())
      let target = disk.folder.path("out.\(ending)")
      _ = try disk.folder.write("old", to: "out.\(ending)")
      let connection = try Connection()
      do {
        let files = StagedFiles()
        #expect(throws: WarehouseError.notWritten(path: target, reason: "no space left on the device")) {
          try connection.write("SELECT hash(i) AS h, uuid() AS u FROM range(300000) AS t(i)", to: target, in: files)
          try files.commit()
        }
      }
      #expect(disk.folder.contents == ["out.\(ending)"])
      #expect(FileManager.default.contents(atPath: target) == Data("old".utf8))
    }

    @Test func `when the last of several cannot be moved, those before it are moved back`() throws {
      let folder = try TemporaryFolder()
      let old = try folder.write("old a", to: "a.txt")
      let pinned = try folder.write("old c", to: "c.txt")
      try #require(SmallDisk.pin(pinned))
      defer { SmallDisk.release(pinned) }
      do {
        let files = StagedFiles()
        try files.write(Data("new a".utf8), to: old)
        try files.write(Data("new b".utf8), to: folder.path("b.txt"))
        try files.write(Data("new c".utf8), to: pinned)
        #expect(throws: WarehouseError.notWritten(path: pinned, reason: "device or resource busy")) {
          try files.commit()
        }
      }
      #expect(folder.contents == ["a.txt", "c.txt"])
      #expect(FileManager.default.contents(atPath: old) == Data("old a".utf8))
      #expect(FileManager.default.contents(atPath: pinned) == Data("old c".utf8))
    }

    @Test func `says so for plain bytes too`() throws {
      let disk = try #require(SmallDisk())
      let target = disk.folder.path("model.bin")
      do {
        let files = StagedFiles()
        #expect(throws: WarehouseError.notWritten(path: target, reason: "no space left on the device")) {
          try files.write(Data(count: 3_000_000), to: target)
        }
      }
      #expect(disk.folder.contents.isEmpty)
    }

    @Test func `where data is spilled is no fault of the output`() throws {
      let disk = try #require(SmallDisk())
      let out = try TemporaryFolder()
      var settings = EngineSettings()
      settings.memoryLimit = "50MB"
      settings.spillFolder = disk.folder.url.path
      settings.threads = 1
      let connection = try Connection(settings)
      let error = #expect(throws: WarehouseError.self) {
        try connection.write(
          "SELECT u FROM (SELECT i, hash(i)::VARCHAR || repeat('x', 50) AS u FROM range(2000000) AS t(i)) ORDER BY u",
          to: out.path("x.parquet"), in: StagedFiles())
      }
      guard case .outOfMemory = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(out.contents.isEmpty)
    }
  }
#endif
