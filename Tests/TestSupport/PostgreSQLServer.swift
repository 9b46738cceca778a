internal import Foundation
public import Warehouse

/// A PostgreSQL of the tests' own: started when first asked for, on a socket in a private folder, by `Scripts/postgres`,
/// which removes it when the tests end, however they end.
///
/// A test that needs it is declared with `.enabled(if: PostgreSQLServer.isPresent, …absence)`.
public enum PostgreSQLServer {
  private static let checkout = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The ADBC driver: as the program finds it, or where `Scripts/postgres setup` put it.
  private static let driver: String? = {
    if let found = try? DriverLibrary.find("postgresql") { return found.path }
    let library = checkout.appendingPathComponent(".venv/postgresql/lib")
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: library.path)) ?? []
    return versions.map {
      library.path + "/\($0)/site-packages/adbc_driver_postgresql/libadbc_driver_postgresql.so"
    }.first { FileManager.default.fileExists(atPath: $0) }
  }()

  /// The address of a server that runs: one that `TESSERA_TEST_POSTGRESQL` names, or one started now.
  private static let address: String? = {
    let environment = ProcessInfo.processInfo.environment
    if let stated = environment["TESSERA_TEST_POSTGRESQL"] { return stated }
    guard driver != nil else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [checkout.appendingPathComponent("Scripts/postgres").path, "serve"]
    // The script waits for the end of its input, which comes when this process ends.
    let input = Pipe()
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    // A copy of its writing end that nobody closes before the process ends.
    _ = dup(input.fileHandleForWriting.fileDescriptor)
    var said = Data()
    while !said.contains(UInt8(ascii: "\n")), case let more = output.fileHandleForReading.availableData, !more.isEmpty {
      said.append(more)
    }
    let line = String(decoding: said, as: UTF8.self).split(whereSeparator: \.isNewline).first
    return line.map(String.init)
  }()

  /// Whether a server could be started, and there is a driver for it.
  public static var isPresent: Bool { driver != nil && address != nil }

  /// Why a test that needs one was skipped.
  public static let absence =
    "there is no PostgreSQL here, or no ADBC driver for it (Scripts/postgres setup installs both)"

  /// How to open the server.
  public static func settings() -> EngineSettings {
    var settings = EngineSettings()
    settings.name = "postgresql"
    settings.driver = driver
    settings.database = address
    return settings
  }
}
