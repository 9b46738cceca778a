internal import Features

/// Points and lines in a square whose axes run from 0.
struct CurveChart {
  struct Point {
    let x: Double
    let y: Double
    var low: Double?
    var high: Double?
  }

  /// What a screen reader reads.
  let label: String
  let xTitle: String
  let yTitle: String
  /// Where the axes end.
  let (mostX, mostY): (Double, Double)
  let points: [Point]
  /// A line to hold the points against, from one point to another.
  let reference: (from: Point, to: Point)
  /// Whether the points are joined.
  let isJoined: Bool

  private static let (size, left, bottom, top, right) = (280.0, 40.0, 34.0, 24.0, 12.0)

  private func x(_ value: Double) -> Double {
    CurveChart.left + (CurveChart.size - CurveChart.left - CurveChart.right) * (mostX > 0 ? value / mostX : 0)
  }

  private func y(_ value: Double) -> Double {
    let height = CurveChart.size - CurveChart.top - CurveChart.bottom
    return CurveChart.top + height * (1 - (mostY > 0 ? value / mostY : 0))
  }

  var markup: Markup {
    var parts: [Markup] = []
    let bottom = CurveChart.size - CurveChart.bottom
    for step in 0...4 {
      let share = Double(step) / 4
      let (across, up) = (x(share * mostX), y(share * mostY))
      parts.append(line(x(0), up, x(mostX), up, "grid"))
      parts.append(
        SVG.text(
          tick(share * mostY, of: mostY), x: SVG.number(CurveChart.left - 5), y: up + 4, class: "tick",
          anchor: "end"))
      if step.isMultiple(of: 2) {
        parts.append(
          SVG.text(
            tick(share * mostX, of: mostX), x: SVG.number(across), y: bottom + 14, class: "tick",
            anchor: step == 0 ? "start" : step == 4 ? "end" : "middle"))
      }
    }
    parts.append(line(x(reference.from.x), y(reference.from.y), x(reference.to.x), y(reference.to.y), "reference"))
    if isJoined, points.count > 1 {
      let path = points.map { "\(SVG.number(x($0.x))),\(SVG.number(y($0.y)))" }.joined(separator: " ")
      parts.append(.element("polyline", ["class": "curve", "points": path]))
    }
    for point in points {
      if let low = point.low, let high = point.high {
        parts.append(line(x(point.x), y(min(mostY, high)), x(point.x), y(min(mostY, low)), "interval"))
      }
      parts.append(SVG.circle(x: SVG.number(x(point.x)), y: y(min(mostY, point.y)), radius: 3.5, class: "dot"))
    }
    parts.append(
      SVG.text(
        xTitle, x: SVG.number((x(0) + x(mostX)) / 2), y: CurveChart.size - 4, class: "tick", anchor: "middle"))
    parts.append(SVG.text(yTitle, x: "0", y: 11, class: "tick"))
    return SVG.chart(
      label: label, width: Int(CurveChart.size), height: Int(CurveChart.size), class: "chart curve", parts)
  }

  private func tick(_ value: Double, of most: Double) -> String {
    // Quarters of a small rate are no whole percents.
    most < 0.04 ? ReadableNumber.percent(value) : ReadableNumber.wholePercent(value)
  }

  private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ name: String) -> Markup {
    SVG.line(x1: SVG.number(x1), y1: y1, x2: SVG.number(x2), y2: y2, class: name)
  }
}

extension CurveChart {
  /// What was predicted against what came, in parts of about equal size; true predictions lie on the diagonal.
  static func reliability(_ gains: [ReportGain]) -> CurveChart {
    let greatest = gains.map { max($0.predicted, $0.high) }.max() ?? 1
    // Ends whose quarters are easily read.
    let most = [0.02, 0.04, 0.08, 0.2, 0.4, 0.6, 0.8].first { $0 >= greatest } ?? 1
    let texts = gains.map {
      "predicted \(ReadableNumber.percent($0.predicted)) observed \(ReadableNumber.percent($0.observed))"
    }
    return CurveChart(
      label: "Reliability, from the highest chances down: \(texts.joined(separator: "; "))",
      xTitle: "predicted chance", yTitle: "observed rate", mostX: most, mostY: most,
      points: gains.map { Point(x: $0.predicted, y: $0.observed, low: $0.low, high: $0.high) },
      reference: (Point(x: 0, y: 0), Point(x: most, y: most)), isJoined: false)
  }

  /// The share of all who did it among those of the highest chances; by lot they lie on the diagonal.
  static func gains(_ gains: [ReportGain]) -> CurveChart {
    let texts = gains.map {
      "the first \(ReadableNumber.percent($0.depth)) hold \(ReadableNumber.percent($0.gain))"
    }
    return CurveChart(
      label: "Cumulative gain, from the highest chances down: \(texts.joined(separator: "; "))",
      xTitle: "share of all, best first", yTitle: "share of those who do it", mostX: 1,
      mostY: 1, points: [Point(x: 0, y: 0)] + gains.map { Point(x: $0.depth, y: $0.gain) },
      reference: (Point(x: 0, y: 0), Point(x: 1, y: 1)), isJoined: true)
  }
}
