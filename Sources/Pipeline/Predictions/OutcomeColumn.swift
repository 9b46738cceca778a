internal import Features
internal import Foundation
internal import Warehouse

/// The outcome of each row as 0 and 1, read from whatever a table holds.
struct OutcomeColumn {
  /// 0 or 1 a row (n); NaN where the outcome is missing.
  let values: [Double]
  /// What counts as 1, as the file writes it.
  let positive: String

  /// - Parameters:
  ///   - positive: the value that counts as 1; nil takes 1, true or yes.
  ///   - source: what to call the table in errors.
  /// - Throws: ``PipelineError`` when the column has no value to predict.
  init(_ column: Column, positive: String?, source: String) throws(PipelineError) {
    let texts = column.texts.map { $0.map(NumberText.of) }
    let levels = Set(texts.compactMap { $0 }).sorted()
    guard !levels.isEmpty else {
      throw .outcomeUnusable(column: column.name, reason: "it has no value", advice: "Give a column of outcomes.")
    }
    let wanted: String
    if let positive {
      wanted = NumberText.of(positive)
      guard levels.contains(wanted) else {
        throw .outcomeUnusable(
          column: column.name, reason: "no row has the value '\(positive)'",
          advice: "It has \(OutcomeColumn.list(column, levels)).")
      }
    } else {
      guard levels.allSatisfy({ $0 == "0" || $0 == "1" }) else {
        throw .outcomeUnusable(
          column: column.name,
          reason: "it holds \(OutcomeColumn.list(column, levels)), and which is to be predicted is not clear",
          advice: "Name one with --positive.")
      }
      wanted = "1"
    }
    self.positive = positive ?? column.texts.compactMap { $0 }.first { NumberText.of($0) == "1" } ?? "1"
    values = texts.map { text in text.map { $0 == wanted ? 1 : 0 } ?? .nan }
  }

  private static func list(_ column: Column, _ levels: [String]) -> String {
    let shown = Set(column.texts.compactMap { $0 }).sorted()
    let first = shown.prefix(4).map { "'\($0)'" }.joined(separator: ", ")
    return shown.count > 4 ? "\(shown.count) different values (\(first), …)" : first
  }
}
