internal import Features

/// Where the middle half of a segment stands in one number, against the middle half of everybody; from everybody's 5th to
/// 95th percentile.
enum QuartileStrip {
  /// `own` are quartiles, `everyone` five percentiles; nil where the number does not vary.
  static func markup(feature: String, own: [Double], everyone: [Double]) -> Markup? {
    guard own.count == 3, everyone.count == 5 else { return nil }
    let (low, high) = (min(everyone[0], own[0]), max(everyone[4], own[2]))
    guard high > low, (high - low).isFinite else { return nil }
    func place(_ value: Double) -> Double { max(0, min(1, (value - low) / (high - low))) }
    func text(_ value: Double) -> String { ReadableNumber.text(value) }
    func band(_ from: Double, _ to: Double, _ y: Double, _ height: Double, _ name: String) -> Markup {
      // So that no width is no band at all.
      let (start, end) = (place(from), place(to))
      let x = min(start, 0.99)
      return SVG.rectangle(x: SVG.across(x), y: y, width: SVG.across(max(0.01, end - x)), height: height, class: name)
    }
    return SVG.chart(
      label: "\(feature): half of them between \(text(own[0])) and \(text(own[2])), median \(text(own[1])); everybody "
        + "between \(text(everyone[1])) and \(text(everyone[3])), median \(text(everyone[2]))",
      width: nil, height: 18, class: "chart strip",
      [
        SVG.line(x1: "0", y1: 9, x2: "100%", y2: 9, class: "axis"),
        band(everyone[1], everyone[3], 3, 12, "all"), band(own[0], own[2], 6, 6, "own"),
        SVG.line(x1: SVG.across(place(everyone[2])), y1: 1, x2: SVG.across(place(everyone[2])), y2: 17, class: "zero"),
        SVG.circle(x: SVG.across(place(own[1])), y: 9, radius: 4, class: "dot"),
      ])
  }
}
