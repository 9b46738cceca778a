internal import Foundation
internal import Warehouse

/// Says in this program's words why the engine did not take a user's condition on rows.
enum RowCondition {
  /// What is wrong with `condition` on `table`, from the engine's `reason`.
  static func error(_ reason: String, condition: String, table: TableSource) -> PipelineError {
    PipelineError.conditionUnusable(
      source: table.name, condition: condition.trimmingCharacters(in: .whitespaces),
      reason: words(reason, names: table.columns.map(\.name)))
  }

  private static func words(_ reason: String, names: [String]) -> String {
    if let match = reason.firstMatch(of: /Referenced column "(.+?)" not found/) {
      let nearest = NearestNames.to(String(match.1), in: names).map { "'\($0)'" }
      return "there is no column '\(match.1)'"
        + (nearest.isEmpty ? " (texts stand in single quotes)" : "; did you mean \(nearest.joined(separator: " or "))?")
    }
    if let match = reason.firstMatch(of: /Referenced table "(.+?)" not found/) {
      return "'\(match.1).' stands before a column; write the column alone, in double quotes if it has a point"
    }
    if let match = reason.firstMatch(of: /at or near "(.*?)"/) {
      // The condition stands in brackets of ours.
      if match.1 == ")" { return "it breaks off, or has a bracket too many" }
      return
        "it cannot be read from '\(match.1)' on; names with blanks or signs stand in double quotes, texts in single"
    }
    if reason.contains("at end of input") || reason.contains("unterminated quoted") {
      return "it breaks off; is a bracket or quote not closed?"
    }
    if let match = reason.firstMatch(of: /[Ff]unction with name "?([^" ]+)"? does not exist/) {
      return "there is no function '\(match.1)'"
    }
    if reason.hasPrefix("Conversion Error: ") { return String(reason.dropFirst("Conversion Error: ".count)) }
    if reason.contains("Cannot compare values") || reason.contains("No function matches") {
      return "it puts together values of different kinds, such as a number and a text"
    }
    return "it is no condition that is true or false for a row"
  }
}
