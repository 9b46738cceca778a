internal import ArgumentParser
internal import LinearAlgebra

/// `tessera-bench <task>`: one fit or one scoring of a raw matrix, measured from inside.
///
/// Reading the data and writing the answer are outside the time, for the peers of `peers/` as for Tessera.
@main
struct TesseraBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tessera-bench",
    abstract: "Times one task on a raw matrix and prints one line of JSON.",
    discussion: """
      A matrix file is little-endian doubles, row after row, with nothing before or after them: what numpy's tofile
      and R's writeBin write. run_clustering.py makes them and compares the answers with the peers'.
      """,
    subcommands: [
      KMeansTask.self, AssignTask.self, MixtureTask.self, MixtureAssignTask.self, SweepTask.self, LogisticTask.self,
      MatchingTask.self, ValueTask.self, LibrariesTask.self,
    ])
}

/// What every task takes.
struct DataOptions: ParsableArguments {
  @Argument(help: "The matrix, rows x columns doubles.")
  var data: String

  @Argument(help: "n, its rows.")
  var rows: Int

  @Argument(help: "d, its columns.")
  var columns: Int

  @Option(help: ArgumentHelp("Work on N cores.", valueName: "n"))
  var threads = 2

  @Option(help: ArgumentHelp("Write the cluster of each row there, as int32.", valueName: "file"))
  var labelsOut: String?

  func validate() throws {
    guard rows > 0, columns > 0, threads > 0 else {
      throw ValidationError("rows, columns and --threads must be 1 or more.")
    }
  }

  /// The matrix, with the number of cores set.
  func load() throws -> Matrix {
    Parallel.workers = threads
    return Matrix(rows: rows, columns: columns, values: try RawFile.doubles(data, count: rows * columns))
  }

  /// Writes the labels if they are asked for.
  func write(labels: [Int]) throws {
    guard let labelsOut else { return }
    try RawFile.write(labels.map(Int32.init), to: labelsOut)
  }
}

/// Which libraries and which inner loops run here.
struct LibrariesTask: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "libraries", abstract: "Prints which BLAS and which inner loops run.")

  func run() throws {
    let blas = BLASLibrary.current
    try Report(
      task: "libraries", blas: "OpenBLAS \(blas.version) \(blas.kernel)", kernels: "\(Kernels.current)"
    ).print()
  }
}
