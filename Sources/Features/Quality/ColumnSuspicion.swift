/// What the name and the values of an attribute say of whether it is evidence at all.
struct ColumnSuspicion {
  /// Rows with a value, and different values among them.
  let present: Int
  let distinct: Int
  /// Numbers: whether all are whole, the least and the greatest.
  var isWhole = false
  var range: (least: Double, greatest: Double)?
  /// Dates after the as-of date.
  var laterDates = 0

  /// Fewer values than this tell nothing.
  static let leastRows = 20

  /// Words of what is known only once a relation has run its course, or a campaign has been answered.
  static let outcomes: Set<String> = [
    "attrited", "attrition", "canceled", "cancellation", "cancelled", "churn", "churned", "churner", "closed",
    "conversion", "converted", "defaulted", "duration", "exited", "label", "outcome", "resigned", "respond",
    "responded", "responder", "response", "target", "terminated", "unsubscribed", "won",
  ]

  /// Words of what was before.
  private static let past: Set<String> = ["previous", "prev", "prior", "past", "history", "historical", "before"]

  /// Why a column called `name` may be a name or number of the row; nil where it does not look like one.
  func identifier(_ name: String, isText: Bool) -> String? {
    guard present >= Self.leastRows else { return nil }
    if isText {
      return Double(distinct) >= 0.95 * Double(present) ? "nearly every row has a text of its own" : nil
    }
    guard isWhole, distinct == present, let range else { return nil }
    if range.greatest - range.least + 1 == Double(present) { return "it counts the rows" }
    return ColumnName(name).isIdentifierLike ? "every row has a whole number of its own" : nil
  }

  /// Why a column called `name`, of a source without times, may have been known only after the as-of date.
  func leak(_ name: String) -> String? {
    if laterDates > 0 {
      return "\(laterDates) of its dates lie after the as-of date, and its source has no time to cut it by"
    }
    let words = ColumnName(name).words
    if let word = words.first(where: { Self.outcomes.contains($0) }), Self.past.isDisjoint(with: words) {
      return "its name speaks of an outcome ('\(word)'), and its source has no time to cut it by"
    }
    if words == ["y"], distinct == 2 {
      return "'y' with two values is what a target is mostly called, and its source has no time to cut it by"
    }
    if words.count > 1, words.first == "last" {
      return "its name speaks of the last of something, and nothing tells as of when"
    }
    return nil
  }
}
