internal import Features

/// How far a segment differs in one feature: a bar from the middle, less to the left and more to the right, with its
/// interval.
enum EffectBar {
  static func markup(_ trait: ReportTrait) -> Markup {
    func place(_ delta: Double) -> Double { (1 + max(-1, min(1, delta))) / 2 }
    let (from, to) = (min(0.5, place(trait.delta)), max(0.5, place(trait.delta)))
    let label =
      "effect \(signed(trait.delta)), 95% interval \(signed(trait.low)) to \(signed(trait.high))"
    return SVG.chart(
      label: label, width: nil, height: 14, class: "chart effect",
      [
        SVG.rectangle(x: "0", y: 5, width: "100%", height: 4, class: "track"),
        SVG.rectangle(
          x: SVG.across(from), y: 3, width: SVG.across(to - from), height: 8, class: trait.delta < 0 ? "less" : "more"),
        SVG.line(
          x1: SVG.across(place(trait.low)), y1: 7, x2: SVG.across(place(trait.high)), y2: 7, class: "interval"),
        SVG.line(x1: "50%", y1: 0, x2: "50%", y2: 14, class: "zero"),
      ])
  }

  /// `+0.62`.
  static func signed(_ value: Double) -> String {
    (value > 0 ? "+" : "") + ReadableNumber.hundredths(value)
  }
}
