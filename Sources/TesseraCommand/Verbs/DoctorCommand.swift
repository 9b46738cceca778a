internal import Features
internal import ArgumentParser
internal import Foundation
internal import LinearAlgebra
internal import Pipeline
internal import Propensity
internal import Warehouse

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Shows the libraries and drivers found, and how to mend what is missing.",
    discussion: "Ends with code 75 when the default engine cannot be used.")

  @OptionGroup var engine: EngineOptions

  func run() throws {
    let blas = BLASLibrary.current
    line("tessera", Tessera.version)
    line("cores", "\(ProcessInfo.processInfo.activeProcessorCount)")
    line("memory", "\(ReadableNumber.grouped(Int(ProcessInfo.processInfo.physicalMemory >> 20))) MiB")
    line("OpenBLAS", "\(blas.version), \(blas.kernel) kernels, \(blas.threading.rawValue)")
    line("", "one BLAS thread; rows are split over the cores by Tessera")
    if let advice = BLASAdvice.text(kernel: blas.kernel) { line("", advice) }
    var failure: (any Error)?
    do {
      let connection = try engine.connect()
      let version = try connection.query("SELECT version() AS version")
      line("DuckDB", version["version"]?.texts.first.flatMap { $0 } ?? "unknown version")
      line("", "\(connection.library.path)")
      line("", "found by \(connection.library.foundIn)")
      let limits = try connection.query(
        "SELECT current_setting('memory_limit') AS memory, CAST(current_setting('threads') AS VARCHAR) AS threads")
      line(
        "",
        "memory limit \(text(limits, "memory")), \(text(limits, "threads")) threads, "
          + "spills to \(connection.scratchFolder.deletingLastPathComponent().path)")
    } catch {
      line("DuckDB", "not usable")
      line("", "\(error)")
      failure = error
    }
    for name in ["postgresql", "spark", "snowflake", "bigquery", "flightsql"] {
      guard let library = try? DriverLibrary.find(name) else { continue }
      line(name, "\(library.path), found by \(library.foundIn)")
    }
    do {
      let library = try XGBoostLibrary.current()
      line("XGBoost", "\(library.version), \(library.path)")
    } catch {
      line("XGBoost", "not usable, so there are no boosted trees: \(error)")
    }
    if let failure {
      try Terminal.finish()
      throw failure
    }
    line("", "all is well")
  }

  /// Old OpenBLAS does not know new processors and falls back to kernels of twenty years ago.
  private enum BLASAdvice {
    static func text(kernel: String) -> String? {
      guard ["Prescott", "Core2", "Katmai", "Northwood", "Banias", "generic"].contains(kernel),
        let flags = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8), flags.contains(" avx2")
      else { return nil }
      let better = flags.contains(" avx512f") ? "SkylakeX" : "Haswell"
      return "this OpenBLAS does not know your processor; set OPENBLAS_CORETYPE=\(better) to double its speed"
    }
  }

  private func text(_ table: Table, _ column: String) -> String { table[column]?.texts.first.flatMap { $0 } ?? "?" }

  private func line(_ name: String, _ value: String) {
    Terminal.print(name + String(repeating: " ", count: max(1, 13 - name.count)) + value)
  }
}
