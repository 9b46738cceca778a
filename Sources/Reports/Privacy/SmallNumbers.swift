/// Counts of 1 to 9 customers or rows in sentences made elsewhere.
enum SmallNumbers {
  private static let few = "fewer than ten"

  /// Whether `sentence` tells of one.
  static func areTold(in sentence: String) -> Bool { sentence.contains(pattern) }

  /// `sentence` with "fewer than ten" in their place.
  static func withheld(_ sentence: String) -> String {
    sentence.replacing(pattern) { match in "\(match.output.1)\(few) \(match.output.2)" }
  }

  // A digit that stands alone before what is counted, not at the end of "1,234".
  private static var pattern: Regex<(Substring, Substring, Substring)> {
    /(^|[^0-9.,])[1-9] (customers?|rows?|products?|of [0-9,]+ customers)\b/
  }
}
