internal import ArgumentParser
internal import Clustering
internal import Features
internal import Foundation
internal import ModelFiles
internal import Personas
internal import Pipeline

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what is in a model file.",
    discussion: """
      Examples:
        tessera inspect models/shop.tessera
        tessera inspect models/shop.tessera --segment 2/7             # the card of one segment
        tessera inspect models/shop.tessera --segment 2/7 --numbers   # with the number behind every word
        tessera inspect models/shop.tessera --json | jq .segments.sizes
      Of a mixture it tells the distributions: shares, means and standard deviations, rates of counts, and the
      probabilities of levels in each segment, the columns that separate the segments most first.
      """)

  @Argument(help: ArgumentHelp("The model file.", valueName: "model"))
  var model: String

  @Option(
    help: ArgumentHelp(
      "Show the card of this segment, or of this macro-segment; 'all' shows every card.", valueName: "2/7 or 2 or all"))
  var segment: String?

  @Flag(help: "Tell in cards the number behind every word.")
  var numbers = false

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
    if let segment {
      try printCards(segment, of: loaded)
      return
    }
    if json {
      try Terminal.printJSON(ModelJSON(loaded, seconds: nil))
      return
    }
    Report.segments(loaded)
    if let personas = loaded.personas { PersonaReport.printNames(personas) }
    if loaded.tree != nil { TreeReport.print(loaded.outline) }
    if let ranked = loaded.attractiveness { AttractivenessReport.print(ranked, of: loaded) }
    if let lists = loaded.lists { TreeReport.print(lists) }
    if let predictions = loaded.predictions { PropensityReport.print(predictions) }
    if let effects = loaded.effects { UpliftReport.print(effects) }
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

  /// The cards of one segment, or of all.
  private func printCards(_ segment: String, of model: SegmentModel) throws {
    guard let book = model.personas else {
      throw ValidationError(
        "\(self.model) holds no personas that this version reads: train it anew with 'tessera train', which makes them."
      )
    }
    let cards = segment == "all" ? book.personas : book.cards(segment)
    guard !cards.isEmpty else {
      throw ValidationError(
        "\(self.model) has no segment \(segment); it has \(book.personas.map(\.path).joined(separator: ", ")).")
    }
    if json {
      try Terminal.printJSON(cards)
      return
    }
    for card in cards { PersonaReport.print(card, unit: model.unit, hasNumbers: numbers) }
  }
}
