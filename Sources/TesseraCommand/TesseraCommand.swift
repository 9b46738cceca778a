internal import ArgumentParser
internal import Foundation
internal import Pipeline
internal import Warehouse

/// The command line: `tessera <verb>`.
@main
struct TesseraCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tessera",
    abstract: "Finds the segments of a customer base, and scores new customers the same way.",
    discussion: """
      Project verbs (init, features, train, score) work from tessera.yml in the current folder:
        tessera init orders.csv customers.csv     look at the files, write tessera.yml
        tessera train                             features, segments, a model, assignments
        tessera score models/shop.tessera --output assignments.csv

      Table verbs work on any one table:
        tessera cluster customers.csv --k 2..8 --output segments.csv
        tessera propensity customers.csv --target churned --output chances.csv
        tessera value orders.csv --customer id --date day --amount paid

      Tables are CSV, TSV, Parquet or JSON lines, plain or .gz; '-' is CSV on standard input.
      Exit codes: 0 done, 64 usage, 65 bad data, 66 missing input, 70 our fault, 74 input or output failed,
      75 engine unreachable or out of memory, 130 interrupted.
      """,
    version: Tessera.version,
    subcommands: [
      InitCommand.self, FeaturesCommand.self, TrainCommand.self, ScoreCommand.self, ReportCommand.self,
      InspectCommand.self,
      ClusterCommand.self, PropensityCommand.self, ValueCommand.self, DoctorCommand.self,
    ])

  static func main() {
    Signals.install()
    do {
      var command = try parseAsRoot()
      try command.run()
      try Terminal.finish()
    } catch {
      end(error)
    }
  }

  /// Says what went wrong and ends the process with the code for it, leaving nothing behind.
  private static func end(_ error: any Error) -> Never {
    Terminal.clearProgress()
    Interruption.removeScratch()
    if let code = Failure.code(error) {
      Terminal.error("tessera: \(error)")
      _exit(code)
    }
    exit(withError: error)
  }
}
