internal import ArgumentParser
internal import Clustering
internal import Features
internal import Foundation
internal import ModelFiles
internal import Pipeline

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what is in a model file.",
    discussion: """
      Examples:
        tessera inspect models/shop.tessera
        tessera inspect models/shop.tessera --json | jq .segments.sizes
      Of a mixture it tells the distributions: shares, means and standard deviations, rates of counts, and the
      probabilities of levels in each segment, the columns that separate the segments most first.
      """)

  @Argument(help: ArgumentHelp("The model file.", valueName: "model"))
  var model: String

  @Flag(help: "Show every column and segment of a mixture, however wide the tables.")
  var all = false

  @Flag(help: "Print one JSON object instead of words, numbers exact.")
  var json = false

  func run() throws {
    let file = try ModelFile.read(from: URL(fileURLWithPath: model))
    if PredictionModel.isHeld(by: file) {
      let loaded = try PredictionModel(file)
      if json {
        try Terminal.printJSON(PropensityJSON(loaded, seconds: nil))
      } else {
        PropensityReport.print(loaded)
      }
      return
    }
    if UpliftPrediction.isHeld(by: file) {
      let loaded = try UpliftPrediction(file)
      if json {
        try Terminal.printJSON(UpliftJSON(loaded, seconds: nil))
      } else {
        UpliftReport.print(loaded)
      }
      return
    }
    if ValuePrediction.isHeld(by: file) {
      let loaded = try ValuePrediction(file)
      if json { return try Terminal.printJSON(ValueJSON(loaded.card)) }
      ValueReport.print(loaded.card)
      for note in loaded.card.notes { Terminal.print(note) }
      return
    }
    let loaded = try SegmentModel(file)
    if json {
      try Terminal.printJSON(ModelJSON(loaded, seconds: nil))
      return
    }
    Report.segments(loaded)
    if loaded.tree != nil { TreeReport.print(loaded.outline) }
    if let ranked = loaded.attractiveness { AttractivenessReport.print(ranked, of: loaded) }
    if let lists = loaded.lists { TreeReport.print(lists) }
    if let predictions = loaded.predictions { PropensityReport.print(predictions) }
    if let value = loaded.value { ValueReport.printSegments(value) }
    if let mixture = loaded.mixtureDescription { MixtureReport.print(mixture, showsAll: all) }
    Terminal.print("")
    Terminal.print("name         \(loaded.name)")
    Terminal.print(
      "trained on   \(ReadableNumber.grouped(loaded.provenance.rows)) \(loaded.unit)"
        + (loaded.features.asOf.map { " as of \($0)" } ?? "") + ", by '\(loaded.features.identifier)'")
    Terminal.print("features     \(loaded.transforms.features.count) used, \(loaded.transforms.columns.count) columns")
    for dropped in loaded.transforms.dropped {
      Terminal.print("             \(dropped.name): left out, \(dropped.reason)")
    }
    if let mixture = loaded.segments.mixture {
      let family = mixture.covariance.map { " \($0.rawValue)" } ?? ""
      Terminal.print(
        "mixture     \(family) BIC \(ReadableNumber.text(mixture.bic)), log-likelihood "
          + "\(ReadableNumber.text(mixture.logLikelihood)), \(mixture.parameters) parameters")
    } else if loaded.segments.inertia != nil {
      Terminal.print("inertia      \(ReadableNumber.text(loaded.segments.inertia))")
    }
    let libraries = loaded.provenance.libraries.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    Terminal.print("made by      Tessera \(loaded.provenance.tessera), \(libraries.joined(separator: ", "))")
    Terminal.print("seed         \(loaded.provenance.seed)")
    Terminal.print("data         fingerprint \(loaded.provenance.dataFingerprint)")
  }
}
