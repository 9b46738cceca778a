internal import Features

/// An expected sum and its range, on a line from 0 to `most`.
enum RangeBar {
  static func markup(_ forecast: ReportForecast, most: Double) -> Markup {
    func place(_ value: Double) -> Double { most > 0 ? max(0, min(1, value / most)) : 0 }
    let width = max(0.005, place(forecast.high) - place(forecast.low))
    return SVG.chart(
      label: "expected \(ReadableNumber.text(forecast.expected)), between \(ReadableNumber.text(forecast.low)) and "
        + ReadableNumber.text(forecast.high), height: 18, class: "chart strip",
      [
        SVG.line(x1: "0", y1: 9, x2: "100%", y2: 9, class: "axis"),
        SVG.rectangle(
          x: SVG.across(place(forecast.low)), y: 4, width: SVG.across(width), height: 10, class: "all"),
        SVG.circle(x: SVG.across(place(forecast.expected)), y: 9, radius: 4, class: "dot"),
      ])
  }
}
