/// The colours of a page, by light and by dark.
///
/// ``pairs`` tells which stand on which; tests hold every pair against the contrast that WCAG 2.2 asks for at level AA.
public enum Palette {
  /// A colour by its name in the style sheet.
  public struct Colour: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// `#rrggbb` by light.
    public let light: String
    /// `#rrggbb` by dark.
    public let dark: String
  }

  /// A colour that stands on another.
  public struct Pair: Sendable, Hashable {
    /// What stands there.
    public let foreground: String
    /// On what.
    public let background: String
    /// Whether it is text, which needs 4.5 to 1; else what must be seen of a chart or control, which needs 3 to 1.
    public let isText: Bool
  }

  private static func colour(_ name: String, _ light: String, _ dark: String) -> Colour {
    Colour(name: name, light: light, dark: dark)
  }

  /// All of them.
  public static let colours = [
    colour("paper", "#f6f7f8", "#121518"), colour("card", "#ffffff", "#1a1e22"), colour("sunk", "#eceff1", "#242a30"),
    colour("ink", "#1b2025", "#e7eaed"), colour("quiet", "#525b65", "#a8b1ba"), colour("line", "#d5dade", "#363e46"),
    colour("edge", "#7d8790", "#77818b"), colour("link", "#0a5a88", "#7cc0e6"), colour("more", "#1f75a6", "#5fb0dd"),
    colour("less", "#b4532a", "#e58f63"), colour("own", "#1f75a6", "#5fb0dd"), colour("all", "#d3d9de", "#3a434c"),
    colour("mark", "#fff3c4", "#4a3f14"), colour("s0", "#e8eff4", "#202c35"), colour("s1", "#cbdfeb", "#274357"),
    colour("s2", "#a1c7de", "#2d5d7e"), colour("s3", "#649fc4", "#649fc4"), colour("s4", "#1d6590", "#a9d3ea"),
    colour("t0", "#1b2025", "#e7eaed"), colour("t1", "#1b2025", "#e7eaed"), colour("t2", "#1b2025", "#ffffff"),
    colour("t3", "#0e1114", "#0e1114"), colour("t4", "#ffffff", "#0e1114"),
  ]

  /// What stands on what.
  public static let pairs: [Pair] =
    ["paper", "card", "sunk"].flatMap { background in
      ["ink", "quiet", "link"].map { Pair(foreground: $0, background: background, isText: true) }
        + ["more", "less", "own", "edge"].map { Pair(foreground: $0, background: background, isText: false) }
    } + (0..<SegmentShades.count).map { Pair(foreground: "t\($0)", background: "s\($0)", isText: true) }
    + [
      Pair(foreground: "ink", background: "mark", isText: true),
      Pair(foreground: "own", background: "all", isText: false),
      Pair(foreground: "less", background: "all", isText: false),
    ]

  /// The variables of the style sheet.
  static var style: String {
    func variables(_ value: (Colour) -> String) -> String {
      colours.map { "--\($0.name):\(value($0))" }.joined(separator: ";")
    }
    let dark = variables(\.dark)
    return """
      :root{color-scheme:light;\(variables(\.light))}
      @media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;\(dark)}}
      :root[data-theme=dark]{color-scheme:dark;\(dark)}
      @media print{:root:root:root{color-scheme:light;\(variables(\.light))}}

      """
  }
}
