internal import Personas

/// What readers must know to read the numbers.
enum Method {
  /// A paragraph each.
  static func explanations(_ unit: String) -> [String] {
    [
      "Effect: Cliff's delta (1993), the chance that one of a segment has more of something than one of all others, less "
        + "the chance of having less; from -1 to 1. From 0.15 on it is small, from 0.33 medium, from 0.47 large (Romano "
        + "and others, 2006). Statements hold at a false discovery rate of 5% (Benjamini and Hochberg, 1995); features "
        + "that formed the segments differ by construction.",
      "Stability: the mean Jaccard similarity with which a segment came back when its part of the \(unit) was resampled "
        + "(Hennig, 2007); from 0.75 on it is valid, under 0.6 do not rely on it.",
      "Privacy: counts from 1 to \(ReportedGroups.least - 1) are written <\(ReportedGroups.least), and "
        + "\(ReportedGroups.least)+ stands where a number would let one of these be reckoned; where so few belong to no "
        + "segment, everybody stands for those who belong to one. Shares inside a segment "
        + "are rounded to steps of at least ten \(unit). The invented \(unit) are drawn from a segment's distributions; "
        + "whoever equals a real one was drawn again.",
    ]
  }
}
