internal import Features
internal import Foundation
internal import Warehouse

extension Connection {
  /// What the targets of `model` say of the rows of a ready table, in columns of all of them.
  ///
  /// A target of which less than half of the features are there is not told. What is left out or missing is returned, in
  /// a sentence each.
  func foretold(
    _ model: SegmentModel, file: String, identifier: String?
  ) throws -> (columns: [Column], notes: [String]) {
    var (found, notes): ([Column], [String]) = ([], [])
    if model.value != nil { notes.append("orders and revenue are forecast from sources alone, not from a ready table") }
    let told = (model.predictions ?? []).map { ($0.name, $0.prediction.encoding, $0.columns) }
    let effects = (model.effects ?? []).map { ($0.name, $0.prediction.encoding, $0.columns) }
    guard !told.isEmpty || !effects.isEmpty else { return ([], notes) }
    guard file != "-" else {
      return ([], notes + ["targets are not told of a table on standard input, which is read once"])
    }
    let names = Set(try open(file: file).columns.map(\.name))
    for (index, item) in (told + effects).enumerated() {
      let (name, encoding, columns) = item
      let absent = encoding.features.filter { !names.contains($0) }
      guard 2 * absent.count < encoding.features.count else {
        notes.append(
          "'\(name)' is not told: the table has \(encoding.features.count - absent.count) of its "
            + "\(encoding.features.count) features")
        continue
      }
      if !absent.isEmpty {
        notes.append(
          "\(name): \(absent.prefix(4).map { "'\($0)'" }.joined(separator: ", "))\(absent.count > 4 ? " and \(absent.count - 4) more features" : "") "
            + "\(absent.count == 1 ? "is" : "are") not there and count\(absent.count == 1 ? "s" : "") as missing")
      }
      let values = try predictors(encoding, file: file, identifier: identifier, known: model.features.identifier)
      let figures: [[Double]]
      if index < told.count {
        let scored = try (model.predictions ?? [])[index].prediction.score(values)
        figures = [scored.probabilities, scored.percentiles]
      } else {
        let scored = try (model.effects ?? [])[index - told.count].prediction.score(values)
        figures = [scored.control] + scored.effects
      }
      found += zip(columns, figures).map { Column(name: $0, values: .reals($1)) }
    }
    return (found, notes)
  }
}
