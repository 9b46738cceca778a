internal import Features

/// The tree of segments: everybody on the left, macro-segments beside, micro-segments to the right, each as high as it has
/// customers.
struct Icicle {
  private let content: ReportContent
  private let shades: SegmentShades

  init(_ content: ReportContent) {
    self.content = content
    shades = SegmentShades(content)
  }

  private struct Tile {
    let segment: ReportSegment?
    let column: Int
    let isLast: Bool
    let y: Double
    let height: Double
  }

  private static let columns = [0.14, 0.34, 0.52]
  private static let (gap, lineHeight) = (1.0, 15.0)

  /// The chart; empty of segments it is empty.
  var markup: Markup {
    let leaves = content.leaves.count
    let height = Double(min(960, max(240, leaves * 24)))
    let tiles = tiles(height)
    let told = content.everybody.text
    return SVG.chart(
      label:
        "Tree of \(content.macros) macro-segments and \(leaves) segments of \(told) \(content.unit), each as high as "
        + "it has \(content.unit). The table below tells the same.",
      height: Int(height), class: "chart icicle", tiles.map(markup))
  }

  private func tiles(_ height: Double) -> [Tile] {
    let weights = IcicleWeights(content)
    let scale = weights.total > 0 ? height / weights.total : 0
    var tiles = [Tile(segment: nil, column: 0, isLast: false, y: 0, height: height)]
    var y = 0.0
    for (index, segment) in content.segments.enumerated() {
      let own = weights.segments[index] * scale
      if segment.isMacro {
        tiles.append(Tile(segment: segment, column: 1, isLast: false, y: y, height: own))
      } else {
        let stands = content.segments.contains { $0.isMacro && $0.macro == segment.macro }
        tiles.append(Tile(segment: segment, column: stands ? 2 : 1, isLast: true, y: y, height: own))
        y += own
      }
    }
    return tiles
  }

  private func markup(_ tile: Tile) -> Markup {
    let start = Icicle.columns.prefix(tile.column).reduce(0, +)
    // An undivided macro-segment is its own only micro-segment.
    let width = tile.isLast ? 1 - start : Icicle.columns[tile.column]
    let height = max(0.5, tile.height - Icicle.gap)
    let shade = tile.segment.map { shades.shade($0) }
    var children = [
      SVG.rectangle(x: "0", y: 0, width: "100%", height: height, class: shade.map { "s\($0)" } ?? "root")
    ]
    if height >= Icicle.lineHeight - 3 {
      let ink = shade.map { "t\($0)" } ?? "rootText"
      let words = words(tile)
      let isTall = height >= 2 * Icicle.lineHeight + 6
      let middle = isTall ? height / 2 - 3 : height / 2 + 4
      children.append(SVG.text(isTall ? words.name : "\(words.name) \(words.size)", x: "8", y: middle, class: ink))
      if isTall { children.append(SVG.text(words.size, x: "8", y: middle + Icicle.lineHeight, class: "\(ink) fine")) }
    }
    let words = words(tile)
    children.append(SVG.title("\(words.name): \(words.size)"))
    // Pointers may follow it to the card; keyboards and screen readers have the table.
    let card = tile.segment.map { content.personas.isEmpty ? "" : SegmentAnchor.id($0.path) } ?? ""
    return .element(
      "svg",
      [
        "data-card": card, "x": SVG.across(start), "y": SVG.number(tile.y), "width": SVG.across(width - 0.002),
        "height": SVG.number(height),
      ], children)
  }

  private func words(_ tile: Tile) -> (name: String, size: String) {
    guard let segment = tile.segment else { return ("All", content.everybody.text) }
    let share = segment.share.map { " · \(ReadableNumber.percent($0))" } ?? ""
    return (segment.name, segment.customers.text + share)
  }
}

/// How high each segment is drawn: by its customers, where their number is told; those withheld share what is left of their
/// macro-segment evenly, so that no height tells more than the numbers.
struct IcicleWeights {
  private(set) var segments: [Double]
  /// The sum over what stands beside everybody.
  private(set) var total = 0.0

  init(_ content: ReportContent) {
    let all = content.segments
    segments = all.map { Double($0.customers.number ?? 0) }
    var macros: [Int: Int] = [:]
    for (index, segment) in all.enumerated() where segment.isMacro { macros[segment.macro] = index }
    let small = 5.0
    for (_, macro) in macros.sorted(by: { $0.key < $1.key }) {
      let inside = all.indices.filter { $0 != macro && all[$0].macro == all[macro].macro }
      let hidden = inside.filter { all[$0].customers.number == nil }
      let known = inside.reduce(0.0) { $0 + segments[$1] }
      let left = all[macro].customers.number.map { max(0, Double($0) - known) } ?? small * Double(hidden.count)
      for index in hidden { segments[index] = left / Double(hidden.count) }
      segments[macro] = inside.reduce(0.0) { $0 + segments[$1] }
      total += segments[macro]
    }
    for (index, segment) in all.enumerated() where !segment.isMacro && macros[segment.macro] == nil {
      if segment.customers.number == nil { segments[index] = small }
      total += segments[index]
    }
  }
}

/// How strongly a segment is shaded: the more attractive (without a ranking, the more it spends a head), the stronger.
struct SegmentShades {
  static let count = 5
  private let levels: [String: Int]
  /// What the shade tells; nil where nothing does.
  let meaning: String?

  init(_ content: ReportContent) {
    let leaves = content.leaves
    let ranked = leaves.compactMap { leaf in leaf.standing.map { (leaf.path, $0.attractiveness) } }
    let spending = leaves.compactMap { leaf in leaf.revenue.map { (leaf.path, $0.mean) } }
    let values = ranked.isEmpty ? spending : ranked
    meaning = ranked.isEmpty ? (spending.isEmpty ? nil : "revenue a head") : "attractiveness"
    let order = values.sorted { $0.1 != $1.1 ? $0.1 < $1.1 : $0.0 < $1.0 }
    levels = Dictionary(
      order.enumerated().map { place, item in (item.0, place * SegmentShades.count / max(1, order.count)) }
    ) { first, _ in first }
  }

  /// From 0 to 4; macro-segments and what nothing is known of stand at the least.
  func shade(_ segment: ReportSegment) -> Int { levels[segment.path] ?? 0 }
}

/// Where a segment's card stands in the page.
enum SegmentAnchor {
  /// `segment-2-7`.
  static func id(_ path: String) -> String { "segment-" + path.replacing("/", with: "-") }
}
