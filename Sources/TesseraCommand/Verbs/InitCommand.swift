internal import ArgumentParser
internal import Features
internal import Foundation
internal import Warehouse

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Looks at files of records and writes a commented tessera.yml here.",
    discussion: """
      Guesses what each file holds (transactions, products, customers, campaigns, events) and what its columns mean,
      from names and values, and says why in comments. The file trains as it is:
        tessera init transactions.csv.gz products.csv.gz demographics.csv.gz
        tessera train
      """)

  @Argument(help: ArgumentHelp("Tables of raw records.", valueName: "files"))
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "The project's name, for its model and results; the folder's name unless given.", valueName: "name"))
  var name: String?

  @Option(help: ArgumentHelp("The column that names customers, where its own name does not tell.", valueName: "column"))
  var customer: String?

  @Option(help: ArgumentHelp("The project file to write.", valueName: "file"))
  var config = "tessera.yml"

  @Flag(help: "Overwrite an existing project file.")
  var force = false

  @OptionGroup var engine: EngineOptions

  func run() throws {
    let target = URL(fileURLWithPath: config)
    guard force || !FileManager.default.fileExists(atPath: target.path) else {
      throw UsageError(
        description: "'\(config)' is already there. Overwrite it with --force, or name another with --config.")
    }
    let folder = target.deletingLastPathComponent()
    let draft = try ProjectDraft(
      files: files, folder: folder, name: name ?? folder.standardizedFileURL.lastPathComponent, customer: customer,
      connection: try engine.connect())
    let staged = StagedFiles()
    try staged.write(Data(draft.yaml.utf8), to: target.path)
    try staged.commit()
    for finding in draft.findings { Terminal.print(finding) }
    for note in draft.notes { Terminal.note("note: \(note)") }
    Terminal.print("Wrote \(config). Read it through, then run 'tessera train'.")
  }
}
