internal import ArgumentParser
internal import Foundation
internal import ModelFiles
internal import Pipeline
internal import Reports
internal import Warehouse

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Tells what is in a model, as one page that needs nothing else.",
    discussion: """
      Examples:
        tessera report models/shop.tessera                        # shop.html in this folder
        tessera report models/shop.tessera --output team/shop.md
        tessera report models/shop.tessera --format json --output - | jq .segments
      The page holds the tree of segments, a card for each, a comparison of any two, overlaps, predictions, data quality
      and every setting. It opens without a network, prints, and is read by phones and screen readers. No customer is in
      it: counts under 10, and what would give them away, are left out of every form.
      """)

  /// In what form.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case html, md, json

    /// That of a file's ending; nil for one that stands for none.
    init?(ending: String) {
      switch ending {
      case "html", "htm": self = .html
      case "md", "markdown": self = .md
      case "json": self = .json
      default: return nil
      }
    }
  }

  @Argument(help: ArgumentHelp("The model file.", valueName: "model"))
  var model: String

  @Option(help: "A page (html), Markdown (md) or JSON (json); by the ending of --output unless given, else html.")
  var format: Format?

  @Option(
    help: ArgumentHelp(
      "Write here; '-' is standard output. The model's name in this folder unless given.", valueName: "file"))
  var output: String?

  func validate() throws {
    guard let output, output != "-" else { return }
    let told = Format(ending: URL(fileURLWithPath: output).pathExtension.lowercased())
    if let format, let told, told != format {
      throw ValidationError(
        "--format \(format.rawValue) contradicts the ending of '\(output)': leave out --format, or end the name in "
          + ".\(format.rawValue).")
    }
    guard format != nil || told != nil else {
      throw ValidationError(
        "the ending of '\(output)' stands for no form of a report: end it in .html, .md or .json, or name the form with "
          + "--format.")
    }
  }

  func run() throws {
    let ending = output.map { URL(fileURLWithPath: $0).pathExtension.lowercased() }
    let format = format ?? ending.flatMap(Format.init(ending:)) ?? .html
    let file = try ModelFile.read(from: URL(fileURLWithPath: model))
    guard !PredictionModel.isHeld(by: file), !UpliftPrediction.isHeld(by: file), !ValuePrediction.isHeld(by: file)
    else {
      throw ValidationError("\(model) holds a prediction or a forecast and no segments; 'tessera inspect' tells of it.")
    }
    let content = try SegmentModel(file).reportContent()
    let text =
      switch format {
      case .html: content.html()
      case .md: content.markdown()
      case .json: String(decoding: try content.json(), as: UTF8.self) + "\n"
      }
    if output == "-" {
      Terminal.print(text.hasSuffix("\n") ? String(text.dropLast()) : text)
      return
    }
    let stem = URL(fileURLWithPath: model).deletingPathExtension().lastPathComponent
    let target = output ?? "\(stem).\(format.rawValue)"
    let files = StagedFiles()
    try files.write(Data(text.utf8), to: target)
    try files.commit()
    Terminal.print("report       \(target)")
  }
}
