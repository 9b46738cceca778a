public import Foundation

/// Where an engine's ADBC library was found.
public struct DriverLibrary: Sendable, Hashable {
  /// The engine's name.
  public let name: String
  /// The library's file.
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
  /// - Throws: ``WarehouseError/driverNotFound(name:tried:)`` naming every place;
  ///   ``WarehouseError/driverUnusable(path:reason:)`` when a path that was stated is no file.
  public static func find(
    _ name: String, explicit: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(WarehouseError) -> DriverLibrary {
    var tried: [String] = []
    if let explicit {
      guard exists(explicit) else { throw .driverUnusable(path: explicit, reason: "there is no such file") }
      return DriverLibrary(name: name, path: explicit, entry: nil, foundIn: "the path given")
    }
    let variable = DriverLibrary.variable(name)
    if let path = environment[variable], !path.isEmpty {
      guard exists(path) else {
        throw .driverUnusable(path: path, reason: "\(variable) names it, but there is no such file")
      }
      return DriverLibrary(name: name, path: path, entry: nil, foundIn: variable)
    }
    tried.append(variable)
    for manifest in manifestFolders(environment).map({ $0 + "/" + name + ".toml" }) {
      tried.append(manifest)
      guard exists(manifest) else { continue }
      guard let found = DriverManifest(contentsOfFile: manifest) else {
        tried[tried.count - 1] += " (which names no library for this platform)"
        continue
      }
      guard exists(found.library) else {
        tried[tried.count - 1] += " (which names \(found.library), but there is no such file)"
        continue
      }
      return DriverLibrary(name: name, path: found.library, entry: found.entry, foundIn: "the manifest \(manifest)")
    }
    let module = "adbc_driver_" + name.replacing("-", with: "_")
    for path in pythonFolders(environment).map({ $0 + "/\(module)/lib\(module).so" }) {
      if exists(path) { return DriverLibrary(name: name, path: path, entry: nil, foundIn: "a Python environment") }
      tried.append(path)
    }
    if pythonRoots(environment).isEmpty {
      tried.append("\(module) of a Python environment (none is active)")
    }
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
    tried.append("lib\(name) in " + libraryFolders(environment).joined(separator: ", "))
    throw .driverNotFound(name: name, tried: tried)
  }

  /// The variable that names the library of the engine called `name`.
  static func variable(_ name: String) -> String {
    "TESSERA_\(name.uppercased().replacing("-", with: "_"))_DRIVER"
  }

  private static func exists(_ path: String) -> Bool {
    if case .file = PathKind(path) { return true }
    return false
  }

  private static func home(_ environment: [String: String]) -> String {
    stated("HOME", environment) ?? NSHomeDirectory()
  }

  /// The value of a variable; an empty one counts as not set, as the XDG convention has it.
  private static func stated(_ variable: String, _ environment: [String: String]) -> String? {
    environment[variable].flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func manifestFolders(_ environment: [String: String]) -> [String] {
    var folders = (environment["ADBC_DRIVER_PATH"] ?? "").split(separator: ":").map(String.init)
    for root in pythonRoots(environment) {
      folders.append(root + "/etc/adbc/drivers")
    }
    let configuration = stated("XDG_CONFIG_HOME", environment) ?? home(environment) + "/.config"
    folders.append(configuration + "/adbc/drivers")
    #if os(macOS)
      folders.append(home(environment) + "/Library/Application Support/ADBC/Drivers")
    #endif
    folders.append("/etc/adbc/drivers")
    return folders
  }

  private static func pythonFolders(_ environment: [String: String]) -> [String] {
    pythonRoots(environment).flatMap { root in
      let versions = (try? FileManager.default.contentsOfDirectory(atPath: root + "/lib")) ?? []
      return versions.filter { $0.hasPrefix("python") }.sorted().map { root + "/lib/\($0)/site-packages" }
    }
  }

  private static func pythonRoots(_ environment: [String: String]) -> [String] {
    ["VIRTUAL_ENV", "CONDA_PREFIX"].compactMap { stated($0, environment) }
  }

  private static func setUpPaths(_ name: String, _ environment: [String: String]) -> [String] {
    guard name == "duckdb" else { return [] }
    let data = stated("XDG_DATA_HOME", environment) ?? home(environment) + "/.local/share"
    let folder = data + "/tessera/duckdb/" + duckDBVersion
    #if os(macOS)
      return [folder + "/libduckdb.dylib"]
    #else
      return [folder + "/libduckdb.so"]
    #endif
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
    for line in text.split(whereSeparator: \.isNewline).map({ $0.trimmingCharacters(in: .whitespaces) }) {
      if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
        table = line[line.index(after: line.startIndex)..<end].trimmingCharacters(in: .whitespaces)
      } else if let equals = line.firstIndex(of: "="), !line.hasPrefix("#") {
        let key = line[..<equals].trimmingCharacters(in: .whitespaces.union(["\"", "'"]))
        let value = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        guard let quote = value.first, quote == "\"" || quote == "'" else { continue }
        values[table + "." + key] = String(value.dropFirst().prefix { $0 != quote })
      }
    }
    guard let library = values["Driver.shared"] ?? values["Driver.shared." + DriverManifest.platform] else {
      return nil
    }
    // A relative path starts at the manifest.
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    self.library = URL(fileURLWithPath: library, relativeTo: folder).path
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
