internal import ArgumentParser
internal import Clustering
internal import Features
internal import Foundation
internal import Pipeline
internal import Warehouse

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Goes the whole way: features, segments, a model, assignments, a summary.",
    discussion: """
      From the sources of tessera.yml, or with --input from a ready table of features, one row a customer:
        tessera train
        tessera train --k 5
        tessera train --input features.parquet --id customer_id
      Writes models/NAME.tessera and its card models/NAME.md, and under output/NAME/ assignments.parquet,
      features.parquet with its dictionary (features.md, features.json, features.dictionary.csv), summary.md,
      report.html, one page for everybody who is to know the segments, personas.csv with the name, sentence, rule and
      actions of each, segments.csv with its size, revenue and attractiveness, and overlaps.csv, which tells how many
      customers every two segments and lists share.
      Running it again replaces them all at once and removes what it does not write itself, such as predictions of targets
      that are no more; segments that are found again keep their ids (but for --fresh):
        tessera train --grow        # the segments stay as they are; only those outside all of them form new ones
      """)

  @OptionGroup var projectOptions: ProjectOptions

  @Option(help: ArgumentHelp("Train on this table of features instead of the sources.", valueName: "table"))
  var input: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The number of macro-segments, or a range to choose from.", valueName: "k or k..k"),
    transform: ClusterRange.read)
  var k: ClusterRange?

  @Option(help: "Where random numbers begin; the same seed gives the same segments.")
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Find segments on a sample of so many customers where there are more; all are assigned to them. 200000 unless given.",
      valueName: "customers"))
  var sample: Int?

  @Flag(help: "Give new ids instead of keeping those of the model that is replaced.")
  var fresh = false

  @Flag(help: "Leave the segments of the model as they are, and add some for customers outside all of them.")
  var grow = false

  @Flag(help: "Tell in the assignments the few features that decided between each customer's segment and the second.")
  var why = false

  @Flag(help: "Print one JSON object instead of words.")
  var json = false

  @OptionGroup var table: TableOptions
  @OptionGroup var engine: EngineOptions

  func validate() throws {
    if grow, fresh { throw ValidationError("--grow keeps all segments, --fresh none: give one of them.") }
    if grow, k != nil || sample != nil || table.columns != nil || table.exclude != nil || table.condition != nil {
      throw ValidationError(
        "--grow takes the columns of the model: leave out --k, --sample, --columns, --exclude and --where.")
    }
    if let sample, sample < 1_000 { throw ValidationError("--sample must be 1000 customers or more.") }
    guard input == nil, table.columns != nil || table.exclude != nil || table.id != nil || table.condition != nil
    else { return }
    throw ValidationError("--columns, --exclude, --id and --where choose from a ready table: give it with --input.")
  }

  func run() throws {
    let project: Project
    if input != nil, !FileManager.default.fileExists(atPath: projectOptions.config) {
      // A ready table needs no project file; its results are named after it.
      var bare = Project(name: tableName, folder: URL(fileURLWithPath: FileManager.default.currentDirectoryPath))
      engine.apply(to: &bare.engine)
      project = bare
    } else {
      project = try projectOptions.project(engine)
    }
    if input != nil, project.segments.tree.takesScores {
      throw ValidationError(
        "'scores' of \(project.file) needs the chances of targets, which a ready table does not tell: leave it out of "
          + "'segments', or train from the sources.")
    }
    if input != nil, !project.targets.isEmpty || !project.effects.isEmpty || project.value != nil {
      Terminal.note(
        "note: a ready table tells nothing of days to come, so targets and value of \(project.file) are not learnt")
    }
    var training = SegmentTraining(project)
    if let k { training.range = k.lower...k.upper }
    if let seed { training.kmeans.seed = seed }
    if let sample { training.tree?.sample = sample }
    training.wantsReasons = why
    let progress = ProgressLine()
    defer { progress.end() }
    let began = Date()
    let run = try ProjectRun(project, progress: progress.observer)
    if !fresh {
      do {
        training.previous = try run.previousModel()
      } catch  where !grow {
        Terminal.note("note: segments get new ids, as the model to be replaced cannot be read: \(error)")
      }
    }
    let trained: TrainedSegments
    if grow, let input {
      trained = try run.grow(file: input, identifier: table.id, training: training)
    } else if grow {
      trained = try run.grow(asOf: try projectOptions.date(), training: training)
    } else if let input {
      trained = try run.train(
        file: input, include: TableOptions.list(table.columns), exclude: TableOptions.list(table.exclude),
        identifier: table.id, condition: table.condition, training: training)
    } else {
      trained = try run.train(asOf: try projectOptions.date(), training: training)
    }
    progress.end()
    let seconds = Date().timeIntervalSince(began)
    if !grow, let before = training.previous, trained.model.keptTree(of: before) {
      Terminal.note(
        "note: customers, features and settings are those of the model before, so its segments were kept without "
          + "looking again; --fresh looks again")
    }
    Report.quality(trained.model.quality)
    Report.dropped(trained.model)
    Report.checks(trained.model)
    if json {
      try Terminal.printJSON(ModelJSON(trained.model, seconds: seconds))
      return
    }
    Report.segments(trained.model)
    if let personas = trained.model.personas { PersonaReport.printNames(personas) }
    if let predictions = trained.model.predictions { PropensityReport.print(predictions) }
    if let effects = trained.model.effects { UpliftReport.print(effects) }
    if let value = trained.model.value { ValueReport.printSegments(value) }
    Terminal.print("")
    Terminal.print("model        \(Report.shown(run.modelFile))")
    Terminal.print("results      \(Report.shown(run.outputFolder))/ (report.html, assignments.parquet, personas.csv …)")
  }

  private var tableName: String {
    let base = URL(fileURLWithPath: input ?? "table").lastPathComponent
    return base.split(separator: ".").first.map(String.init) ?? "table"
  }
}
