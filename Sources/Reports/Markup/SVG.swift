internal import Features

/// Pieces of charts.
enum SVG {
  /// A chart that a screen reader reads as `label`.
  ///
  /// Without a width it takes the width there is; places across are per cent of it then.
  static func chart(
    label: String, width: Int? = nil, height: Int, class name: String = "chart", _ children: [Markup]
  ) -> Markup {
    let size = width.map { "\($0)" } ?? "100%"
    guard let width else {
      return .element(
        "svg", ["class": name, "role": "img", "aria-label": label, "width": size, "height": "\(height)"], children)
    }
    return .element(
      "svg",
      [
        "class": name, "role": "img", "aria-label": label, "viewBox": "0 0 \(width) \(height)", "width": size,
        "height": "\(height)",
      ], children)
  }

  /// A share of the width as `12.3%`.
  static func across(_ share: Double) -> String { number(100 * share) + "%" }

  /// A place: two decimal places at most.
  static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e7 else { return "0" }
    let hundredths = Int((value * 100).rounded())
    guard hundredths % 100 != 0 else { return "\(hundredths / 100)" }
    let sign = hundredths < 0 ? "-" : ""
    let fraction = abs(hundredths) % 100
    let digits = fraction % 10 == 0 ? "\(fraction / 10)" : (fraction < 10 ? "0" : "") + "\(fraction)"
    return "\(sign)\(abs(hundredths) / 100).\(digits)"
  }

  static func rectangle(x: String, y: Double, width: String, height: Double, class name: String) -> Markup {
    .element("rect", ["class": name, "x": x, "y": number(y), "width": width, "height": number(height)])
  }

  static func line(x1: String, y1: Double, x2: String, y2: Double, class name: String) -> Markup {
    .element("line", ["class": name, "x1": x1, "y1": number(y1), "x2": x2, "y2": number(y2)])
  }

  static func circle(x: String, y: Double, radius: Double, class name: String) -> Markup {
    .element("circle", ["class": name, "cx": x, "cy": number(y), "r": number(radius)])
  }

  /// A text, isolated from those beside it: Arabic names do not turn what follows round.
  static func text(_ text: String, x: String, y: Double, class name: String, anchor: String = "start") -> Markup {
    .element(
      "text", ["class": name, "x": x, "y": number(y), "text-anchor": anchor], .text("\u{2068}\(text)\u{2069}"))
  }

  /// What a pointer that rests on an element is told.
  static func title(_ text: String) -> Markup { .element("title", [:], .text(text)) }
}
