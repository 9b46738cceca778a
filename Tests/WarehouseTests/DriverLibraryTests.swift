import Foundation
import TestSupport
import Testing
import Warehouse

struct `Finding an engine's library` {
  let folder: TemporaryFolder
  private let quiet: [String: String]

  init() throws {
    folder = try TemporaryFolder()
    // A home of its own, so that what this machine has installed is not seen.
    quiet = ["HOME": folder.path("home")]
  }

  private func environment(_ more: [String: String]) -> [String: String] { quiet.merging(more) { $1 } }

  private func place(_ path: String) throws -> String {
    let url = folder.url.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("x".utf8).write(to: url)
    return url.path
  }

  @Test func `a stated path wins over every other place`() throws {
    let library = try place("a.so")
    let found = try DriverLibrary.find(
      "nosuch", explicit: library, environment: environment(["TESSERA_NOSUCH_DRIVER": try place("b.so")]))
    #expect(found.path == library && found.entry == nil)
  }

  @Test func `a stated path that is no file is an error, not a reason to look on`() throws {
    #expect(throws: WarehouseError.driverUnusable(path: "/nowhere.so", reason: "there is no such file")) {
      try DriverLibrary.find("nosuch", explicit: "/nowhere.so", environment: quiet)
    }
    #expect(throws: WarehouseError.self) {
      try DriverLibrary.find("nosuch", environment: environment(["TESSERA_NOSUCH_DRIVER": "/nowhere.so"]))
    }
  }

  @Test func `places are searched in the order that is promised`() throws {
    let system = try place("lib/libnosuch.so")
    var variables = ["LD_LIBRARY_PATH": folder.path("lib")]
    #expect(try DriverLibrary.find("nosuch", environment: environment(variables)).path == system)

    let python = try place("venv/lib/python3.12/site-packages/adbc_driver_nosuch/libadbc_driver_nosuch.so")
    variables["VIRTUAL_ENV"] = folder.path("venv")
    #expect(try DriverLibrary.find("nosuch", environment: environment(variables)).path == python)

    let named = try place("named.so")
    let manifest = try place("drivers/nosuch.toml")
    try "[Driver]\nshared = '\(named)'\nentrypoint = \"Init\" # why".write(
      toFile: manifest, atomically: true, encoding: .utf8)
    variables["ADBC_DRIVER_PATH"] = folder.path("elsewhere") + ":" + folder.path("drivers")
    let found = try DriverLibrary.find("nosuch", environment: environment(variables))
    #expect(found.path == named && found.entry == "Init" && found.foundIn.contains("nosuch.toml"))

    let stated = try place("stated.so")
    variables["TESSERA_NOSUCH_DRIVER"] = stated
    #expect(try DriverLibrary.find("nosuch", environment: environment(variables)).path == stated)
    variables["TESSERA_NOSUCH_DRIVER"] = ""
    #expect(try DriverLibrary.find("nosuch", environment: environment(variables)).path == named)
  }

  @Test func `the folder that set-up fills is searched for DuckDB`() throws {
    #if os(macOS)
      let file = "libduckdb.dylib"
    #else
      let file = "libduckdb.so"
    #endif
    let library = try place("data/tessera/duckdb/\(DriverLibrary.duckDBVersion)/\(file)")
    let found = try DriverLibrary.find("duckdb", environment: environment(["XDG_DATA_HOME": folder.path("data")]))
    #expect(found.path == library && found.foundIn == "Tessera's set-up")
  }

  @Test(arguments: [
    "[Driver.shared]\nlinux_amd64 = \"LIB\"\nlinux_arm64 = \"LIB\"\nmacos_arm64 = \"LIB\"\nmacos_amd64 = \"LIB\"\n",
    "# a comment\nname = \"x\"\n\n[ADBC]\nversion = \"1.1.0\"\n\n[Driver]\r\nshared = \"LIB\"\r\n",
    "[ Driver ]\n\"shared\"=\"LIB\" # trailing",
  ])
  func `both forms of a manifest are read`(_ text: String) throws {
    let library = try place("lib.so")
    let manifest = try place("drivers/nosuch.toml")
    let variables = environment(["ADBC_DRIVER_PATH": folder.path("drivers")])
    try text.replacing("LIB", with: library).write(toFile: manifest, atomically: true, encoding: .utf8)
    #expect(try DriverLibrary.find("nosuch", environment: variables).path == library)
    try text.replacing("LIB", with: "../lib.so").write(toFile: manifest, atomically: true, encoding: .utf8)
    #expect(try DriverLibrary.find("nosuch", environment: variables).path == library, "relative to the manifest")
  }

  @Test func `when nothing is found every place is named, and what is wrong with a manifest`() throws {
    let manifest = try place("drivers/nosuch.toml")
    try "[Driver]\nshared = '/nowhere.so'".write(toFile: manifest, atomically: true, encoding: .utf8)
    let error = #expect(throws: WarehouseError.self) {
      try DriverLibrary.find("nosuch", environment: environment(["ADBC_DRIVER_PATH": folder.path("drivers")]))
    }
    let message = error?.description ?? ""
    let parts = [
      "TESSERA_NOSUCH_DRIVER", "\(manifest) (which names /nowhere.so, but there is no such file)",
      folder.path("home/.config/adbc/drivers/nosuch.toml"), "/etc/adbc/drivers/nosuch.toml",
      "adbc_driver_nosuch of a Python environment (none is active)", "/usr/local/lib",
    ]
    #expect(parts.allSatisfy(message.contains), "\(message)")
  }

  @Test func `a file that is no library is unusable`() throws {
    var settings = EngineSettings()
    settings.driver = try folder.write("not a library", to: "text.so")
    let error = #expect(throws: WarehouseError.self) { try Connection(settings) }
    guard case .driverUnusable(let path, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path == settings.driver)
  }

  #if os(Linux)
    private static let libraryC = [
      "/lib/x86_64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6", "/lib64/libc.so.6",
    ]
    .first { FileManager.default.fileExists(atPath: $0) }

    @Test(.enabled(if: libraryC != nil, "no C library at the usual places"))
    func `a library that is no driver is unusable`() throws {
      var settings = EngineSettings()
      settings.driver = Self.libraryC
      let error = #expect(throws: WarehouseError.self) { try Connection(settings) }
      #expect(error?.description.contains("entry point") == true)
    }
  #endif

  private static let hasSQLite =
    (try? DriverLibrary.find("sqlite")) != nil && (try? DriverLibrary.find("sqlite"))?.path.contains("adbc") == true

  @Test(.enabled(if: hasSQLite, "the ADBC driver of SQLite is not installed (TESSERA_SQLITE_DRIVER)"))
  func `a second engine answers through the same calls`() throws {
    var settings = EngineSettings()
    settings.name = "sqlite"
    settings.database = folder.path("x.db")
    let connection = try Connection(settings)
    try connection.execute("CREATE TABLE t (a INTEGER, b TEXT)")
    try connection.execute("INSERT INTO t VALUES (1, 'x'), (NULL, 'SECRET77')")
    let table = try connection.query("SELECT a, b, a * 1.5 AS c FROM t ORDER BY b DESC")
    #expect(table["a"]?.values == .integers([1, 0]) && table["a"]?.missing == [false, true])
    #expect(table["b"]?.values == .texts(["x", "SECRET77"]))
    let error = #expect(throws: WarehouseError.self) { try connection.query("SELECT nosuch FROM t") }
    #expect(error?.description.contains("Failed to prepare query") == true)
  }

  @Test func `a database that cannot be opened is an engine out of reach`() {
    var settings = EngineSettings()
    settings.database = folder.path("no such folder/x.db")
    let error = #expect(throws: WarehouseError.self) { try Connection(settings) }
    guard case .engineUnreachable = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
