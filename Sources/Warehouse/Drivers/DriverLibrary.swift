public import Foundation

/// Where an engine's ADBC library was found.
public struct DriverLibrary: Sendable, Hashable {
  public let name: String
  public let path: String
  /// The entry point that a manifest names; nil for the usual ones.
  public let entry: String?
  /// Which of the places it was found in, for `doctor`.
  public let foundIn: String

  /// DuckDB's release that set-up fetches.
  public static let duckDBVersion = "1.5.5"

  /// Finds the library of the engine called `name` ("duckdb", "postgresql", …), looking in this order: the `explicit`
  /// path; `TESSERA_<NAME>_DRIVER`; ADBC driver manifests; a Python environment's `adbc_driver_<name>`; the folder
  /// that set-up fills; the system's library path.
  /// - Throws: ``WarehouseError/driverNotFound(name:tried:)`` naming every place.
  public static func find(
    _ name: String, explicit: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(WarehouseError) -> DriverLibrary {
    var tried: [String] = []
    if let explicit {
      guard exists(explicit) else { throw .driverUnusable(path: explicit, reason: "there is no such file") }
      return DriverLibrary(name: name, path: explicit, entry: nil, foundIn: "the path given")
    }
    let variable = "TESSERA_\(name.uppercased())_DRIVER"
    if let path = environment[variable], !path.isEmpty {
      guard exists(path) else {
        throw .driverUnusable(path: path, reason: "\(variable) names it, but there is no such file")
      }
      return DriverLibrary(name: name, path: path, entry: nil, foundIn: variable)
    }
    tried.append(variable)
    for folder in manifestFolders(environment) {
      let manifest = folder + "/" + name + ".toml"
      if exists(manifest), let found = DriverManifest(contentsOfFile: manifest), exists(found.library) {
        return DriverLibrary(name: name, path: found.library, entry: found.entry, foundIn: "the manifest \(manifest)")
      }
    }
    tried.append("ADBC driver manifests (\(name).toml)")
    for folder in pythonFolders(environment) {
      let path = folder + "/adbc_driver_\(name)/libadbc_driver_\(name).so"
      if exists(path) { return DriverLibrary(name: name, path: path, entry: nil, foundIn: "a Python environment") }
    }
    tried.append("Python's adbc_driver_\(name)")
    for path in setUpPaths(name, environment) where exists(path) {
      return DriverLibrary(name: name, path: path, entry: nil, foundIn: "Tessera's set-up")
    }
    tried.append(contentsOf: setUpPaths(name, environment))
    for folder in libraryFolders(environment) {
      for file in ["lib\(name).so", "lib\(name).dylib", "libadbc_driver_\(name).so", "libadbc_driver_\(name).dylib"] {
        let path = folder + "/" + file
        if exists(path) {
          return DriverLibrary(name: name, path: path, entry: nil, foundIn: "the system's library path")
        }
      }
    }
    tried.append("the system's library path")
    throw .driverNotFound(name: name, tried: tried)
  }

  private static func exists(_ path: String) -> Bool { PathKind(path) == .file }

  private static func home(_ environment: [String: String]) -> String { environment["HOME"] ?? NSHomeDirectory() }

  private static func manifestFolders(_ environment: [String: String]) -> [String] {
    var folders = (environment["ADBC_DRIVER_PATH"] ?? "").split(separator: ":").map(String.init)
    for root in [environment["VIRTUAL_ENV"], environment["CONDA_PREFIX"]].compactMap({ $0 }) {
      folders.append(root + "/etc/adbc/drivers")
    }
    let configuration = environment["XDG_CONFIG_HOME"] ?? home(environment) + "/.config"
    folders.append(configuration + "/adbc/drivers")
    folders.append(home(environment) + "/Library/Application Support/ADBC/Drivers")
    folders.append("/etc/adbc/drivers")
    return folders
  }

  private static func pythonFolders(_ environment: [String: String]) -> [String] {
    [environment["VIRTUAL_ENV"], environment["CONDA_PREFIX"]].compactMap { $0 }.flatMap { root in
      let versions = (try? FileManager.default.contentsOfDirectory(atPath: root + "/lib")) ?? []
      return versions.filter { $0.hasPrefix("python") }.sorted().map { root + "/lib/\($0)/site-packages" }
    }
  }

  private static func setUpPaths(_ name: String, _ environment: [String: String]) -> [String] {
    guard name == "duckdb" else { return [] }
    let data = environment["XDG_DATA_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? home(environment) + "/.local/share"
    let folder = data + "/tessera/duckdb/" + duckDBVersion
    return [folder + "/libduckdb.so", folder + "/libduckdb.dylib"]
  }

  private static func libraryFolders(_ environment: [String: String]) -> [String] {
    let named = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"].flatMap {
      (environment[$0] ?? "").split(separator: ":").map(String.init)
    }
    return named + [
      "/usr/local/lib", "/usr/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64",
      "/opt/homebrew/lib",
    ]
  }
}

/// The two entries of an ADBC driver manifest (a small TOML file) that loading needs.
struct DriverManifest {
  let library: String
  let entry: String?

  /// Reads `[Driver] shared = "…"` or the platform's key under `[Driver.shared]`, and `entrypoint`.
  init?(contentsOfFile path: String) {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    var table = ""
    var values: [String: String] = [:]
    for line in text.split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) {
      if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
        table = String(line[line.index(after: line.startIndex)..<end])
      } else if let equals = line.firstIndex(of: "="), !line.hasPrefix("#") {
        let key = line[..<equals].trimmingCharacters(in: .whitespaces)
        let value = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        guard let quote = value.first, quote == "\"" || quote == "'" else { continue }
        values[table + "." + key] = String(value.dropFirst().prefix { $0 != quote })
      }
    }
    guard let library = values["Driver.shared"] ?? values["Driver.shared." + DriverManifest.platform] else {
      return nil
    }
    self.library = library
    entry = values["Driver.entrypoint"]
  }

  private static var platform: String {
    #if arch(arm64)
      let architecture = "arm64"
    #else
      let architecture = "amd64"
    #endif
    #if os(macOS)
      return "macos_" + architecture
    #else
      return "linux_" + architecture
    #endif
  }
}
