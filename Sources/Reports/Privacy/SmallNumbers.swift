internal import Features

/// Counts of 1 to 9 customers or rows in sentences made elsewhere.
enum SmallNumbers {
  private static let few = "fewer than ten"

  /// Whether `sentence` tells of one.
  static func areTold(in sentence: String) -> Bool { sentence.contains(pattern) }

  /// `sentence` with "fewer than ten" in their place.
  static func withheld(_ sentence: String) -> String {
    sentence.replacing(pattern) { match in "\(match.output.1)\(few) \(match.output.2)" }
  }

  /// `text` with "more than 491" in place of the number `total`, where `all`, 1 to 9 fewer, are told elsewhere.
  static func withheld(_ text: String, total: Int, of all: Int) -> String {
    var text = text
    for number in Set([ReadableNumber.grouped(total), "\(total)"]).sorted() {
      for range in text.ranges(of: number).reversed() where isWhole(range, text) {
        text.replaceSubrange(range, with: "more than \(ReadableNumber.grouped(all))")
      }
    }
    return text
  }

  /// Whether a number is no part of a longer one, such as "1,493" or "493.5".
  private static func isWhole(_ range: Range<String.Index>, _ text: String) -> Bool {
    func isPart(_ near: Substring) -> Bool {
      guard let first = near.first else { return false }
      if first == "_" || first.isLetter || first.isNumber { return true }
      return (first == "," || first == ".") && (near.dropFirst().first?.isNumber ?? false)
    }
    let before = Substring(String(text[..<range.lowerBound].suffix(2).reversed()))
    return !isPart(before) && !isPart(text[range.upperBound...].prefix(2))
  }

  // A digit that stands alone before what is counted, not at the end of "1,234".
  private static var pattern: Regex<(Substring, Substring, Substring)> {
    /(^|[^0-9.,])[1-9] (customers?|rows?|products?|of [0-9,]+ customers)\b/
  }
}
