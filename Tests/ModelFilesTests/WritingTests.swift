import Foundation
import ModelFiles
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct `Writing` {
  @Test func `an old file is replaced, and keeps its permissions`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("m.tessera")
      try Data("old".utf8).write(to: url)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
      try Sample.small().write(to: url)
      #expect(try ModelFile.read(from: url) == Sample.small())
      #expect(try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int == 0o600)
      #expect(try names(in: folder) == ["m.tessera"])
    }
  }

  @Test func `a link keeps pointing to the file that is replaced`() throws {
    try withTemporaryFolder { folder in
      let (target, link) = (
        folder.appendingPathComponent("v2.tessera"), folder.appendingPathComponent("current.tessera")
      )
      try Data("old".utf8).write(to: target)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
      try Sample.small().write(to: link)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == target.path)
      #expect(try ModelFile.read(from: target) == Sample.small())
      #expect(try ModelFile.read(from: link) == Sample.small())
    }
  }

  @Test func `a name as long as the file system allows`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent(String(repeating: "m", count: 247) + ".tessera")
      try Sample.small().write(to: url)
      #expect(try ModelFile.read(from: url) == Sample.small())
    }
  }

  @Test func `a missing folder is named`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("models/m.tessera")
      let error = try #require(throws: ModelFileError.self) { try Sample.small().write(to: url) }
      #expect(error == .inFile(path: url.path, .noFolder))
      #expect(
        "\(error)" == "\(url.path): there is no folder of that name to write into. Make it first, or choose another.")
      #expect(try names(in: folder).isEmpty)
    }
  }

  @Test func `a file in place of a folder on the way is refused`() throws {
    try withTemporaryFolder { folder in
      try Data("x".utf8).write(to: folder.appendingPathComponent("models"))
      let url = folder.appendingPathComponent("models/m.tessera")
      #expect(throws: ModelFileError.inFile(path: url.path, .noFolder)) { try Sample.small().write(to: url) }
      #expect(throws: ModelFileError.inFile(path: url.path, .noSuchFile)) { try ModelFile.read(from: url) }
    }
  }

  @Test func `a folder in place of the file is refused, and stays`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("m.tessera")
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
      #expect(throws: ModelFileError.inFile(path: url.path, .isFolder)) { try Sample.small().write(to: url) }
      #expect(throws: ModelFileError.inFile(path: url.path, .isFolder)) { try ModelFile.read(from: url) }
      #expect(try names(in: folder) == ["m.tessera"])
    }
  }

  @Test func `a device is neither replaced nor read`() throws {
    let url = URL(fileURLWithPath: "/dev/null")
    #expect(throws: ModelFileError.inFile(path: url.path, .notAFile)) { try Sample.small().write(to: url) }
    #expect(throws: ModelFileError.inFile(path: url.path, .notAFile)) { try ModelFile.read(from: url) }
  }

  @Test func `a file that is not there is named`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("m.tessera")
      let error = try #require(throws: ModelFileError.self) { try ModelFile.read(from: url) }
      #expect("\(error)" == "\(url.path): there is no such file. Check the path.")
      #expect(error.cause == .noSuchFile)
    }
  }

  @Test func `an error inside a file names the file`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("m.tessera")
      try Data().write(to: url)
      #expect(throws: ModelFileError.inFile(path: url.path, .empty)) { try ModelFile.read(from: url) }
      try Sample.small().encoded().dropLast(3).write(to: url)
      #expect(throws: ModelFileError.inFile(path: url.path, .truncated(missing: 3))) { try ModelFile.read(from: url) }
    }
  }

  @Test(.disabled(if: geteuid() == 0, "permissions do not hold the superuser back"))
  func `without permission nothing changes`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("m.tessera")
      try Data("old".utf8).write(to: url)
      try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: url.path)
      #expect(throws: ModelFileError.inFile(path: url.path, .noPermission)) { try ModelFile.read(from: url) }
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
      try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
      #expect(throws: ModelFileError.inFile(path: url.path, .noPermission)) { try Sample.small().write(to: url) }
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path)
      #expect(try names(in: folder) == ["m.tessera"])
      #expect(try Data(contentsOf: url) == Data("old".utf8))
    }
  }

  #if os(Linux)
    /// A limit on the size of files, which needs a process of its own, stands for a disk that fills up on the way.
    @Test func `with no space left the old file stays and nothing is left behind`() async {
      await #expect(processExitsWith: .success) {
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
        // The limits are a plain value that outlives the call.
        #expect(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        try withTemporaryFolder { folder in
          let url = folder.appendingPathComponent("m.tessera")
          try Data("old".utf8).write(to: url)
          var file = ModelFile()
          try file.setTensor("t", Tensor(shape: [1000], values: [Double](repeating: 1, count: 1000)))
          #expect(throws: ModelFileError.inFile(path: url.path, .noSpace)) { try file.write(to: url) }
          #expect(try names(in: folder) == ["m.tessera"])
          #expect(try Data(contentsOf: url) == Data("old".utf8))
        }
      }
    }
  #endif
}
