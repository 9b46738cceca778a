internal import Features

/// Two segments on the line of one feature; the numbers beside it tell the same, so that a screen reader passes it by.
struct ComparisonStrip {
  let (low, high): (Double, Double)
  let one: Double
  let other: Double
  /// The middle half of everybody; nil where there is none.
  let band: (Double, Double)?

  private func place(_ value: Double) -> Double {
    high > low ? max(0, min(1, (value - low) / (high - low))) : 0
  }

  var markup: Markup {
    var parts = [SVG.line(x1: "0", y1: 9, x2: "100%", y2: 9, class: "axis")]
    if let band {
      let width = max(0.01, place(band.1) - place(band.0))
      parts.append(
        SVG.rectangle(x: SVG.across(place(band.0)), y: 3, width: SVG.across(width), height: 12, class: "all"))
    }
    parts.append(SVG.circle(x: SVG.across(place(one)), y: 9, radius: 5, class: "dot"))
    parts.append(SVG.circle(x: SVG.across(place(other)), y: 9, radius: 3.5, class: "other"))
    return SVG.chart(
      label: "the first \(ReadableNumber.text(one)), the second \(ReadableNumber.text(other))", height: 18,
      class: "chart strip", parts)
  }
}
