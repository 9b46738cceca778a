internal import Personas

/// What a treatment changes in a segment and its interval, on a line that holds 0, everybody's effect, and those of all
/// treatments of the same target.
enum UpliftRange {
  static func markup(_ effect: PersonaEffect, beside effects: [PersonaEffect]) -> Markup {
    let own = effects.filter { $0.target == effect.target }
    let low = own.reduce(0) { min($0, $1.low, $1.all) }
    let reach = max(own.reduce(0) { max($0, $1.high, $1.all) } - low, .leastNormalMagnitude)
    // A little room at both ends, for dots.
    func place(_ value: Double) -> String { SVG.across(0.04 + 0.92 * max(0, min(1, (value - low) / reach))) }
    return SVG.chart(
      label: "\(effect.target) by \(effect.treatment): \(effect.evidence)", width: nil, height: 18, class: "chart rate",
      [
        SVG.line(x1: "0", y1: 9, x2: "100%", y2: 9, class: "axis"),
        SVG.line(x1: place(0), y1: 1, x2: place(0), y2: 17, class: "zero"),
        SVG.line(x1: place(effect.low), y1: 9, x2: place(effect.high), y2: 9, class: "interval"),
        SVG.line(x1: place(effect.all), y1: 3, x2: place(effect.all), y2: 15, class: "predicted"),
        SVG.circle(x: place(effect.value), y: 9, radius: 4, class: "dot"),
      ])
  }
}
