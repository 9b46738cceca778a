import Foundation
import Synchronization
import TestSupport
import Testing
import Warehouse

private final class Flag: Sendable {
  let isSet = Atomic<Bool>(false)
}

struct `Interrupting a connection` {
  private static let endless = "SELECT count(*) FROM range(100000000) AS a(i), range(100000000) AS b(j) WHERE i + j = 7"

  /// Runs `work` while another thread cancels `connection` again and again, and waits until that has ended.
  ///
  /// A queue of its own has a thread of its own: the global one shares its few with all tests that run, and begins
  /// only when one of them ends.
  private func cancelled(_ connection: Connection, _ work: () throws -> Void) rethrows {
    let flag = Flag()
    let group = DispatchGroup()
    DispatchQueue(label: "canceller").async(group: group) {
      while !flag.isSet.load(ordering: .acquiring) {
        connection.cancel()
        usleep(10_000)
      }
    }
    defer {
      flag.isSet.store(true, ordering: .releasing)
      group.wait()
    }
    try work()
  }

  @Test func `a long query ends when another thread cancels it, and the connection can go on`() throws {
    let connection = try Connection()
    cancelled(connection) {
      #expect(throws: WarehouseError.interrupted) { try connection.query(Self.endless) }
    }
    #expect(try connection.query("SELECT 1 AS x")["x"]?.doubles == [1])
  }

  @Test func `writing a file can be interrupted, and nothing is left`() throws {
    let folder = try TemporaryFolder()
    let connection = try Connection()
    cancelled(connection) {
      let files = StagedFiles()
      #expect(throws: WarehouseError.interrupted) {
        try connection.write(
          "SELECT i FROM range(50000000) AS t(i)", to: folder.path("x.csv"), in: files)
      }
    }
    #expect(folder.contents.isEmpty)
  }

  @Test func `cancelling when nothing runs does no harm`() throws {
    let connection = try Connection()
    connection.cancel()
    connection.cancel()
    #expect(try connection.query("SELECT 1 AS x")["x"]?.doubles == [1])
  }

  @Test func `cancelling may meet the end of the connection`() throws {
    for _ in 0..<20 {
      let connection = try Connection()
      let group = DispatchGroup()
      for _ in 0..<4 {
        DispatchQueue(label: "canceller").async(group: group) { [weak connection] in
          for _ in 0..<50 { connection?.cancel() }
        }
      }
      _ = try? connection.query("SELECT sum(i) FROM range(100000) AS t(i)")
      group.wait()
    }
  }

  @Test func `the private folder goes with the connection, also when a query was cut short`() throws {
    let parent = try TemporaryFolder()
    var settings = EngineSettings()
    settings.spillFolder = parent.url.path
    do {
      let connection = try Connection(settings)
      #expect(parent.contents.count == 1)
      let mode = try FileManager.default.attributesOfItem(atPath: connection.scratchFolder.path)[.posixPermissions]
      #expect(mode as? Int == 0o700, "customers' rows are nobody else's")
      cancelled(connection) {
        #expect(throws: WarehouseError.interrupted) { try connection.query(Self.endless) }
      }
    }
    #expect(parent.contents.isEmpty)
  }
}

struct `Settings of the engine` {
  @Test func `a query larger than the memory limit spills into the folder given and still answers`() throws {
    let parent = try TemporaryFolder()
    var settings = EngineSettings()
    settings.memoryLimit = "200MB"
    settings.spillFolder = parent.path("made/for it")
    settings.threads = 2
    do {
      let connection = try Connection(settings)
      let told = try connection.query(
        "SELECT current_setting('memory_limit') AS m, current_setting('threads') AS t, current_setting('temp_directory') AS d"
      )
      #expect(told["m"]?.texts == ["190.7 MiB"] && told["t"]?.texts == ["2"])
      #expect(told["d"]?.texts == [connection.scratchFolder.path])
      try connection.execute(
        "CREATE TEMP TABLE big AS SELECT i, hash(i)::VARCHAR || repeat('x', 80) AS u FROM range(4000000) AS t(i)")
      let spilled = try FileManager.default.contentsOfDirectory(atPath: connection.scratchFolder.path)
      #expect(!spilled.isEmpty)
      let answer = try connection.query("SELECT count(*) AS n, sum(i) AS s FROM big")
      #expect(answer["n"]?.doubles == [4_000_000] && answer["s"]?.doubles == [7_999_998_000_000])
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: parent.path("made/for it")).isEmpty)
  }

  @Test func `what cannot spill runs out of memory and says what to do`() throws {
    var settings = EngineSettings()
    settings.memoryLimit = "20MB"
    settings.threads = 1
    let connection = try Connection(settings)
    let error = #expect(throws: WarehouseError.self) {
      try connection.query(
        "SELECT sum(len(l)) FROM (SELECT list(hash(i)::VARCHAR || repeat('x', 100)) AS l FROM range(3000000) AS t(i))")
    }
    guard case .outOfMemory = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains("--memory-limit") == true)
  }

  @Test func `a setting that makes no sense keeps the engine out of reach and leaves no folder`() throws {
    let parent = try TemporaryFolder()
    var settings = EngineSettings()
    settings.memoryLimit = "plenty"
    settings.spillFolder = parent.url.path
    let error = #expect(throws: WarehouseError.self) { try Connection(settings) }
    guard case .engineUnreachable = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(parent.contents.isEmpty)
  }

  @Test func `a spill folder that cannot be made is named`() throws {
    let folder = try TemporaryFolder()
    var settings = EngineSettings()
    settings.spillFolder = try folder.write("x", to: "file") + "/below"
    let error = #expect(throws: WarehouseError.self) { try Connection(settings) }
    guard case .notWritten(let path, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path == settings.spillFolder)
  }

  @Test func `a database file keeps its tables`() throws {
    let folder = try TemporaryFolder()
    var settings = EngineSettings()
    settings.database = folder.path("kept.duckdb")
    try Connection(settings).execute("CREATE TABLE t AS SELECT 42 AS x")
    #expect(try Connection(settings).query("SELECT x FROM t")["x"]?.doubles == [42])
    settings.database = try folder.write(String(repeating: "no database ", count: 2000), to: "text.duckdb")
    #expect(throws: WarehouseError.self) { try Connection(settings) }
  }
}
