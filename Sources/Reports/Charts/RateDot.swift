internal import Features

/// A predicted chance, what came and its interval, and everybody's rate, on one line from 0 to `most`.
enum RateDot {
  static func markup(
    predicted: Double, observed: Double?, low: Double?, high: Double?, all: Double, most: Double
  ) -> Markup {
    func place(_ value: Double) -> Double { most > 0 ? max(0, min(1, value / most)) : 0 }
    var parts = [
      SVG.line(x1: "0", y1: 9, x2: "100%", y2: 9, class: "axis"),
      SVG.line(x1: SVG.across(place(all)), y1: 1, x2: SVG.across(place(all)), y2: 17, class: "zero"),
    ]
    var label = "predicted \(ReadableNumber.percent(predicted)), everybody \(ReadableNumber.percent(all))"
    if let observed, let low, let high {
      parts.append(SVG.line(x1: SVG.across(place(low)), y1: 9, x2: SVG.across(place(high)), y2: 9, class: "interval"))
      parts.append(SVG.circle(x: SVG.across(place(observed)), y: 9, radius: 4, class: "dot"))
      label += ", observed \(ReadableNumber.percent(observed)) "
      label += "(95% interval \(ReadableNumber.percent(low)) to \(ReadableNumber.percent(high)))"
    }
    parts.append(
      SVG.line(x1: SVG.across(place(predicted)), y1: 3, x2: SVG.across(place(predicted)), y2: 15, class: "predicted"))
    return SVG.chart(label: label, width: nil, height: 18, class: "chart rate", parts)
  }
}
